# Read-quality pages.


rule measure_read_quality:
    input:
        reads=reads_of_library,
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
        state=reads_state,
    shell:
        "soilbio quality library" " {params.reads}" " --out {output.report}" " 2> {log}"


rule collect_read_quality:
    input:
        reports=quality_reports(),
        sheet=ancient(PROJECT.libraries),
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
        " --reports results/quality"
        " --sheet {input.sheet:q}"
        " --out {output.page}"
        " 2> {log}"
