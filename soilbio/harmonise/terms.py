"""Whose words may shape what others are shown: those shared with everybody who sees the others.

Where numbers are added up by names, the words of several datasets for one sequence decide which
name it is counted under. If one of them were withheld from a recipient, the name of the others'
numbers would tell what it says. So words settle each other among libraries that are shared alike,
and these follow what was settled among those that whoever sees them sees, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soilbio.agreements.alike import Terms, terms_of
from soilbio.agreements.parse import parse_agreement
from soilbio.dataset.history import LOTS
from soilbio.harmonise.lots import of_lots
from soilbio.harmonise.origins import kept_origins
from soilbio.harmonise.sources import Source, holdings_of, texts_of
from soilbio.standards.controls import says_control

if TYPE_CHECKING:
    import polars as pl

    from soilbio.harmonise.lots import Kinds, Lots
    from soilbio.harmonise.ways import Part


@dataclass(frozen=True, slots=True)
class Shared:
    """What is shared together: lots of each dataset, and circles of libraries of all."""

    lots: Lots
    circles: Sequence[Circle]

    @property
    def with_libraries(self) -> list[Circle]:
        """The circles that are of any library."""
        return [one for one in self.circles if any(one.libraries.values())]


@dataclass(frozen=True, slots=True)
class Circle:
    """Libraries of all datasets that are shared alike, and the lots that they make up.

    `libraries` are by the checksum of the dataset that their counts are taken of. `terms` are what
    their agreements let everybody have; None where that is not of all of them. Who sees controls
    sees the soils of the same terms, too.
    """

    lots: frozenset[str]
    libraries: Mapping[str, frozenset[str]]
    terms: Terms | None = None
    is_control: bool = False


def circles_of(sources: Sequence[Source], lots: Lots, kinds: Kinds) -> list[Circle]:
    """Part libraries by what their agreements decide, for everybody, and by whether they control.

    Parameters
    ----------
    sources : sequence of Source
    lots : mapping
        As `lots.lots_of` gives them.
    kinds : mapping of library_id to (agreements, other words)
        As `lots.kinds_of` gives them.

    Returns
    -------
    list of Circle
        In an order that does not depend on that of the datasets.

    """
    held = {name for one in sources for row in holdings_of(one) for name in row["agreements"]}
    agreements = {name: parse_agreement(text, name) for name, text in texts_of(sources).items()}
    terms = terms_of([own for own, _ in kinds.values()], agreements, held)
    by_name = {one.name: one for one in terms.values()}
    label = {
        library: (
            terms[frozenset(own)].name,
            bool(is_control) or says_control({"samp_category": category}),
        )
        for library, (own, (is_control, category)) in kinds.items()
    }
    found: dict[tuple[str, bool, str], tuple[set[str], dict[str, set[str]]]] = {}
    for source in sources:
        rest = set(source.dataset.table("libraries")["library_id"])
        for lot, libraries in sorted(lots[source.digest].items()):
            labels = {label[one] for one in libraries if one in label}
            # One that a later dataset's agreement touches in part is like no other.
            name = (*labels.pop(), "") if len(labels) == 1 else ("", False, lot)
            own = found.setdefault(name, (set(), {}))
            own[0].add(lot)
            own[1].setdefault(source.digest, set()).update(rest.intersection(libraries))
            rest -= set(libraries)
        if rest:  # of no lot: an older version merged them
            found.setdefault(("", False, ""), (set(), {}))[1][source.digest] = rest
    return [
        Circle(
            frozenset(own),
            {digest: frozenset(names) for digest, names in sorted(libraries.items())},
            terms=by_name.get(name),
            is_control=is_control,
        )
        for (name, is_control, _), (own, libraries) in sorted(found.items())
    ]


def seen_beside(circles: Sequence[Circle]) -> list[list[int]]:
    """Give for each circle the places of the others that all see to whom it is shown.

    What is seen beside one of these is among them, too. The first are soils, of which the fewest
    see come first (those of a control's own terms); other controls come last.
    """
    found = [
        [place for place, one in enumerate(circles) if one != circle and _is_seen_with(one, circle)]
        for circle in circles
    ]

    def order(place: int) -> tuple[bool, int, int]:
        return circles[place].is_control, -len(found[place]), place

    return [sorted(own, key=order) for own in found]


def _is_seen_with(one: Circle, circle: Circle) -> bool:
    if one.terms is None or circle.terms is None or (one.is_control and not circle.is_control):
        return False
    return one.terms.reach_all_of(circle.terms)


def with_its_soils(circle: Circle, circles: Sequence[Circle]) -> list[Circle]:
    """Give a circle, and, if it is of controls, the soils that are shared on the same terms."""
    return [
        one
        for one in circles
        if one == circle or (circle.is_control and circle.terms and one.terms == circle.terms)
    ]


def within(circle: Circle, parts: Sequence[Part]) -> list[Part]:
    """Take of each dataset the counts of a circle, and the features that it has in any of its lots.

    The features' lots are those of the circle. Where it has none, they are what its counts name.
    Datasets that have neither libraries nor lots in it are left out.
    """
    import polars as pl

    found = []
    for source, counts, features in parts:
        libraries = circle.libraries.get(source.digest)
        if libraries is None:
            continue
        own = counts.filter(pl.col("library_id").is_in(sorted(libraries)))
        if circle.lots:
            there = of_lots(_with_lots(source, features), circle.lots)
        else:
            there = features.join(own, on="feature_id", how="semi")
            there = there.with_columns(pl.lit(None, pl.String).alias(LOTS))
        found.append((source, own, there))
    return found


def _with_lots(source: Source, features: pl.LazyFrame) -> pl.LazyFrame:
    """Give features of what was merged by name the lots of all that they were made of.

    Those that have lots already are what is said of them in these.
    """
    import polars as pl

    kept = kept_origins(source)
    if kept is None or source.history.get("level") == "feature":
        return features
    lots = (
        kept.select("feature_id", pl.col(LOTS).str.split("|"))
        .explode(LOTS)
        .group_by("feature_id")
        .agg(pl.col(LOTS).drop_nulls().unique().sort().str.join("|"))
        .rename({"feature_id": "came_as", LOTS: "every"})
    )
    columns = features.collect_schema().names()
    known = features.join(lots, on="came_as", how="left")
    return known.with_columns(pl.coalesce(LOTS, "every").alias(LOTS)).select(columns)
