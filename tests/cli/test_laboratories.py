"""The command on two laboratories' soils: what drives the differences is said as it is."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from example_dataset import PROVENANCE
from pipeline_outputs import write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.diversity.comparable import slug_of
from soilbio.diversity.coverage import coverage_at
from soilbio.diversity.design import candidates

V4 = {"target_gene": "16S rRNA", "target_subfragment": "V4", "engine": "dada2"}
FEATURES = 40


def laboratory(
    folder: Path,
    name: str,
    soils: dict[str, str],
    *,
    bias: float = 0,
    extra: dict[str, dict[str, str]] | None = None,
    library_prefix: str = "",
    least: int = 1,
    terms: str = "",
    **assay_of: str,
) -> Path:
    """Import soils of a laboratory; land use makes much of a difference, `bias` that of its own.

    What was seen less often than `least` is dropped, as some engines do. `terms` are those of an
    agreement that has the laboratory's name.
    """
    folder.mkdir()
    rng = np.random.default_rng(len(name) + sum(map(ord, name)))
    base = np.random.default_rng(1).lognormal(0, 1, FEATURES)
    own = rng.lognormal(0, bias, FEATURES)
    columns = []
    for land_use in soils.values():
        of_land_use = np.random.default_rng(sum(map(ord, land_use))).lognormal(0, 1, FEATURES)
        shares = base * of_land_use * own * rng.lognormal(0, 0.2, FEATURES)
        drawn = rng.multinomial(2000, shares / shares.sum())
        columns.append(np.where(drawn < least, 0, drawn))
    bases = random.Random(7)
    sequences = ["".join(bases.choices("ACGT", k=253)) for _ in range(FEATURES)]
    with (folder / "t.tsv").open("w") as handle:
        print("id", *soils, sep="\t", file=handle)
        for sequence, counts in zip(sequences, zip(*columns, strict=True), strict=True):
            print(sequence, *counts, sep="\t", file=handle)
    with (folder / "samples.tsv").open("w") as handle:
        columns_of = {soil: (extra or {}).get(soil, {}) for soil in soils}
        print("sample_name", "cur_land_use", *columns_of[min(soils)], sep="\t", file=handle)
        for soil, land_use in soils.items():
            print(soil, land_use, *columns_of[soil].values(), sep="\t", file=handle)
    given = {**V4, **assay_of}
    assay = f"{{assay_id: {name}, {', '.join(f'{key}: {value}' for key, value in given.items())},"
    assay += " pcr_primer_forward: GTGYCAGCMGCCGCGGTAA, pcr_primer_reverse: GGACTACNVGGGTWTCTAAT}"
    text = f"title: {name}\nagreement: partner@1.0\nsamples: samples.tsv\nassay: {assay}\n"
    text += f"library_prefix: {library_prefix}\n" if library_prefix else ""
    method = write_method(folder, text.replace("partner@", f"{name}@") if terms else text)
    if terms:
        (folder / "agreements" / f"{name}.yaml").write_text(f"id: {name}\n{terms}")
    target = folder / name
    assert main(
        ["import", "table", str(folder / "t.tsv"), "--method", str(method), "--out", str(target)]
    ) in (0, None)
    return target


def soils(letter: str, *land_uses: str) -> dict[str, str]:
    return {f"{letter}{place}": land_use for place, land_use in enumerate(land_uses)}


BOTH = ("cropland", "grassland") * 4


@pytest.fixture
def crossed(tmp_path) -> Path:
    """Two laboratories that both have soils of both land uses."""
    one = laboratory(tmp_path / "1", "north", soils("N", *BOTH))
    other = laboratory(tmp_path / "2", "south", soils("S", *BOTH), bias=0.3)
    assert main(["harmonise", str(one), str(other), "--out", str(tmp_path / "merged")]) == 0
    return tmp_path / "merged"


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_soil_and_laboratory_are_told_apart(crossed, tmp_path):
    out = tmp_path / "out"
    words = ["laboratories", str(crossed), "--by", "cur_land_use", "--out", str(out)]
    assert main(words) == 0
    rows = table(out / "laboratories.tsv")
    assert [(row["laboratory"], row["libraries"]) for row in rows] == [
        ("north", "8"),
        ("south", "8"),
    ]
    (part,) = table(out / "16S-rRNA" / "variation.tsv")
    names = ("laboratory_only", "soil_only", "shared", "unexplained")
    assert sum(float(part[name]) for name in names) == pytest.approx(1)
    assert float(part["soil_only"]) > float(part["laboratory_only"]) > 0.02
    tests = {row["column"]: row for row in table(out / "16S-rRNA" / "tests.tsv")}
    assert float(tests["cur_land_use"]["p_value"]) <= 0.01
    assert "soil alone explains more" in (out / "laboratories.html").read_text()
    overlap = {(row["one"], row["other"]): row for row in table(out / "16S-rRNA" / "overlap.tsv")}
    assert int(overlap["north", "south"]["features"]) >= FEATURES - 4
    told = json.loads((out / "settings.json").read_text())
    drawn = pl.read_parquet(out / "16S-rRNA" / "comparable_counts.parquet")
    depth = told["genes"]["16S rRNA"]["reads"]
    sums = dict(drawn.group_by("library_id").agg(pl.col("count").sum()).iter_rows())
    assert sums == depth
    assert len(set(sums.values())) == 1


def test_libraries_are_drawn_to_one_coverage(crossed, tmp_path):
    out = tmp_path / "out"
    words = ["--by", "cur_land_use", "--coverage", "auto", "--out", str(out)]
    assert main(["laboratories", str(crossed), *words]) == 0
    told = json.loads((out / "settings.json").read_text())["genes"]["16S rRNA"]
    drawn = pl.read_parquet(out / "16S-rRNA" / "comparable_counts.parquet")
    raw = pl.read_parquet(crossed / "counts.parquet")
    for library, size in told["reads"].items():
        own = raw.filter(pl.col("library_id") == library)["count"].to_numpy()
        assert drawn.filter(pl.col("library_id") == library)["count"].sum() == size
        assert coverage_at(own, size) == pytest.approx(told["coverage"], abs=1e-3)
    assert f"a coverage of {told['coverage']:.4f} each" in (out / "laboratories.html").read_text()


@pytest.mark.parametrize("least", [(1, 2), (2, 2)])
def test_coverage_is_compared_of_engines_alike_in_what_was_seen_once(tmp_path, capsys, least):
    one = laboratory(tmp_path / "1", "north", soils("N", *BOTH), least=least[0], bias=1)
    other = laboratory(tmp_path / "2", "south", soils("S", *BOTH), least=least[1], bias=1)
    assert main(["harmonise", str(one), str(other), "--out", str(tmp_path / "merged")]) == 0
    capsys.readouterr()
    words = ["laboratories", str(tmp_path / "merged"), "--coverage", "auto", "--out"]
    are_alike = least[0] == least[1]
    assert main([*words, str(tmp_path / "out")]) == int(not are_alike)
    told = capsys.readouterr()
    if are_alike:
        assert "equal reads are the safer choice" in told.out
    else:
        assert "[coverage-singletons]" in told.err
        assert "south (south): 8 of 8" in told.err


def test_a_coverage_that_is_none_is_told(crossed, tmp_path, capsys):
    words = ["--coverage", "95", "--out", str(tmp_path / "out")]
    assert main(["laboratories", str(crossed), *words]) == 1
    assert "[coverage-range]" in capsys.readouterr().err


def test_soils_that_take_no_part_are_told(crossed, tmp_path, capsys):
    out = tmp_path / "out"
    capsys.readouterr()
    assert main(["laboratories", str(crossed), "--depth", "3000", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    for name, letter in (("north", "N"), ("south", "S")):
        assert f"8 of 8 libraries of {name}'s soils take no part ({letter}0: 2000 reads" in said
        assert f"8 of 8 libraries of {name}" in (out / "laboratories.html").read_text()


def test_the_same_bytes_again(crossed, tmp_path):
    for name in ("out", "again"):
        words = ["--by", "cur_land_use", "--out", str(tmp_path / name)]
        assert main(["laboratories", str(crossed), *words]) == 0
    files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert len(files) == 11
    for path in files:
        again = tmp_path / "again" / path.relative_to(tmp_path / "out")
        assert path.read_bytes() == again.read_bytes(), path


def test_what_was_done_is_told_with_what_to_cite_and_nothing_else(crossed, tmp_path):
    """Drawn to reads or to a coverage; here each soil has one library, so that none is a block."""
    for words, cited in (([], "Hurlbert 1971"), (["--coverage", "auto"], "Chao & Jost 2012")):
        out = tmp_path / cited[:5]
        asked = ["--by", "cur_land_use", "--seed", "3", "--permutations", "99", *words]
        assert main(["laboratories", str(crossed), *asked, "--out", str(out)]) == 0
        text, _, references = (out / "methods.md").read_text().partition("## References")
        assert "99 permutations (seed 3)" in text
        assert "laboratory, method and cur_land_use freely" in text
        assert "By cur_land_use, variation was parted" in text
        works = ("Anderson 2001", "Borcard et al. 1992", "Peres-Neto et al. 2006", cited)
        assert all(work in references for work in works)
        assert "ter Braak" not in references
        assert ("Hurlbert" in references) == (not words)
        page = (out / "laboratories.html").read_text()
        assert "Peres-Neto et al. 2006, Ecology 87:2614" in page
        assert "99 permutations (seed 3)" in page


def test_tables_of_genes_that_are_no_longer_do_not_stay(crossed, tmp_path):
    """A second profiler parts one group in two: what was measured of the one is of other data."""
    out = tmp_path / "out"
    words = ["laboratories", str(crossed), "--by", "cur_land_use", "--out", str(out)]
    assert main(words) == 0
    before = {one.relative_to(out) for one in out.rglob("*")}
    settings = out / "settings.json"
    for name in ("WGS 1", "COI", "../elsewhere"):
        settings.write_text(
            settings.read_text().replace('"genes": {', f'"genes": {{"{name}": {{}},')
        )
        folder = out / slug_of(name)
        folder.mkdir()
        (folder / "tests.tsv").write_text("old\n")
    (out / "COI" / "my notes.txt").write_text("mine\n")
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "tests.tsv").write_text("of somebody else\n")
    assert main(words) == 0
    after = {one.relative_to(out) for one in out.rglob("*")}
    assert after - before == {Path("COI"), Path("COI/my notes.txt")}
    assert (other / "tests.tsv").exists()


def test_what_cannot_be_told_apart_is_said_to_be_so(tmp_path):
    one = laboratory(tmp_path / "1", "north", soils("N", *["cropland"] * 5))
    other = laboratory(tmp_path / "2", "south", soils("S", *["grassland"] * 5))
    assert main(["harmonise", str(one), str(other), "--out", str(tmp_path / "merged")]) == 0
    out = tmp_path / "out"
    words = ["laboratories", str(tmp_path / "merged"), "--by", "cur_land_use", "--out", str(out)]
    assert main(words) == 0
    (part,) = table(out / "16S-rRNA" / "variation.tsv")
    assert part["note"].startswith("laboratory and soil cannot be told apart")
    page = (out / "laboratories.html").read_text()
    assert "No sentence on either can be defended" in page
    assert "explains more" not in page


@pytest.mark.parametrize("column", ["plot", "landuse", "sample_id"])
def test_a_column_that_no_sample_has_or_that_is_none_of_groups_is_refused(
    crossed, tmp_path, column, capsys
):
    out = tmp_path / "out"
    words = ["--by", "cur_land_use", "--by", column, "--out", str(out)]
    assert main(["laboratories", str(crossed), *words]) == 1
    told = capsys.readouterr().err
    assert "[by-column]" in told
    assert "groups: cur_land_use" in told
    assert not out.exists()


def test_without_a_column_those_that_part_the_soils_are_proposed(crossed, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["laboratories", str(crossed), "--out", str(out)]) == 0
    for text in (capsys.readouterr().out, (out / "laboratories.html").read_text()):
        assert "with --by, such as cur_land_use" in text


def test_what_was_shared_of_samples_is_not_proposed_as_what_soils_differ_in():
    samples = pl.DataFrame(
        {
            "sample_id": ["a", "b", "c"],
            "cur_land_use": ["crop", "crop", "wood"],
            "informationWithheld": ["places", "places", ""],
            "dataGeneralizations": ["days", "days", "months"],
            "coordinate_uncertainty_m": ["7850", "7850", "78500"],
        }
    )
    assert candidates(SimpleNamespace(table=lambda _: samples), {"a", "b", "c"}) == ["cur_land_use"]


@pytest.mark.parametrize("is_by_material", [False, True])
def test_the_same_soils_in_several_laboratories_tell_them_apart(tmp_path, is_by_material):
    found = []
    for place, name in enumerate(("north", "south", "west"), start=1):
        own = soils(name[0].upper() if is_by_material else "P", *BOTH[:6])
        extra = {one: {"source_mat_id": f"M{one[1:]}"} for one in own} if is_by_material else {}
        prefix = "" if is_by_material else f"{name}-"
        found.append(
            laboratory(
                *(tmp_path / str(place), name, own), bias=0.6, extra=extra, library_prefix=prefix
            )
        )
    assert main(["harmonise", *map(str, found), "--out", str(tmp_path / "merged")]) == 0
    out = tmp_path / "out"
    words = ["laboratories", str(tmp_path / "merged"), "--by", "cur_land_use", "--out", str(out)]
    assert main(words) == 0
    rows = {row["column"]: row for row in table(out / "16S-rRNA" / "tests.tsv")}
    assert (rows["laboratory"]["permuted"], rows["laboratory"]["n_libraries"]) == ("within", "18")
    assert rows["laboratory"]["groups"] == "north (6), south (6), west (6)"
    assert float(rows["laboratory"]["p_value"]) <= 0.01
    assert float(rows["sample"]["p_value"]) <= 0.01
    # Six soils of two land uses can be parted in ten ways, however often they were sequenced.
    assert (rows["cur_land_use"]["permuted"], rows["cur_land_use"]["permutations"]) == (
        *("whole", "10"),
    )
    parts = {row["column"]: row for row in table(out / "16S-rRNA" / "variation.tsv")}
    assert set(parts) == {"sample", "cur_land_use"}
    for part in parts.values():
        assert part["soils"] == "6"
        assert float(part["laboratory_only"]) > 0.1
        assert abs(float(part["shared"])) < 1e-6
    assert "sample: " in (out / "laboratories.html").read_text()


OPEN = """\
version: "1.0"
title: Open but for people and places
contact: data@partner.example
licence: CC-BY-4.0
parties: [{name: Partner, role: provider}]
grants:
  - name: results for everybody
    recipient: public
    purposes: [DUO:0000042]
    classes: {location: PLACE, region: allow, time: allow, environment: allow, management: allow,
      method: allow, sequences: allow, counts: allow, taxonomy: allow, derived: allow,
      controls: allow}
