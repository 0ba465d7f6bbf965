from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import polars as pl
import pytest

from soilbio.report.build import build_page, sections_of
from soilbio.report.content import Grid, Panel
from soilbio.report.sections_sharing import controls_section
from soilbio.report.summaries import blank_features

HOSTILE = '<script>alert("x")</script>'


def text_of(page: str) -> str:
    """The page without plotly's own code."""
    start = page.index("<script>") if "<script>" in page else len(page)
    end = page.index("</script>", start) if start < len(page) else len(page)
    return page[:start] + page[end:]


def test_all_sections_are_there_in_the_order_of_reading(whole):
    sections = sections_of(whole)
    assert [section.section_id for section in sections] == [
        "summary",
        "composition",
        "truth",
        "alpha",
        "ordination",
        "rarefaction",
        "reads",
        "quality",
        "controls",
        "places",
        "agreement",
        "problems",
        "methods",
        "next",
    ]


def test_the_same_input_gives_the_same_bytes(run, material, page):
    assert build_page(material(run.write_all())) == page


def test_nothing_is_fetched_from_anywhere(page):
    page = text_of(page)
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", page)
    assert "@import" not in page
    assert "url(" not in page
    assert '"scattergeo"' not in page


def test_no_id_is_given_twice(page):
    ids = re.findall(r'\bid="([^"]+)"', text_of(page))
    assert len(ids) == len(set(ids))


def test_values_of_data_never_become_markup(run, material):
    run.samples[0]["cur_land_use"] = HOSTILE
    run.libraries[1].update(status="failed", status_reason=HOSTILE)
    run.features[0].update(phylum=HOSTILE, taxon_rank="phylum")
    for row in (*run.samples, *run.libraries):
        if row["sample_id"] == "soil-3":
            row["sample_id"] = HOSTILE
    run.write_all()
    page = text_of(build_page(material(run, closed=set())))
    assert HOSTILE not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_names_and_farms_stay_out_where_identity_is_withheld(run, material):
    run.libraries[0].update(status="failed", status_reason="no reads in /data/Huber/L-soil-1.fq")
    run.write_all()
    page = text_of(build_page(material(run)))
    for secret in ("soil-1", "L-soil-2", "Huber", "/data/", "48.1234", "11.5678", "Bavaria"):
        assert secret not in page, secret
    assert "48.15" in page


@pytest.mark.parametrize(
    ("closed", "section_id"),
    [
        ("counts", "reads"),
        ("counts", "composition"),
        ("taxonomy", "composition"),
        ("derived", "alpha"),
        ("derived", "quality"),
        ("location", "places"),
        ("controls", "controls"),
        ("method", "methods"),
    ],
)
def test_a_withheld_class_leaves_one_sentence_that_says_so(run, material, closed, section_id):
    coarse = set() if closed == "location" else None
    made = material(run.write_all(), closed={closed}, coarse=coarse)
    section = next(one for one in sections_of(made) if one.section_id == section_id)
    assert len(section.blocks) == 1
    assert "withholds" in section.blocks[0]


def test_groups_are_hidden_where_their_column_is_withheld(run, material):
    page = text_of(build_page(material(run.write_all(), closed={"management"})))
    assert "grassland" not in page
    assert "current land use" in page


def test_what_its_sample_calls_a_control_is_one(run, material):
    """Sheets of older datasets may say so of samples only."""
    for row in run.libraries:
        row["control_type"] = None
    for row in run.samples:
        is_control = row["sample_id"] in ("mock", "blank")
        row["samp_category"] = "positive control" if is_control else "sample"
    made = material(run.write_all(), closed={"controls"})
    names = {one.library_id for one in made.view.subjects}
    assert names == {f"L-{row['sample_id']}" for row in run.samples[:6]}


def test_withheld_controls_are_counted_nowhere(run, material):
    made = material(run.write_all(), closed={"controls"})
    assert all(subject.is_sample for subject in made.view.subjects)
    text = text_of(build_page(made))
    assert "(controls are withheld)" in text
    assert "0 controls" not in text


