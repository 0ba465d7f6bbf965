# One HTML file that says what was done, found and shared.


rule write_report:
    input:
        tables=final_tables(),
        reads=quality_reports(),
        config=CONFIG_FILE,
    output:
        report="results/report.html",
    log:
        "results/logs/report/write_report.log",
    conda:
        "../envs/soilbio.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        recipient=as_given(PROJECT.report["recipient"]),
        purpose=as_given(PROJECT.report["purpose"]),
        state=state_of([CONFIG_FILE]),
    shell:
        "soilbio report"
        " --dataset results/dataset"
        " --results results"
        " --config {input.config:q}"
        " --recipient {params.recipient:q}"
        " --purpose {params.purpose:q}"
        " --out {output.report}"
        " 2> {log}"
