# Reads of whole metagenomes to profiles: trimmed once, then named by each profiler.


rule clean_shotgun:
    input:
        reads=reads_of_library,
    output:
        clean_1=temp("results/shotgun/clean/{library}_1.fastq.gz"),
        # Single reads leave the second file empty.
        clean_2=temp("results/shotgun/clean/{library}_2.fastq.gz"),
        report="results/shotgun/clean/{library}.fastp.json",
        reads_left="results/shotgun/clean/{library}.json",
    log:
        "results/logs/shotgun/clean_shotgun/{library}.log",
    conda:
        "../envs/fastp.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        reads=reads_options,
        min_length_bp=PROJECT.shotgun["min_length_bp"],
    shell:
        "soilbio shotgun clean"
        " --library {wildcards.library}"
        " {params.reads}"
        " --min-length-bp {params.min_length_bp}"
        " --clean {output.clean_1} {output.clean_2}"
        " --report {output.report}"
        " --reads-left {output.reads_left}"
        " 2> {log}"


rule profile_kraken2:
    input:
        clean=clean_reads,
        config=ancient(CONFIG_FILE),
    output:
        profile="results/shotgun/kraken2/{library}.tsv",
    log:
        "results/logs/shotgun/profile_kraken2/{library}.log",
    benchmark:
        "results/benchmarks/shotgun/kraken2/{library}.tsv"
    conda:
        "../envs/kraken2.yaml"
    threads: 4
    resources:
        mem_mb=kraken2_memory,
        runtime=240,
    params:
        options=shotgun_options("kraken2"),
    shell:
        "soilbio shotgun profile kraken2"
        " --config {input.config:q}"
        " --clean {input.clean}"
        " --threads {threads}"
        " --out {output.profile}"
        " 2> {log}"


rule profile_sketches:
    input:
        clean=clean_reads,
        config=ancient(CONFIG_FILE),
    output:
        profile="results/shotgun/{engine}/{library}.tsv",
    log:
        "results/logs/shotgun/profile_{engine}/{library}.log",
    benchmark:
        "results/benchmarks/shotgun/{engine}/{library}.tsv"
    wildcard_constraints:
        engine="sylph|sourmash",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=16000,
        runtime=240,
    params:
        options=lambda wildcards: shotgun_options(wildcards.engine),
    shell:
        "soilbio shotgun profile {wildcards.engine}"
        " --config {input.config:q}"
        " --clean {input.clean}"
        " --out {output.profile}"
        " 2> {log}"


rule collect_shotgun:
    input:
        profiles=profiles_of_unit,
        reads_left=accounts_of_unit,
        config=ancient(CONFIG_FILE),
        lineages=PROJECT.shotgun["lineages"] or [],
        sheet=ancient(PROJECT.libraries),
    output:
        counts="results/profile/{assay}/counts.parquet",
        features="results/profile/{assay}/features.parquet",
        tracking="results/profile/{assay}/tracking.tsv",
        engine="results/profile/{assay}/engine.json",
        classifier="results/taxonomy/{assay}/classifier.json",
    log:
        "results/logs/shotgun/collect_shotgun/{assay}.log",
    wildcard_constraints:
        assay=assays_with(*PROFILERS),
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        engine=lambda wildcards: engine_of(wildcards.assay),
        options=lambda wildcards: shotgun_options(engine_of(wildcards.assay)),
    shell:
        "soilbio shotgun collect {params.engine}"
        " --config {input.config:q}"
        " --assay {wildcards.assay}"
        " --results results"
        " 2> {log}"