@pytest.mark.parametrize("part", ["diversity", "score", "quality"])
def test_a_missing_part_is_a_sentence_not_a_crash(run, material, part):
    run.write_all()
    shutil.rmtree(run.results / part)
    assert "<h2" in build_page(material(run))


def test_an_ordination_that_was_not_made_leads_to_what_was_left_out(run, material):
    run.write_all()
    (folder,) = (run.results / "diversity").iterdir()
    shutil.rmtree(folder / "ordination")
    settings = json.loads((folder / "settings.json").read_text())
    for left_out in ({}, {run.libraries[0]["library_id"]: "fewer than 10 reads of named genera"}):
        (folder / "settings.json").write_text(json.dumps(settings | {"left_out": left_out}))
        page = text_of(build_page(material(run)))
        assert "at least three libraries of samples that can be compared." in page
        assert ("Problems tells which were left out" in page) == bool(left_out)


def test_engines_are_shown_beside_the_truth_in_what_they_estimate(run, material):
    run.write_all()
    known = [one["library_id"] for one in run.libraries if not one["control_type"]][:2]
    rows = [
        {
            **{"library_id": library, "engine": engine, "rank": "genus", "expected": 10},
            **{"found": 9, "true_positive": 8, "false_negative": 2, "precision": 0.8889},
            **{"recall": 0.8, "f1": 0.8421, "l1_reads": 0.31, "l1_genomes": 0.72},
            **{"compared_with": kind, "unclassified_found": 0.412, "unclassified_true": 0.377},
        }
        for library in known
        for engine, kind in (("kraken2", "reads"), ("ssu", "genomes"))
    ]
    run.write_rows("score/profiles.tsv", rows)
    (truth,) = (one for one in sections_of(material(run)) if one.section_id == "truth")
    means, each = (one for one in truth.blocks if isinstance(one, Grid) and "Engines" in one.title)
    assert [row[:3] for row in means.rows] == [("kraken2", "genus", "2"), ("ssu", "genus", "2")]
    l1 = means.columns.index("L1")
    assert [row[l1] for row in means.rows] == ["0.31", "0.72"]
    assert means.rows[0][-2:] == ("41.2", "37.7")
    assert len(each.rows) == 4


def test_a_dataset_alone_makes_a_page(run, material):
    run.write_dataset()
    page = build_page(material(run))
    assert page.count("No diversity was measured in the results") == 3


def test_a_dataset_without_any_feature_makes_a_page(run, material):
    run.counts = []
    run.write_dataset()
    run.write_quality()
    assert "nothing to draw" in build_page(material(run))


def test_a_single_library_without_controls_makes_a_page(run, material):
    keep = run.libraries[0]["library_id"]
    run.libraries, run.samples = run.libraries[:1], run.samples[:1]
    run.counts = [row for row in run.counts if row["library_id"] == keep]
    run.write_dataset()
    page = build_page(material(run))
    assert "No library is a control" in page


def test_empty_and_failed_libraries_are_problems_with_their_reason(run, material):
    run.libraries[0].update(status="empty", status_reason="no read has both primers")
    run.libraries[0].update(reads_filtered=None, reads_merged=None)
    run.counts = [row for row in run.counts if row["library_id"] != "L-soil-1"]
    section = next(
        one
        for one in sections_of(material(run.write_all(), closed=set()))
        if one.section_id == "problems"
    )
    rows = next(block for block in section.blocks if isinstance(block, Grid)).rows
    assert rows == (("L-soil-1", "soil-1", "empty", "no read has both primers"),)


@pytest.mark.parametrize(("named", "is_told"), [(0, True), (1, True), (180, False)])
def test_an_assay_whose_reads_have_no_names_is_a_problem(run, material, named, is_told):
    for feature in run.features[named:]:
        feature["taxon_rank"] = None
    section = next(
        one
        for one in sections_of(material(run.write_all(), closed=set()))
        if one.section_id == "problems"
    )
    titles = [block.title for block in section.blocks if isinstance(block, Grid)]
    assert any("no name" in title for title in titles) == is_told


