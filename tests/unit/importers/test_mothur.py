"""mothur: OTUs of .shared, or of .list and .count_table, of one label and with its lineages."""

from __future__ import annotations

import gzip

import pytest

from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

LIST = (
    "label\tnumOTUs\tOtu1\tOtu2\tOtu3\nunique\t3\ta\tb\tc\n"
    "label\tnumOTUs\tOtu1\tOtu2\n0.03\t2\ta,c\tb\n"
)
COUNTS = "Representative_Sequence\ttotal\tS1\tS2\na\t7\t5\t2\nb\t3\t0\t3\nc\t4\t4\t0\n"
SHARED = "label\tGroup\tnumOtus\tOtu1\tOtu2\t\n0.03\tS1\t2\t9\t0\t\n0.03\tS2\t2\t2\t3\t\n"
BY_OTU = {("S1", "Otu1"): 9, ("S2", "Otu1"): 2, ("S2", "Otu2"): 3}


def cons(*names: str, genus: str = "Bacillus") -> str:
    rows = [f"{name}\t9\tBacteria(100);{genus}(99);\n" for name in names]
    return "OTU\tSize\tTaxonomy\n" + "".join(rows)


def codes(sources, **options) -> set[str]:
    with pytest.raises(InputError) as caught:
        read("mothur", sources, options)
    return {problem.code for problem in caught.value.problems}


def numbers(found) -> dict[tuple[str, str], float]:
    return {row[:2]: row[2] for row in found.counts.select("library", "feature", "value").rows()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "f.list").write_text(LIST)
    (tmp_path / "f.count_table").write_text(COUNTS)
    return tmp_path


def test_a_list_and_its_counts_are_otus(folder):
    found = read("mothur", [folder], {"label": 0.03})
    assert numbers(found) == BY_OTU
    assert found.method["engine"] == "mothur OTU"
    assert "features are OTUs at 0.03" in found.notes
    assert detect(folder)[0][0] == "mothur"


def test_of_several_labels_one_is_asked_for(folder):
    assert codes([folder]) == {"import-labels"}
    assert codes([folder], label="0.05") == {"import-labels"}


def test_a_list_without_header_has_mothur_s_names(folder):
    (folder / "f.list").write_text("0.03\t2\ta,c\tb\n")
    found = read("mothur", [folder / "f.list", folder / "f.count_table"], {})
    assert numbers(found) == BY_OTU


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("f.list", "0.03\t2\ta\tb\n", "import-names-differ"),
        ("f.list", "0.03\t2\ta,c,d\tb\n", "import-names-differ"),
        ("f.list", "0.03\t2\ta,c\tb,c\n", "import-names-differ"),
        ("f.list", "0.03\t3\ta,c\tb\n", "import-cell"),
        ("f.list", "", "import-labels"),
        ("f.count_table", "Representative_Sequence\ttotal\na\t7\n", "import-name"),
        ("f.count_table", COUNTS.replace("a\t7", "a\t8"), "import-total"),
    ],
)
def test_lists_and_counts_that_do_not_fit_are_refused(folder, name, text, code):
    (folder / name).write_text(text)
    assert codes([folder]) == {code}


def test_what_is_not_read_is_told_not_ignored(folder):
    (folder / "f.shared").write_text(SHARED)
    (folder / "f.groups").write_text("a\tS1\n")
    assert codes([folder / "f.list"]) == {"import-file-missing"}
    assert codes([folder / "f.list", folder / "f.shared"]) == {"import-file-missing"}
    assert codes([folder / "f.shared", folder / "f.groups"]) == {"import-file-missing"}


def test_lineages_are_those_of_the_table_s_label(tmp_path):
    (tmp_path / "f.shared").write_text(SHARED.replace("0.03", "0.05"))
    (tmp_path / "f.0.03.cons.taxonomy").write_text(cons("Otu1", "Otu2", genus="Listeria"))
    assert codes([tmp_path]) == {"import-labels"}
    (tmp_path / "f.0.05.cons.taxonomy").write_text(cons("Otu1", "Otu2"))
    assert "Bacillus" in read("mothur", [tmp_path], {}).features["Otu1"].lineage
    named = [tmp_path / "f.shared", tmp_path / "f.0.03.cons.taxonomy"]
    assert codes(named) == {"import-labels"}


