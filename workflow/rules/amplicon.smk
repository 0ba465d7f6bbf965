# Reads of amplicons to features, counts, lineages and a tree.


rule prepare_unoise:
    input:
        reads=reads_of_library,
    output:
        unique=temp("results/profile/{assay}/unique/{library}.fasta.gz"),
        reads_left="results/profile/{assay}/reads_left/{library}.json",
    log:
        "results/logs/amplicon/prepare_unoise/{assay}/{library}.log",
    wildcard_constraints:
        assay=assays_with("unoise"),
    conda:
        "../envs/vsearch.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        reads=reads_options,
        state=reads_state,
        primers=primer_options,
        max_expected_errors=PROJECT.amplicon["max_expected_errors"],
        min_overlap_bp=PROJECT.amplicon["min_overlap_bp"],
        max_mismatches=PROJECT.amplicon["max_mismatches"],
        truncate_1_bp=lambda wildcards: (fixed_truncation(wildcards.assay) or (0, 0))[0],
    shell:
        "soilbio prepare"
        " --library {wildcards.library}"
        " {params.reads}"
        " {params.primers}"
        " --max-expected-errors {params.max_expected_errors}"
        " --min-overlap-bp {params.min_overlap_bp}"
        " --max-mismatches {params.max_mismatches}"
        " --truncate-1-bp {params.truncate_1_bp}"
        " --unique {output.unique}"
        " --reads-left {output.reads_left}"
        " 2> {log}"


rule denoise_unoise:
    input:
        unique=unique_reads_of_assay,
        sheet=ancient(PROJECT.libraries),
    output:
        features="results/profile/{assay}/features.fasta",
        counts="results/profile/{assay}/counts.parquet",
        tracking="results/profile/{assay}/tracking.tsv",
        engine="results/profile/{assay}/engine.json",
    log:
        "results/logs/amplicon/denoise_unoise/{assay}.log",
    benchmark:
        "results/benchmarks/amplicon/denoise_unoise/{assay}.tsv"
    wildcard_constraints:
        assay=assays_with("unoise"),
    conda:
        "../envs/vsearch.yaml"
    threads: 4
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        min_size=PROJECT.amplicon["min_size"],
        unoise_alpha=PROJECT.amplicon["unoise_alpha"],
        chimera_skew=PROJECT.amplicon["chimera_skew"],
        count_identity=PROJECT.amplicon["count_identity"],
    shell:
        "soilbio profile unoise"
        " --sheet {input.sheet:q}"
        " --assay {wildcards.assay}"
        " --unique 'results/profile/{wildcards.assay}/unique/{{library}}.fasta.gz'"
        " --min-size {params.min_size}"
        " --unoise-alpha {params.unoise_alpha}"
        " --chimera-skew {params.chimera_skew}"
        " --count-identity {params.count_identity}"
        " --threads {threads}"
        " --out results/profile/{wildcards.assay}"
        " 2> {log}"


rule choose_truncation:
    input:
        reads=raw_reads_of_run,
        sheet=ancient(PROJECT.libraries),
    output:
        lengths="results/profile/{assay}/truncation/{run}.json",
    log:
        "results/logs/amplicon/choose_truncation/{assay}/{run}.log",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        assay=lambda wildcards: truncation_demand(wildcards.assay),
        state=lambda wildcards: state_of(raw_reads_of_run(wildcards)),
        max_expected_errors=PROJECT.amplicon["dada2_max_expected_errors"],
    shell:
        "soilbio profile truncation"
        " --sheet {input.sheet:q}"
        " --assay {wildcards.assay}"
        " --run {wildcards.run}"
        " {params.assay}"
        " --max-expected-errors {params.max_expected_errors}"
        " --out {output.lengths}"
        " 2> {log}"


rule prepare_dada2:
    input:
        reads=reads_of_library,
        truncation=truncation_input,
    output:
        # Single reads leave the second file empty.
        filtered_1=temp("results/profile/{assay}/filtered/{library}_1.fastq.gz"),
        filtered_2=temp("results/profile/{assay}/filtered/{library}_2.fastq.gz"),
        reads_left="results/profile/{assay}/reads_left/{library}.json",
    log:
        "results/logs/amplicon/prepare_dada2/{assay}/{library}.log",
    wildcard_constraints:
        assay=assays_with("dada2"),
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        reads=reads_options,
        state=reads_state,
        primers=primer_options,
        truncation=truncation_options,
        max_expected_errors=PROJECT.amplicon["dada2_max_expected_errors"],
    shell:
        "soilbio prepare"
        " --library {wildcards.library}"
        " {params.reads}"
        " {params.primers}"
        " {params.truncation}"
        " --max-expected-errors {params.max_expected_errors}"
        " --filtered {output.filtered_1} {output.filtered_2}"
        " --reads-left {output.reads_left}"
        " 2> {log}"