def test_every_choice_of_a_panel_has_a_figure(whole):
    for section in sections_of(whole):
        for block in section.blocks:
            if isinstance(block, Panel):
                for plot in block.plots:
                    count = 1
                    for choice in block.choices:
                        count *= len(choice.options)
                    assert len(plot.variants) == count, plot.plot_id


def test_figures_lie_in_the_page_as_json(page):
    found = re.findall(
        r'<script type="application/json" id="([\w-]+)-figures">(.*?)</script>', page
    )
    assert len(found) == 15
    for name, text in found:
        for figure in json.loads(text).values():
            assert figure["data"], name
            assert "template" not in figure["layout"]


def test_blank_features_name_the_samples_that_hold_them(run, material):
    section = next(
        one
        for one in sections_of(material(run.write_all(), closed=set()))
        if one.section_id == "controls"
    )
    table = next(block for block in section.blocks if isinstance(block, Grid))
    assert table.title == "Features of blanks"
    in_blank = {r["feature_id"][:8] for r in run.counts if r["library_id"] == "L-blank"}
    assert {row[-1] for row in table.rows} == in_blank


def test_a_blank_is_held_against_the_soils_of_its_own_laboratory(run, material):
    made = material(run.write_all(), closed=set())
    blanks = [one for one in made.view.subjects if one.is_blank]
    soils = [one for one in made.view.subjects if one.is_sample]
    own, others = [*blanks, *soils[:2]], soils[2:]
    libraries = {
        name: [one.library_id for one in part] for name, part in (("b", own), ("a", others))
    }
    section = controls_section(replace(made, history={"libraries": libraries}))
    table = next(block for block in section.blocks if isinstance(block, Grid))
    named = {
        label
        for row in table.rows
        for label in str(row[table.columns.index("also in")]).replace(" and ", ", ").split(", ")
    }
    assert named <= {one.label for one in soils[:2]} | {"nowhere else"}
    counts = {(row["library_id"], row["feature_id"][:8]): row["count"] for row in run.counts}
    for row in table.rows:
        there = sum(counts.get((one.library_id, row[-1]), 0) for one in soils[:2])
        assert row[table.columns.index("reads there")] == f"{there:,}"


def test_reads_without_a_name_are_no_feature_of_a_blank():
    tables = {
        "counts": pl.LazyFrame(
            {
                "library_id": ["blank", "blank", "soil"],
                "feature_id": ["ncbi:1386", "unclassified", "unclassified"],
                "count": [3, 90, 4000],
            }
        ),
        "features": pl.LazyFrame(
            {
                "feature_id": ["ncbi:1386", "unclassified"],
                "taxon_rank": ["genus", None],
                "genus": ["Bacillus", None],
            }
        ),
    }
    (found,) = blank_features(tables, ["blank"], ["soil"])
    assert (found.name, found.reads_in_blanks, found.samples) == ("Bacillus (genus)", 3, ())


def test_many_libraries_are_thinned_and_the_page_says_so(make_run, material):
    page = build_page(material(make_run(libraries=90).write_all()))
    assert "each bar is the mean" in page
    assert "smallest share" in page
    assert "nine in ten" in page
    assert "The first 30 of 91 libraries are drawn." in page


@pytest.mark.parametrize("coarse", [set(), {"location"}])
def test_coordinates_of_the_table_are_those_of_the_map(run, material, coarse):
    closed = set() if not coarse else {"identity"}
    made = material(run.write_all(), closed=closed, coarse=coarse)
    text = text_of(build_page(made))
    assert made.view.places
    for place in made.view.places:
        assert f"{place.latitude:.6f}".rstrip("0") in text
        assert f"{place.longitude:.6f}".rstrip("0") in text
