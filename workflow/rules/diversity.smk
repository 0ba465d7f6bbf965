# Diversity of each assay of the dataset.


rule measure_diversity:
    input:
        package="results/dataset/datapackage.json",
        config=ancient(CONFIG_FILE),
    output:
        alpha="results/diversity/{assay}/alpha.tsv",
        settings="results/diversity/{assay}/settings.json",
    log:
        "results/logs/diversity/measure_diversity/{assay}.log",
    benchmark:
        "results/benchmarks/diversity/measure_diversity/{assay}.tsv"
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        settings=as_given(json.dumps(PROJECT.diversity, sort_keys=True)),
    shell:
        "soilbio diversity results/dataset"
        " --assay {wildcards.assay}"
        " --config {input.config:q}"
        " --out results/diversity/{wildcards.assay}"
        " 2> {log}"
