"""The formats, each with the module that reads it and what it is, in the order they are tried."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.found import Found
from soilbio.importers.nested import check_nested
from soilbio.importers.profiles import ending_of
from soilbio.importers.sides import FASTA, sort_out
from soilbio.importers.stated import OPTIONS, check_options, stated
from soilbio.importers.table import ENDS
from soilbio.importers.table import recognise as recognise_table
from soilbio.importers.text import empty
from soilbio.importers.totals import check_totals, without_ignored

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
    "kraken2": "reports of Kraken2, and others in its form",
    "bracken": "tables of Bracken",
    "sourmash": "tables of sourmash tax metagenome or gather",
    "sylph": "profiles of sylph, sylph-tax",
    "taxpasta": "tables standardised or merged by taxpasta",
    "table": "any table of counts, with a mapping in --method",
}

# Of these pipelines numbers are reads, unless they say that they are shares.
_COUNTED = ("ampliseq", "dadasnake", "lotus2", "mothur", "qiime2", "dada2", "mgnify")
# These say themselves what a folder lacks.
_FOLDERS = ("ampliseq", "dadasnake", "lotus2", "mothur", "qiime2")
# Formats of libraries and features, without rows and columns of text.
_MATRICES = ("biom", "qiime2")
# Of these each file is a library.
_PROFILES = ("metaphlan", "kraken2", "bracken", "sourmash", "sylph")
# Tables that have sequences and lineages in files beside them, called anything.
_WITH_OTHERS = ("biom", "dada2", "table")
# Their tables go by names of sequences; or by numbers, and a file has the sequences.
_BY_ANY_NAMES = ("dada2",)
_KINDS = ("sequences", "lineages")
# Folders with parts by fixed names, where sequences may be called anything, too.
_BY_PARTS = ("mdt", "phyloseq")
# What is no option of a table, but of the user's sheets.
_OF_SHEETS = ("libraries", "samples")
# Look for sums themselves: taxa of all ranks have reads of their own.
_CHECKED = ("taxpasta",)


def read(form: str, sources: Sequence[Path], options: dict[str, object]) -> Found:
    """Read sources of a format; `options` are the section `table` of the user's method.

    Beside these, `libraries` are the names of libraries that are in the user's sheets, `samples`
    is the sheet of samples.

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
    own = {name: value for name, value in options.items() if name not in _OF_SHEETS}
    check_options(own, form, {}, problems)
    problems.raise_if_any()
    module = import_module(f"soilbio.importers.{form}")
    files, notes = _files_of(form, module, sources)
    found: Found = module.read(files, options)
    found.notes += notes
    if "totals" in OPTIONS[form] and form not in _CHECKED:
        told = stated(options)
        if form in _MATRICES:
            found = without_ignored(found, told)
        check_totals(found, told)
        check_nested(found, told)
    if not found.libraries or not found.features:
        raise empty((*found.sources, *sources)[0])
    found.is_counted = found.is_counted or (form in _COUNTED and not found.shares)
    return found


def _files_of(
    form: str, module: ModuleType, sources: Sequence[Path]
) -> tuple[list[Path], list[str]]:
    """Put in the place of a folder that is no output folder the files of the format in it.

    Sequences and lineages beside a table go with it. What is left out is noted. Of profiles, each
    of which is a library, those that end as others do are taken, too: what is wrong with them is
    told when they are read.
    """
    files: list[Path] = []
    notes = []
    for source in sources:
        is_whole = source.is_dir() and bool(_reason(module.recognise, source))
        inside = _inside(source) if source.is_dir() and (not is_whole or form in _BY_PARTS) else []
        wanted = _KINDS if form in _WITH_OTHERS else ()
        if is_whole and form in _BY_PARTS:
            own, wanted = module.parts_in(inside)
        else:
            # Of QIIME 2's artifacts, all of which are recognised, some only are read.
            is_taken = getattr(module, "is_taken", module.recognise)
            own = [one for one in inside if _reason(is_taken, one)]
            if not own and form in _BY_ANY_NAMES:
                own = [one for one in inside if _reason(recognise_table, one)]
            ends = {ending_of(one) for one in own} - {""} if form in _PROFILES else set()
            own = [one for one in inside if one in own or ending_of(one) in ends]
        if own and wanted:
            own += _beside(source, [one for one in inside if one not in own], wanted)
        if source.is_dir() and not is_whole and not own and form not in _FOLDERS:
            raise _without_files(form, source, inside)
        files += own or [source]
        others = [one.name for one in inside if one not in own]
        if own and others:
            notes.append(f"{len(others)} files of {source} are not taken: {', '.join(others)}")
    return files, notes


def _without_files(form: str, folder: Path, inside: Sequence[Path]) -> InputError:
    """Say that no file of a folder is one of the format by itself."""
    return problem_of(
        "import-file-missing",
        str(folder),
        found=", ".join(one.name for one in inside)[:100] or "no files",
        expected=f"{FORMATS[form]}, in the folder itself",
        fix="Name the files in it that are of the format; `soilbio import --detect` tells what"
        " they are",
    )


def _beside(folder: Path, files: Sequence[Path], wanted: Collection[str]) -> list[Path]:
    """Give the file of sequences and that of lineages in a table's folder, if they are there.

    Of these two kinds what is wanted.

    Raises
    ------
    InputError
        If there are several of either: nobody knows which are the table's.

    """
    found = {kind: list[Path]() for kind in _KINDS}
    for one in files:
        if not one.name.lower().endswith((*FASTA, *ENDS)):
            continue
        try:
            parts = sort_out([one])
        except (InputError, OSError, ValueError, KeyError):
            continue
        if parts.sequences or (parts.lineages and not parts.grids):
            found["sequences" if parts.sequences else "lineages"].append(one)
    for kind in wanted:
        own = found[kind]
        if len(own) > 1:
            raise problem_of(
                "import-table-count",
                str(folder),
                found=f"{len(own)} files of {kind}: {', '.join(one.name for one in own)}",
                expected=f"one table, and one file of its {kind} at most",
                fix="Name the files of one table in the place of the folder",
            )
    return [one for kind in wanted for one in found[kind]]


def _inside(folder: Path) -> list[Path]:
    return [one for one in sorted(folder.iterdir()) if one.is_file() and one.name[0] != "."]


def _reason(recognise: Callable[[Path], str], source: Path) -> str:
    try:
        return recognise(source)
    except (InputError, OSError, ValueError, KeyError):
        return ""


def detect(source: Path) -> list[tuple[str, str]]:
    """Say which formats a file or folder may be of, and why; the likeliest first.

    Of a folder that is none, the files in it are looked at, each for its likeliest format.
    """
    likely = _likely(source)
    if likely or not source.is_dir():
        return likely
    files: dict[str, list[tuple[Path, str]]] = {}
    for one in _inside(source):
        for form, reason in _likely(one)[:1]:
            files.setdefault(form, []).append((one, reason))
    most = sorted(files.items(), key=lambda item: -len(item[1]))
    return [
        (form, f"{len(own)} files in it, such as {own[0][0].name}: {own[0][1]}")
        for form, own in most
    ]


def _likely(source: Path) -> list[tuple[str, str]]:
    found = (
        (form, _reason(import_module(f"soilbio.importers.{form}").recognise, source))
        for form in FORMATS
    )
    return [(form, reason) for form, reason in found if reason]
