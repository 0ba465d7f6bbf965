"""Long tables, one row for a feature in a library, as phyloseq's psmelt writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from soilbio.errors import Problems
from soilbio.importers.columns import number_of
from soilbio.importers.grid import Grid
from soilbio.importers.lineage_columns import is_of_features
from soilbio.importers.rank_columns import is_rank_number, rank_of

_SOME = 100  # problems of one kind in one file are not told a thousand times


def read_long(
    source: str,
    header: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    places: tuple[int, int, int],
    problems: Problems,
) -> Grid:
    """Read features, libraries and numbers; columns of ranks that are one for each feature.

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
    filled = [(pair, value) for pair, value in values.items() if value]
    return Grid(
        source,
        list(features),
        list(libraries),
        np.array([row for (row, _), _ in filled], dtype=np.int32),
        np.array([column for (_, column), _ in filled], dtype=np.int32),
        np.array([value for _, value in filled], dtype=np.float64),
        texts.of(features),
        "OTU ID",
        texts.notes(),
    )


class _Texts:
    """Columns of ranks and lineages that say one thing of each feature; the others are told."""

    def __init__(self, header: Sequence[str], places: tuple[int, int, int]) -> None:
        self.header = header
        others = [at for at, name in enumerate(header) if name and at not in places]
        self.of_features = [
            at
            for at in others
            if rank_of(header[at]) or is_rank_number(header[at]) or is_of_features(header[at])
        ]
        self.beside = [at for at in others if at not in self.of_features]
        self.known: dict[str, list[str]] = {}

    def add(self, feature: str, cells: Sequence[str]) -> None:
        """Keep what a row says of its feature; what says two things tells of libraries."""
        known = self.known.setdefault(feature, list(cells))
        varying = [at for at in self.of_features if known[at] != cells[at]]
        if varying:
            self.of_features = [at for at in self.of_features if at not in varying]
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
        told = "tell of libraries, and are not taken: give them in a sheet, `samples`"
        return [f"columns {names} {told}"] if names else []


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