def test_lineages_are_those_of_the_table_s_clustering(tmp_path):
    (tmp_path / "f.opti_mcc.shared").write_text(SHARED)
    other = tmp_path / "f.an.0.03.cons.taxonomy"
    other.write_text(cons("Otu1", "Otu2", genus="Listeria"))
    assert codes([tmp_path]) == {"import-labels"}
    assert codes([tmp_path / "f.opti_mcc.shared", other]) == {"import-labels"}
    own = tmp_path / "f.opti_mcc.0.03.cons.taxonomy"
    own.write_text(cons("Otu1", "Otu2"))
    found = read("mothur", [tmp_path], {})
    assert "Bacillus" in found.features["Otu1"].lineage
    assert own in found.sources
    assert codes([tmp_path / "f.opti_mcc.shared", own, other]) == {"import-which-file"}


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (("a.0.03.cons.taxonomy", "f.0.03.cons.taxonomy"), "f.0.03.cons.taxonomy"),
        (("a.0.03.cons.taxonomy", "b.0.03.cons.taxonomy"), ""),
    ],
)
def test_of_several_lineages_those_called_as_the_table_are_taken(tmp_path, names, taken):
    (tmp_path / "f.shared").write_text(SHARED)
    for name in names:
        (tmp_path / name).write_text(cons("Otu1", "Otu2"))
    if not taken:
        assert codes([tmp_path]) == {"import-which-file"}
    else:
        assert {path.name for path in read("mothur", [tmp_path], {}).sources} == {"f.shared", taken}


def test_otus_by_other_names_are_refused(tmp_path):
    (tmp_path / "f.shared").write_text(SHARED)
    (tmp_path / "f.0.03.cons.taxonomy").write_text(cons("Otu001", "Otu002"))
    assert codes([tmp_path]) == {"import-names-differ"}


def test_a_shared_of_several_labels_is_read_at_the_one_that_is_stated(tmp_path):
    rows = SHARED.splitlines(keepends=True)
    more = "".join(rows[1:]).replace("0.03", "0.05").replace("\t9\t", "\t1\t")
    (tmp_path / "f.shared.gz").write_bytes(gzip.compress((SHARED + more).encode()))
    assert codes([tmp_path]) == {"import-labels"}
    assert numbers(read("mothur", [tmp_path], {"label": "0.03"})) == BY_OTU
    assert numbers(read("mothur", [tmp_path], {"label": "0.05"}))["S1", "Otu1"] == 1


def test_sequences_are_called_so_and_otus_otus(tmp_path):
    (tmp_path / "f.shared").write_text(SHARED)
    text = ">M0_1\tOtu1|9\nACGTACGT\n>M0_2\tOtu2|3\nACGTTTTT\n"
    (tmp_path / "f.0.03.rep.fasta").write_text(text)
    found = read("mothur", [tmp_path], {})
    assert found.features["Otu2"].sequence == "ACGTTTTT"
    assert "features are OTUs at 0.03" in found.notes
    (tmp_path / "f.shared").write_text(SHARED.replace("0.03", "ASV").replace("Otu", "ASV"))
    (tmp_path / "f.0.03.rep.fasta").unlink()
    assert "features are sequences" in read("mothur", [tmp_path], {}).notes


def test_sequences_of_a_folder_that_are_of_reads_are_named(tmp_path):
    (tmp_path / "f.shared").write_text(SHARED)
    (tmp_path / "f.fasta").write_text(">read-1\nACGTACGT\n")
    (note,) = [note for note in read("mothur", [tmp_path], {}).notes if "f.fasta" in note]
    assert ".rep.fasta" in note
    (tmp_path / "f.0.03.rep.fasta").write_text(">r1\tOtu1\nACGTACGT\n>r2\tOtu2\nACGTTTTT\n")
    assert not [note for note in read("mothur", [tmp_path], {}).notes if "f.fasta" in note]


def test_two_sequences_of_an_otu_are_refused(tmp_path):
    (tmp_path / "f.shared").write_text(SHARED)
    path = tmp_path / "f.0.03.rep.fasta"
    path.write_text(">r1\tOtu1\nACGTACGT\n>r2\tOtu2\nACGTTTTT\n>r3\tOtu1\nACGTAAAA\n")
    assert codes([tmp_path]) == {"import-sequence"}


def test_a_shared_without_groups_is_one_problem(tmp_path):
    lines = [line.split("\t") for line in SHARED.splitlines()]
    text = "".join("\t".join([c[0], *c[2:]]) + "\n" for c in lines)
    (tmp_path / "f.shared").write_text(text)
    with pytest.raises(InputError) as caught:
        read("mothur", [tmp_path], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row) == ("import-name", 1)
    assert "Group" in problem.expected


# What features are.