rule list_run_dada2:
    input:
        sheet=PROJECT.libraries,
    output:
        manifest="results/profile/{assay}/runs/{run}.manifest.tsv",
    log:
        "results/logs/amplicon/list_run_dada2/{assay}/{run}.log",
    wildcard_constraints:
        assay=assays_with("dada2"),
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        state=state_of([PROJECT.libraries]),
    shell:
        "soilbio profile manifest"
        " --sheet {input.sheet:q}"
        " --assay {wildcards.assay}"
        " --run {wildcards.run}"
        " --filtered 'results/profile/{wildcards.assay}/filtered/{{library}}_{{end}}.fastq.gz'"
        " --out {output.manifest}"
        " 2> {log}"


rule denoise_dada2:
    input:
        manifest="results/profile/{assay}/runs/{run}.manifest.tsv",
        reads=filtered_reads_of_run,
        script=SCRIPTS / "dada2_denoise.R",
        bimeras=SCRIPTS / "dada2_bimeras.R",
    output:
        found="results/profile/{assay}/runs/{run}.sequences.tsv",
        tracking="results/profile/{assay}/runs/{run}.tracking.tsv",
        chimeras="results/profile/{assay}/runs/{run}.chimeras.txt",
        version="results/profile/{assay}/runs/{run}.version.txt",
    log:
        "results/logs/amplicon/denoise_dada2/{assay}/{run}.log",
    benchmark:
        "results/benchmarks/amplicon/denoise_dada2/{assay}/{run}.tsv"
    wildcard_constraints:
        assay=assays_with("dada2"),
    conda:
        "../envs/dada2.yaml"
    threads: 4
    resources:
        mem_mb=8000,
        runtime=720,
    params:
        pooling=PROJECT.amplicon["dada2_pooling"],
        learn_bases=PROJECT.amplicon["dada2_learn_bases"],
        min_overlap_bp=PROJECT.amplicon["dada2_min_overlap_bp"],
        max_mismatches=PROJECT.amplicon["dada2_max_mismatches"],
        # R takes seconds to load DADA2, so an only run's chimeras are found in the same process.
        method=lambda wildcards: chimera_method_of_run(wildcards.assay),
        min_fold=PROJECT.amplicon["dada2_chimera_min_fold"],
    shell:
        "Rscript --vanilla {input.script:q}"
        " {input.manifest:q}"
        " {params.pooling}"
        " {params.learn_bases}"
        " {params.min_overlap_bp}"
        " {params.max_mismatches}"
        " {threads}"
        " {output.found}"
        " {output.tracking}"
        " {input.bimeras:q}"
        " {params.method}"
        " {params.min_fold}"
        " {output.chimeras}"
        " {output.version}"
        " > {log} 2>&1"


rule find_chimeras_dada2:
    input:
        found=lambda wildcards: collect(
            "results/profile/{assay}/runs/{run}.sequences.tsv",
            assay=wildcards.assay,
            run=RUNS[wildcards.assay],
        ),
        script=SCRIPTS / "dada2_chimeras.R",
        bimeras=SCRIPTS / "dada2_bimeras.R",
    output:
        chimeras="results/profile/{assay}/dada2_chimeras.txt",
    log:
        "results/logs/amplicon/find_chimeras_dada2/{assay}.log",
    benchmark:
        "results/benchmarks/amplicon/find_chimeras_dada2/{assay}.tsv"
    wildcard_constraints:
        assay=assays_with("dada2"),
    conda:
        "../envs/dada2.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=240,
    params:
        method=PROJECT.amplicon["dada2_chimera_method"],
        min_fold=PROJECT.amplicon["dada2_chimera_min_fold"],
    shell:
        "Rscript --vanilla {input.script:q}"
        " {input.bimeras:q}"
        " {params.method}"
        " {params.min_fold}"
        " {threads}"
        " {output.chimeras}"
        " {input.found:q}"
        " > {log} 2>&1"


