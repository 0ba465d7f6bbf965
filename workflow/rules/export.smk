# What each recipient may have, in the format that was asked for.


rule export_dataset:
    input:
        package="results/dataset/datapackage.json",
    output:
        decision="results/exports/{number}-{export}/decision.json",
    log:
        "results/logs/export/export_dataset/{number}-{export}.log",
    wildcard_constraints:
        export=r"[A-Za-z0-9-]+",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        request=export_options,
    shell:
        "soilbio export {params.request}"
        " --record-refusal"
        " --pseudonym-key results/pseudonym.key"
        " --out results/exports/{wildcards.number}-{wildcards.export}"
        " 2> {log}"
