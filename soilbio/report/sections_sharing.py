"""Sections on controls, places and the agreement: what may be shown, and to whom."""

from __future__ import annotations

from collections.abc import Iterator

from soilbio.report.content import Block, Bullets, Grid, Panel, Plot, Section, grid, listed, plural
from soilbio.report.figures_map import near_map, outlines, place_map
from soilbio.report.material import Material
from soilbio.report.sections_composition import score_grid
from soilbio.report.summaries import BlankFeature, blank_features
from soilbio.report.view import CONTROL_NAMES, Audience, Subject
from soilbio.standards.sharing_classes import SharingClass as Share

_NEAR = ("The same places from near", "The same places, without outlines; the table lists them.")


def controls_section(material: Material) -> Section:
    """Show what blanks hold and how well mocks were found."""
    title = "Controls"
    if not material.view.audience.sees(Share.CONTROLS):
        return Section("controls", title, ("The agreement withholds the controls.",))
    controls = [one for one in material.view.subjects if not one.is_sample]
    if not controls:
        text = "No library is a control. Without a blank, contamination cannot be told from soil."
        return Section("controls", title, (text,))
    return Section("controls", title, (*_blank_blocks(material), *_mock_blocks(material)))


def _blank_blocks(material: Material) -> Iterator[Block]:
    view = material.view
    blanks = [one for one in view.subjects if one.is_blank]
    if not blanks:
        yield "No blank was sequenced, so contamination cannot be told from soil."
        return
    if not view.audience.sees(Share.COUNTS, Share.TAXONOMY):
        yield "The agreement withholds taxa or their counts, so blanks are not described."
        return
    parts = _compared(material)
    found = {
        part: blank_features(
            material.tables,
            [one.library_id for one in own if one.is_blank],
            [one.library_id for one in own if one.is_sample],
        )
        for part, own in parts.items()
    }
    for part, features in found.items():
        own = [one for one in parts[part] if one.is_blank]
        yield (f"{part}: " if len(found) > 1 else "") + _blanks_told(own, features)
    if any(found.values()):
        yield (
            "What blanks hold is listed, not removed: a strong feature may come from a reagent, a"
            " weak one from a neighbouring soil."
        )
        yield _blank_grid(material, found)


def _compared(material: Material) -> dict[str, list[Subject]]:
    """Part libraries into those whose blanks and soils belong together; those without a blank not.

    What one laboratory's blank holds says nothing of another's soils, nor does one assay's or
    profiler's of another's.
    """
    datasets = material.history.get("libraries", {})
    dataset_of = {name: one for one in sorted(datasets) for name in datasets[one]}
    is_merged = len(set(dataset_of.values())) > 1
    found: dict[str, list[Subject]] = {}
    for one in material.view.subjects:
        whose = dataset_of.get(one.library_id, "") if is_merged else ""
        found.setdefault(f"{whose}, {one.assay_id}" if whose else one.assay_id, []).append(one)
    return {part: own for part, own in sorted(found.items()) if any(one.is_blank for one in own)}


def _blanks_told(blanks: list[Subject], found: list[BlankFeature]) -> str:
    names = listed(
        [f"{one.label} ({CONTROL_NAMES.get(one.control_type, 'blank')})" for one in blanks]
    )
    if not found:
        return f"{names}: no feature was found, as it should be."
    shared = sum(bool(one.samples) for one in found)
    reads = sum(one.reads_in_blanks for one in found)
    return (
        f"{names}: {plural(len(found), 'feature')} with {plural(reads, 'read')}, {shared:,} of "
        "them also found in samples."
    )


def _blank_grid(material: Material, found: dict[str, list[BlankFeature]]) -> Grid:
    view = material.view
    is_parted = len(found) > 1
    rows = [
        (
            *((part,) if is_parted else ()),
            one.name,
            one.reads_in_blanks,
            len(one.blanks),
            listed(view.label_ids(one.samples), 4) if one.samples else "nowhere else",
            one.reads_in_samples,
            one.feature_id[:8],
        )
        for part, features in found.items()
        for one in features
    ]
    names = ("feature", "reads in blanks", "blanks", "also in", "reads there", "id begins")
    columns = ("of", *names) if is_parted else names
    return grid("Features of blanks", columns, rows, is_folded=len(rows) > 12)


