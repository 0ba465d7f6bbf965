"""What is known of libraries that are compared, and what of it explains their differences.

Laboratories may have sequenced the same soils (a ring test): then each soil has one library of each
laboratory and method, and `sample`, which soil it is, is measured beside what is known of soils.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from soilbio.diversity.comparable import hides_soils, one_each
from soilbio.diversity.partition import is_crossed, partition, partition_of_repeated
from soilbio.diversity.permutation import is_number
from soilbio.diversity.restricted import WITHIN, blocks_of_several, every_whole, in_blocks, shuffled
from soilbio.errors import Problems
from soilbio.metadata.meaning import meaning_of
from soilbio.standards.insdc import is_missing
from soilbio.standards.materials import soils_of
from soilbio.standards.mixs import SLOTS, method_slot
from soilbio.standards.sharing_classes import SharingClass

if TYPE_CHECKING:
    import polars as pl
    from skbio import DistanceMatrix

    from soilbio.dataset.read import Dataset
    from soilbio.diversity.community import Community

LABORATORY, METHOD, SAMPLE = "laboratory", "method", "sample"
Row = dict[str, Any]
Key = TypeVar("Key")
# Permutations that chance is averaged of, where not all are.
_AVERAGED = 999
# Columns that are no groups of soils, and how many are named where the user names none.
_IDS = ("sample_id", "agreement_id", "source_mat_id")
_PROPOSED = 8
# Columns that say what of a sample was shared: they part what differs in its agreement.
_OF_SHARING = ("dataGeneralizations", "informationWithheld", "coordinate_uncertainty_m")
_MOST_SOILS = 20
_HIDDEN = (
    "which samples of several laboratories are of one soil was not shared: where some are, their"
    " libraries are taken for replicates; then p of laboratory and method may be too large, as"
    " soils' differences hide theirs, p of what soils differ in too small, and its share too large"
)
_AS_IF = "as if each sample were of a soil of its own"


class Known:
    """Laboratory, method, soil and columns of samples, by library.

    `soil_of` gives the sample, or the material that samples under several names are of.
    `values` are what all samples of a soil say alike; `groups` are what points are coloured by,
    by what their own samples say.
    """

    def __init__(
        self,
        dataset: Dataset,
        community: Community,
        libraries: Sequence[str],
        laboratory_of: Mapping[str, str],
        columns: Sequence[str],
    ) -> None:
        rows = dataset.table("libraries").select("library_id", "assay_id").iter_rows()
        assay_of = dict(rows)
        self.community, self.libraries, self.columns = community, list(libraries), columns
        self.laboratory = {name: laboratory_of[name] for name in libraries}
        self.method = {name: assay_of[name] for name in libraries}
        laboratories: dict[str, set[str]] = {}
        for name in libraries:
            laboratories.setdefault(community.samples[name], set()).add(laboratory_of[name])
        samples = dataset.table("samples")
        soil_of = soils_of(samples.iter_rows(named=True), laboratories)
        self.soil_of = {name: soil_of[community.samples[name]] for name in libraries}
        self.shared = set(blocks_of_several(self.libraries, self.laboratory, self.soil_of))
        self.notes: list[str] = []
        self._note_aliquots()
        self.hides_soils = hides_soils(dataset, laboratories)
        if self.hides_soils:
            self.notes.append(_HIDDEN)
        self.values: dict[str, dict[str, str]] = {}
        self._own: dict[str, dict[str, str]] = {}
        for column in columns:
            value_of = dict(samples.select("sample_id", column).iter_rows())
            own = {name: value_of[community.samples[name]] for name in libraries}
            self._own[column] = _stated(column, own)
            self._note_ways(column, samples)
            self.values[column] = self._agreed(column, self._own[column])
        if not columns:
            self.notes.append(unnamed(dataset, {community.samples[name] for name in libraries}))
        if self.shared:
            self.notes.append(
                f"{len(self.shared)} soils have libraries of several laboratories: these are"
                " compared on them, and libraries of one soil are no replicates of each other"
            )

    def _note_ways(self, column: str, samples: pl.DataFrame) -> None:
        """Note a property of soils that was not measured in one way: pH in water and in CaCl2."""
        slot = method_slot(column)
        if slot not in samples.columns:
            return
        way_of = dict(samples.select("sample_id", slot).iter_rows())
        stated = (name for name, value in self._own[column].items() if value)
        own = {way_of[self.community.samples[name]] for name in stated}
        if len(own) > 1:
            ways = ", ".join(sorted(way or "not stated" for way in own))
            self.notes.append(
                f"values of {column} were measured in several ways ({ways}), which are not of one"
                " scale"
            )

    def _note_aliquots(self) -> None:
        """Say how many samples of one laboratory are of one material with others of it."""
        samples_of: dict[str, set[str]] = {}
        for name, soil in self.soil_of.items():
            if soil not in self.shared:
                samples_of.setdefault(soil, set()).add(self.community.samples[name])
        sizes = [len(own) for own in samples_of.values() if len(own) > 1]
        if sizes:
            self.notes.append(
                f"{sum(sizes)} samples are of {len(sizes)} materials of one laboratory each (by"
                " accession): those of one material are one soil, and no replicates of each other"
            )

    def _agreed(self, column: str, value_of: dict[str, str]) -> dict[str, str]:
        """Take values that the samples of one soil agree on."""
        said: dict[str, set[str]] = {}
        for name, value in value_of.items():
            said.setdefault(self.soil_of[name], set()).add(value)
        differing = {soil for soil, own in said.items() if len(own - {""}) > 1}
        if differing:
            self.notes.append(
                f"{len(differing)} soils take no part in what is told of {column}, since their"
                " samples say different things in it"
            )
        return {
            name: "" if self.soil_of[name] in differing else max(said[self.soil_of[name]])
            for name in value_of
        }

    @property
    def groups(self) -> dict[str, Mapping[str, str]]:
        """Give what libraries are told apart by."""
        soils = {SAMPLE: self.soil_of} if 0 < len(self.shared) <= _MOST_SOILS else {}
        told = {
            column: {name: agreed[name] or self._own[column][name] for name in agreed}
            for column, agreed in self.values.items()
        }
        return {LABORATORY: self.laboratory, METHOD: self.method, **soils, **told}

    def replicates(self) -> list[str]:
        """Name one library of each sample, laboratory and method."""
        parts = {
            name: (self.community.samples[name], self.laboratory[name], self.method[name])
            for name in self.libraries
        }
        return one_each(self.libraries, self.community.depths(), parts)

    def _makers(self) -> dict[str, str]:
        return {name: f"{self.laboratory[name]} {self.method[name]}" for name in self.libraries}

    def _on_shared(self) -> dict[str, str]:
        """Give the soil of libraries of soils that several laboratories have."""
        return {name: soil for name, soil in self.soil_of.items() if soil in self.shared}

    def tests(self, matrix: DistanceMatrix, settings: tuple[int, int]) -> Iterator[Row]:
        """Test by PERMANOVA what may explain differences, in the way that its design allows.

        Where soils are hidden that several laboratories may have, `p_may_be` tells which way p of
        what is not permuted within those that are known may be wrong.
        """
        for column, group_of in ((LABORATORY, self.laboratory), (METHOD, self.method)):
            for row in in_blocks(matrix, column, group_of, self.soil_of, settings):
                yield row if row["permuted"] == WITHIN else self._doubted(row, "too large")
        if len(self.shared) > 1:
            yield from in_blocks(matrix, SAMPLE, self._on_shared(), self._makers(), settings)
        for column in self.columns:
            for row in in_blocks(matrix, column, self.values[column], self.soil_of, settings):
                yield self._doubted(row, "too small")

    def _doubted(self, row: Row, how: str) -> Row:
        """Say which way p may be wrong, if it was tested and soils are hidden."""
        is_tested = row.get("p_value") is not None
        return {**row, "p_may_be": how} if self.hides_soils and is_tested else row

    def parts(self, matrix: DistanceMatrix, settings: tuple[int, int]) -> Iterator[Row]:
        """Part variation into what laboratory, soil, both together, and nothing known explain."""
        if len(self.shared) > 1:
            yield self._part(matrix, SAMPLE, self._on_shared(), settings)
        for column in self.columns:
            yield self._part(matrix, column, self.values[column], settings)

    def _part(
        self,
        matrix: DistanceMatrix,
        column: str,
        value_of: Mapping[str, str],
        settings: tuple[int, int],
    ) -> Row:
        import numpy as np

        ids = [name for name in matrix.ids if value_of.get(name)]
        values, laboratories, soils = (
            [own[name] for name in ids] for own in (value_of, self.laboratory, self.soil_of)
        )
        row: Row = {"column": column, "libraries": len(ids), "soils": len(set(soils))}
        remarks = [_AS_IF] if self.hides_soils and column != SAMPLE else []
        if all(map(is_number, values)) and values and column != SAMPLE:
            remarks.append("numbers are taken as names of groups")
        if remarks:
            row["remark"] = "; ".join(remarks)
        is_repeated = len(set(soils)) < len(ids)
        if reason := _why_not_parted(column, values, laboratories, is_repeated and set(soils)):
            return {**row, "note": f"not parted: {reason}"}
        own = matrix.filter(ids)
        if not is_repeated:
            return {**row, **partition(own, laboratories, values)}
        if column == SAMPLE:
            makers = self._makers()
            made = [makers[name] for name in ids]
            return {
                **row,
                **partition_of_repeated(own, laboratories, values, soils, ([], []), made),
            }
        rng = np.random.default_rng(settings[1])
        drawn = range(min(settings[0], _AVERAGED))
        ways = (
            []
            if is_crossed(laboratories, soils)
            else [shuffled(laboratories, soils, rng) for _ in drawn],
            every_whole(values, soils) or [shuffled(values, soils, rng) for _ in drawn],
        )
        return {**row, **partition_of_repeated(own, laboratories, values, soils, ways)}


def _stated(column: str, value_of: Mapping[Key, str | None]) -> dict[Key, str]:
    """Give values, of those that say the same in other words one; a term for none is none."""
    texts = {name: str(value or "").strip() for name, value in value_of.items()}
    words: dict[str, str] = {}
    for text in sorted({text for text in texts.values() if not is_missing(text)}):
        words.setdefault(meaning_of(column, text), text)
    return {name: words.get(meaning_of(column, text), "") for name, text in texts.items()}


def _why_not_parted(
    column: str, values: Sequence[str], laboratories: Sequence[str], soils: set[str] | bool
) -> str:
    """Say why variation cannot be parted, if so; `soils` are those that have several libraries."""
    if not values:
        return f"no sample of these says its {column}"
    if len(set(laboratories)) < 2:
        return f"all soils with a value are of one laboratory, {laboratories[0]}"
    if len(set(values)) < 2:
        return f"all soils say the same, {values[0]}"
    if column != SAMPLE and soils and isinstance(soils, set) and len(set(values)) == len(soils):
        return f"every soil has a value of its own: what soils explain is told by {SAMPLE}"
    return ""


def check_columns(dataset: Dataset, columns: Sequence[str]) -> None:
    """Check that samples have the columns by which soils are said to differ.

    Raises
    ------
    InputError
        If there is no such column.

    """
    samples = dataset.table("samples")
    problems = Problems("--by")
    for column in columns:
        if column not in samples.columns or column in _IDS:
            there = candidates(dataset, set(samples["sample_id"].to_list()))
            like = get_close_matches(column, there, n=1)
            problems.add(
                "by-column",
                found=column,
                expected=f"a column of samples that parts them into groups: {', '.join(there)}"
                if there
                else "a column of samples; none of them parts the samples into groups",
                fix=f"Did you mean '{like[0]}'?" if like else "Correct the name",
            )
    problems.raise_if_any()


def unnamed(dataset: Dataset, samples: set[str]) -> str:
    """Say that no column was named by which soils differ, and which ones could be."""
    ways = {name for name, slot in SLOTS.items() if slot.sharing_class == SharingClass.METHOD}
    found = [name for name in candidates(dataset, samples) if name not in ways]
    such = f", such as {', '.join(found[:_PROPOSED])}" if found else ""
    return (
        "what soils differ in was not named, so that nothing is said of it: name columns of samples"
        f" with --by{such}"
    )


def candidates(dataset: Dataset, samples: set[str]) -> list[str]:
    """List the columns of samples that part some of them into groups."""
    import polars as pl

    table = dataset.table("samples").filter(pl.col("sample_id").is_in(sorted(samples)))
    found = []
    for name in sorted(set(table.columns) - {*_IDS, *_OF_SHARING}):
        texts = dict(enumerate(table[name].to_list()))
        values = [text for text in _stated(name, texts).values() if text]
        if 1 < len(set(values)) < len(values):
            found.append(name)
    return found
