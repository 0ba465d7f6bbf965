from __future__ import annotations

import re
from pathlib import Path

import pytest

from soilbio.report import figures
from soilbio.report.content import MAX_TABLE_ROWS, grid, listed, percent, plural, write
from soilbio.report.figures import (
    OTHER,
    OTHER_COLOUR,
    UNKNOWN,
    UNNAMED,
    colours_of_names,
    plain,
    short,
)
from soilbio.report.figures_composition import SharesOf, composition_bars
from soilbio.report.figures_diversity import Point, alpha_by_group, ordination, rarefaction
from soilbio.report.figures_map import Place, extent_of, near_map, outlines, place_map
from soilbio.report.figures_reads import ReadsOf, grouped_rows, quality_curves, read_loss
from soilbio.report.places import Region, places_of
from soilbio.report.sections_diversity import thinned


def test_reads_kept_and_lost_add_up_to_the_raw_reads():
    library = ReadsOf("L1", "", (1000, 950, 900, 880, 800, 790))
    assert library.parts() == [790, 10, 80, 20, 50, 50, 0]
    assert sum(library.parts()) == 1000


def test_a_step_with_more_reads_than_the_one_before_loses_none():
    assert ReadsOf("L1", "", (100, 90, 95, 95, 95, 95)).parts() == [95, 0, 0, 0, 0, 10, 0]


def test_losses_go_to_the_step_that_caused_them_whatever_the_engine_does_first():
    merged_first = ReadsOf("L1", "", (100, 90, 70, 80, 65, 60))
    assert merged_first.parts() == [60, 5, 5, 10, 10, 10, 0]
    merged_last = ReadsOf("L1", "", (100, 90, 80, 60, 70, 55))
    assert merged_last.parts() == [55, 5, 10, 10, 10, 10, 0]


def test_reads_of_a_failed_library_are_lost_by_its_failure_alone():
    library = ReadsOf("L1", "", (100, 90, 90, 90, 90, 90), failed=90)
    assert library.parts() == [0, 0, 0, 0, 0, 10, 90]


def test_bars_of_shares_reach_a_hundred_and_an_empty_library_draws_nothing():
    bars = [ReadsOf("L1", "", (10, 9, 8, 7, 6, 5)), ReadsOf("L2", "", (0,) * 6)]
    figure = read_loss(bars, is_share=True)
    assert [sum(trace.x[row] for trace in figure.data) for row in (0, 1)] == [100, 0]


def test_each_group_has_a_heading_of_its_own_row():
    one, two = ReadsOf("a", "x", (1,) * 6), ReadsOf("b", "y", (1,) * 6)
    labels, rows, headings = grouped_rows([("x", one), ("y", two)])
    assert labels == ["", "a", "", "b"]
    assert rows == [None, one, None, two]
    assert headings == {0: "x", 2: "y"}


def test_labels_that_look_like_numbers_stay_labels():
    figure = composition_bars([SharesOf("111", "", {"A": 1.0})], ["A"], colours_of_names(["A"]))
    assert figure.layout.yaxis.ticktext == ("111",)
    assert figure.data[0].y == (0,)


def test_lines_give_way_to_a_band_where_libraries_are_many():
    few = quality_curves({"L1": [30.0, 20.0]}, "#000")
    many = quality_curves({f"L{place}": [30.0, 20.0] for place in range(50)}, "#000")
    assert [trace.name for trace in few.data] == ["a library", "median"]
    assert [trace.name for trace in many.data] == [None, "nine in ten libraries", "median"]


def test_the_median_is_of_the_libraries_that_reach_a_position():
    figure = quality_curves({"a": [10.0], "b": [20.0, 8.0], "c": [30.0, 4.0]}, "#000")
    assert figure.data[-1].y == (20.0, 6.0)


def test_a_box_needs_four_libraries():
    figure = alpha_by_group({"few": [("a", 1.0)] * 3, "enough": [("b", 1.0)] * 4}, "x")
    assert [trace.line.color == "rgba(0,0,0,0)" for trace in figure.data] == [True, False]


