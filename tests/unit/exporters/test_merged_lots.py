"""What a dataset says of a feature only where it is not shared is in no export of a merged dataset.

Two laboratories share under one agreement, which withholds controls. One of them has features in a
control, or in a soil under a closed agreement, that the other has in a soil: who may have the
other's must not get its words. At every level of merging, also where features of a soil and of a
control became one name.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import polars as pl
import pytest
from example_dataset import PROVENANCE, example_tables
from merged_example import (
    ABOVE,
    LONG,
    OTHER,
    OWN,
    PAIR,
    PARTY,
    SAME,
    SHORT,
    common_tree,
    exported,
    id_of,
    searched,
    view,
)

from soilbio.agreements.model import AGREEMENT_ONLY
from soilbio.cli.main import main
from soilbio.dataset.history import HISTORY, LOTS, ORIGINS
from soilbio.dataset.read import read_dataset
from soilbio.dataset.tables import FEATURES
from soilbio.dataset.write import write_dataset
from soilbio.errors import InputError
from soilbio.exporters.assay_names import shown_assays
from soilbio.exporters.merged_history import Received, copy_history, cuts_of
from soilbio.exporters.origins import Origins, shown_features
from soilbio.exporters.registry import OF_TABLES
from soilbio.exporters.rows import Names
from soilbio.harmonise.merge import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.harmonise.ways import Given
from soilbio.standards.ranks import RANKS
from soilbio.standards.sharing_classes import SharingClass

SEMI, SHUT, BARE, ELSE = "semi@1.0", "shut@1.0", "bare@1.0", "else@1.0"
BOUND, SAME_TERMS, NAMELESS = "bound@1.0", "same@1.0", "nameless@1.0"
NAMED_TO_PARTY = "named@1.0"
SECRETS = ("secreta", "intima", "clausa")
# Of each library: whether it is a control, its agreement, and what is said of which sequence.
Library = tuple[str, str, dict[str, tuple[str | None, str | None]]]
X: dict[str, Library] = {"x-soil": ("", SEMI, {SAME: (None, None), OTHER: ("Mollis", None)})}
Z: dict[str, Library] = {"z-soil": ("", SEMI, {SAME: (None, None), OWN: ("Solida", None)})}
Y: dict[str, Library] = {
    "y-soil": ("", SEMI, {PAIR: ("Mollis", "Mollis aperta")}),
    "y-blank": (
        *("extraction_blank", SEMI),
        {SAME: ("Mollis", "Mollis secreta"), OWN: ("Mollis", "Mollis intima")},
    ),
    "y-closed": ("", SHUT, {OTHER: ("Mollis", "Mollis clausa")}),
}


def agreement(name: str) -> str:
    classes = {one.value: "allow" for one in SharingClass} | {"controls": "withhold"}
    if name in (BARE, ELSE):
        classes["sequences"] = "withhold"
    is_named = name == NAMED_TO_PARTY
    if name == NAMELESS or is_named:
        classes |= {"identity": "withhold", "controls": "allow"}
    if name == ELSE:  # to whom SEMI gives nothing
        classes["controls"] = "allow"
    grants = [
        {
            **{"recipient": recipient, "purposes": ["DUO:0000004"]},
            "classes": classes | ({"identity": "allow"} if is_named and recipient == PARTY else {}),
        }
        for recipient in (() if name == SHUT else ("public", PARTY))
    ]
    parties = [
        {"name": "P", "role": "provider", "id": "https://ror.org/0prov0001"},
        {"name": "R", "role": "recipient", "id": PARTY},
    ]
    own, _, version = name.partition("@")
    licence = {BOUND: AGREEMENT_ONLY, SAME_TERMS: "CC-BY-SA-4.0"}.get(name, "CC-BY-4.0")
    text = {"id": own, "version": version, "title": "T", "licence": licence}
    return json.dumps({**text, "parties": parties, "grants": grants})


def laboratory(folder: Path, libraries: dict[str, Library], engine: str = "dada2") -> Path:
    tables = example_tables()
    assay = tables["assays"].filter(pl.col("target_gene") == "16S rRNA").head(1)
    sample = tables["samples"].filter(pl.col("ph").is_not_null()).head(1)
    library = tables["libraries"].filter(pl.col("control_type").fill_null("") == "").head(1)
    tags = sorted({tag for _, tag, _ in libraries.values()})
    said = {one: names for _, _, own in libraries.values() for one, names in own.items()}
    tags_of = {
        one: "|".join(sorted({tag for _, tag, own in libraries.values() if one in own}))
        for one in said
    }
    features = [
        {
            **{"feature_id": id_of(one), "sequence": one, "length_bp": len(one)},
            **dict(zip(RANKS, (*ABOVE, *names), strict=True)),
            "verbatim_lineage": ";".join(filter(None, (*ABOVE, *names))),
            **{"classifier": f"{folder.name}base", "confidence": 0.9, "flags": ""},
            "taxon_rank": "species" if names[1] else "genus" if names[0] else "family",
            "agreement_ids": tags_of[one],
        }
        for one, names in said.items()
    ]
    counts = [
        {"library_id": name, "feature_id": id_of(one), "count": 10 + n, "agreement_id": tag}
        for name, (_, tag, own) in libraries.items()
        for n, one in enumerate(own)
    ]
    write_dataset(
        {
            "samples": pl.concat(
                sample.with_columns(sample_id=pl.lit(name), agreement_id=pl.lit(tag))
                for name, (_, tag, _) in libraries.items()
            ),
            "assays": assay.with_columns(
                agreement_ids=pl.lit("|".join(tags)),
                engine=pl.lit(engine),
                method_fingerprint=pl.lit(id_of(engine) * 2),
            ),
            "libraries": pl.concat(
                library.with_columns(
                    *(pl.lit(name).alias(one) for one in ("library_id", "sample_id", "run_id")),
                    assay_id=pl.lit(assay["assay_id"][0]),
                    control_type=pl.lit(control),
                    agreement_id=pl.lit(tag),
                )
                for name, (control, tag, _) in libraries.items()
            ),
            "features": pl.DataFrame(features, infer_schema_length=None),
            "counts": pl.DataFrame(counts),
            "measurements": tables["measurements"].clear(),
        },
        {tag: agreement(tag) for tag in tags},
        folder,
        extra_columns={"genotype": "environment", "plot name": "location"},
        provenance=PROVENANCE,
    )
    return folder


def merge(level: str, folder: Path) -> Path:
    x, y, z = (laboratory(folder / name, own) for name, own in (("x", X), ("y", Y), ("z", Z)))
    given = Given(common=common_tree(folder)) if level == "placement" else None
    if level == "later":  # by name, of what was merged by sequence
        harmonise([x, y], folder / "first", "feature", read_rules())
        harmonise([folder / "first", z], folder / "m", "genus", read_rules())
    elif level == "twice":
        harmonise([x, y], folder / "first", "species", read_rules())
        harmonise([folder / "first", z], folder / "m", "genus", read_rules())
    else:
        harmonise([x, y, z], folder / "m", level, read_rules(), given)
    return folder / "m"


@pytest.fixture(
    scope="module", params=["feature", "species", "genus", "domain", "placement", "later", "twice"]
)
def merged(request, tmp_path_factory) -> Path:
    return merge(request.param, tmp_path_factory.mktemp(request.param))


def test_what_is_said_of_a_withheld_library_only_is_in_no_export(merged, tmp_path):
    assert all(word in searched(merged) for word in SECRETS)
    for recipient in ("public", PARTY):
        made = view(merged, recipient)
        for target in OF_TABLES:
            content = exported(made, target, tmp_path / recipient[-4:] / target)
            assert [word for word in SECRETS if word in content] == [], (recipient, target)
    exported(view(merged, PARTY), "partner", tmp_path / "party")
    received = tmp_path / "party" / "dataset"
    assert main(["dataset", "validate", str(received)]) == 0
    rows = read_dataset(received).origins.collect()
    assert any("aperta" in (one or "") for one in rows["verbatim_lineage"])
    content = exported(view(received, "public"), "tsv", tmp_path / "again")
    assert "y-soil" in content
    assert [word for word in SECRETS if word in content] == []


def test_what_was_in_a_shared_library_is_told(tmp_path):
    made = view(merge("feature", tmp_path), "public")
    rows = {row["feature_id"]: row for row in made.tables["features"].collect().to_dicts()}
    assert rows[id_of(PAIR)]["species"] == "Mollis aperta"
    assert (rows[id_of(OWN)]["genus"], rows[id_of(OTHER)]["genus"]) == ("Solida", "Mollis")
    assert rows[id_of(SAME)]["classifier"] == "xbase / zbase"


def test_a_library_in_two_datasets_lets_both_tell(tmp_path):
    """The counts of one are taken; what both say of it may be told where it is shared."""
    x = laboratory(tmp_path / "x", X)
    both = laboratory(tmp_path / "y", {**X, "y-soil": Y["y-soil"]})
    harmonise([x, both], tmp_path / "m", "feature", read_rules())
    rows = view(tmp_path / "m", "public").tables["features"].collect().to_dicts()
    told = {row["feature_id"]: row["classifier"] for row in rows}
    assert told[id_of(OTHER)] == "xbase / ybase"


@pytest.mark.parametrize("lacking", ["column", "lots", "history", "origins"])
def test_where_it_is_not_known_who_said_what_nothing_is_shared(tmp_path, lacking):
    folder = merge("genus", tmp_path)
    history = json.loads((folder / HISTORY).read_text())
    if lacking == "column":
        pl.read_parquet(folder / ORIGINS).drop(LOTS).write_parquet(folder / ORIGINS)
    elif lacking == "lots":
        (folder / HISTORY).write_text(json.dumps({**history, LOTS: {}}))
    else:
        (folder / {"history": HISTORY, "origins": ORIGINS}[lacking]).unlink()
    with pytest.raises(InputError) as caught:
        view(folder, "public")
    assert [problem.code for problem in caught.value.problems] == ["provenance-missing"]


@pytest.mark.parametrize(
    ("level", "later"),
    [("species", "species"), ("genus", "genus"), ("domain", "domain"), ("placement", "genus")],
)
def test_what_a_partner_received_is_merged_by_what_it_was_merged_by(tmp_path, level, later):
    """Also by whom it was passed on to; clades need their tree, else genera are the finest."""
    merged = merge(level, tmp_path)
    exported(view(merged, PARTY), "partner", tmp_path / "party")
    received = tmp_path / "party" / "dataset"
    exported(view(received, "public"), "partner", tmp_path / "public")
    passed_on = tmp_path / "public" / "dataset"
    w = laboratory(
        tmp_path / "w", {"w-soil": ("", SEMI, {SAME: (None, None), OWN: ("Solida", "")})}
    )
    levels = {
        harmonise([one, w], tmp_path / f"again-{n}", "auto", read_rules()).level
        for n, one in enumerate((merged, received, passed_on))
    }
    assert levels == {later}
    reads = {
        read_dataset(one).table("counts")["count"].sum()
        for one in (tmp_path / "again-1", tmp_path / "again-2")
    }
    assert reads == {sum(read_dataset(one).table("counts")["count"].sum() for one in (received, w))}
    history = (received / HISTORY).read_text()
    digests = [one["sha256"] for one in read_dataset(merged).history["datasets"]]
    told = [*digests, *(one[:16] for one in digests), '"x"', '"y"', "y-blank", "y-closed", SHUT]
    assert [one for one in told if one in history] == []
    assert main(["methods", str(passed_on)]) == 0
    assert main(["laboratories", str(passed_on), "--out", str(tmp_path / "page")]) == 0
    page = (tmp_path / "page" / "laboratories.html").read_text()
    assert [word for word in SECRETS if word in page] == []
    laboratories = (tmp_path / "page" / "laboratories.tsv").read_text().splitlines()
    assert len(laboratories) == 1 + 3


def test_a_clade_keeps_its_id_though_a_withheld_control_names_it_more_deeply(tmp_path):
    """The id is of the tree's tips: by it partners' own clades meet the received ones."""
    merged = merge("placement", tmp_path)
    exported(view(merged, PARTY), "partner", tmp_path / "party")
    own, received = (read_dataset(one) for one in (merged, tmp_path / "party" / "dataset"))
    is_open = pl.col("library_id").is_in(["x-soil", "y-soil", "z-soil"])
    found = own.table("counts").filter(is_open)["feature_id"].unique()
    clades = set(found.filter(found.str.starts_with("placement:clade ")))
    assert clades
    assert clades <= set(received.table("features")["feature_id"])


def test_a_common_region_goes_along_where_its_primers_do():
    window = {
        **{"forward_primer": "AACC", "reverse_primer": "GGTT", "length_bp": [250, 254]},
        **{"references_with_all_primers": 90, "cuts": {"secret: V4": [0, 0]}},
    }
    history = {
        **{"level": "feature", "datasets": [{"name": "secret", "sha256": "s"}], LOTS: {"l": ["a"]}},
        **{"libraries": {"secret": ["a", "b"]}, "pairs": [], "notes": {}},
        "before": [{"level": "feature", "common_regions": {"16S rRNA": window}}],
    }
    pair = {"pcr_primer_forward": "AACC", "pcr_primer_reverse": "GGTT"}
    for primers, told in (
        (pair, ("AACC", "GGTT")),
        ({**pair, "pcr_primer_reverse": "CCCC"}, ("", "")),
        ({}, ("", "")),
    ):
        assays = [{"assay_id": "V4", "target_gene": "16S rRNA", **primers}]
        received = Received(
            assays, {"a": "new"}, ({"new": "V4"}, {"V4": "V4"}), {"l"}, Names(bytes(32), PARTY)
        )
        found = copy_history(history, received)
        region = found["before"][0]["common_regions"]["16S rRNA"]
        assert (region["forward_primer"], region["reverse_primer"]) == told
        assert list(found["libraries"].values()) == list(found[LOTS].values()) == [["new"]]
        assert "secret" not in json.dumps(found)


def test_the_length_that_assays_were_cut_to_goes_along_where_their_methods_do():
    """Also of an earlier merging; of a withheld dataset nothing is told."""
    merging = {
        **{"level": "feature", "pairs": [], "notes": {}, "parts": {"open": ["open"], "z": ["z"]}},
        "datasets": [{"name": "open", "sha256": "o"}, {"name": "z", "sha256": "s"}],
        **{"libraries": {"open": ["a"], "z": ["b"]}, LOTS: {"l": ["a"], "m": ["b"]}},
        **{"assays": {"open: V4": "V4", "z: V4": "V4-1"}},
        "common_lengths": {"open: V4": 150, "z: V4": 150},
    }
    names = Names(bytes(32), PARTY)
    told = {f"{names.of('open')}: V4": 150}
    for history in (merging, {**merging, "common_lengths": {}, "before": [merging]}):
        for engine, expected in (("dada2", told), (None, {})):
            assays = [{"assay_id": "V4", "engine": engine}]
            received = Received(assays, {"a": "new"}, ({"new": "V4"}, {"V4": "V4"}), {"l"}, names)
            found = copy_history(history, received)
            merges = [*found.get("before", ()), found]
            lengths = [one["common_lengths"] for one in merges if "common_lengths" in one]
            assert lengths == ([expected] if expected else [])
            assert cuts_of(found) == ({"assays_cut_to_150_bp": 1} if expected else {})


@pytest.mark.parametrize(
    ("feature", "level", "genus"),
    [
        ("sh:SH1000001.10FU 1234abcd", "sh", "Mortierella"),
        ("placement:clade 1234abcd", "placement", "Mortierella"),
        ("family:Mortierellaceae 1234abcd", "family", None),
    ],
)
def test_what_others_dispute_is_not_disputed_where_they_are_not_told(feature, level, genus):
    """Hypotheses and clades are made of sequences: how they are called their own rows say."""
    ranks = dict.fromkeys(RANKS) | {"kingdom": "Fungi", "family": "Mortierellaceae"}
    empty = {column.name: None for column in FEATURES.columns}
    merged = {**empty, **ranks, "feature_id": feature, "flags": "conflict-genus"}
    merged |= {"taxon_rank": "family", "agreement_ids": f"{SEMI}|{SHUT}"}
    names = [("Mortierella", "1"), ("Mortierella", "1"), ("Linnemannia", "2")]
    rows = [
        {
            **{**empty, **ranks, "feature_id": feature, "genus": name, "flags": "", "lots": lot},
            **{"verbatim_lineage": f"{name} SH1000001.10FU", "own_id": f"f{n}", "level": level},
            **{"source": lot, "came_as": f"f{n}", "agreement_ids": SEMI, "taxon_rank": "genus"},
        }
        for n, (name, lot) in enumerate(names)
    ]
    counts = pl.LazyFrame({"feature_id": [feature], "key": [SEMI]})
    kinds = {one.name: pl.String for one in FEATURES.columns} | {
        **{"confidence": pl.Float64, "length_bp": pl.Int64, "ncbi_taxid": pl.Int64}
    }
    frames = [pl.LazyFrame(one, schema_overrides=kinds) for one in ([merged], rows)]
    shown = shown_features(frames[0], counts, Origins(frames[1], {"1": SEMI}))
    (row,) = shown.features.collect().to_dicts()
    assert (row["genus"], row["family"], row["flags"]) == (genus, "Mortierellaceae", "")
    assert row["taxon_rank"] == ("genus" if genus else "family")


WORDS: list[tuple[str | None, str | None]] = [
    *((None, None), ("Mollis", None), ("Mollis", "Mollis una"), ("Mollis", "Mollis altera")),
    *(("Durus", "Durus d"), ("Durus", None)),
]


@pytest.mark.parametrize("level", ["feature", "species", "genus", "family"])
@pytest.mark.parametrize("seed", range(4))
def test_a_view_is_as_if_the_withheld_had_never_been_there(tmp_path, seed, level):
    """Of laboratories that name sequences by chance, some libraries of which are withheld."""
    draw = random.Random(seed)
    folders: dict[str, list[Path]] = {"all": [], "open": []}
    for name in "abc":
        words = {one: draw.choice(WORDS) for one in (SAME, OTHER, SHORT, OWN, PAIR)}
        libraries: dict[str, Library] = {
            f"{name}{number}": (
                *("", draw.choice([SEMI, SHUT, BARE]) if number else SEMI),
                {one: words[one] for one in sorted(draw.sample(sorted(words), 3))},
            )
            for number in range(3)
        }
        shown = {one: own for one, own in libraries.items() if own[1] != SHUT}
        folders["all"].append(laboratory(tmp_path / "all" / name, libraries))
        folders["open"].append(laboratory(tmp_path / "open" / name, shown))
    found = []
    for kind, own in folders.items():
        harmonise(own, tmp_path / f"merged-{kind}", level, read_rules())
        made = view(tmp_path / f"merged-{kind}", "public")
        tables = [made.tables[one].collect() for one in ("features", "counts")]
        found.append([one.sort(one.columns[:2]).to_dicts() for one in tables])
    assert found[0] == found[1]


OPEN_WORDS = (
    ("x", {OTHER: ("Mollis", "Mollis una"), SAME: (None, None), PAIR: ("Durus", None)}),
    ("y", {OTHER: (None, None), OWN: ("Durus", "Durus d")}),
)
# A genus where others have none; another one than others have; the same one.
SHUT_WORDS = {SAME: ("Mollis", None), PAIR: ("Clausa", None), OWN: ("Durus", "Durus d")}


@pytest.mark.parametrize("level", ["species", "genus", "family"])
def test_no_word_of_a_withheld_dataset_decides_what_others_are_counted_under(tmp_path, level):
    """Counts and names are those of the open ones alone; these settle each other's words."""
    folders = [
        laboratory(tmp_path / name, {f"{name}-soil": ("", SEMI, words)})
        for name, words in OPEN_WORDS
    ]
    shut = laboratory(tmp_path / "z", {"z-soil": ("", SHUT, SHUT_WORDS)})
    found = {}
    for name, own in (("alone", folders), ("beside", [*folders, shut])):
        harmonise(own, tmp_path / name, level, read_rules())
        made = view(tmp_path / name, "public")
        found[name] = [
            made.tables[table].collect().sort(by)
            for table, by in (("features", "feature_id"), ("counts", ["library_id", "feature_id"]))
        ]
    assert found["beside"][0].equals(found["alone"][0])
    assert found["beside"][1].equals(found["alone"][1])
    rows = read_dataset(tmp_path / "beside").origins.collect()
    became = rows.filter(own_id=id_of(OTHER))["feature_id"].unique().to_list()
    assert len(became) == 1, "the open ones' words settle each other"


