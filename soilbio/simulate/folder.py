"""The folder that reads are simulated into: its truth tells of all of them, and nothing is lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path

from soilbio.errors import Problems, problem_of
from soilbio.references.disk import atomic_text
from soilbio.simulate.design import Design, Library

# Says which files were simulated, and by which design; it is there before they are.
MARK = "simulated.json"
TRUTHS = ("truth.tsv", "truth-metagenomes.tsv")
_ENDINGS = (".fastq.gz", ".fq.gz", ".fastq", ".fq")
_SHOWN = 5


def fastq_names(library: Library) -> tuple[str, str]:
    """Names of the two files of a library."""
    return f"{library.library_id}_R1.fastq.gz", f"{library.library_id}_R2.fastq.gz"


def claim(
    folder: Path, design: Design, libraries: Collection[Library], chosen: Collection[Library]
) -> None:
    """Make sure that a folder has reads of this design only, and mark it as such.

    A truth that does not tell of all reads beside it is wrong, and reads that were not simulated
    would be lost. Some libraries of a design (`chosen`) may be simulated again beside the others.

    Raises
    ------
    InputError
        `simulate-folder`, if there are other reads, or what is there was not simulated.

    """
    there = {path.name for path in _reads(folder)}
    writing = {name for library in chosen for name in fastq_names(library)}
    own = {name for library in libraries for name in fastq_names(library)}
    identity = _identity(design)
    former, simulated = _former(folder)
    others = there - (own if former == identity else writing)
    if former != identity and (folder / "database").exists():
        others.add("database")
    if found := sorted(others | (there & writing) - simulated):
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise problem_of(
            "simulate-folder",
            str(folder),
            found=f"{', '.join(found[:_SHOWN])}{more}",
            expected="a folder that is new, or has reads of this design and no others",
            fix="Name another folder, or take these away",
        )
    if own == writing:
        for name in TRUTHS:
            (folder / name).unlink(missing_ok=True)
    with atomic_text(folder / MARK) as handle:
        json.dump({"design": identity, "reads": sorted(own)}, handle, indent=2)
        handle.write("\n")


def check_sheets(sheets: Mapping[Path, str]) -> None:
    """Refuse to write over sheets that say something else: what was filled in would be lost.

    Raises
    ------
    InputError
        `simulate-folder`, with all of them.

    """
    problems = Problems("simulate")
    for path, text in sheets.items():
        if path.exists() and path.read_bytes() != text.encode():
            problems.add(
                "simulate-folder",
                source=str(path),
                expected="no sheet, or the one that this design makes",
                fix="Name another folder with --sheets, or take this sheet away; nothing was"
                " changed",
            )
    problems.raise_if_any()


def kept_truth(target: Path, chosen: Collection[Library]) -> list[str]:
    """Read the truth of libraries that are not simulated again, while their reads are there."""
    again = {library.library_id for library in chosen}
    reads = {path.name for path in _reads(target.parent)}
    return [
        line
        for line in _lines(target)[1:]
        if (name := line.partition("\t")[0]) not in again and f"{name}_R1.fastq.gz" in reads
    ]


def add_truth(target: Path, kept: list[str]) -> None:
    """Put back what was kept, in the table's order."""
    if not kept:
        return
    header, *rows = _lines(target)
    ordered = sorted([*rows, *kept], key=lambda line: line.split("\t")[:2])
    with atomic_text(target) as handle:
        handle.writelines(f"{line}\n" for line in [header, *ordered])


def _reads(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.name.lower().endswith(_ENDINGS)]


def _former(folder: Path) -> tuple[str, set[str]]:
    """Tell by which design a folder's reads were made, and which; before marks, by the truth."""
    try:
        told = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return str(told["design"]), set(told["reads"])
    except (OSError, ValueError, KeyError, TypeError):
        names = {name for truth in TRUTHS for name in _ids(folder / truth)}
        return "", {f"{name}_R{end}.fastq.gz" for name in names for end in (1, 2)}


def _identity(design: Design) -> str:
    """Tell a design from others by all that it says, but not by where its files lie."""
    told = {name: value for name, value in asdict(design).items() if name != "source"}
    text = json.dumps(told, sort_keys=True, default=lambda one: getattr(one, "name", str(one)))
    return hashlib.sha256(text.encode()).hexdigest()


def _ids(table: Path) -> set[str]:
    return {line.partition("\t")[0] for line in _lines(table)[1:]}


def _lines(table: Path) -> list[str]:
    if not table.is_file():
        return []
    return table.read_text(encoding="utf-8", errors="replace").splitlines()
