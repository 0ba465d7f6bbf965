# soilbio: reads of soil samples to an agreement-tagged dataset, its exports and a report.
# Start it as `soilbio run --configfile config/config.yaml` or with plain `snakemake`.

from snakemake.utils import min_version

min_version("9.13")


include: "workflow/rules/common.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/amplicon.smk"
include: "workflow/rules/shotgun.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/diversity.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/report.smk"


# The first step, before any job. Not a rule: all others would depend on it, and a changed
# configuration would then run everything anew.
onstart:
    hold_folder()
    check_inputs()


rule all:
    default_target: True
    input:
        "results/report.html",
        "results/quality/multiqc/multiqc_report.html",
        final_tables(),
