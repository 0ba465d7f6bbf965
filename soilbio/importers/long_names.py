"""Long tables whose features have no names but their ranks: Sample, Phylum, Genus, Abundance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, islice

from soilbio.errors import InputError, problem_of
from soilbio.importers.forms import ABOVE_FEATURES, is_given, is_sequence
from soilbio.importers.long_headers import (
    Places,
    is_long_of_ranks,
    is_of_numbers,
    is_of_taxa,
    long_places,
)
from soilbio.importers.rank_columns import PREFIX, rank_of
from soilbio.importers.ranked_names import is_absent, prefixed
from soilbio.importers.text import Rows

_LOOKED_AT = 200  # rows by which columns of taxa and libraries are told from one of features
# Above what we call the taxa by; no column of the user's.
CALLED = "taxa by their ranks"


def as_long(
    source: str, header: list[str], rows: Rows, *, ignored: Collection[str] = ()
) -> tuple[list[str], Rows, Places | None]:
    """Give a long table with the places of feature, library and number; another has no places.

    Columns that are to be ignored lose their headers; of another table no row is read.

    Where there are ranks, and no features, the taxa get names in front.

    Raises
    ------
    InputError
        If there is a column of features beside the ranks that is not called as such.

    """
    header = ["" if name in ignored else name for name in header]
    rows = ((number, cells if at else header) for at, (number, cells) in enumerate(rows))
    if places := long_places(header):
        return header, rows, places
    places = long_places(["OTU", *header]) if is_long_of_ranks(header) else None
    if not places:
        return header, rows, None
    by_rank = {rank: at for at, name in enumerate(header) if (rank := rank_of(name))}
    ranks = [(by_rank[rank], rank) for rank in PREFIX if rank in by_rank]
    below = islice(rows, 1, None)
    first = list(islice(below, _LOOKED_AT))
    lowest = _lowest(header, [cells for _, cells in first], has_ranks=bool(ranks))
    named = [CALLED, *header]
    lines = [(row, [_named(cells, ranks, lowest), *cells]) for row, cells in first]
    for at, name in enumerate(named):
        if name and at not in places and not rank_of(name) and not is_of_taxa(name):
            _check_beside(
                source, name, [cells for _, cells in lines if at < len(cells)], at, places
            )
    more = ((row, [_named(cells, ranks, lowest), *cells]) for row, cells in below)
    return named, chain([(1, named)], lines, more), places


def _lowest(header: Sequence[str], rows: Sequence[Sequence[str]], *, has_ranks: bool) -> list[int]:
    """Give the columns of names of any rank; beside ranks not what is the same in all rows."""
    places = [at for at, name in enumerate(header) if is_of_taxa(name)]
    cells = {at: {row[at].strip() for row in rows if at < len(row)} for at in places}
    return [at for at in places if len(cells[at]) > 1 or not has_ranks]


def _named(cells: Sequence[str], ranks: Sequence[tuple[int, str]], lowest: Sequence[int]) -> str:
    """Name a taxon by what stands there, also where that is no name: `uncultured` is not `NA`.

    Names of any rank (`lowest`) stand behind those of ranks that say something else.
    """
    names = [(rank, cells[at].strip()) for at, rank in ranks if at < len(cells)]
    filled = [prefixed(rank, name) for rank, name in names if not is_absent(name)]
    known = {name for _, name in names}
    others = (cells[at].strip() for at in lowest if at < len(cells))
    more = [name for name in others if not is_absent(name) and name not in known]
    return "; ".join([*filled, *more]) or "unclassified"


def _check_beside(
    source: str, name: str, rows: Sequence[Sequence[str]], at: int, places: Places
) -> None:
    """Stop at a column that tells features of a taxon in a library apart, or has their names."""
    told: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for cells in rows:
        told[cells[0], cells[places[1]].strip()].add(cells[at].strip())
    cells_of = [cells[at].strip() for cells in rows]
    given = sum(is_given(cell) or is_sequence(cell) for cell in cells_of)
    if 2 * given > len(cells_of) or any(len(values) > 1 for values in told.values()):
        raise _of_features(source, name, cells_of[0])


def _of_features(source: str, name: str, found: str) -> InputError:
    return problem_of(
        "import-name",
        source,
        column=name,
        found=found[:80],
        expected="in a long table of taxa nothing that tells more of them apart than their ranks",
        fix="If the column has the features, call it `OTU`; else leave it out, and add up what is"
        " of one taxon in one sample",
    )


def check_not_long(
    source: str, header: Sequence[str], names: Sequence[str], texts: Mapping[str, Sequence[str]]
) -> None:
    """Stop at a table of one column of numbers that is a long one by other words.

    Names of its first column, which is none of features, come again, each time with another text
    of a second column, or beside a column that is called as numbers of long tables are.

    Raises
    ------
    InputError
        Then.

    """
    is_of_features = bool(ABOVE_FEATURES.match(header[0]) or rank_of(header[0]))
    if len(set(names)) == len(names) or is_of_features or is_of_taxa(header[0]) or not texts:
        return
    pairs = (set(zip(names, cells, strict=True)) for cells in texts.values())
    if any(map(is_of_numbers, header)) or any(len(one) == len(names) for one in pairs):
        raise problem_of(
            "import-long",
            source,
            found=", ".join(header)[:100],
            expected="a column of numbers for each library; or, with a row for each taxon in each"
            " library, one column of each: `Sample`, `OTU` or what the names are (Genus, Species,"
            " `Taxon`), and `Reads` or `Abundance`",
            fix="Call them so, and leave out what else tells of samples (give it as `samples:`);"
            " individuals that somebody counted are no reads",
        )