@pytest.mark.parametrize(
    ("label", "feature", "engine", "told"),
    [
        ("ASV", "ASV1", "mothur ASV", "features are sequences"),
        ("asv", "ASV1", "mothur ASV", "features are sequences"),
        ("unique", "Otu1", "mothur unique sequences", "features are sequences"),
        ("0.03", "Otu1", "mothur OTU", "features are OTUs at 0.03"),
        ("1", "Otu1", "mothur phylotype", "features are phylotypes at level 1: "),
        ("1", "Phylo1", "mothur phylotype", "features are phylotypes at level 1: "),
    ],
)
def test_the_engine_says_what_features_are(tmp_path, label, feature, engine, told):
    path = tmp_path / "f.shared"
    path.write_text(f"label\tGroup\tnumOtus\t{feature}\tx2\n{label}\tS1\t2\t9\t1\n")
    found = read("mothur", [path], {})
    assert found.method["engine"] == engine
    assert any(note.startswith(told) for note in found.notes)


def test_asvs_of_mothur_are_exact_sequences_when_compared():
    from soilbio.harmonise.compare import kind_of_features

    words = ("ASV", "unique sequences", "OTU", "phylotype")
    assays = [{"engine": f"mothur {one}", "library_strategy": "AMPLICON"} for one in words]
    kinds = [kind_of_features(assay) for assay in assays]
    assert kinds == ["exact", "exact", "clusters", "clusters"]


@pytest.mark.parametrize("form", ["file", "folder"])
def test_shares_of_mothur_are_shares(tmp_path, form):
    path = tmp_path / "f.relabund"
    path.write_text(
        "label\tGroup\tnumOtus\tOtu1\tOtu2\n0.03\tA\t2\t0.5\t0.5\n0.03\tB\t2\t0.1\t0.9\n"
    )
    source = path if form == "file" else tmp_path
    assert detect(source)[0][0] == "mothur"
    found = read("mothur", [source], {})
    assert found.shares
    assert found.libraries == ("A", "B")


def test_a_shared_file_without_libraries_is_told_at_first_sight(tmp_path):
    (tmp_path / "soil.shared").write_text("\tOtu1\tOtu2\n\t5\t3\n")
    ((form, reason),) = detect(tmp_path / "soil.shared")
    assert form == "mothur"
    assert reason.endswith("to settle first: it has no column Group")
    (tmp_path / "soil.shared").write_text("label\tGroup\tnumOtus\tOtu1\n0.03\tA\t1\t5\n")
    assert "settle" not in detect(tmp_path / "soil.shared")[0][1]


# ASVs as mothur's SOP makes them: sequences go by the names of reads, which the list tells.


@pytest.fixture
def asvs(tmp_path):
    texts = {
        "f.asv.list": "label\tnumASVs\tASV1\tASV2\nASV\t2\tb\ta\n",
        "f.asv.shared": "label\tGroup\tnumASVs\tASV1\tASV2\nASV\tS1\t2\t0\t5\nASV\tS2\t2\t3\t2\n",
        "f.fasta": ">a\nACGT--TTGA\n>b\nACGTAATTGC\n",
        "f.taxonomy": "a\tBacteria(100);Bacillus(99);\nb\tBacteria(100);Nocardia(99);\n",
        "f.count_table": "Representative_Sequence\ttotal\tS1\tS2\na\t7\t5\t2\nb\t3\t0\t3\n",
        "f.asv.ASV.cons.taxonomy": cons("ASV2") + cons("ASV1", genus="Nocardia").split("\n", 1)[1],
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "names",
    [
        ["."],
        ["f.asv.shared", "f.asv.list", "f.fasta", "f.asv.ASV.cons.taxonomy"],
        ["f.asv.shared", "f.asv.list", "f.fasta", "f.taxonomy"],
        ["f.count_table", "f.asv.list", "f.fasta", "f.taxonomy"],
    ],
)
def test_asvs_have_the_sequences_that_their_list_names(asvs, names):
    found = read("mothur", [asvs / name for name in names], {})
    assert numbers(found) == {("S1", "ASV2"): 5, ("S2", "ASV1"): 3, ("S2", "ASV2"): 2}
    known = {
        name: (one.sequence, one.lineage.split("(")[1]) for name, one in found.features.items()
    }
    assert known == {
        "ASV1": ("ACGTAATTGC", "100);Nocardia"),
        "ASV2": ("ACGTTTGA", "100);Bacillus"),
    }


@pytest.mark.parametrize(
    ("table", "advice"),
    [("f.asv.shared", "the .list of the ASVs"), ("f.opti.shared", ".rep.fasta")],
)
def test_sequences_by_the_names_of_reads_are_refused_not_dropped(asvs, table, advice):
    (asvs / "f.opti.shared").write_text(SHARED)
    with pytest.raises(InputError) as caught:
        read("mothur", [asvs / table, asvs / "f.fasta"], {})
    (problem,) = caught.value.problems
    assert (problem.code, problem.found) == ("import-names-differ", "a")
    assert advice in problem.fix
