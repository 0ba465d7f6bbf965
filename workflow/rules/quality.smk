# Check everything before any compute; read-quality pages.


rule check_inputs:
    input:
        config=CONFIG_FILE,
        libraries=PROJECT.libraries,
        samples=PROJECT.samples,
        agreements=sorted(PROJECT.agreements.glob("*.yaml")),
    output:
        checked="results/check/checked.tsv",
    log:
        "results/logs/quality/check_inputs.log",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=30,
    shell:
        "soilbio check" " --config {input.config}" " --out {output.checked}" " 2> {log}"


rule measure_read_quality:
    input:
        reads=reads_of_library,
        checked=ancient("results/check/checked.tsv"),
    output:
        report="results/quality/reads/{library}.fastp.json",
    log:
        "results/logs/quality/measure_read_quality/{library}.log",
    conda:
        "../envs/fastp.yaml"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=60,
    params:
        reads=reads_options,
    shell:
        "soilbio quality library" " {params.reads}" " --out {output.report}" " 2> {log}"


rule collect_read_quality:
    input:
        reports=[f"results/quality/reads/{library}.fastp.json" for library in LIBRARIES],
    output:
        page="results/quality/multiqc/multiqc_report.html",
    log:
        "results/logs/quality/collect_read_quality.log",
    conda:
        "../envs/multiqc.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    shell:
        "soilbio quality collect"
        " --reports results/quality/reads"
        " --out {output.page}"
        " 2> {log}"
