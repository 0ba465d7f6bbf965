"""Datasets → one dataset: every row keeps its agreement, nothing is overwritten in silence.

Sequences that are the same are one feature, and lineages are set to what all of their sources say.
Where numbers are comparable by lineages only, features become lineages; that is done library by
library, so no number of two partners is ever added up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from soilbio import __version__
from soilbio.dataset.conflicts import CONFLICT_HEADER, CONFLICTS, is_cell
from soilbio.dataset.folder import SHARED, check_folder
from soilbio.dataset.history import HISTORY, PLACEMENT, TELLS_SOILS
from soilbio.dataset.owned import beside_dataset
from soilbio.dataset.package import sha256_of
from soilbio.dataset.write import write_dataset
from soilbio.errors import Problems, Refused, problem_of
from soilbio.harmonise.assays import assay_names, merged_assays
from soilbio.harmonise.beside_own import unknown_beside_own
from soilbio.harmonise.chimeras import CHIMERAS, CHIMERAS_HEADER
from soilbio.harmonise.compare import Pair, compare
from soilbio.harmonise.copies import (
    COPIES,
    COPIES_HEADER,
    copies_in,
    tells_soils,
    without,
)
from soilbio.harmonise.history import history_of, makings_of
from soilbio.harmonise.lengths import common_lengths
from soilbio.harmonise.levels import level_as_it_came, sound_level, told, why_refused
from soilbio.harmonise.lists import Line, lines_before, with_lines_before
from soilbio.harmonise.lots import kinds_of, lots_of
from soilbio.harmonise.materials import one_name_each
from soilbio.harmonise.measured import conflict_of, measurements_of
from soilbio.harmonise.no_names import by_level
from soilbio.harmonise.numbers import merged_numbers
from soilbio.harmonise.placed import find_placing
from soilbio.harmonise.repeated import check_renamed, check_repeated
from soilbio.harmonise.rows import (
    MATERIAL,
    MATERIAL_HEADER,
    WRITTEN,
    WRITTEN_HEADER,
    by_name_alone,
    frame_of,
    own_columns,
    rows_of,
    same_material,
)
from soilbio.harmonise.rules import LEVELS, Rule, fields_of
from soilbio.harmonise.sources import Source, assays_of, holdings_of, read_sources, texts_of
from soilbio.harmonise.strangers import strangers
from soilbio.harmonise.terms import Shared, circles_of
from soilbio.harmonise.trimming import OUTSIDE, OUTSIDE_HEADER, Trimming, find_windows
from soilbio.harmonise.ways import Given, Told, Ways

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.lots import Lots
    from soilbio.harmonise.rows import Row


@dataclass(slots=True)
class Merged:
    """What was merged: the level, the pairs it follows from, and what was found on the way.

    `names` are those that assays (dataset's checksum, id) have in the merged dataset; `copies`
    libraries that were left out (`copies.COPIES_HEADER`).
    """

    level: str
    pairs: tuple[Pair, ...]
    ways: Ways
    told: Told = field(default_factory=Told)
    conflicts: list[tuple[str, ...]] = field(default_factory=list)
    written: list[tuple[str, ...]] = field(default_factory=list)
    lots: Lots = field(default_factory=dict)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    copies: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def notes(self) -> dict[str, int]:
        """Give the numbers that were found on the way."""
        return self.told.notes


def harmonise(
    folders: Sequence[Path],
    target: Path,
    level: str,
    rules: Mapping[str, Rule],
    given: Given | None = None,
) -> Merged:
    """Merge datasets into a new one; in which order they are named does not change a byte.

    Parameters
    ----------
    folders : sequence of Path
        The datasets, two or more.
    target : Path
        The dataset to write.
    level : str
        `auto`, `feature`, `sh` (UNITE's species hypotheses), `placement` (clades of a tree), or a
        rank from species to domain.
    rules : mapping of name to Rule
        As `compare.read_rules` gives them.
    given : Given, optional
        What sequences are compared with.

    Raises
    ------
    InputError
        If a dataset or the reference cannot be read, two datasets say different things of one
        sample or library, the target is a folder of something else, or clades are asked for
        without a tree.
    Refused
        If the level is finer than what is sound.

    """
    _check_target(folders, target)
    given = given or Given()
    if level == PLACEMENT and given.common is None:
        raise problem_of(
            "tree-missing",
            "--level placement",
            expected="a tree of the gene, of whose clades features are",
            fix="Give --tree TREE.nwk and --alignment ALIGNED.fasta, the alignment of its tips",
        )
    sources = one_name_each(read_sources(folders, given.prefixes))
    with TemporaryDirectory(prefix="soilbio-harmonise-") as scratch:
        merged, tables, files = _merged(sources, level, rules, given, Path(scratch))
        check_renamed(tables["counts"], sources, problems := Problems("datasets"))
        problems.raise_if_any()
        copies = copies_in(tables["counts"], sources)
        beside_own = unknown_beside_own(sources, copies)
        if copies:
            sources = without(sources, copies)
            again = Path(scratch, "again")
            again.mkdir()
            merged, tables, files = _merged(sources, level, rules, given, again)
            merged.copies = [one.row() for one in copies]
            merged.notes["libraries_that_another_dataset_has_under_another_name"] = len(
                {one.library for one in copies}
            )
        merged.told.beside_own = beside_own
        write_dataset(
            tables,
            texts_of(sources),
            target,
            extra_columns=own_columns(sources, Problems("datasets")),
            provenance=_provenance(sources, merged),
            files={**makings_of(sources), **_files(sources, merged), **files},
        )
    return merged


def _merged(
    sources: Sequence[Source],
    level: str,
    rules: Mapping[str, Rule],
    given: Given,
    scratch: Path,
) -> tuple[Merged, dict[str, pl.LazyFrame], dict[str, Path]]:
    """Merge datasets; give how, the tables, and files that features came with."""
    assays = assays_of(sources, fields_of(rules), is_classified=given.classifier is not None)
    merged = _compared(sources, assays, level, rules, given)
    merged.names = assay_names(sources, assays)
    small = _small_tables(sources, merged, Problems("datasets"))
    kinds = kinds_of(small["samples"], small["libraries"])
    merged.lots = lots_of(sources, kinds)
    shared = Shared(merged.lots, circles_of(sources, merged.lots, kinds))
    counts, features, files = merged_numbers(sources, merged.ways, merged.told, shared, scratch)
    if merged.level == "feature":
        merged.told.strangers = strangers(merged.pairs, sources, counts)
    tables = {name: frame_of(rows, name).lazy() for name, rows in small.items()}
    return merged, {**tables, "counts": counts, "features": features}, files


def _compared(
    sources: Sequence[Source],
    assays: Mapping[str, Mapping[str, Any]],
    level: str,
    rules: Mapping[str, Rule],
    given: Given,
) -> Merged:
    """Compare all assays, and choose the level and the ways of merging."""
    trimming = find_windows(assays, given.reference) if given.reference else Trimming()
    placing = find_placing(sources, given.common) if given.common else None
    placed = placing.assays if placing else ()
    pairs = compare(assays, rules, trimming.genes(), placed, trimming.are_inside())
    came = level_as_it_came(assays, placed)
    of_no_window = common_lengths(
        [(pair.one, pair.other) for pair in pairs if pair.is_cut_to_one_length],
        {name: assay["lengths"] for name, assay in assays.items() if assay["lengths"]},
    )
    trimming.lengths = of_no_window | trimming.lengths
    trimming.alike = tuple(
        (pair.one, pair.other)
        for pair in pairs
        if pair.level == "feature" and not ({pair.one, pair.other} & _cut(trimming))
    )
    taken = _level(level, pairs, came)
    pairs = by_level(pairs, assays, taken, rules)
    _level(taken, pairs, came)  # a rule of the user's may refuse what that leaves side by side
    ways = Ways(taken, trimming, given.reference, given.classifier, placing)
    return Merged(taken, tuple(pairs), ways)


def _cut(trimming: Trimming) -> set[str]:
    """List the assays that are cut to a window or a length."""
    return {*trimming.genes(), *trimming.lengths}


def _small_tables(
    sources: Sequence[Source],
    merged: Merged,
    problems: Problems,
) -> dict[str, list[Row]]:
    """Merge samples, libraries, measurements and assays; what differs is listed, or raised.

    Raises
    ------
    InputError
        If two datasets say different things of one sample or library.

    """
    tables: dict[str, list[Row]] = {}
    before = set[Line]().union(*lines_before(sources, CONFLICTS, CONFLICT_HEADER).values())
    tables["samples"], cells, written = rows_of(sources, "samples", problems)
    tables["libraries"], _, also = rows_of(sources, "libraries", problems, merged.names)
    tables["measurements"], differing = measurements_of(sources, merged.notes, before, cells)
    merged.notes["values_of_samples_that_differ"] = len(
        {line[:2] for line in (*map(conflict_of, cells), *before) if is_cell(line)}
    )
    merged.notes["values_in_other_words"] = len({cell[:2] for cell in (*written, *also)})
    merged.conflicts = sorted({*map(conflict_of, cells), *differing})
    merged.written = [*written, *also]
    check_repeated(sources, problems)
    problems.raise_if_any()
    of_one = same_material(sources, merged.notes)
    merged.notes["samples_of_one_material"] = len(of_one)
    merged.notes["samples_of_one_material_are_so_many_soils"] = len({row[0] for row in of_one})
    merged.notes["samples_that_are_one_by_their_name_alone"] = by_name_alone(sources)
    tables["assays"] = merged_assays(sources, merged.names, tables["libraries"])
    return tables


def _check_target(folders: Sequence[Path], target: Path) -> None:
    """Refuse to replace what is not ours, or one of the datasets that are merged."""
    if target.resolve() in {folder.resolve() for folder in folders}:
        raise problem_of(
            "folder-others",
            str(target),
            found="one of the datasets that are to be merged",
            expected="a folder for the merged dataset, beside them",
            fix="Name another folder with --out; this dataset would be lost",
        )
    check_folder(target, beside_dataset)


def _level(asked: str, pairs: Sequence[Pair], came: str) -> str:
    """Take the level that is sound, or the one that is asked for if it is no finer."""
    refused = [pair for pair in pairs if pair.level == "refused"]
    if refused:
        raise Refused(f"{why_refused(pairs)}\n{told(refused)}")
    sound = sound_level(pairs, came)
    if asked != "auto" and LEVELS.index(asked) < LEVELS.index(sound):
        finest = [pair for pair in pairs if LEVELS.index(asked) < LEVELS.index(pair.level)]
        raise Refused(f"{asked} is finer than what is sound, {sound}.\n{told(finest)}")
    return sound if asked == "auto" else asked


def _provenance(sources: Sequence[Source], merged: Merged) -> dict[str, Any]:
    return {
        "title": " and ".join(sorted(source.name for source in sources)),
        "soilbio_version": __version__,
        "is_workflow_run": False,
        "tools": [
            {"name": name, "version": version} for name, version in merged.ways.programs().items()
        ],
        "references": [
            {"name": one.name, "version": one.version, "sha256": one.sha256}
            for one in (merged.ways.classifier,)
            if one is not None
        ]
        + [
            {"name": path.name, "version": "", "sha256": sha256_of(path)}
            for path in (merged.ways.reference_used,)
            if path is not None
        ],
        "parameters": {"level": merged.level, "notes": dict(sorted(merged.notes.items()))},
        "inputs": [
            {"library_id": "", "name": source.name, "sha256": source.digest} for source in sources
        ],
    }


def _files(sources: Sequence[Source], merged: Merged) -> dict[str, Path | str]:
    """Write what was merged and why so, and on which terms parts of it are held."""
    digests = {source.digest: source.name for source in sources}
    assays = {f"{digests[digest]}: {assay}": name for (digest, assay), name in merged.names.items()}
    history = history_of(sources, merged.ways, merged.pairs, merged.told, assays, merged.lots)
    if tells_soils(sources, [row[3] for row in merged.copies]):
        history = {**history, TELLS_SOILS: True}
    material = same_material(sources)
    files: dict[str, Path | str] = {
        HISTORY: f"{json.dumps(history, indent=1, ensure_ascii=False)}\n"
    }
    of_trimming = {OUTSIDE, CHIMERAS} if merged.ways.is_looked_at_again else set()
    for path, header, lines in (
        (OUTSIDE, OUTSIDE_HEADER, merged.ways.trimming.outside),
        (CHIMERAS, CHIMERAS_HEADER, merged.told.chimeras),
        (CONFLICTS, CONFLICT_HEADER, merged.conflicts),
        (WRITTEN, WRITTEN_HEADER, merged.written),
        (COPIES, COPIES_HEADER, merged.copies),
    ):
        every = with_lines_before(sources, path, header, lines)
        if every or path in of_trimming:
            files[path] = _table(header, every)
    if placing := merged.ways.by_clades:
        files |= placing.tables()
    if material:
        files[MATERIAL] = _table(MATERIAL_HEADER, material)
    shared = [one for source in sources for one in holdings_of(source)]
    if shared:
        files[SHARED] = f"{json.dumps(shared, indent=1)}\n"
    return files


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in (header, *rows))