def test_axes_of_an_ordination_state_what_they_explain_where_it_is_known():
    figure = ordination({"g": [Point("L1", 0.1, 0.2)]}, [0.4123, None])
    assert figure.layout.xaxis.title.text == "PC1 (41.2 %)"
    assert figure.layout.yaxis.title.text == "PC2"


def signs_of(figure) -> list[tuple[str, list[str]]]:
    """Give colour and signs of each trace that has points."""
    return [
        (trace.marker.color, list(trace.marker.symbol))
        for trace in figure.data
        if trace.meta != "key"
    ]


@pytest.mark.parametrize("number", [3, 10, 22])
def test_colour_tells_the_group_and_the_sign_whose_a_library_is(number):
    """Colours that come again are of hollow signs; who has no group is grey."""
    names = [f"soil {place:02}" for place in range(number)]
    groups = {
        name: [Point(f"{maker}-{name}", 0.1, 0.2, maker) for maker in ("north", "south")]
        for name in [*names, "not stated"]
    }
    figure = ordination(groups, [None, None], ["not stated"])
    *found, grey = signs_of(figure)
    ways = {(colour, signs[0].endswith("-open")) for colour, signs in found}
    assert len(ways) == number
    assert grey == (OTHER_COLOUR, ["circle", "square"])
    assert grey[0] not in {colour for colour, _ in found}
    for _, signs in found:
        assert [sign.removesuffix("-open") for sign in signs] == ["circle", "square"]
    keys = [(trace.name, trace.marker.symbol) for trace in figure.data if trace.meta == "key"]
    assert keys == [("north", "circle"), ("south", "square")]


def test_makers_have_their_signs_also_where_colours_are_theirs():
    names = [f"lab {place}" for place in range(9)]
    by_maker = {name: [Point(name, 0.1, 0.2, name)] for name in names}
    traces = ordination(by_maker, [None, None]).data
    mixed = ordination({"soil": [one for own in by_maker.values() for one in own]}, [None, None])
    signs = list(mixed.data[0].marker.symbol)
    assert [trace.marker.symbol.removesuffix("-open") for trace in traces] == signs
    assert len({(trace.marker.color, trace.marker.symbol) for trace in traces}) == 9


def test_the_legend_has_every_sign_that_a_plot_may_have():
    """The page draws a legend of its own; hollow signs are the filled ones in outline."""
    script = (Path(figures.__file__).parent / "page.js").read_text(encoding="utf-8")
    known = set(re.findall(r'"?([a-z-]+)"?: "[^a-z]"', script[script.index("const SIGNS") :]))
    given = {figures.symbol_of_group(place) for place in range(60)}
    given |= {figures.sign_of_maker(place) for place in range(60)}
    assert {sign.removesuffix("-open") for sign in given} <= known
    assert len({figures.symbol_of_group(place) for place in range(14)}) == 14


def test_curves_of_a_group_are_one_trace_with_gaps():
    figure = rarefaction({"g": [("a", [(1, 1)]), ("b", [(1, 1), (2, 2)])]}, 5)
    assert figure.data[0].x == (1, None, 1, 2, None)
    assert figure.layout.shapes[0].x0 == 5


def test_text_that_plotly_would_read_as_markup_is_made_plain():
    assert plain("<b>&</b>") == "&lt;b&gt;&amp;&lt;/b&gt;"
    assert short("x" * 40) == "x" * 23 + "…"


def test_taxa_have_distinct_colours_and_the_rest_is_grey():
    colours = colours_of_names(["A", "B", OTHER, UNNAMED, "A"])
    assert len({colours[name] for name in ("A", "B", OTHER, UNNAMED, UNKNOWN)}) == 5


def test_a_sample_without_a_position_is_on_no_map():
    rows = [{"lat_lon": text} for text in ("", "not collected", "91 0")]
    assert places_of(rows, 0.1, region=Region.WHOLE) == ()


@pytest.mark.parametrize(
    ("degrees", "middle"),
    [("48.1234", 48.15), ("48.3", 48.35), ("-0.01", -0.05), ("11.5678", 11.55)],
)
def test_a_place_moves_to_the_middle_of_the_cell_that_exports_give_it(degrees, middle):
    (place,) = places_of([{"lat_lon": f"{degrees} 0.05"}], 0.1, region=Region.NONE)
    assert (place.latitude, place.longitude) == (middle, 0.05)


