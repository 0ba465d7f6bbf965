"""The databases of a project's profilers: there, of the right kind, and not too large."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.metadata.assays import SSU
from soilbio.metadata.classifiers import classified, key_of, reference_of
from soilbio.metadata.config import Config
from soilbio.metadata.genome_files import (
    PHIX,
    check_genomes,
    cleaning_memory_mb,
    genomes_of,
)
from soilbio.metadata.sheet import Library
from soilbio.references.entries import read_manifest, to_get
from soilbio.references.genome_names import stranger_to
from soilbio.references.kinds import KINDS, check_fits, check_kind, wrong_database
from soilbio.references.kraken2_taxonomy import NCBI, contradicts_ncbi, numbers_of
from soilbio.references.layouts import DATABASE_NAMES
from soilbio.references.machine import (
    memory_bytes,
    memory_of,
    memory_of_entry,
    what_would_fit,
)
from soilbio.references.manifest import (
    LINEAGES,
    database_at,
    describe,
    engine_of,
    installed,
    references_root,
)
from soilbio.references.plan import GENOME, Need
from soilbio.references.versions import check_version

__all__ = [
    "check_databases",
    "check_kraken2",
    "job_memory_mb",
    "lineages_for",
    "needs_of",
    "taxids_of",
    "wrong_database",
]


def check_databases(project: Config, libraries: Iterable[Library], problems: Problems) -> None:
    """Note the databases that the sheet's profilers need and that are not named, there or fit."""
    used = used_profilers(project, libraries)
    if used:
        check_genomes(project, problems)
    for profiler in sorted(used - {SSU}):
        key = f"{profiler}_database"
        path: Path | None = project.shotgun[key]
        if path is None and any(p.column == f"shotgun.{key}" for p in problems.errors):
            continue  # what is wrong with its name has been told
        if path is None or not path.exists():
            problems.add(
                "shotgun-database",
                row=project.row("shotgun", key),
                column=f"shotgun.{key}",
                found=path.name if path else None,
                expected=KINDS[profiler],
                fix=_where(path, profiler),
            )
            continue
        try:
            _check_engine(path, profiler)
            check_kind(profiler, path)
            asked = (project.shotgun[f"sourmash_{name}"] for name in ("ksize", "scaled"))
            check_version(profiler, path, *asked)
            check_fits(profiler, path)
            if profiler in DATABASE_NAMES:
                _check_lineages(project, profiler, path, problems)
            else:
                _check_taxids(project, path, problems)
        except InputError as error:
            problems.extend(error.problems)
        except OSError as error:  # what nobody may read, or a disk that fails
            told = wrong_database(path, KINDS[profiler], error.strerror or error)
            problems.extend(told.problems)


def _check_lineages(project: Config, profiler: str, path: Path, problems: Problems) -> None:
    """Note sketches of genomes whose names are nowhere told, or that the table is of others."""
    table = lineages_for(project, profiler)
    stranger = stranger_to(table, profiler, path) if table and table.is_file() else ""
    if table and not stranger:
        return
    problems.add(
        "shotgun-lineages",
        row=project.row("shotgun", "lineages") or project.row("shotgun", f"{profiler}_database"),
        column="shotgun.lineages",
        found=table.name if table else None,
        expected=f"lineages of the genomes of {path.name}, of which one is {stranger}"
        if stranger
        else f"a table of genome and lineage: {profiler} names genomes only",
        fix="Name the table that belongs to these sketches, such as GTDB's bac120_taxonomy.tsv of"
        " the same release; `soilbio reference get` and `build` bring it along",
    )


def _check_taxids(project: Config, path: Path, problems: Problems) -> None:
    """Note numbers of a database's own that the configuration calls NCBI's."""
    if project.shotgun["kraken2_taxids"] == NCBI and contradicts_ncbi(path):
        problems.add(
            "shotgun-taxids",
            row=project.row("shotgun", "kraken2_taxids"),
            column="shotgun.kraken2_taxids",
            found=NCBI,
            expected=f"own: the taxa of {path.name} do not have NCBI's numbers",
            fix="Write own, or leave the key out: the database itself is asked then",
        )


def used_profilers(project: Config, libraries: Iterable[Library]) -> set[str]:
    """Name the profilers of the assays that the sheet has libraries of."""
    return {
        profiler
        for library in libraries
        if (assay := project.assays.get(library.assay)) is not None and assay.is_shotgun
        for profiler in assay.profilers
    }


def needs_of(project: Config, libraries: Iterable[Library]) -> list[Need]:
    """List the references that a project uses: of amplicons (and rRNA reads), then by engine."""
    used = list(libraries)
    profilers = used_profilers(project, used)
    found = []
    by_reference: dict[str, list[str]] = {}
    for assay_id in classified(project, used):
        by_reference.setdefault(key_of(project, assay_id), []).append(assay_id)
    for assays in by_reference.values():
        told = reference_of(project, assays[0])
        found.append(Need(told["reference"], "amplicons", ", ".join(assays), told["sequences"]))
    for profiler in sorted(profilers - {SSU}):
        key = f"{profiler}_database"
        place: Path | None = project.shotgun[key]
        name = _name_of(place) if place else "-"
        found.append(Need(name, profiler, f"shotgun.{key}", place))
    return found + (_genomes_needed(project) if profilers else [])


