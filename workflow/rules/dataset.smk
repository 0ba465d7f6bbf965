# All that was found, with its metadata and agreements, as one dataset.


rule build_dataset:
    input:
        # What is taken from it stands under params: another export is no other dataset.
        config=ancient(CONFIG_FILE),
        libraries=PROJECT.libraries,
        samples=PROJECT.samples,
        soil=PROJECT.soil or [],
        agreements=sorted(PROJECT.agreements.glob("*.yaml")),
        reads_left=reads_left_of_assays(),
        profiles=profiles_of_assays(),
    output:
        package="results/dataset/datapackage.json",
    log:
        "results/logs/dataset/build_dataset.log",
    benchmark:
        "results/benchmarks/dataset/build_dataset.tsv"
    conda:
        "../envs/soilbio.yaml"
    threads: 2
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        settings=as_given(PROJECT.settings_of_results()),
        state=sheets_state(),
    shell:
        "soilbio dataset build"
        " --config {input.config:q}"
        " --results results"
        " --out results/dataset"
        " 2> {log}"


rule score_dataset:
    input:
        package="results/dataset/datapackage.json",
        truth=list(PROJECT.truth),
        combined=combined_table(),
    output:
        score="results/score/score.tsv",
        composition="results/score/composition.tsv",
        profiles="results/score/profiles.tsv",
        overall="results/score/profiles-overall.tsv",
    log:
        "results/logs/dataset/score_dataset.log",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        combined=f"--combined {combined_table()[0]}" if combined_table() else "",
        state=state_of(PROJECT.truth),
    shell:
        "soilbio score results/dataset"
        " --truth {input.truth:q}"
        " {params.combined}"
        " --out results/score"
        " 2> {log}"
