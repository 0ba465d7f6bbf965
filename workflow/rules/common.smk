# Checked configuration and sheet, wildcard constraints, input functions.

import json
import shlex
import subprocess
import sys
from pathlib import Path

from dnaio import SequenceRecord
from snakemake.exceptions import WorkflowError
from soilbio.errors import InputError
from soilbio.metadata.assays import REESTIMATES, WHOLE_READS
from soilbio.metadata.classifiers import assay_of, key_of, reference_of
from soilbio.metadata.config import read_config
from soilbio.metadata.databases import job_memory_mb, lineages_for
from soilbio.metadata.file_state import state_of
from soilbio.metadata.sheet import read_sheet
from soilbio.metadata.units import units_of
from soilbio.metadata.genome_files import cleaning_memory_mb, genomes_memory_mb, genomes_of
from soilbio.profile.contaminants import RULE_VERSION
from soilbio.profile.coverage import METHOD
from soilbio.profile.needs import missing_tools
from soilbio.references.identity import identity_of
from soilbio.references.manifest import references_root
from soilbio.runner.start import hold

if not workflow.overwrite_configfiles:
    raise WorkflowError("Nothing was run. Name the configuration: --configfile config/config.yaml")
if workflow.config_settings.config:
    raise WorkflowError(
        "Nothing was run. Options of soilbio are set in the file that --configfile names,"
        " so that what was run can be read there; --config is not used."
    )

CONFIG_FILE = Path(workflow.overwrite_configfiles[-1]).resolve()
try:
    PROJECT = read_config(CONFIG_FILE)
    # What was sequenced; a library of a metagenome is one in the dataset for each profiler.
    SEQUENCED = read_sheet(PROJECT.libraries, PROJECT.assays)
    LIBRARIES, METHODS = units_of(SEQUENCED, PROJECT.assays, str(PROJECT.libraries))
except InputError as error:
    raise WorkflowError(f"Nothing was run.\n{error}") from None

# Tools of rules without a conda environment are looked for before anything starts.
if not workflow.deployment_settings.deployment_method:
    if MISSING := missing_tools(PROJECT, SEQUENCED.values()):
        raise WorkflowError(f"Nothing was run.\n{InputError(MISSING)}")

# An activated environment may hide the command that this process was started with.
shell.prefix(
    f"set -euo pipefail; export PATH=$PATH:{shlex.quote(str(Path(sys.executable).parent))}; "
)

# Genomes whose reads are taken out of metagenomes.
GENOMES = genomes_of(PROJECT)
SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"


wildcard_constraints:
    library=ID,
    assay=ID,
    run=ID,
    reference=ID,
    number=r"\d+",


ASSAYS = sorted({library.assay for library in LIBRARIES.values()})
BY_ASSAY = {
    assay: [library for library in LIBRARIES.values() if library.assay == assay] for assay in ASSAYS
}
RUNS = {assay: sorted({library.run for library in BY_ASSAY[assay]}) for assay in ASSAYS}


# The last is made of Kraken2's reports, where its database has what that needs (Bracken).
PROFILERS = (*WHOLE_READS, REESTIMATES)
AMPLICONS = [assay for assay in ASSAYS if not METHODS[assay].is_shotgun]


def as_given(text):
    """Give a text of the user to a rule: braces in one that is no function's would be wildcards."""
    return lambda wildcards: text


def hold_folder():
    """Keep `soilbio run` out of the folder, or stop if it is at work there."""
    try:
        hold(Path.cwd())
    except InputError as error:
        raise WorkflowError(f"Nothing was run.\n{error}") from None


