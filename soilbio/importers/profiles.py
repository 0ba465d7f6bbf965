"""Profiles of metagenomes, a file for each library: taxa of a reference and their numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.found import Found, Taxon
from soilbio.importers.text import empty

# One line of a profile: name of the feature, what is known of it, its number.
Line = tuple[str, Taxon, float]
_SUFFIX = re.compile(
    r"(?:[._-](?:kraken2?|krakenuniq|kmcp|kaiju|centrifuge|centrifuger|ganon|motus|diamond|megan6|"
    r"report|bracken(?:_[a-z]+)?|metaphlan\d?|profile|profiled|sylph|sylphmpa|gather|"
    r"with-lineages|csv_summary|summarized|kreport2?|k2report|breport|S|G|txt|tsv|csv|gz|tre|kmcp_profile|sylph_profile|mseq|fasta|out))+$"
)
READS = "WGS"
# What profilers of reads of any kind are used for as a rule.
OF_METAGENOMES = ("library_strategy", "abundance")
_NUMBER = "numbers, 0 or more"


def library_of(source: Path) -> str:
    """Name a library by its file, without what profilers append."""
    return _SUFFIX.sub("", source.name) or source.name


def ending_of(source: Path) -> str:
    """Give what profilers append to the name of a library, packed or not; empty if nothing."""
    ending = _SUFFIX.search(source.name.removesuffix(".gz"))
    return ending[0].replace(".tsv", ".txt") if ending else ""


def collect(
    sources: Sequence[Path],
    read_one: Callable[[Path], Mapping[str, Iterable[Line]]],
    *,
    shares: bool,
    method: Mapping[str, str],
    whole: float = 1.0,
    usual: Sequence[str] = (),
) -> Found:
    """Read profiles by library; all that are wrong are told at once.

    Parameters
    ----------
    sources : sequence of Path
        Files, or folders of them.
    read_one : callable
        Gives the lines of a file by library.
    shares : bool
        Whether numbers are relative abundances; of a rest nothing may be said.
    method : mapping
        Columns of `assays`.
    whole : float
        Of what shares are: 1, or 100.
    usual : sequence of str
        What of the method is so as a rule only, and gives way to amplicons that are stated.

    Raises
    ------
    InputError
        With all that is wrong, and for a library that comes twice.

    """
    import polars as pl

    problems = Problems(", ".join(str(source) for source in sources))
    features: dict[str, Taxon] = {}
    rows: list[tuple[str, str, float]] = []
    libraries: list[str] = []
    files = [path for source in sources for path in _files(source, problems)]
    for path in files:
        try:
            found = read_one(path)
        except InputError as error:
            problems.extend(error.problems)
            continue
        for library, lines in found.items():
            if library in libraries:
                problems.add(
                    "import-library-twice",
                    source=str(path),
                    found=library,
                    expected="one file for each library",
                    fix="Rename one of the files: what it is called names the library"
                    if library == library_of(path)
                    else "Leave one out, or rename the library in it: the files name them",
                )
            libraries.append(library)
            for name, taxon, value in lines:
                if not 0 <= value < float("inf"):
                    problems.extend(wrong(path, None, f"{value} of {name}", _NUMBER).problems)
                features.setdefault(name, taxon)
                rows.append((library, name, value))
    problems.raise_if_any()
    schema = {"library": pl.String, "feature": pl.String, "value": pl.Float64}
    counts = (
        pl.DataFrame(rows, schema=schema, orient="row")
        .filter(pl.col("value") > 0)
        .group_by("library", "feature")
        .agg(pl.col("value").sum())
    )
    said = {"library_strategy": READS, **method}
    return Found(
        tuple(files),
        counts,
        tuple(libraries),
        features,
        shares,
        said,
        is_counted=not shares,
        whole=whole if shares else 0.0,
        has_rest=shares,
        usual=tuple(usual),
    )


def _files(source: Path, problems: Problems) -> list[Path]:
    """Give a file, or those of a folder; a folder without any is noted."""
    if not source.is_dir():
        return [source]
    files = sorted(path for path in source.iterdir() if path.is_file() and path.name[0] != ".")
    if not files:
        problems.extend(empty(source).problems)
    return files


def wrong(source: Path, row: int | None, found: str, expected: str) -> InputError:
    """Say that a line is not what the format has."""
    return problem_of(
        "import-profile",
        str(source),
        row=row,
        found=found[:100],
        expected=expected,
        fix="Name files of this profiler only; `soilbio import --detect FILE` tells which it is",
    )


def number_in(source: Path, row: int, cells: Mapping[str, str], name: str) -> float:
    """Read a number, 0 or more, of a row by header.

    Raises
    ------
    InputError
        If there is none.

    """
    try:
        value = float(cells.get(name, ""))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise wrong(source, row, cells.get(name, ""), f"a number, 0 or more, in {name}")
    return value


def text_in(source: Path, row: int, cells: Mapping[str, str], name: str) -> str:
    """Read what must not be empty of a row by header.

    Raises
    ------
    InputError
        If it is.

    """
    if not cells.get(name):
        raise wrong(source, row, "", f"something in {name}")
    return cells[name]