@pytest.mark.parametrize("level", ["genus", "family"])
def test_no_flag_tells_which_names_a_withheld_dataset_has_too(tmp_path, level):
    """Several names below the level that datasets were merged by are no conflict of a view's."""
    open_ones = [
        laboratory(tmp_path / "x", {"x-soil": ("", SEMI, {OTHER: ("Mollis", "Mollis una")})}),
        laboratory(tmp_path / "y", {"y-soil": ("", SEMI, {PAIR: ("Mollis", "Mollis altera")})}),
        laboratory(tmp_path / "w", {"w-soil": ("", SEMI, {OWN: ("Durus", "Durus s")})}),
    ]
    shut = laboratory(tmp_path / "z", {"z-soil": ("", SHUT, {SAME: ("Mollis", "Mollis tertia")})})
    views = []
    for name, folders in (("alone", open_ones), ("with", [*open_ones, shut])):
        harmonise(folders, tmp_path / name, level, read_rules())
        views.append(view(tmp_path / name, "public").tables["features"].collect())
    alone, beside = (one.drop("agreement_ids").sort("feature_id") for one in views)
    assert beside.equals(alone)
    assert set(beside["flags"]) == {""}


BARE_ENDS: dict[str, Library] = {"b-soil": ("", BARE, {LONG: (None, None), OWN: (None, None)})}
# So many have sequences that the others hinder no merging by sequence.
TOLD: dict[str, Library] = {"t-soil": ("", SEMI, dict.fromkeys((SAME, OTHER, PAIR), (None, None)))}


