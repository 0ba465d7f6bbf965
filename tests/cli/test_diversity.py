"""The command on a small dataset, with its edges: from reads in tables to files of numbers."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from example_dataset import AGREEMENTS, EXTRA_COLUMNS, PROVENANCE, PUBLIC, V4, example_tables

from soilbio.cli.main import main
from soilbio.dataset.write import write_dataset, write_tables

# Six soils of two land uses, twelve features, two alike libraries of soil 1; then the odd ones.
FEATURES = [f"f{number:02d}" for number in range(12)]
SOILS = {
    "A1": [30, 20, 10, 5, 2, 1, 1, 0, 0, 0, 0, 3],
    "A1-again": [60, 44, 18, 12, 3, 1, 1, 2, 0, 0, 0, 9],
    "A2": [25, 30, 8, 2, 6, 0, 1, 2, 0, 0, 0, 0],
    "A3": [40, 15, 12, 9, 1, 1, 0, 1, 1, 0, 0, 7],
    "G1": [2, 0, 0, 4, 1, 1, 30, 25, 12, 6, 3, 1],
    "G2": [0, 3, 0, 1, 1, 0, 22, 40, 9, 8, 1, 0],
    "G3": [1, 1, 2, 0, 0, 6, 35, 21, 10, 10, 2, 50],
}
ODD = {"thin": [1, 2] + [0] * 10, "none": [0] * 12, "blank": [4, 1, 1] + [0] * 9}
TREE = (
    "(((f00:1,f01:1):1,(f02:1,f03:1,f04:1):1):1,((f05:1,f06:2):1,(f07:1,f08:1,f09:1,f10:1):2):1);"
)
COLUMNS = {"cur_land_use": None, "ph": None, "farm_name": "Huber-Hof"}


def _library(name: str) -> dict[str, object]:
    first = example_tables()["libraries"].filter(library_id="L1").row(0, named=True)
    has_reads = sum((SOILS | ODD)[name]) > 0
    return first | {
        "library_id": name,
        "sample_id": name.removesuffix("-again"),
        "control_type": "pcr_blank" if name == "blank" else "",
        "status": "ok" if has_reads else "empty",
    }


def tables(libraries: dict[str, list[int]], *, reverse: bool = False) -> dict[str, pl.DataFrame]:
    example = example_tables()
    assay = example["assays"].filter(assay_id=V4).with_columns(agreement_ids=pl.lit(PUBLIC))
    feature = example["features"].row(0, named=True) | {"sequence": None, "length_bp": None}
    counts = [
        {"library_id": name, "feature_id": feature_id, "count": count, "agreement_id": PUBLIC}
        for name, row in libraries.items()
        for feature_id, count in zip(FEATURES, row, strict=True)
        if count
    ]
    used = sorted({row["feature_id"] for row in counts})
    soils = [
        {
            "sample_id": name,
            "agreement_id": PUBLIC,
            "cur_land_use": {"A": "arable", "G": "grassland"}.get(name[0]),
            "ph": str(5 + place / 4),
            "farm_name": "Huber-Hof",
        }
        for place, name in enumerate(name for name in libraries if not name.endswith("again"))
    ]
    made = {
        "samples": pl.DataFrame(soils, infer_schema_length=None),
        "assays": assay,
        "libraries": pl.DataFrame([_library(name) for name in libraries]),
        "features": pl.DataFrame(
            [
                feature
                | {
                    "feature_id": name,
                    # f11 is most of what G3 has, and out.
                    "flags": "chloroplast|unclassified" if name == "f11" else "unclassified",
                    "agreement_ids": PUBLIC,
                }
                for name in used
            ],
            schema=example["features"].schema,
        ),
        "counts": pl.DataFrame(counts, schema=example["counts"].schema),
        "measurements": example["measurements"].clear(),
    }
    return {name: table.reverse() for name, table in made.items()} if reverse else made


def dataset(folder: Path, libraries: dict[str, list[int]], **options: object) -> Path:
    folder.mkdir(exist_ok=True)
    tree = folder / "tree.nwk"
    text = options.pop("tree", TREE)
    tree.write_text(str(text) + "\n" if text else "")
    write_dataset(
        tables(libraries, **options),  # type: ignore[arg-type]
        {PUBLIC: AGREEMENTS[PUBLIC]},
        folder / "dataset",
        extra_columns=EXTRA_COLUMNS,
        provenance=PROVENANCE,
        files={f"trees/{V4}.nwk": tree},
    )
    return folder / "dataset"


def measure(source: Path, out: Path, *options: str) -> dict[str, object]:
    groups = [word for name in COLUMNS for word in ("--group", name)]
    words = ["diversity", str(source), "--assay", V4, "--out", str(out)]
    assert main([*words, *(options or groups)]) == 0
    return json.loads((out / "settings.json").read_text())


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    assert all(len(line) == len(lines[0]) for line in lines)
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diversity")
    measure(dataset(folder, SOILS | ODD), folder / "out")
    return folder / "out"


METRICS = (
    "bray_curtis",
    "jaccard",
    "robust_aitchison",
    "unweighted_unifrac",
    "weighted_unifrac",
)


def test_the_files_are_those_of_the_documentation(measured):
    assert set(files(measured)) == {
        "alpha.tsv",
        "rarefaction.tsv",
        "depths.tsv",
        "tests.tsv",
        "settings.json",
        "ordination/explained.tsv",
        *(f"{folder}/{metric}.tsv" for folder in ("distances", "ordination") for metric in METRICS),
    }


def test_every_table_between_libraries_has_its_depth(measured):
    depths = {row["file"]: row["depth"] for row in rows(measured / "depths.tsv")}
    tables = {name for name in files(measured) if name.startswith(("distances/", "ordination/"))}
    assert depths.keys() == tables - {"ordination/explained.tsv"}
    for name, depth in depths.items():
        assert depth == ("" if "robust_aitchison" in name else "69")
    for row in rows(measured / "tests.tsv"):
        assert row["depth"] == ("" if row["metric"] == "robust_aitchison" else "69")


def test_the_settings_state_depth_coverage_and_what_was_left_out(measured):
    settings = json.loads((measured / "settings.json").read_text())
    assert settings["depth"] == 69  # A1: 72 reads less 3 of a chloroplast
    assert settings["depth_asked"] == "auto"
    assert settings["left_out"] == {
        "blank": "a control",
        "none": "its status is empty",
        "thin": "3 reads of unflagged features, fewer than 10",
    }
    assert (settings["flagged_features"], settings["flagged_reads"]) == (1, 70)
    assert settings["libraries_compared"] == sorted(SOILS)
    assert settings["libraries_tested"] == ["A1-again", "A2", "A3", "G1", "G2", "G3"]
    assert {"numpy", "scikit-bio", "scipy"} == set(settings["software"])
    assert min(settings["hill_reads"].values()) >= 1


def test_alpha_has_all_libraries_and_leaves_out_flagged_features(measured):
    alpha = {row["library_id"]: row for row in rows(measured / "alpha.tsv")}
    assert set(alpha) == {*SOILS, *ODD}
    assert (alpha["G3"]["reads"], alpha["G3"]["observed"]) == ("88", "9")
    assert alpha["none"]["reads"] == "0"
    assert not alpha["none"]["shannon"]
    assert alpha["thin"]["simpson"] == "0.444444444444"
    settings = json.loads((measured / "settings.json").read_text())
    for name in SOILS:
        row = alpha[name]
        assert float(row["coverage"]) == settings["coverage"]
        assert float(row["hill_q0"]) >= float(row["hill_q1"]) >= float(row["hill_q2"]) >= 1
        assert float(row["faith_pd"]) > 0


def test_distances_are_square_and_ordination_has_a_row_a_library(measured):
    for metric in METRICS:
        matrix = rows(measured / "distances" / f"{metric}.tsv")
        assert [row.pop("library_id") for row in matrix] == sorted(SOILS)
        assert all(row[name] == "0" for row, name in zip(matrix, sorted(SOILS), strict=True))
        found = rows(measured / "ordination" / f"{metric}.tsv")
        assert [row["library_id"] for row in found] == sorted(SOILS)
        assert set(found[0]) == {"library_id", "PC1", "PC2", "PC3"}
    explained = rows(measured / "ordination" / "explained.tsv")
    assert len(explained) == 3 * len(METRICS)
    assert all(0 <= float(row["proportion"]) <= 1 for row in explained)


def test_the_land_uses_differ_and_untestable_columns_say_why(measured):
    found = rows(measured / "tests.tsv")
    assert len(found) == 2 * len(METRICS) * len(COLUMNS)
    for row in found:
        key = (row["column"], row["test"])
        if key == ("cur_land_use", "permanova"):
            assert (row["p_value"], row["permutations"]) == ("0.1", "10")
            assert row["groups"] == "arable (3), grassland (3)"
            assert row["n_libraries"] == "6"
        elif row["column"] == "ph":
            assert "a value of its own" in row["note"]
        elif row["column"] == "farm_name":
            assert "fewer than two groups" in row["note"]
        assert bool(row["p_value"]) == (row["column"] == "cur_land_use")


@pytest.mark.parametrize("value", ["not collected", "Missing: third party data ", " ", None])
def test_samples_without_a_value_make_no_group(value, tmp_path):
    made = tables(SOILS)
    is_without = pl.col("sample_id").is_in(["A3", "G3"])
    use = pl.when(is_without).then(pl.lit(value)).otherwise("cur_land_use")
    made["samples"] = made["samples"].with_columns(use.alias("cur_land_use"))
    write_tables(
        made, {PUBLIC: AGREEMENTS[PUBLIC]}, tmp_path / "dataset", extra_columns=EXTRA_COLUMNS
    )
    measure(tmp_path / "dataset", tmp_path / "out", "--group", "cur_land_use")
    found = rows(tmp_path / "out" / "tests.tsv")
    assert {row["groups"] for row in found} == {"arable (2), grassland (2)"}


def test_two_libraries_of_one_sample_are_compared_but_not_tested(tmp_path):
    same = {name: SOILS[name] for name in ("A1", "A1-again")}
    settings = measure(dataset(tmp_path, same), tmp_path / "out", "--group", "cur_land_use")
    assert settings["libraries_compared"] == ["A1", "A1-again"]
    assert settings["libraries_tested"] == ["A1-again"]
    found = rows(tmp_path / "out" / "tests.tsv")
    assert len(found) == 2 * len(METRICS)
    assert {row["note"] for row in found} == {"not tested: fewer than two groups"}


def test_shuffled_tables_give_the_same_bytes(measured, tmp_path):
    source = dataset(tmp_path, dict(reversed((SOILS | ODD).items())), reverse=True)
    options = [word for name in COLUMNS for word in ("--group", name)]
    measure(source, tmp_path / "out", *options)
    ours, theirs = files(measured), files(tmp_path / "out")
    # ph was numbered by order, so its values, and nothing else, may differ; none is in a file.
    assert {name for name in ours if name != "tests.tsv" and ours[name] != theirs[name]} == set()


def test_the_seed_changes_what_is_drawn_and_only_that(measured, tmp_path):
    source = dataset(tmp_path, SOILS | ODD)
    measure(source, tmp_path / "out", "--seed", "2")
    ours, theirs = files(measured), files(tmp_path / "out")
    for name in ("alpha.tsv", "rarefaction.tsv", "distances/robust_aitchison.tsv"):
        assert ours[name] == theirs[name]
    assert ours["distances/bray_curtis.tsv"] != theirs["distances/bray_curtis.tsv"]


@pytest.mark.parametrize(
    ("names", "depth", "note"),
    [
        ([], 0, "fewer than two libraries"),
        (["none"], 0, "fewer than two libraries"),
        (["A1"], 69, "fewer than two libraries"),
        (["A1", "G1"], 69, "fewer than three libraries"),
        (["thin", "none", "blank"], 0, "fewer than two libraries"),
    ],
)
def test_few_libraries_have_alpha_and_a_note(names, depth, note, tmp_path):
    chosen = {name: row for name, row in (SOILS | ODD).items() if name in names}
    if not chosen:
        chosen = {"blank": ODD["blank"]}
    settings = measure(dataset(tmp_path, chosen), tmp_path / "out", "--group", "cur_land_use")
    assert settings["depth"] == depth
    assert any(note in text for text in settings["notes"])
    assert len(rows(tmp_path / "out" / "alpha.tsv")) == len(chosen)
    assert not (tmp_path / "out" / "ordination" / "bray_curtis.tsv").exists()
    assert (tmp_path / "out" / "distances" / "jaccard.tsv").exists() == (len(names) == 2)
    for row in rows(tmp_path / "out" / "tests.tsv"):
        assert row["note"].startswith("not tested: ")
        assert not row["p_value"]


def test_a_single_feature_has_no_differences(tmp_path):
    lone = {name: [10 + place] + [0] * 11 for place, name in enumerate(SOILS)}
    tree = "((f00:1,f01:1):1,f02:1);"
    settings = measure(
        dataset(tmp_path, lone, tree=tree), tmp_path / "out", "--group", "cur_land_use"
    )
    assert settings["depth"] == 10
    alpha = rows(tmp_path / "out" / "alpha.tsv")
    assert {(row["observed"], row["shannon"], row["pielou"]) for row in alpha} == {("1", "0", "")}
    assert {row["hill_q0"] for row in alpha} == {"1"}
    notes = {row["note"] for row in rows(tmp_path / "out" / "tests.tsv")}
    assert notes == {"not tested: all libraries are equally far apart"}


@pytest.mark.parametrize(
    ("tree", "note"),
    [
        ("", "no tree"),
        ("((f00:1,f01:1):1,f02:1);", "8 features are not in the tree"),
        (TREE.replace(":1", "").replace(":2", ""), "the tree has no lengths"),
    ],
)
def test_without_a_usable_tree_what_needs_it_is_left_out_and_older_files_go(tree, note, tmp_path):
    stale = tmp_path / "out" / "distances" / "weighted_unifrac.tsv"
    stale.parent.mkdir(parents=True)
    stale.write_text("of a former run\n")
    settings = measure(dataset(tmp_path, SOILS, tree=tree), tmp_path / "out", "--group", "ph")
    assert [text for text in settings["notes"] if note in text]
    assert not stale.exists()
    assert {row["faith_pd"] for row in rows(tmp_path / "out" / "alpha.tsv")} == {""}
    assert len(rows(tmp_path / "out" / "tests.tsv")) == 6


@pytest.mark.parametrize(
    "rest",
    ["((f05:1,f06:2):1,(f07:1,f08:1,f09:1,f10:1):2):1", "(f05:9,f06:2,f07:1,f08:1,f09:1,f10:1):7"],
)
def test_a_tree_without_a_root_gets_one(rest, tmp_path):
    """The midpoint of the first lies on a node of three branches."""
    unrooted = f"((f00:1,f01:1):1,(f02:1,f03:1,f04:1):1,{rest});"
    settings = measure(dataset(tmp_path, SOILS, tree=unrooted), tmp_path / "out", "--depth", "20")
    assert settings["depth"] == 20
    assert "the tree had no root of two branches: rooted at its midpoint" in settings["notes"]
    assert (tmp_path / "out" / "distances" / "unweighted_unifrac.tsv").exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--assay", "16S-V9"], "[assay-unknown]"),
        (["--depth", "deep"], "[depth-form]"),
        (["--depth", "0"], "[depth-form]"),
        (["--depth", "²"], "[depth-form]"),
        (["--config", "absent.yaml"], "[config-unreadable]"),
    ],
)
def test_what_cannot_be_measured_is_named(options, code, tmp_path, capsys):
    source = dataset(tmp_path, {"A1": SOILS["A1"]})
    words = ["diversity", str(source), "--out", str(tmp_path / "out"), "--assay", V4]
    assert main([*words, *options]) == 1
    assert code in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options", [["--permutations", "0"], ["--seed", "-1"], ["--config", "c.yaml", "--group", "ph"]]
)
def test_a_wrong_command_line_leaves_with_2(options, tmp_path):
    with pytest.raises(SystemExit) as left:
        main(["diversity", str(tmp_path), "--assay", V4, "--out", str(tmp_path / "o"), *options])
    assert left.value.code == 2


def test_the_configuration_says_what_is_measured(tmp_path, capsys):
    config = tmp_path / "config.yaml"
    config.write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "diversity: {groups: [cur_land_use, nothing], permutations: 9, seed: 4, depth: 50}\n"
    )
    source = dataset(tmp_path, SOILS)
    settings = measure(source, tmp_path / "out", "--config", str(config))
    assert (settings["depth"], settings["seed"], settings["permutations"]) == (50, 4, 9)
    found = rows(tmp_path / "out" / "tests.tsv")
    assert {row["note"] for row in found if row["column"] == "nothing"} == {
        "not tested: no such column in samples"
    }
    # Ten ways to part six libraries, but nine permutations asked for: drawn, not enumerated.
    assert {row["permutations"] for row in found if row["column"] == "cur_land_use"} == {"9"}
    assert "7 libraries compared at 50 reads, 0 not" in capsys.readouterr().err