def check_inputs():
    """Find every mistake in configuration, sheets, agreements and reads; stop if there is one."""
    command = [sys.executable, "-m", "soilbio", "check", "--config", CONFIG_FILE]
    command += ["--problems", "results/check/problems.tsv"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WorkflowError(f"Nothing was run.\n{done.stderr}")


def engine_of(assay):
    """Name the engine of an assay: its own, or the configured one."""
    return METHODS[assay].engine or PROJECT.amplicon["engine"]


def assays_with(*engines):
    """Write the assays of some engines as a pattern; without any it matches nothing."""
    return (
        "|".join(assay.replace(".", r"\.") for assay in ASSAYS if engine_of(assay) in engines)
        or "a^"
    )


def reads_of_library(wildcards):
    """Find the FASTQ files of a library."""
    library = SEQUENCED[wildcards.library]
    return [str(file) for file in (library.fastq_1, library.fastq_2) if file]


def reads_state(wildcards):
    """Tell a library's files from those that may take their places, with whatever time."""
    return state_of(reads_of_library(wildcards))


def sheets_state():
    """Tell what the dataset takes from sheets and agreements from what may take their places."""
    sheets = [PROJECT.libraries, PROJECT.samples, *([PROJECT.soil] if PROJECT.soil else [])]
    return state_of([*sheets, *sorted(PROJECT.agreements.glob("*.yaml"))])


def is_paired(library):
    """Tell whether a library has reads of both ends."""
    return library.fastq_2 is not None


def reads_options(wildcards):
    """Write the files of a library as options of `soilbio prepare`."""
    library = SEQUENCED[wildcards.library]
    reverse = f" --fastq-2 {shlex.quote(str(library.fastq_2))}" if is_paired(library) else ""
    return f"--fastq-1 {shlex.quote(str(library.fastq_1))}{reverse}"


def primer_options(wildcards):
    """Write the primers of a library's assay as options; none where they were removed before."""
    assay = PROJECT.assays[LIBRARIES[wildcards.library].assay]
    if not assay.primers_in_reads:
        return ""
    rate = PROJECT.amplicon["primer_error_rate"]
    return (
        f"--forward {assay.forward_primer} --reverse {assay.reverse_primer}"
        f" --primer-error-rate {rate}"
    )


def truncation_options(wildcards):
    """Write where reads are cut, as the assay or the configuration demands; else by choice."""
    lengths = fixed_truncation(LIBRARIES[wildcards.library].assay)
    if lengths is None:
        return f"--truncation {truncation_file(wildcards)}"
    return f"--truncate-1-bp {lengths[0]} --truncate-2-bp {lengths[1]}"


def fixed_truncation(assay):
    """Give the lengths that the assay states, or None where they are to be chosen."""
    stated = PROJECT.assays[assay]
    if stated.truncate_1_bp is None and stated.truncate_2_bp is None:
        return None
    return stated.truncate_1_bp or 0, stated.truncate_2_bp or 0


def truncation_file(wildcards):
    """Name the file of chosen lengths of a library's run."""
    library = LIBRARIES[wildcards.library]
    return f"results/profile/{library.assay}/truncation/{library.run}.json"


def truncation_input(wildcards):
    """Ask for the chosen lengths only where they are used."""
    assay = LIBRARIES[wildcards.library].assay
    return [] if fixed_truncation(assay) is not None else [truncation_file(wildcards)]


def filtered_reads_of_run(wildcards):
    """Find the filtered FASTQ files of all libraries of an assay and run."""
    return [
        f"results/profile/{library.assay}/filtered/{library.library_id}_{end}.fastq.gz"
        for library in BY_ASSAY[wildcards.assay]
        if library.run == wildcards.run
        for end in (1, 2)
    ]


def raw_reads_of_run(wildcards):
    """Find the FASTQ files of all libraries of an assay and run."""
    return [
        str(file)
        for library in BY_ASSAY[wildcards.assay]
        if library.run == wildcards.run
        for file in (library.fastq_1, library.fastq_2)
        if file
    ]


def truncation_demand(assay):
    """Write what truncated pairs must fulfil as options of `soilbio profile truncation`."""
    stated = PROJECT.assays[assay]
    primers = (
        (stated.forward_primer, stated.reverse_primer) if stated.primers_in_reads else ("", "")
    )
    return (
        f"--min-length-bp {stated.min_length_bp} --max-length-bp {stated.max_length_bp}"
        f" --min-overlap-bp {PROJECT.amplicon['min_overlap_bp']}"
        f" --primer-bp {len(primers[0])} {len(primers[1])}"
    )


def truncations_of_assay(wildcards):
    """Name the chosen lengths of all runs of an assay, where lengths are chosen."""
    if fixed_truncation(wildcards.assay) is not None:
        return []
    return [
        f"results/profile/{wildcards.assay}/truncation/{run}.json" for run in RUNS[wildcards.assay]
    ]


def chimera_method_of_run(assay):
    """Name how a run looks for chimeras: not at all, where those of several runs are pooled."""
    return PROJECT.amplicon["dada2_chimera_method"] if len(RUNS[assay]) == 1 else "none"


def chimeras_of_assay(wildcards):
    """Name where an assay's chimeras stand: with its only run, or those of all runs."""
    first, *others = RUNS[wildcards.assay]
    whose = "dada2_chimeras" if others else f"runs/{first}.chimeras"
    return f"results/profile/{wildcards.assay}/{whose}.txt"


def version_of_assay(wildcards):
    """Name where the version of DADA2 stands; it is the same in all runs."""
    return f"results/profile/{wildcards.assay}/runs/{RUNS[wildcards.assay][0]}.version.txt"


def dada2_parameters(wildcards):
    """Write what DADA2 was told as JSON, for the dataset."""
    stated = {
        key.removeprefix("dada2_"): value
        for key, value in PROJECT.amplicon.items()
        if key.startswith("dada2_")
    }
    lengths = fixed_truncation(wildcards.assay)
    return json.dumps({**stated, "truncation_bp": lengths or "chosen per run"}, sort_keys=True)


def region_option(wildcards):
    """Write an assay's primers as cutadapt finds its region in a reference."""
    assay = PROJECT.assays[wildcards.assay]
    end = SequenceRecord("", assay.reverse_primer).reverse_complement().sequence
    return f"{assay.forward_primer};required...{end};required"


def reference_files(assay):
    """Write what names an assay's features as options that find it; if installed by its name."""
    reference = reference_of(PROJECT, assay)
    if not reference.get("sequences"):
        return reference["reference"]
    return (
        f"--sequences {shlex.quote(str(reference['sequences']))}"
        f" --lineages {shlex.quote(str(reference['lineages']))}"
    )


def whole_reference(wildcards):
    """Find what names an assay's features, before it is cut to the assay's region."""
    return f"results/reference/whole/{key_of(PROJECT, wildcards.assay)}.fasta"


def ssu_reference(wildcards):
    """Name what names the rRNA reads of a library, as files of it are called."""
    return key_of(PROJECT, SEQUENCED[wildcards.library].assay)


def reference_paths(assay):
    """Name the classifier's own files: what changes in them is to be read again."""
    reference = reference_of(PROJECT, assay)
    if not reference.get("sequences"):
        return []
    return [str(reference[name]) for name in ("sequences", "lineages")]


def reference_state(assay):
    """Tell the classifier from what may take its place; one that is installed has its checksum."""
    name = reference_of(PROJECT, assay)["reference"]
    return state_of(reference_paths(assay) or [references_root() / name / "reference.json"])


def reference_options(assay):
    """Write what names an assay's features as options that find and name it."""
    reference = reference_of(PROJECT, assay)
    if not reference.get("sequences"):
        return f"--reference {reference['reference']}"
    return (
        f"{reference_files(assay)}"
        f" --name {shlex.quote(reference['reference'])}"
        f" --version {shlex.quote(str(reference.get('version') or 'unknown'))}"
    )


def unique_reads_of_assay(wildcards):
    """Find the unique sequences of all libraries of an assay."""
    return [
        f"results/profile/{wildcards.assay}/unique/{library.library_id}.fasta.gz"
        for library in BY_ASSAY[wildcards.assay]
    ]


def reads_left_of_assays():
    """Name the accounts of reads of all libraries."""
    return [
        f"results/profile/{library.assay}/reads_left/{library.library_id}.json"
        for library in LIBRARIES.values()
        if library.assay in AMPLICONS
    ]


def clean_reads(wildcards):
    """Find the trimmed reads of a library of a metagenome."""
    return clean_reads_of(wildcards.library)


def clean_reads_of(library):
    """Name the trimmed reads of a library of a metagenome."""
    ends = (1, 2) if is_paired(SEQUENCED[library]) else (1,)
    return [f"results/shotgun/clean/{library}_{end}.fastq.gz" for end in ends]


def kept_reads():
    """Name the trimmed reads that stay; asked for, those that an earlier run let go are made."""
    if not PROJECT.shotgun["keep_clean"]:
        return []
    return [
        path
        for name, library in SEQUENCED.items()
        if PROJECT.assays[library.assay].is_shotgun
        for path in clean_reads_of(name)
    ]


def unless_kept(path):
    """Mark trimmed reads as temporary, if the configuration does not keep them."""
    return path if PROJECT.shotgun["keep_clean"] else temp(path)


def unless_searched(path):
    """Mark a whole reference as temporary, if no rRNA reads of metagenomes are searched with it.

    Made anew for another assay it would have all metagenomes trimmed and searched again.
    """
    assays = {PROJECT.assays[library.assay] for library in SEQUENCED.values()}
    return path if any("ssu" in assay.profilers for assay in assays) else temp(path)


def is_long(library):
    """Tell whether a library's reads are those of Nanopore or PacBio."""
    return PROJECT.assays[SEQUENCED[library].assay].long_reads


def genome_index(wildcards):
    """Name the index of genomes whose reads are taken out, if there are any."""
    kind = "long" if is_long(wildcards.library) else "short"
    return [f"results/shotgun/genomes/{kind}.mmi"] if GENOMES else []


def cleaning_options(wildcards):
    """Write what else cleaning is told of a library."""
    index = " ".join(f"--index {path}" for path in genome_index(wildcards))
    return f"{'--long ' if is_long(wildcards.library) else ''}{index}"


def cleaning_settings():
    """Write what cleaning finds in the configuration, so that a change of it is seen."""
    keys = ("min_length_bp", "long_", "remove", "estimate_coverage")
    asked = {name: str(value) for name, value in PROJECT.shotgun.items() if name.startswith(keys)}
    if GENOMES:
        asked["rule_version"] = RULE_VERSION
    if PROJECT.shotgun["estimate_coverage"]:
        asked["coverage"] = METHOD
    return json.dumps(asked, sort_keys=True)


def quality_reports():
    """Name the reports of the reads as they came; of metagenomes those of trimming have them."""
    return [
        "results/quality/{folder}/{library}.fastp.json".format(
            folder="shotgun" if PROJECT.assays[library.assay].is_shotgun else "reads",
            library=name,
        )
        for name, library in SEQUENCED.items()
    ]


def profiler_of(engine):
    """Name whose profiles an engine is made of: re-estimates are of Kraken2's."""
    return "kraken2" if engine == REESTIMATES else engine


def shotgun_options(engine):
    """Write what an engine is told, so that a change of it is seen."""
    asked = {
        name: str(value)
        for name, value in PROJECT.shotgun.items()
        if name.startswith((engine, profiler_of(engine), "lineages"))
    }
    return json.dumps(asked, sort_keys=True)


def database_identity(engine):
    """Tell an engine's database from any other, so that one that was replaced is seen."""
    return identity_of(engine, PROJECT.shotgun[f"{profiler_of(engine)}_database"])


def lineages_of_unit(wildcards):
    """Find the lineages of the genomes that an assay's engine names."""
    engine = engine_of(wildcards.assay)
    lineages = lineages_for(PROJECT, engine) if engine in ("sylph", "sourmash") else None
    return [str(lineages)] if lineages else []


def kraken2_memory(wildcards):
    """Ask for the database's size and half a gigabyte."""
    return job_memory_mb(PROJECT, "kraken2")


def sketches_memory(wildcards):
    """Ask for what the sketches take, and more for those of the reads."""
    return job_memory_mb(PROJECT, wildcards.engine)


def sequenced_of_unit(assay):
    """Name the libraries, as sequenced, of a metagenome's assay."""
    end = f"-{engine_of(assay)}"
    return [library.library_id.removesuffix(end) for library in BY_ASSAY[assay]]


def profiles_of_unit(wildcards):
    """Find the profiles that one engine made of an assay's libraries."""
    profiler = profiler_of(engine_of(wildcards.assay))
    return [
        f"results/shotgun/{profiler}/{library}.tsv"
        for library in sequenced_of_unit(wildcards.assay)
    ]


def accounts_of_unit(wildcards):
    """Find the accounts of reads of an assay's libraries."""
    return [
        f"results/shotgun/clean/{library}.json" for library in sequenced_of_unit(wildcards.assay)
    ]


def profiles_of_assays():
    """Name what every assay brings into the dataset."""
    kinds = [
        "profile/{assay}/features.fasta",
        "profile/{assay}/counts.parquet",
        "profile/{assay}/tracking.tsv",
        "profile/{assay}/engine.json",
        "taxonomy/{assay}/sintax.tsv",
        "taxonomy/{assay}/classifier.json",
    ]
    if PROJECT.tree["build"]:
        kinds.append("tree/{assay}.nwk")
    of_shotgun = [
        "profile/{assay}/counts.parquet",
        "profile/{assay}/features.parquet",
        "profile/{assay}/tracking.tsv",
        "profile/{assay}/engine.json",
        "taxonomy/{assay}/classifier.json",
    ]
    return [
        f"results/{kind.format(assay=assay)}"
        for assay in ASSAYS
        for kind in (kinds if assay in AMPLICONS else of_shotgun)
    ]


def export_options(wildcards):
    """Write target, dataset, recipient, purpose and date of an export as `soilbio export` asks."""
    export = PROJECT.exports[int(wildcards.number)]
    words = [export["target"], "results/dataset", "--recipient", export["recipient"]]
    words += ["--purpose", export["purpose"]]
    words += ["--date", str(export["date"])] if export.get("date") else []
    return shlex.join(words)


def combined_table():
    """Name what the profilers find together; nothing of a project without metagenomes."""
    return ["results/combined/taxa.tsv"] if len(AMPLICONS) < len(ASSAYS) else []


def final_tables():
    """Name what a run ends with, beside the report."""
    return [
        "results/dataset/datapackage.json",
        *[f"results/diversity/{assay}/settings.json" for assay in ASSAYS],
        *[f"results/exports/{folder}/decision.json" for folder in PROJECT.export_folders()],
        *combined_table(),
        *kept_reads(),
        *(["results/score/score.tsv"] if PROJECT.truth else []),
    ]