def _mock_blocks(material: Material) -> Iterator[Block]:
    mocks = [one for one in material.view.subjects if one.control_type == "mock"]
    if not mocks:
        yield "No mock community was sequenced, so accuracy was not measured."
        return
    table = score_grid(material, [one.library_id for one in mocks])
    if table is None:
        yield f"Mock community: {_names(mocks)}. It is not scored here, as {_unscored(material)}."
        return
    yield f"Mock community, scored against what was put in: {_names(mocks)}."
    yield table


def _unscored(material: Material) -> str:
    """Say why nothing is told of how well mocks were found."""
    if not material.origin.results:
        return "this page was made of the dataset alone, without results in which it is scored"
    if material.origin.has_truth is False:
        return "no truth was given for it; name a truth file in the configuration (truth:)"
    return "no score of it is among the results that this page was made of"


def _names(subjects: list[Subject]) -> str:
    return listed([one.label for one in subjects])


def _degrees(value: float) -> str:
    """Write a coordinate whole, as the map has it: a digit less is another cell of the grid."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def places_section(material: Material) -> Section:
    """Draw the map of the places as far as the agreement shows them."""
    view = material.view
    audience = view.audience
    if Share.LOCATION in audience.coarse:
        cell = max((place.cell_degrees for place in view.places), default=0.0)
        whom = (
            "Exact places are in the dataset only"
            if audience.is_holder
            else f"Places are generalised for this recipient ({audience.recipient})"
        )
        told = (
            f"{whom}: each is shown as the cell of a fixed {cell:g}° grid that holds it. "
            "Outlines are coarse (1:110 million) and say nothing about borders."
        )
    elif audience.sees(Share.LOCATION):
        told = (
            f"Exact places: the agreement allows them for this recipient ({audience.recipient}). "
            "Do not pass this page on. Outlines are coarse (1:110 million)."
        )
    else:
        told = f"The agreement withholds the places from this recipient ({audience.recipient})."
        return Section("places", "Places", (told,))
    if not view.places:
        return Section("places", "Places", ("No sample has coordinates that can be shown.",))
    rows = [
        (
            place.text.replace("<br>", ", "),
            _degrees(place.latitude),
            _degrees(place.longitude),
            place.samples,
        )
        for place in view.places
    ]
    plot = Plot(
        "map",
        "Where the soils come from",
        f"Map with {plural(len(view.places), 'place')}; the table lists them.",
        {(): place_map(view.places, outlines())},
    )
    near = near_map(view.places)
    plots = (plot,) if near is None else (plot, Plot("map-near", *_NEAR, {(): near}))
    columns = ("place", "latitude, °", "longitude, °", "samples")
    blocks = (told, Panel("panel-map", plots), grid("Places shown", columns, rows))
    return Section("places", "Places", blocks)


def agreement_section(material: Material) -> Section:
    """Tell in plain words what the agreements let this recipient see."""
    audience = material.view.audience
    blocks: list[Block] = [_whom(audience)]
    if len(material.agreements) > 1 and not audience.is_holder:
        blocks.append(
            "What one of them allows and another withholds is in an export, of which a page can be"
            " made as of any dataset."
        )
    blocks += [one["summary"] for one in material.agreements if one.get("summary")]
    if audience.sentences:
        title = "What others get" if audience.is_holder else "What this recipient gets"
        blocks.append(Bullets(title, audience.sentences))
    if material.agreements:
        names = ("agreement", "title", "licence", "attribution", "contact")
        rows = [tuple(one.get(name, "") for name in names) for one in material.agreements]
        blocks.append(grid("Agreements in force", names, rows, is_folded=False))
    return Section("agreement", "Agreement", tuple(blocks))


def _whom(audience: Audience) -> str:
    """Say for whom the page is and what that means for passing it on."""
    if audience.is_holder:
        return (
            "This page is for those who hold the dataset; the agreement takes nothing from it, but "
            "exact places are left to the dataset. Do not pass it on: "
            "make a page for each recipient, which shows what the agreement allows them "
            "(soilbio report --recipient)."
        )
    return (
        f"This page was made for the recipient “{audience.recipient}” and for "
        f"{audience.purpose}. It shows what the agreement allows for them, and nothing else. "
        "Samples under an agreement that gives them nothing are not on it; of several others, the "
        "strictest rules the whole page."
    )