"""


def received(dataset: Path, out: Path) -> Path:
    """Export for everybody, as a dataset that may be merged with others."""
    words = ["--recipient", "public", "--purpose", "DUO:0000042", "--date", "2026-11-01"]
    assert main(["export", "partner", str(dataset), *words, "--out", str(out)]) in (0, None)
    return out / "dataset"


@pytest.mark.parametrize("is_merged_before", [True, False])
def test_who_is_not_told_which_samples_are_of_one_soil_is_told_what_that_does(
    tmp_path, is_merged_before
):
    """A ring test whose laboratories differ less than soils; agreements tell of different places.

    Everybody receives what was merged, or one merges what another sent with the own dataset.
    """
    found = []
    for place, name in enumerate(("north", "south"), start=1):
        own = soils(name[0].upper(), *(f"land use {letter}" for letter in "abcdefgh"))
        kinds = dict(zip(own, BOTH, strict=True))
        extra = {
            one: {"source_mat_id": f"M{one[1:]}", "farm_equip": kinds[one], "lat_lon": "48.1 16.3"}
            for one in own
        }
        terms = OPEN.replace("PLACE", ("allow", '{generalise: "0.1"}')[place - 1])
        found.append(
            laboratory(tmp_path / str(place), name, own, bias=0.3, extra=extra, terms=terms)
        )
    holder = tmp_path / "holder"
    assert main(["harmonise", *map(str, found), "--out", str(holder)]) == 0
    if is_merged_before:
        member = received(holder, tmp_path / "sent")
    else:
        member = tmp_path / "member"
        sent = received(found[0], tmp_path / "sent")
        assert main(["harmonise", str(sent), str(found[1]), "--out", str(member)]) == 0
    told = {}
    for name, merged in (("held", holder), ("had", member)):
        words = ["--by", "farm_equip", "--out", str(tmp_path / "out" / name)]
        assert main(["laboratories", str(merged), *words]) == 0
        told[name] = {
            row["column"]: row for row in table(tmp_path / "out" / name / "16S-rRNA" / "tests.tsv")
        }
        told[name]["page"] = (tmp_path / "out" / name / "laboratories.html").read_text()
    held, had = told["held"], told["had"]
    assert float(held["laboratory"]["p_value"]) < 0.05 < float(had["laboratory"]["p_value"])
    assert (had["laboratory"]["p_may_be"], had["farm_equip"]["p_may_be"]) == (
        *("too large", "too small"),
    )
    assert "p_may_be" not in held["laboratory"]
    assert "it cannot be told whether this is chance or a finding" in had["page"]
    for words in ("is no finding", "more than chance"):
        assert words not in had["page"]


@pytest.mark.parametrize(
    ("column", "ours", "theirs"),
    [
        ("cur_land_use", ("cropland", "grassland"), ("Cropland", "GRASSLAND")),
        ("tot_org_carb", ("12 g/kg", "20 g/kg"), ("1.2 %", "2.0 %")),
    ],
)
def test_values_that_say_the_same_are_one_group(tmp_path, column, ours, theirs):
    found = []
    for place, (name, said) in enumerate((("north", ours), ("south", theirs)), start=1):
        own = soils(name[0].upper(), *(said if column == "cur_land_use" else BOTH[:2]) * 4)
        extra = {one: {column: said[at % 2]} for at, one in enumerate(own)}
        more = {} if column == "cur_land_use" else {"extra": extra}
        found.append(laboratory(tmp_path / str(place), name, own, **more))
    assert main(["harmonise", *map(str, found), "--out", str(tmp_path / "merged")]) == 0
    words = ["laboratories", str(tmp_path / "merged"), "--by", column, "--out"]
    assert main([*words, str(tmp_path / "out")]) == 0
    rows = {row["column"]: row for row in table(tmp_path / "out" / "16S-rRNA" / "tests.tsv")}
    assert [part.rpartition(" ")[2] for part in rows[column]["groups"].split(", ")] == ["(8)"] * 2
    (part,) = table(tmp_path / "out" / "16S-rRNA" / "variation.tsv")
    assert "cannot be told apart" not in (part.get("note") or "")


def test_releases_of_one_laboratory_are_one_laboratory(tmp_path):
    """This year's has last year's libraries, and some more."""
    years = soils("N", *BOTH)
    last = laboratory(tmp_path / "1", "north", dict(list(years.items())[:5]))
    other = laboratory(tmp_path / "2", "south", soils("S", *BOTH))
    assert main(["harmonise", str(last), str(other), "--out", str(tmp_path / "m")]) == 0
    whole = read_dataset(last)
    this = laboratory(tmp_path / "3", "north", years)
    tables = dict(read_dataset(this).tables)
    # What was counted last year is counted so this year.
    old = whole.table("libraries")["library_id"].to_list()
    for name in ("libraries", "counts"):
        new = tables[name].filter(~pl.col("library_id").is_in(old))
        tables[name] = pl.concat([new.collect(), whole.table(name)]).lazy()
    write_dataset(
        *(tables, whole.agreements, tmp_path / "north-2"),
        extra_columns=whole.extra_columns,
        provenance=PROVENANCE,
    )
    words = [str(tmp_path / "m"), str(tmp_path / "north-2"), "--out", str(tmp_path / "again")]
    assert main(["harmonise", *words]) == 0
    page = ["--by", "cur_land_use", "--out", str(tmp_path / "page")]
    assert main(["laboratories", str(tmp_path / "again"), *page]) == 0
    rows = table(tmp_path / "page" / "laboratories.tsv")
    assert [(row["laboratory"], row["libraries"]) for row in rows] == [
        ("north", "8"),
        ("south", "8"),
    ]


@pytest.mark.parametrize("ways", [("CaCl2", "water"), ("water", "water"), ("", "water")])
def test_a_property_that_was_measured_in_several_ways_is_told(tmp_path, capsys, ways):
    """pH in calcium chloride is half a unit below pH in water."""
    folders = []
    for name, way in zip(("north", "south"), ways, strict=True):
        own = soils(name[0], *["crop"] * 3, *["wood"] * 3)
        said = {soil: {"ph": f"{5 + place % 2}", "ph_meth": way} for place, soil in enumerate(own)}
        folders.append(str(laboratory(tmp_path / name, name, own, extra=said)))
    merged = str(tmp_path / "merged")
    assert main(["harmonise", *folders, "--out", merged]) == 0
    capsys.readouterr()
    assert main(["laboratories", merged, "--by", "ph", "--out", str(tmp_path / "page")]) == 0
    told = "alues of ph were measured in several ways ({}, {})".format(
        *(way or "not stated" for way in ways)
    )
    is_told = told in capsys.readouterr().out
    assert is_told == (len(set(ways)) > 1)
    assert (told in (tmp_path / "page" / "laboratories.html").read_text()) == is_told


def test_depths_of_one_core_are_soils_of_their_own(tmp_path):
    """Two laboratories have four cores at two depths each, by the core's id."""
    found = []
    for place, name in enumerate(("north", "south"), start=1):
        own = soils(name[0].upper(), *("cropland", "cropland", "grassland", "grassland") * 2)
        extra = {
            one: {"source_mat_id": f"core{at // 2}", "depth": ("0-0.1", "0.1-0.3")[at % 2]}
            for at, one in enumerate(own)
        }
        found.append(laboratory(tmp_path / str(place), name, own, bias=0.6, extra=extra))
    assert main(["harmonise", *map(str, found), "--out", str(tmp_path / "merged")]) == 0
    listed = table(tmp_path / "merged" / "provenance" / "same_material.tsv")
    assert len({next(iter(row.values())) for row in listed}) == 8
    words = ["laboratories", str(tmp_path / "merged"), "--by", "depth", "--out"]
    assert main([*words, str(tmp_path / "out")]) == 0
    rows = {row["column"]: row for row in table(tmp_path / "out" / "16S-rRNA" / "tests.tsv")}
    assert (rows["laboratory"]["permuted"], rows["laboratory"]["n_libraries"]) == ("within", "16")
    assert float(rows["laboratory"]["p_value"]) <= 0.01
    assert rows["depth"]["groups"] == "0-0.1 (8), 0.1-0.3 (8)"


