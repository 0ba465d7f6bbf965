# Reads of whole metagenomes to profiles: trimmed once, then named by each profiler.


rule index_genomes:
    input:
        genomes=[genome.path for genome in GENOMES],
        config=ancient(CONFIG_FILE),
    output:
        # Stays: were it made anew for a library that comes later, all would be cleaned again.
        index="results/shotgun/genomes/{kind}.mmi",
        genomes="results/shotgun/genomes/{kind}.json",
    log:
        "results/logs/shotgun/index_genomes/{kind}.log",
    wildcard_constraints:
        kind="short|long",
    conda:
        "../envs/fastp.yaml"
    threads: 2
    resources:
        mem_mb=genomes_memory_mb(GENOMES),
        runtime=120,
    params:
        genomes=json.dumps({genome.name: str(genome.path) for genome in GENOMES}),
        state=state_of(genome.path for genome in GENOMES),
        kind=lambda wildcards: "--long" if wildcards.kind == "long" else "",
    shell:
        "soilbio shotgun index"
        " --config {input.config:q}"
        " {params.kind}"
        " --threads {threads}"
        " --out {output.index}"
        " 2> {log}"


rule clean_shotgun:
    input:
        reads=reads_of_library,
        index=genome_index,
        config=ancient(CONFIG_FILE),
    output:
        clean_1=unless_kept("results/shotgun/clean/{library}_1.fastq.gz"),
        # Single reads leave the second file empty.
        clean_2=unless_kept("results/shotgun/clean/{library}_2.fastq.gz"),
        report="results/quality/shotgun/{library}.fastp.json",
        reads_left="results/shotgun/clean/{library}.json",
    log:
        "results/logs/shotgun/clean_shotgun/{library}.log",
    benchmark:
        "results/benchmarks/shotgun/clean/{library}.tsv"
    conda:
        "../envs/fastp.yaml"
    threads: 1
    resources:
        mem_mb=cleaning_memory_mb(GENOMES),
        runtime=480,
    params:
        reads=reads_options,
        state=reads_state,
        options=cleaning_options,
        settings=cleaning_settings(),
    shell:
        "soilbio shotgun clean"
        " --config {input.config:q}"
        " --library {wildcards.library}"
        " {params.reads}"
        " {params.options}"
        " --threads {threads}"
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
        database=database_identity("kraken2"),
    shell:
        "soilbio shotgun profile kraken2"
        " --config {input.config:q}"
        " --database-identity={params.database}"
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
        mem_mb=sketches_memory,
        runtime=240,
    params:
        options=lambda wildcards: shotgun_options(wildcards.engine),
        database=lambda wildcards: database_identity(wildcards.engine),
    shell:
        "soilbio shotgun profile {wildcards.engine}"
        " --config {input.config:q}"
        " --database-identity={params.database}"
        " --clean {input.clean}"
        " --out {output.profile}"
        " 2> {log}"


rule collect_shotgun:
    input:
        profiles=profiles_of_unit,
        reads_left=accounts_of_unit,
        config=ancient(CONFIG_FILE),
        lineages=lineages_of_unit,
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
        state=lambda wildcards: state_of(lineages_of_unit(wildcards)),
        options=lambda wildcards: shotgun_options(engine_of(wildcards.assay)),
        database=lambda wildcards: database_identity(engine_of(wildcards.assay)),
    shell:
        "soilbio shotgun collect {params.engine}"
        " --config {input.config:q}"
        " --database-identity={params.database}"
        " --assay {wildcards.assay}"
        " --results results"
        " 2> {log}"


rule index_ssu_words:
    input:
        whole="results/reference/whole/{reference}.fasta",
    output:
        database="results/reference/ssu/{reference}.udb",
    log:
        "results/logs/shotgun/index_ssu_words/{reference}.log",
    conda:
        "../envs/ssu.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        state=lambda wildcards: reference_state(assay_of(wildcards.reference)),
    shell:
        "soilbio shotgun index-ssu words"
        " --whole {input.whole:q}"
        " --out {output.database}"
        " 2> {log}"


rule index_ssu_seeds:
    input:
        whole="results/reference/whole/{reference}.fasta",
    output:
        # Stays, as that of genomes does.
        index="results/reference/ssu/{reference}.mmi",
    log:
        "results/logs/shotgun/index_ssu_seeds/{reference}.log",
    conda:
        "../envs/ssu.yaml"
    threads: 2
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        state=lambda wildcards: reference_state(assay_of(wildcards.reference)),
    shell:
        "soilbio shotgun index-ssu seeds"
        " --whole {input.whole:q}"
        " --threads {threads}"
        " --out {output.index}"
        " 2> {log}"


rule profile_ssu:
    input:
        clean=clean_reads,
        database=lambda wildcards: f"results/reference/ssu/{ssu_reference(wildcards)}.udb",
        index=lambda wildcards: f"results/reference/ssu/{ssu_reference(wildcards)}.mmi",
        config=ancient(CONFIG_FILE),
    output:
        profile="results/shotgun/ssu/{library}.tsv",
    log:
        "results/logs/shotgun/profile_ssu/{library}.log",
    benchmark:
        "results/benchmarks/shotgun/ssu/{library}.tsv"
    conda:
        "../envs/ssu.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        confidence=PROJECT.taxonomy["confidence"],
    shell:
        "soilbio shotgun ssu"
        " --config {input.config:q}"
        " --clean {input.clean}"
        " --database {input.database}"
        " --index {input.index}"
        " --out {output.profile}"
        " 2> {log}"


rule collect_ssu:
    input:
        profiles=profiles_of_unit,
        reads_left=accounts_of_unit,
        config=ancient(CONFIG_FILE),
        sheet=ancient(PROJECT.libraries),
    output:
        counts="results/profile/{assay}/counts.parquet",
        features="results/profile/{assay}/features.parquet",
        tracking="results/profile/{assay}/tracking.tsv",
        engine="results/profile/{assay}/engine.json",
        classifier="results/taxonomy/{assay}/classifier.json",
    log:
        "results/logs/shotgun/collect_ssu/{assay}.log",
    wildcard_constraints:
        assay=assays_with("ssu"),
    conda:
        "../envs/ssu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        reference=lambda wildcards: reference_options(wildcards.assay.removesuffix("-ssu")),
    shell:
        "soilbio shotgun collect-ssu"
        " --config {input.config:q}"
        " --assay {wildcards.assay}"
        " --results results"
        " 2> {log}"


rule combine_shotgun:
    input:
        package="results/dataset/datapackage.json",
    output:
        taxa="results/combined/taxa.tsv",
    log:
        "results/logs/shotgun/combine_shotgun.log",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        "soilbio shotgun combine results/dataset"
        " --results results"
        " --out {output.taxa}"
        " 2> {log}"