@pytest.mark.parametrize("sequence", [SHORT, LONG])
def test_what_was_one_feature_stays_one_where_its_sequence_is_withheld(sequence, tmp_path):
    """Nothing could put it together again; nor does a pseudonym of before become another's."""
    short = laboratory(tmp_path / "s", {"s-soil": ("", BARE, {SHORT: (None, None)})})
    bare = laboratory(tmp_path / "b", BARE_ENDS)
    told = laboratory(tmp_path / "t", TOLD)
    harmonise([short, bare, told], tmp_path / "m", "feature", read_rules())
    exported(view(tmp_path / "m", "public"), "partner", tmp_path / "public")
    received = tmp_path / "public" / "dataset"
    w = laboratory(tmp_path / "w", {"w-soil": ("", BARE, {sequence: (None, None)})})
    harmonise([received, w], tmp_path / "again", "feature", read_rules())

    def together(folder: Path) -> set[frozenset[str]]:
        rows = read_dataset(folder).table("counts").group_by("feature_id").agg("library_id")
        return {frozenset(one) for one in rows["library_id"]}

    assert frozenset({"s-soil", "b-soil"}) in together(tmp_path / "m")
    assert together(tmp_path / "again") == {*together(received), frozenset({"w-soil"})}
    # The sender's own export came back: the feature of w has a sequence that is there, too.
    names = view(tmp_path / "again", "public").tables["features"].collect()["feature_id"]
    assert names.n_unique() == len(names) == 6


