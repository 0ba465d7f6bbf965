"""Sections on metagenomes: how much of their reads has a name, and on what profilers agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soilbio.diversity.combined import STRONG, Call, combined, shares_named
from soilbio.report.content import (
    Block,
    Choice,
    Panel,
    Plot,
    Section,
    grid,
    listed,
    percent,
    plural,
)
from soilbio.report.figures import UNKNOWN, UNKNOWN_COLOUR, UNNAMED_COLOUR
from soilbio.report.figures_composition import SharesOf, composition_bars
from soilbio.report.figures_metagenomes import calls_by_engine
from soilbio.report.material import Material
from soilbio.report.view import Subject, sorted_by_group
from soilbio.standards.sharing_classes import SharingClass as Share

MOST_BARS, MOST_TAXA, MOST_LIBRARIES = 60, 40, 60
RANKS = ("species", "genus")
_PARTS = {
    "species": "#004C6D",
    "genus": "#4E8FB0",
    "wider": UNNAMED_COLOUR,
    UNKNOWN: UNKNOWN_COLOUR,
}
_TITLES = {"species": "named to species", "genus": "to genus", "wider": "to a wider rank"}


def metagenome_sections(material: Material) -> list[Section]:
    """Show what was named and what profilers agree on; nothing where there is no metagenome."""
    profiles = _profiles(material)
    if not profiles:
        return []
    if not material.view.audience.sees(Share.TAXONOMY, Share.COUNTS):
        text = "The agreement withholds taxa or their counts."
        return [Section("named", "How much was named", (text,))]
    sections = [Section("named", "How much was named", tuple(_named_blocks(material, profiles)))]
    calls = {rank: combined(material.tables, rank, material.results.evidence) for rank in RANKS}
    engines = sorted({one for every in calls.values() for call in every for one in call.shares})
    if len(engines) > 1:
        blocks = tuple(_agreement_blocks(material, calls, engines))
        title = "Agreement between profilers"
        sections.append(Section("profilers", title, blocks, "Profilers"))
    return sections


def _profiles(material: Material) -> list[Subject]:
    view = material.view
    found = [one for one in view.subjects if view.is_metagenome(one.assay_id)]
    return sorted_by_group(found, view.columns[0] if view.columns else None)


def not_classified_text(material: Material) -> list[str]:
    """Say in the summary which share of metagenomes nothing in the databases explains."""
    profiles = [one for one in _profiles(material) if one.is_sample and one.status == "ok"]
    named = shares_named(material.tables)
    of_assay: dict[str, list[float]] = {}
    for one in profiles:
        if one.library_id in named:
            of_assay.setdefault(one.assay_id, []).append(named[one.library_id][UNKNOWN])
    if not of_assay:
        return []
    limits = _upper_limits(material)
    parts = [
        f"{'at most ' if assay_id in limits else ''}{percent(sum(shares), len(shares))}"
        f" ({assay_id})"
        for assay_id, shares in sorted(of_assay.items())
    ]
    return [f"Of the metagenomes' reads the databases explain nothing of {listed(parts)}."]


def _upper_limits(material: Material) -> list[str]:
    """Name the assays whose unclassified share holds sequencing errors as well: of sourmash.

    It is of k-mers, and a wrong base makes all those over it unlike any genome's; Kraken2 names
    whole reads, and sylph takes errors into account.
    """
    return [
        str(assay["assay_id"])
        for assay in material.view.assays
        if str(assay.get("engine") or "").startswith("sourmash")
    ]


def _named_blocks(material: Material, profiles: Sequence[Subject]) -> Iterator[Block]:
    yield (
        "How far each profiler could name the reads of metagenomes. What nothing in its database "
        f"explains is “{UNKNOWN}”: of soil that is often most, and it is a result. A profiler that "
        "estimates shares of genomes says what it found, not what each read is; its unclassified "
        "share is an estimate, too."
    )
    if limits := _upper_limits(material):
        yield (
            f"Of sourmash ({listed(limits)}) it is an upper limit: a wrong base makes all k-mers "
            "over it unknown, whatever genome the read is of. With k-mers of 31 bases and one base "
            "in 1,000 wrong that is 3 %, with one in 100 27 %, as of many long reads."
        )
    named = shares_named(material.tables)
    labels = material.view.sequenced_labels()
    shown = sorted(
        (one for one in profiles if one.library_id in named),
        key=lambda one: (labels[one.sequenced], one.assay_id),
    )
    colours = {_TITLES.get(part, part): colour for part, colour in _PARTS.items()}
    bars = [
        SharesOf(
            label, group, {_TITLES.get(part, part): named[one.library_id][part] for part in _PARTS}
        )
        for one, label, group in _rows(shown, labels)[:MOST_BARS]
    ]
    if bars:
        plot = Plot(
            "named",
            "Share of reads by how far they are named",
            "A stacked bar per profile: reads named to species, to genus, wider, or not at all.",
            {(): composition_bars(bars, list(colours), colours)},
        )
        note = (
            f"The first {MOST_BARS} of {len(shown):,} profiles." if len(shown) > MOST_BARS else ""
        )
        yield Panel("panel-named", (plot,), (), note)
    rows = [
        (
            labels[one.sequenced],
            one.assay_id,
            *(100 * named[one.library_id][part] for part in _PARTS),
        )
        for one in shown
    ]
    columns = ("library", "assay", *(f"{_TITLES.get(part, part)}, %" for part in _PARTS))
    yield grid("How far reads are named", columns, rows)
    absent = [one.label for one in profiles if one.library_id not in named]
    if absent:
        yield f"Without any read to name: {listed(absent)}."
    yield from _notes(material)


def _rows(profiles: Sequence[Subject], labels: Mapping[str, str]) -> list[tuple[Subject, str, str]]:
    """Give the label and the heading of each profile: profilers below what they name.

    Where each library has one profile, libraries below their assay, if there are several.
    """
    if len({one.sequenced for one in profiles}) < len(profiles):
        return [
            (one, one.profile_end.removeprefix("-") or one.assay_id, labels[one.sequenced])
            for one in profiles
        ]
    several = len({one.assay_id for one in profiles}) > 1
    rows = sorted(profiles, key=lambda one: (one.assay_id, labels[one.sequenced]))
    return [(one, labels[one.sequenced], one.assay_id if several else "") for one in rows]


def _notes(material: Material) -> Iterator[str]:
    """Pass on what an engine says of itself, such as that nothing was re-estimated."""
    if not material.view.audience.sees(Share.METHOD):
        return
    for assay_id, engine in sorted(material.results.engines.items()):
        for note in engine.get("notes") or ():
            yield f"{assay_id}: {note}."


def _agreement_blocks(
    material: Material, calls: dict[str, list[Call]], engines: Sequence[str]
) -> Iterator[Block]:
    labels = material.view.sequenced_labels()
    known = {rank: [c for c in every if c.library in labels] for rank, every in calls.items()}
    species = known["species"]
    called = sum(call.is_called for call in species)
    yield (
        f"{plural(len(species), 'finding')} of a species in a library, of which {called:,} are "
        "called together. Shares are of all reads. A finding of Kraken2 is called if its reads hit "
        f"the taxon with at least {100 * STRONG:.0f} % of the k-mers that reads of confirmed taxa "
        "bring (reads of a relative that is in no database bring fewer) and these are not a few, "
        "many times over (reads of a stretch that taxa share). Else sylph and sourmash must find "
        "it, each of them that ran, or one where Kraken2 names no read so. What is not called is "
        "listed, with the reason. Names of GTDB are compared without its suffixes (_A)."
    )
    libraries = sorted({call.library for every in known.values() for call in every})
    variants: dict[tuple[str, ...], object] = {
        (labels[library], rank): calls_by_engine(
            [call for call in known[rank] if call.library == library][:MOST_TAXA], engines
        )
        for library in libraries[:MOST_LIBRARIES]
        for rank in RANKS
    }
    if variants:
        plot = Plot(
            "profilers",
            "Taxa by profiler",
            "Taxa in rows, profilers in columns: the larger the point, the larger the share; full"
            " points are called together.",
            variants,
        )
        lists = (
            Choice("library", tuple(labels[library] for library in libraries[:MOST_LIBRARIES])),
            Choice("rank", RANKS),
        )
        yield Panel("panel-profilers", (plot,), lists, f"At most {MOST_TAXA} taxa, largest first.")
    rows = [
        (
            labels[call.library],
            call.name,
            *(100 * call.shares[e] if e in call.shares else None for e in engines),
            "called" if call.is_called else "not called",
            call.reason,
        )
        for call in species
    ]
    columns = ("library", "species", *(f"{engine}, %" for engine in engines), "together", "why")
    yield grid("Species by profiler", columns, rows)