rule collect_dada2:
    input:
        found=lambda wildcards: collect(
            "results/profile/{assay}/runs/{run}.sequences.tsv",
            assay=wildcards.assay,
            run=RUNS[wildcards.assay],
        ),
        tracking=lambda wildcards: collect(
            "results/profile/{assay}/runs/{run}.tracking.tsv",
            assay=wildcards.assay,
            run=RUNS[wildcards.assay],
        ),
        truncation=truncations_of_assay,
        chimeras=chimeras_of_assay,
        version=version_of_assay,
        sheet=ancient(PROJECT.libraries),
    output:
        features="results/profile/{assay}/features.fasta",
        counts="results/profile/{assay}/counts.parquet",
        tracking="results/profile/{assay}/tracking.tsv",
        engine="results/profile/{assay}/engine.json",
    log:
        "results/logs/amplicon/collect_dada2/{assay}.log",
    wildcard_constraints:
        assay=assays_with("dada2"),
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        parameters=dada2_parameters,
    shell:
        "soilbio profile dada2"
        " --found {input.found:q}"
        " --tracking {input.tracking:q}"
        " --chimeras {input.chimeras:q}"
        " --sheet {input.sheet:q}"
        " --assay {wildcards.assay}"
        " --version-file {input.version:q}"
        " --parameters {params.parameters:q}"
        " --out results/profile/{wildcards.assay}"
        " 2> {log}"


rule build_classifier:
    input:
        files=lambda wildcards: reference_paths(assay_of(wildcards.reference)),
    output:
        database=unless_searched("results/reference/whole/{reference}.fasta"),
    log:
        "results/logs/amplicon/build_classifier/{reference}.log",
    # Beside the reads, so that no core waits for it afterwards.
    priority: 10
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        reference=lambda wildcards: reference_files(assay_of(wildcards.reference)),
        state=lambda wildcards: reference_state(assay_of(wildcards.reference)),
    shell:
        "soilbio reference build"
        " {params.reference}"
        " --for sintax"
        " --out {output.database}"
        " 2> {log}"


rule cut_reference:
    input:
        whole=whole_reference,
    output:
        # References in which the primers are not found stay whole, so that no taxon is lost.
        region=temp("results/reference/{assay}.fasta"),
    log:
        "results/logs/amplicon/cut_reference/{assay}.log",
    # Beside the reads, so that no core waits for it afterwards.
    priority: 10
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        region=region_option,
    shell:
        "cutadapt"
        " --quiet"
        " --cores {threads}"
        " --error-rate 0.15"
        " --front {params.region:q}"
        " --output {output.region}"
        " {input.whole:q}"
        " 2> {log}"


rule index_reference:
    input:
        region="results/reference/{assay}.fasta",
    output:
        database="results/reference/{assay}.udb",
    log:
        "results/logs/amplicon/index_reference/{assay}.log",
    # Beside the reads, so that no core waits for it afterwards.
    priority: 10
    conda:
        "../envs/vsearch.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    shell:
        # Unmasked, as SINTAX reads a FASTA file.
        "vsearch"
        " --makeudb_usearch {input.region:q}"
        " --dbmask none"
        " --output {output.database}"
        " 2> {log}"


rule classify_features:
    input:
        features="results/profile/{assay}/features.fasta",
        database="results/reference/{assay}.udb",
    output:
        lineages="results/taxonomy/{assay}/sintax.tsv",
        classifier="results/taxonomy/{assay}/classifier.json",
    log:
        "results/logs/amplicon/classify_features/{assay}.log",
    benchmark:
        "results/benchmarks/amplicon/classify_features/{assay}.tsv"
    conda:
        "../envs/vsearch.yaml"
    threads: 4
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        reference=lambda wildcards: reference_options(wildcards.assay),
        # Here, too, for what was made of it before was temporary.
        state=lambda wildcards: reference_state(wildcards.assay),
        confidence=PROJECT.taxonomy["confidence"],
    shell:
        "soilbio classify"
        " --features {input.features:q}"
        " --database {input.database:q}"
        " {params.reference}"
        " --confidence {params.confidence}"
        " --threads {threads}"
        " --out results/taxonomy/{wildcards.assay}"
        " 2> {log}"


rule build_tree:
    input:
        features="results/profile/{assay}/features.fasta",
    output:
        tree="results/tree/{assay}.nwk",
        note="results/tree/{assay}.tree.json",
    log:
        "results/logs/amplicon/build_tree/{assay}.log",
    benchmark:
        "results/benchmarks/amplicon/build_tree/{assay}.tsv"
    conda:
        "../envs/tree.yaml"
    threads: 4
    resources:
        mem_mb=4000,
        runtime=480,
    params:
        max_features=PROJECT.tree["max_features"],
    shell:
        "soilbio tree"
        " --features {input.features:q}"
        " --max-features {params.max_features}"
        " --threads {threads}"
        " --out {output.tree}"
        " 2> {log}"