METHODS = {"pcr_primer_forward": "AACC", "engine": "dada2", "method_fingerprint": "0a1b2c3d" * 8}


def assays(*names: str) -> dict[str, dict[str, str]]:
    """Make assays whose checksum begins with a digit of their own."""
    return {
        name: {"assay_id": name, **METHODS, "method_fingerprint": name[-8:] + "0" * 56}
        for name in names
    }


@pytest.mark.parametrize(
    ("shared", "expected"),
    [
        ({"V4-0a1b2c3d": True}, {"V4"}),
        ({"V4-0a1b2c3d": False}, {"assay-1"}),
        ({"V4-0a1b2c3d": True, "V4-99998888": True}, {"V4-0a1b2c3d", "V4-99998888"}),
        ({"V4-0a1b2c3d": False, "V4-99998888": True}, {"assay-1", "V4"}),
        ({"V4-0a1b2c3d": False, "V4-99998888": False}, {"assay-1", "assay-2"}),
        ({"V4-0a1b2c3d": False, "V4-1": True}, {"assay-1", "V4-1"}),
    ],
)
def test_a_name_of_an_assay_tells_no_withheld_method_nor_that_there_is_another(shared, expected):
    rows = assays("V4-0a1b2c3d", "V4-99998888") | {"V4-1": {"assay_id": "V4-1"}}
    found = shown_assays(rows, shared, Names(bytes(32), PARTY))
    assert found.keys() == shared.keys()
    assert set(found.values()) == expected


