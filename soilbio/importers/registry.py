"""The formats, each with the module that reads it and what it is, in the order they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from soilbio.errors import InputError, Problems
from soilbio.importers.found import Found

# Folders before files, what is told by its content before what is told by its name.
FORMATS = {
    "ampliseq": "output folder of nf-core/ampliseq",
    "dadasnake": "output folder of dadasnake",
    "lotus2": "output folder of LotuS2",
    "mothur": "folder or files of mothur: shared or count_table, taxonomy, fasta",
    "qiime2": "artifacts of QIIME 2 (.qza): table, sequences, taxonomy",
    "biom": "BIOM 1.0 or 2.1",
    "dwca": "Darwin Core Archive with the DNA-derived data extension",
    "mdt": "template of GBIF's Metabarcoding Data Toolkit: OTU table, taxa, samples",
    "mgnify": "tables of MGnify: SSU counts, ASV counts and taxa, MAPseq",
    "phyloseq": "phyloseq object (.rds, .RData), or its tables as text",
    "dada2": "sequence table and taxa of DADA2, as text or .rds",
    "metaphlan": "profiles of MetaPhlAn",
    "kraken2": "reports of Kraken2",
    "bracken": "tables of Bracken",
    "sourmash": "tables of sourmash tax metagenome or gather",
    "sylph": "profiles of sylph, sylph-tax",
    "taxpasta": "tables standardised or merged by taxpasta",
    "table": "any table of counts, with a mapping in --method",
}


def read(form: str, sources: Sequence[Path], options: dict[str, object]) -> Found:
    """Read sources of a format; `options` are the section `table` of the user's method.

    Raises
    ------
    InputError
        With all that is wrong with them.

    """
    problems = Problems(form)
    for source in sources:
        if not source.exists():
            problems.add(
                "import-source-missing",
                source=str(source),
                expected="a file or folder that exists",
                fix=f"Correct the path; it was looked for at {source.resolve()}",
            )
    problems.raise_if_any()
    found: Found = import_module(f"soilbio.importers.{form}").read(sources, options)
    return found


def detect(source: Path) -> list[tuple[str, str]]:
    """Say which formats a file or folder may be of, and why; the likeliest first."""
    likely = []
    for form in FORMATS:
        try:
            reason = import_module(f"soilbio.importers.{form}").recognise(source)
        except (InputError, OSError, ValueError, KeyError):
            continue
        if reason:
            likely.append((form, reason))
    return likely