def of_aliquots(tmp_path: Path, number: int, *, has_accession: bool) -> Path:
    """North has eight samples of so many soils, south four: an own id may be that of a plot."""
    ids = [f"SAMEA{place}" if has_accession else f"plot {place}" for place in range(number)]
    own = soils("N", *BOTH)
    extra = {one: {"source_mat_id": ids[at % number]} for at, one in enumerate(own)}
    north = laboratory(tmp_path / "1", "north", own, extra=extra)
    south = laboratory(tmp_path / "2", "south", soils("S", *BOTH[:4]))
    assert main(["harmonise", str(north), str(south), "--out", str(tmp_path / "merged")]) == 0
    return tmp_path / "merged"


@pytest.mark.parametrize(("has_accession", "tested", "listed"), [(True, 4, 8), (False, 8, 0)])
def test_aliquots_are_told_as_such_and_tested_once(tmp_path, capsys, has_accession, tested, listed):
    merged = of_aliquots(tmp_path, 4, has_accession=has_accession)
    assert f"samples of one material: {listed}\n" in capsys.readouterr().out
    assert (merged / "provenance" / "same_material.tsv").exists() == has_accession
    assert main(["methods", str(merged)]) == 0
    is_told = "8 of the samples are of 4 soils" in capsys.readouterr().out
    assert is_told == has_accession
    words = ["diversity", str(merged), "--assay", "north", "--group", "cur_land_use", "--out"]
    assert main([*words, str(tmp_path / "out")]) == 0
    assert {row["n_libraries"] for row in table(tmp_path / "out" / "tests.tsv")} == {str(tested)}
    notes = json.loads((tmp_path / "out" / "settings.json").read_text())["notes"]
    assert any("samples are of 4 soils" in note for note in notes) == has_accession