def test_one_shared_assay_goes_by_the_name_that_its_dataset_has(tmp_path):
    own = laboratory(tmp_path / "x", X)
    shut = laboratory(tmp_path / "z", {"z-soil": ("", SHUT, {SAME: (None, None)})}, engine="deblur")
    harmonise([own, shut], tmp_path / "m", "auto", read_rules())
    before = read_dataset(own).table("assays")["assay_id"].to_list()
    merged = read_dataset(tmp_path / "m").table("assays")["assay_id"].to_list()
    assert set(before).isdisjoint(merged)
    made = view(tmp_path / "m", "public")
    for table in ("assays", "libraries"):
        assert made.tables[table].collect()["assay_id"].unique().to_list() == before
    exported(view(tmp_path / "m", PARTY), "partner", tmp_path / "party")
    received = tmp_path / "party" / "dataset"
    assert main(["dataset", "validate", str(received)]) == 0
    assert [one for one in merged if one in (received / HISTORY).read_text()] == []


@pytest.mark.parametrize("level", ["feature", "genus"])
def test_a_page_tells_no_name_that_is_said_of_a_control_only(tmp_path, level):
    """All of it is under one agreement, so that the page has a composition."""
    blank = ("extraction_blank", SEMI, {SAME: ("Arcana", "Arcana secreta")})
    folders = [
        laboratory(tmp_path / "x", X),
        laboratory(tmp_path / "y", {"y-soil": Y["y-soil"], "y-blank": blank}),
    ]
    harmonise(folders, tmp_path / "m", level, read_rules())
    pages = {}
    for recipient in ("public", "holder"):
        page = tmp_path / f"{recipient}.html"
        words = ["--recipient", recipient, "--out", str(page)]
        assert main(["report", "--dataset", str(tmp_path / "m"), *words]) == 0
        pages[recipient] = page.read_text()
    assert all("x-soil" in page and "Mollis" in page for page in pages.values())
    assert "Arcana" in pages["holder"]
    assert [one for one in ("Arcana", "secreta", "y-blank") if one in pages["public"]] == []