def test_places_in_one_cell_are_one_place_that_names_only_the_country():
    rows = [{"lat_lon": f"48.12 11.5{n}", "geo_loc_name": "Germany: Farm A"} for n in range(3)]
    (place,) = places_of(rows, 0.1, region=Region.WHOLE)
    assert (place.samples, place.text) == (3, "Germany: 3 samples")
    (place,) = places_of(rows, 0.1, region=Region.NONE)
    assert place.text == "3 samples"


def test_exact_places_keep_their_names():
    rows = [{"lat_lon": "48.1234 11.5678", "geo_loc_name": "Germany: Bavaria"}]
    (place,) = places_of(rows, 0.0, region=Region.WHOLE)
    assert (place.latitude, place.text) == (48.1234, "Germany: Bavaria: 1 sample")
    (place,) = places_of(rows, 0.0, region=Region.COUNTRY)
    assert place.text == "Germany: 1 sample"


def test_a_map_shows_the_country_around_a_single_place():
    extent = extent_of([Place(48.15, 11.55, 0.1, 1, "")])
    assert extent.east - extent.west > 10
    assert extent.north - extent.south == pytest.approx(9)


def test_a_map_stays_on_the_globe():
    extent = extent_of([Place(89, 179, 0, 1, ""), Place(-89, -179, 0, 1, "")])
    assert (extent.west, extent.south, extent.east, extent.north) == (-180, -90, 180, 90)


def test_the_map_draws_only_outlines_that_it_shows():
    rings = list(outlines())
    assert len(rings) > 150
    figure = place_map([Place(48.15, 11.55, 0.1, 1, "x")], rings)
    assert 100 < len(figure.data[0].x) < 2000
    assert figure.data[1].name == "cell of 0.1° that holds the place"


def test_the_middle_of_a_cell_is_not_called_the_place():
    cell, exact = Place(48.15, 11.55, 0.1, 1, "x"), Place(48.1234, 11.5678, 0, 1, "x")
    assert place_map([cell], []).data[-1].name == "middle of the cell, not the place"
    assert place_map([exact], []).data[-1].name == "sampled place"


def test_places_that_lie_close_are_drawn_from_near_as_well():
    places = [Place(48.15 + step / 10, 11.55, 0.1, 1, "x") for step in range(4)]
    figure = near_map(places)
    west, east = figure.layout.xaxis.range
    south, north = figure.layout.yaxis.range
    assert north - south < 1
    for place in places:  # whole cells
        assert south < place.latitude - 0.05
        assert place.latitude + 0.05 < north
    assert west < 11.5
    assert east > 11.6
    assert near_map([*places, Place(60.05, 11.55, 0.1, 1, "x")]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),  # noqa: RUF001  as written
        ("", "–"),  # noqa: RUF001
        (12345, "12,345"),
        (0.1234, "0.123"),
        (0.00001, "1.0e-05"),
        (123.456, "123.5"),
        (12.0, "12"),
        (0.0, "0"),
        (1.0, "1"),
        (float("nan"), "–"),  # noqa: RUF001
        (True, "yes"),
        ("a", "a"),
    ],
)
def test_values_are_written_for_people(value, text):
    assert write(value) == text


def test_small_words():
    assert percent(1, 8) == "12.5 %"
    assert percent(1, 0) == "–"  # noqa: RUF001
    assert plural(1, "library", "libraries") == "1 library"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"


def test_a_long_table_is_cut_and_says_so():
    table = grid("t", ("a",), [(place,) for place in range(MAX_TABLE_ROWS + 1)])
    assert len(table.rows) == MAX_TABLE_ROWS
    assert "of 201 rows" in table.note
    assert table.numeric == {"a"}


def test_thinning_keeps_both_ends():
    assert thinned(list(range(10)), 3) == [0, 4, 9]
    assert thinned([1, 2], 3) == [1, 2]