def _genomes_needed(project: Config) -> list[Need]:
    """List the genomes to be removed; a job holds all of them together."""
    memory = cleaning_memory_mb(genomes_of(project)) * 10**6
    named = project.shotgun["remove"]
    found = [
        Need(one["name"], GENOME, "shotgun.remove", one["fasta"], memory_bytes=memory)
        for one in named
    ]
    if project.shotgun["remove_phix"] and PHIX not in {one["name"] for one in named}:
        found.append(Need(PHIX, GENOME, "shotgun.remove_phix", memory_bytes=memory))
    return found


def _name_of(path: Path) -> str:
    known = database_at(path)
    is_of_manifest = path.name in read_manifest() and not path.exists()
    return known.name if known else path.name if is_of_manifest else str(path)


def _where(path: Path | None, profiler: str) -> str:
    """Say what to do about a database that is not there."""
    if path is None:
        return f"Name it, or take {profiler} out of the assay's profilers"
    entry = read_manifest().get(path.name) if path.parent == references_root() else None
    if entry is None:
        return f"Correct the path; it was looked for at {path}"
    if entry.engine != profiler:
        return _others(path.name, entry.engine, profiler)
    needed, there = memory_of_entry(entry) or 0, memory_bytes()
    if needed > there:
        return (
            f"It takes {needed / 1e9:.1f} GB of memory, and there are {there / 1e9:.1f}"
            " (SOILBIO_MEMORY_GB states those of a cluster's nodes);"
            f" {what_would_fit(read_manifest(), profiler, there)}"
        )
    told = f"Run `{to_get(entry)}`"
    return told if entry.is_verifiable else f"{told}: its publisher gives no checksum to hold it to"


def _others(name: str, engine: str, profiler: str) -> str:
    """Name the references of a profiler, where one of another engine was named."""
    known = [one for one, entry in read_manifest().items() if entry.engine == profiler]
    return f"{name} is of {engine}; name one of {profiler}, such as {', '.join(known)}"


def _check_engine(path: Path, profiler: str) -> None:
    """Refuse an installed reference of another engine, by what was noted of it."""
    root = references_root().resolve()
    if path == root or not path.resolve().is_relative_to(root):
        return
    name = path.resolve().relative_to(root).parts[0]
    if name not in installed():
        return
    if (engine := engine_of(describe(name))) == profiler:
        _check_sizes(name, path)
        return
    raise problem_of(
        "shotgun-database",
        str(path),
        found=f"{name}, of {engine}",
        expected=KINDS[profiler],
        fix=_others(name, engine, profiler),
    )


def _check_sizes(name: str, path: Path) -> None:
    """Refuse an installed reference of which a file is no longer as long as it was."""
    for file, size in describe(name).get("sizes", {}).items():
        whole = references_root() / name / file
        found = whole.stat().st_size if whole.is_file() else 0
        if found != size:
            raise problem_of(
                "shotgun-database",
                str(path),
                found=f"{file} of {found:,} bytes",
                expected=f"the {size:,} bytes that were installed as {name}",
                fix=f"Remove {whole.parent} and install it again; `soilbio reference verify` tells"
                " of all that are installed",
            )


def check_kraken2(database: Path, memory: int | None = None) -> None:
    """Refuse a folder that is no database of Kraken2, or one that does not fit into memory.

    Raises
    ------
    InputError
        With what would fit.

    """
    check_kind("kraken2", database)
    check_fits("kraken2", database, memory_bytes() if memory is None else memory)


def job_memory_mb(project: Config, engine: str) -> int:
    """Say what memory a job of an engine asks for; `check_fits` and plans go by the same."""
    database: Path | None = project.shotgun[f"{engine}_database"]
    return -(-memory_of(engine, database or Path()) // 10**6)


def taxids_of(project: Config) -> str:
    """Say whose numbers the taxa of Kraken2's database have: as configured, else as it shows."""
    asked = str(project.shotgun["kraken2_taxids"])
    return numbers_of(project.shotgun["kraken2_database"]) if asked == "auto" else asked


def lineages_for(project: Config, engine: str) -> Path | None:
    """Find the lineages of the genomes that an engine names: the project's, or the database's.

    Those of a database that `soilbio reference build` wrote lie beside its sketches.
    """
    own: Path | None = project.shotgun["lineages"]
    database: Path | None = project.shotgun[f"{engine}_database"]
    if own or database is None:
        return own
    if known := database_at(database):
        return known.lineages
    beside = database.with_name(LINEAGES)
    is_built = database.name == DATABASE_NAMES.get(engine) and beside.is_file()
    return beside if is_built else None
