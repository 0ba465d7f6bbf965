"""What a table itself tells of features goes together with what files beside it tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pipeline_outputs import COUNTS, LIBRARIES, LINEAGES, SEQUENCES, lineage, table, taxa

from soilbio.errors import InputError
from soilbio.importers.registry import read

OTHER = {name: f"d__Bacteria; p__Other{name}" for name in SEQUENCES}
OWN = {name: lineage(name) for name in SEQUENCES}


def sequences(found) -> dict[str, str]:
    return {name: one.sequence for name, one in found.features.items()}


def lineages(found) -> dict[str, tuple[str, ...]]:
    return {name: (one.lineage, *one.others) for name, one in found.features.items()}


def in_file(path: Path, rows: dict[str, str]) -> Path:
    text = "".join(f"{name}\t{one}\t0.9\n" for name, one in rows.items())
    path.write_text(f"Feature ID\tTaxon\tConfidence\n{text}")
    return path


def biom(path: Path, names: dict[str, str], *, has_lineages: bool) -> Path:
    import h5py
    import numpy as np
    from biom import Table

    matrix = np.array([[COUNTS.get((one, name), 0) for one in LIBRARIES] for name in names])
    known = [{"taxonomy": OWN[name].split("; ")} for name in names] if has_lineages else None
    with h5py.File(path, "w") as handle:
        Table(matrix, [*names.values()], [*LIBRARIES], known).to_hdf5(handle, "a test")
    return path


def artifact(path: Path, kind: str, content: Path) -> Path:
    uuid = "e63427f3-41cb-439b-bc1b-578945000000"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{uuid}/metadata.yaml", f"uuid: {uuid}\ntype: {kind}\nformat: x\n")
        archive.write(content, f"{uuid}/data/{content.name}")
    return path


def counts(folder: Path, *, ranks: bool = False) -> Path:
    def beside(name: str) -> list[str]:
        return [SEQUENCES[name], *([OWN[name]] if ranks else [])]

    headers = ("sequence", "taxonomy") if ranks else ("sequence",)
    path = folder / "t.tsv"
    path.write_text(table(corner="OTU ID", beside=beside, headers=headers))
    return path


# BIOM and QIIME 2.


def sources_of(folder: Path, form: str, names: dict[str, str], beside: dict[str, str] | None):
    path = biom(folder / "feature-table.biom", names, has_lineages=beside is not None)
    files = [in_file(folder / "taxonomy.tsv", beside)] if beside else []
    if form == "biom":
        return [path, *files]
    kinds = ("FeatureTable[Frequency]", "FeatureData[Taxonomy]")
    return [
        artifact(folder / f"{one.stem}.qza", kind, one)
        for kind, one in zip(kinds, [path, *files], strict=False)
    ]


@pytest.mark.parametrize("form", ["biom", "qiime2"])
def test_lineages_in_a_biom_and_beside_it_are_those_of_two_classifiers(tmp_path, form):
    same = {name: name for name in SEQUENCES}
    some = {"ASV1": OTHER["ASV1"]}
    found = lineages(read(form, sources_of(tmp_path, form, same, some), {}))
    assert found["ASV1"][1:] == (OTHER["ASV1"],)
    assert "Pseudomonas" in found["ASV1"][0]
    assert len(found["ASV2"]) == 1
    assert "Bacillus" in found["ASV2"][0]


@pytest.mark.parametrize("form", ["biom", "qiime2"])
def test_names_of_a_biom_that_are_sequences_are_those_of_features(tmp_path, form):
    found = read(form, sources_of(tmp_path, form, SEQUENCES, None), {})
    assert sequences(found) == {one: one for one in SEQUENCES.values()}
    part = {SEQUENCES["ASV1"]: OTHER["ASV1"]}
    found = read(form, sources_of(tmp_path, form, SEQUENCES, part), {})
    assert sequences(found) == {one: one for one in SEQUENCES.values()}


def test_what_is_not_taken_of_a_file_beside_a_biom_is_named(tmp_path):
    (path,) = sources_of(tmp_path, "biom", {name: name for name in SEQUENCES}, None)
    text = taxa("id").replace("Genus\n", "Genus\tComment\n").replace("NA\n", "NA\tgood\n")
    (tmp_path / "x.tsv").write_text(text)
    found = read("biom", [path, tmp_path / "x.tsv"], {})
    assert any("Comment" in note for note in found.notes)


def test_names_of_mothur_s_counts_that_are_sequences_are_those_of_features(tmp_path):
    rows = "".join(f"{one}\t3\t1\t2\n" for one in SEQUENCES.values())
    (tmp_path / "x.count_table").write_text(f"Representative_Sequence\ttotal\tS1\tS2\n{rows}")
    found = read("mothur", [tmp_path / "x.count_table"], {})
    assert sequences(found) == {one: one for one in SEQUENCES.values()}


# Tables of text.


@pytest.mark.parametrize("form", ["table", "dada2"])
def test_lineages_by_sequence_reach_features_whose_table_has_sequences(tmp_path, form):
    (tmp_path / "x.csv").write_text(taxa("", ",", by=SEQUENCES))
    found = read(form, [counts(tmp_path), tmp_path / "x.csv"], {})
    assert sequences(found) == SEQUENCES
    assert {name: one[0].rpartition("__")[2] for name, one in lineages(found).items()} == {
        name: ranks[-1] for name, ranks in LINEAGES.items()
    }


def test_lineages_by_sequence_stand_beside_those_of_the_table(tmp_path):
    source = in_file(tmp_path / "x.tsv", {SEQUENCES[name]: OTHER[name] for name in SEQUENCES})
    found = read("table", [counts(tmp_path, ranks=True), source], {})
    assert lineages(found) == {name: (OWN[name], OTHER[name]) for name in SEQUENCES}


@pytest.mark.parametrize("ranks", [False, True])
def test_lineages_of_other_names_are_refused_whatever_the_table_has(tmp_path, ranks):
    source = in_file(tmp_path / "x.tsv", {f"OTU_{name}": one for name, one in OTHER.items()})
    with pytest.raises(InputError) as caught:
        read("table", [counts(tmp_path, ranks=ranks), source], {})
    assert [one.code for one in caught.value.problems] == ["import-names-differ"]


def test_a_sheet_of_sequences_alone_is_as_good_as_a_file_of_them(tmp_path):
    (tmp_path / "t.tsv").write_text(table(corner="OTU ID"))
    rows = "".join(f"{name}\t{one}\n" for name, one in SEQUENCES.items())
    (tmp_path / "s.tsv").write_text(f"OTU ID\tsequence\n{rows}")
    found = read("table", [tmp_path / "t.tsv", tmp_path / "s.tsv"], {})
    assert sequences(found) == SEQUENCES