def test_aliquots_that_were_treated_differently_are_tested(tmp_path):
    """What differs within a soil is compared on it; of one soil and value one library is tested."""
    own = soils("N", *["cropland"] * 8)
    extra = {
        one: {"source_mat_id": f"SAMEA{at % 2}", "store_cond": ("frozen", "dry")[at // 4]}
        for at, one in enumerate(own)
    }
    north = laboratory(tmp_path / "1", "north", own, extra=extra)
    words = ["diversity", str(north), "--assay", "north", "--group", "store_cond", "--out"]
    assert main([*words, str(tmp_path / "out")]) == 0
    assert {row["groups"] for row in table(tmp_path / "out" / "tests.tsv")} == {
        "dry (2), frozen (2)"
    }


@pytest.mark.parametrize("has_accession", [True, False])
def test_aliquots_of_one_soil_in_one_laboratory_are_no_replicates(tmp_path, capsys, has_accession):
    of_aliquots(tmp_path, 2, has_accession=has_accession)
    words = ["laboratories", str(tmp_path / "merged"), "--by", "cur_land_use", "--out"]
    assert main([*words, str(tmp_path / "out")]) == 0
    rows = {row["column"]: row for row in table(tmp_path / "out" / "16S-rRNA" / "tests.tsv")}
    is_told = "8 samples are of 2 materials" in (tmp_path / "out" / "laboratories.html").read_text()
    assert is_told == has_accession
    # Six soils, three of each land use, can be parted in ten ways.
    permuted = ("whole", "10") if has_accession else ("freely", "462")
    assert (rows["cur_land_use"]["permuted"], rows["cur_land_use"]["permutations"]) == permuted


def test_a_term_for_a_missing_value_is_no_kind_of_soil_and_contradicts_none(tmp_path):
    """North says how all soils were tilled, but two; south, which has the same soils, of none."""
    found = []
    for place, name in enumerate(("north", "south"), start=1):
        own = soils(name[0].upper(), *BOTH)
        tilled = {one: ("plough", "none in use")[int(one[1:]) % 2] for one in own}
        said = {
            one: "not collected" if name == "south" or int(one[1:]) > 5 else text
            for one, text in tilled.items()
        }
        extra = {
            one: {"source_mat_id": f"M{one[1:]}", "farm_equip": text} for one, text in said.items()
        }
        found.append(laboratory(tmp_path / str(place), name, own, extra=extra))
    assert main(["harmonise", *map(str, found), "--out", str(tmp_path / "merged")]) == 0
    out = tmp_path / "out"
    words = ["laboratories", str(tmp_path / "merged"), "--by", "farm_equip", "--out", str(out)]
    assert main(words) == 0
    (row,) = [row for row in table(out / "16S-rRNA" / "tests.tsv") if row["column"] == "farm_equip"]
    assert row["groups"] == "none in use (6), plough (6)"
    assert "different" not in (out / "settings.json").read_text()


def test_soils_of_which_laboratories_say_different_things_are_in_the_picture_as_each_says(tmp_path):
    """They take no part in tests of that column; in the picture each library has its own value."""
    found = []
    for place, name in enumerate(("north", "south"), start=1):
        own = soils(name[0].upper(), *BOTH)
        extra = {
            one: {"source_mat_id": f"M{one[1:]}", "farm_equip": f"plough {place}"} for one in own
        }
        found.append(laboratory(tmp_path / str(place), name, own, extra=extra))
    assert main(["harmonise", *map(str, found), "--out", str(tmp_path / "merged")]) == 0
    out = tmp_path / "out"
    words = ["laboratories", str(tmp_path / "merged"), "--by", "farm_equip", "--out", str(out)]
    assert main(words) == 0
    points = table(out / "16S-rRNA" / "ordination.tsv")
    assert {row["farm_equip"] for row in points} == {"plough 1", "plough 2"}
    (row,) = [row for row in table(out / "16S-rRNA" / "tests.tsv") if row["column"] == "farm_equip"]
    assert not row["p_value"]


def test_assays_that_a_rule_leaves_side_by_side_are_not_measured_together(tmp_path):
    found = [
        laboratory(tmp_path / "1", "north", soils("N", *BOTH)),
        laboratory(tmp_path / "2", "south", soils("S", *BOTH)),
        laboratory(tmp_path / "3", "west", soils("W", *BOTH), engine="deblur"),
    ]
    rules = tmp_path / "rules.tsv"
    rules.write_text("rule\tfinest\tbecause\tsource\nengine-differs\tpresence\tours\tours\n")
    words = ["--rules", str(rules), "--out", str(tmp_path / "merged")]
    assert main(["harmonise", *map(str, found), *words]) == 0
    out = tmp_path / "out"
    assert main(["laboratories", str(tmp_path / "merged"), "--out", str(out)]) == 0
    told = json.loads((out / "settings.json").read_text())["genes"]
    assert {name: one["assays"] for name, one in told.items()} == {
        "16S rRNA 1": ["north", "south"],
        "16S rRNA 2": ["west"],
    }
    for name, letters in (("16S rRNA 1", {"N", "S"}), ("16S rRNA 2", {"W"})):
        assert {library[0] for library in told[name]["reads"]} == letters
    assert (out / "16S-rRNA-2" / "comparable_counts.parquet").exists()


def test_what_a_rule_refuses_is_said_to_be_refused(tmp_path, capsys):
    one = laboratory(tmp_path / "1", "north", soils("N", *BOTH))
    other = laboratory(tmp_path / "2", "south", soils("S", *BOTH), engine="deblur")
    rules = tmp_path / "rules.tsv"
    rules.write_text("rule\tfinest\tbecause\tsource\nengine-differs\trefused\tours\tours\n")
    words = [str(one), str(other), "--rules", str(rules)]
    capsys.readouterr()
    assert main(["compare", *words]) == 3
    told = capsys.readouterr()
    assert "not at all, by a rule of your own" in told.out
    assert "Together: refused" in told.out
    assert "Rules of your own refuse it" in told.err
    assert main(["harmonise", *words, "--out", str(tmp_path / "merged")]) == 3
    told = capsys.readouterr()
    assert "Rules of your own refuse it" in told.err
    assert "is not known" not in told.err


def test_one_gene_written_in_two_ways_is_one(tmp_path):
    one = laboratory(tmp_path / "1", "north", soils("N", *BOTH))
    other = laboratory(tmp_path / "2", "south", soils("S", *BOTH), target_gene="16S rRNA gene")
    assert main(["harmonise", str(one), str(other), "--out", str(tmp_path / "merged")]) == 0
    out = tmp_path / "out"
    assert main(["laboratories", str(tmp_path / "merged"), "--out", str(out)]) == 0
    assert list(json.loads((out / "settings.json").read_text())["genes"]) == ["16S rRNA"]


def test_a_dataset_of_one_laboratory_is_refused(tmp_path, capsys):
    one = laboratory(tmp_path / "1", "north", soils("N", *BOTH))
    assert main(["laboratories", str(one), "--out", str(tmp_path / "out")]) == 1
    assert "[laboratories-unknown]" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["0", "-3", "many"])
def test_a_depth_that_is_none_is_told(crossed, tmp_path, word, capsys):
    words = [f"--depth={word}", "--out", str(tmp_path / "out")]
    assert main(["laboratories", str(crossed), *words]) == 1
    assert "[depth-form]" in capsys.readouterr().err
