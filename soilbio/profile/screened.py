"""Which reads of metagenomes may leave: where some were to be removed, only those kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from soilbio.errors import Problems
from soilbio.metadata.config import Config
from soilbio.metadata.genome_files import genomes_of
from soilbio.metadata.sheet import Library
from soilbio.profile.contaminants import Rule
from soilbio.references.manifest import sha256_of

_FAILED = "could not be looked at"
_FIX = (
    "Set `keep_clean: true` under shotgun: and run the workflow; or, if all reads may leave,"
    " say so: `remove: []` and `remove_phix: false`"
)
_FIX_FAILED = "Correct its files and run the workflow again; or take its row out of the sheet"


def to_send(project: Config, libraries: Mapping[str, Library]) -> dict[str, Library]:
    """Give the libraries with the files that may leave, without those that have none.

    Parameters
    ----------
    project : Config
    libraries : mapping
        Of the sheet, by any name; amplicons are given back as they are.

    Raises
    ------
    InputError
        `reads-unscreened`, if reads were to be removed and there are no files that are known to be
        without them: never run, not kept, or looked at for other genomes than now.

    """
    genomes = genomes_of(project)
    if not genomes or not any(_is_shotgun(project, one) for one in libraries.values()):
        return dict(libraries)
    problems = Problems(str(project.libraries))
    wanted = {genome.name: sha256_of(genome.path) for genome in genomes}
    asked = project.shotgun
    rule = Rule(asked["remove_min_aligned"], asked["remove_min_identity"]).record()
    results = _results(project.path.resolve().parent)
    given = {}
    for name, library in libraries.items():
        if not _is_shotgun(project, library):
            given[name] = library
            continue
        found, fault = _screened(library, results, wanted, rule)
        if fault:
            problems.add(
                "reads-unscreened",
                row=library.row,
                column="fastq_1",
                found=f"{library.library_id}: {fault}",
                expected=f"reads from which those of {', '.join(sorted(wanted))} were removed",
                fix=_FIX_FAILED if fault.startswith(_FAILED) else _FIX,
            )
        elif found is not None:
            given[name] = found
    problems.raise_if_any()
    return given


def _is_shotgun(project: Config, library: Library) -> bool:
    assay = project.assays.get(library.assay)
    return assay is None or assay.is_shotgun


def _results(folder: Path) -> Path:
    """Find the results of a project: beside its configuration, or beside that one's folder."""
    beside = folder / "results"
    return beside if (beside / "shotgun").is_dir() else folder.parent / "results"


def _screened(
    library: Library, results: Path, wanted: Mapping[str, str], rule: Mapping[str, float]
) -> tuple[Library | None, str]:
    """Find a library's files without what was to be removed, or say why there are none."""
    folder = results / "shotgun" / "clean"
    try:
        account = json.loads((folder / f"{library.library_id}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None, f"was not looked at yet (no account in {folder})"
    if account.get("status") == "failed":
        return None, f"{_FAILED}: {account.get('status_reason')}"
    if account.get("genomes") != dict(wanted) or account.get("rule") != dict(rule):
        return None, "was looked at for other genomes, or by another rule"
    if account.get("status") == "empty":
        return None, ""
    files = [folder / f"{library.library_id}_{end}.fastq.gz" for end in (1, 2)]
    files = files if library.fastq_2 else files[:1]
    if not all(file.is_file() and file.stat().st_size for file in files):
        return None, "its trimmed reads were not kept"
    return replace(library, fastq_1=files[0], fastq_2=files[1] if library.fastq_2 else None), ""
