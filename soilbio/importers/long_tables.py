"""Long tables, one row for a feature in a library, as phyloseq's psmelt writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from soilbio.errors import Problems
from soilbio.importers.columns import number_of
from soilbio.importers.forms import is_nothing
from soilbio.importers.found import Advised
from soilbio.importers.grid import Grid
from soilbio.importers.lineage_columns import is_beside_lineages, is_of_features
from soilbio.importers.long_headers import RANK_OF_TAXON, is_of_taxa
from soilbio.importers.long_names import CALLED
from soilbio.importers.rank_columns import PREFIX, is_rank_number, rank_of

# The widest ranks, with which those of a phyloseq object begin.
_WIDEST = ("domain", "superkingdom", "kingdom", "phylum")
_SOME = 100  # problems of one kind in one file are not told a thousand times


def read_long(
    source: str,
    header: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    places: tuple[int, int, int],
    problems: Problems,
) -> Grid:
    """Read features, libraries and numbers; columns of ranks and such, one for each feature.

    Held in memory: numbers that are not zero.
    """
    import numpy as np

    features: dict[str, int] = {}
    libraries: dict[str, int] = {}
    values: dict[tuple[int, int], float] = {}
    texts = _Texts(header, places)
    at_feature, at_library, at_number = places
    for number, cells in rows:
        cells = [*(cell.strip() for cell in cells), *[""] * (len(header) - len(cells))]
        feature, library, text = cells[at_feature], cells[at_library], cells[at_number]
        value = number_of(text)
        if value is None or not 0 <= value < float("inf"):
            _note(problems, "import-cell", number, header[at_number], text, "a number, 0 or more")
            continue
        if not feature or not library:
            at = at_library if feature else at_feature
            _note(problems, "import-name", number, header[at], "", "a name in each row")
            continue
        pair = (
            features.setdefault(feature, len(features)),
            libraries.setdefault(library, len(libraries)),
        )
        if pair in values:
            found, expected = f"{feature} in {library}, again", "each feature once in a library"
            _note(problems, "import-name", number, header[at_feature], found, expected)
        values[pair] = value
        texts.add(feature, cells)
    problems.raise_if_any()
    texts.settle()
    filled = [(pair, value) for pair, value in values.items() if value]
    return Grid(
        source,
        list(features),
        list(libraries),
        np.array([row for (row, _), _ in filled], dtype=np.int32),
        np.array([column for (_, column), _ in filled], dtype=np.int32),
        np.array([value for _, value in filled], dtype=np.float64),
        texts.of(features),
        header[at_feature] if is_of_taxa(header[at_feature]) else "OTU ID",
        texts.notes(),
    )


def _is_lowest(name: str) -> bool:
    """Tell whether a header is one of names of any rank, or of their ranks."""
    return is_of_taxa(name) or name.lower() == RANK_OF_TAXON


class _Texts:
    """Columns that say one thing of each feature (ranks, sequences …); the others are told."""

    def __init__(self, header: Sequence[str], places: tuple[int, int, int]) -> None:
        self.header = header
        others = [at for at, name in enumerate(header) if name and at not in places]
        self.of_features = [
            at
            for at in others
            if is_of_features(header[at])
            or is_rank_number(header[at])
            or is_beside_lineages(header[at])
            or (header[0] == CALLED and _is_lowest(header[at]))
        ]
        self._set_apart(self._before_ranks())
        self.beside = [at for at in others if at not in self.of_features]
        self.known: dict[str, list[str]] = {}

    def _before_ranks(self) -> set[int]:
        """Give ranks that stand before the widest, where others stand behind it.

        psmelt writes what tells of samples before the ranks: there it is a host's species.
        """
        ranks = {at: rank_of(self.header[at]) for at in self.of_features}
        widest = [at for at, rank in ranks.items() if rank in _WIDEST]
        lower = [at for at, rank in ranks.items() if rank and rank not in _WIDEST]
        is_ordered = bool(widest) and any(at > widest[0] for at in lower)
        return {at for at in lower if at < widest[0]} if is_ordered else set()

    def _set_apart(self, places: Collection[int]) -> None:
        self.of_features = [at for at in self.of_features if at not in places]

    def settle(self) -> None:
        """Set ranks apart that are one for all features, though a wider one is not."""
        order = {rank: at for at, rank in enumerate(PREFIX)}
        ranks = {at: order[rank] for at in self.of_features if (rank := rank_of(self.header[at]))}
        names = {at: {cells[at] for cells in self.known.values()} for at in ranks}
        widest = min((rank for at, rank in ranks.items() if len(names[at]) > 1), default=len(order))
        odd = {
            at
            for at, rank in ranks.items()
            if rank > widest and len(names[at]) == 1 and not is_nothing(*names[at])
        }
        self._set_apart(odd)
        self.beside += odd

    def add(self, feature: str, cells: Sequence[str]) -> None:
        """Keep what a row says of its feature; what says two things tells of libraries."""
        known = self.known.setdefault(feature, list(cells))
        varying = [at for at in self.of_features if known[at] != cells[at]]
        self._set_apart(varying)
        self.beside += varying

    def of(self, features: Iterable[str]) -> dict[str, list[str]]:
        """Give the columns that tell of features."""
        return {
            self.header[at]: [self.known[feature][at] for feature in features]
            for at in self.of_features
        }

    def notes(self) -> list[str]:
        """Say what is not taken."""
        names = ", ".join(self.header[at] for at in sorted(self.beside))
        told = f"columns {names} tell of libraries, and are not taken"
        return [Advised(told, ": give them in a sheet, `samples`")] if names else []


def _note(problems: Problems, code: str, row: int, column: str, found: str, expected: str) -> None:
    if len(problems.found) < _SOME:
        problems.add(
            code,
            row=row,
            column=column,
            found=found,
            expected=expected,
            fix="Correct the cell; where nothing was counted, write 0"
            if code == "import-cell"
            else "Correct the table; or import the feature table that it was made of",
        )
