"""BIOM as its many writers write it: lineages under any key, lists, files that were cut."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.importers.registry import read
from soilbio.metadata.samples import read_samples

NAMES = ("Bacteria", "Firmicutes", "Bacilli", "Bacillales", "Bacillaceae", "Bacillus", None)
RANKS = ("Kingdom", "Phylum", "Class", "Order", "Family", "Genus", "Species")


def biom(tmp_path: Path, metadata: object) -> Path:
    """Write BIOM 1.0 as R's biomformat does, the metadata of an observation as they are given."""
    document = {
        "id": "None",
        "format": "Biological Observation Matrix 1.0.0",
        "format_url": "http://biom-format.org",
        "type": "OTU table",
        "generated_by": "biomformat 1.30.0",
        "date": "2024-01-01T00:00:00",
        "matrix_type": "dense",
        "matrix_element_type": "int",
        "shape": [2, 2],
        "rows": [{"id": name, "metadata": metadata} for name in ("x", "y")],
        "columns": [{"id": name, "metadata": None} for name in ("S1", "S2")],
        "data": [[1, 5], [3, 4]],
    }
    path = tmp_path / "t.biom"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("metadata", "lineage"),
    [
        (dict(zip(RANKS, NAMES, strict=True)), "k__Bacteria; p__Firmicutes; c__Bacilli; "
         "o__Bacillales; f__Bacillaceae; g__Bacillus; s__"),
        ({f"Rank{n}": f"{m}__A" for n, m in enumerate("kpc", 1)}, "k__A; p__A; c__A"),
        ({"taxonomy1": "k__Bacteria", "taxonomy2": "p__Firmicutes"}, "k__Bacteria; p__Firmicutes"),
        ({"Taxonomy": "k__Bacteria; p__Firmicutes"}, "k__Bacteria; p__Firmicutes"),
        ({"TAXONOMY": ["k__Bacteria", "p__Firmicutes"]}, "k__Bacteria; p__Firmicutes"),
        ({"silva lineage": "k__Bacteria; p__Firmicutes"}, "k__Bacteria; p__Firmicutes"),
        (["Bacteria", "Firmicutes"], "Bacteria; Firmicutes"),
        (["k__Bacteria"], "k__Bacteria"),
        ({"taxonomy": ["Bacteria", "Firmicutes", None]}, "Bacteria; Firmicutes"),
        ({"taxonomy": {"Kingdom": "Bacteria", "Genus": "Bacillus"}}, "k__Bacteria; g__Bacillus"),
        ({"Taxon": {"Genus": "Bacillus", "Phylum": None}}, "p__; g__Bacillus"),
        ({"taxonomy_ranks": {"k": "Bacteria", "p__": "A"}}, "k__Bacteria; p__A"),
        ({"assignment": {"Kingdom": ["Bacteria"], "Phylum": ["A"]}}, "k__Bacteria; p__A"),
        ({"taxonomy": {"2": "Firmicutes", "1": "Bacteria"}}, "Bacteria; Firmicutes"),
        ({"taxonomy": {"Rank1": "k__Bacteria", "Rank2": "p__A"}}, "k__Bacteria; p__A"),
        ({"taxonomy": {"lineage": "k__Bacteria; p__A"}}, "k__Bacteria; p__A"),
        ({"taxonomy": [{"rank": "genus", "name": "Bacillus"}]}, "g__Bacillus"),
        ({"taxonomy": [["phylum", "Firmicutes"], ["genus", "B"]]}, "p__Firmicutes; g__B"),
        ({"taxonomy": [["Bacteria"], ["Firmicutes"]]}, "Bacteria; Firmicutes"),
        ({"taxonomy": ["A", "B"], "taxonomy_ranks": ["phylum", "class"]}, "p__A; c__B"),
        ({"taxonomy": '{"Kingdom": "Bacteria", "Phylum": "A"}'}, "k__Bacteria; p__A"),
        ({"taxonomy": "{'Kingdom': 'Bacteria', 'Phylum': None}"}, "k__Bacteria; p__"),
        ({"taxonomy": "['k__Bacteria', 'p__A']"}, "k__Bacteria; p__A"),
    ],
)  # fmt: skip
def test_lineages_of_observations_are_found_under_any_key(tmp_path, metadata, lineage):
    found = read("biom", [biom(tmp_path, metadata)], {})
    assert [taxon.lineage for taxon in found.features.values()] == [lineage, lineage]
    assert found.notes == []


def test_what_is_not_taken_of_the_metadata_is_named(tmp_path):
    source = biom(tmp_path, {"taxonomy": ["k__Bacteria"], "hits": "seven"})
    notes = read("biom", [source], {}).notes
    assert notes == ["'hits' of the observations' metadata is not taken"]


def test_what_else_is_in_an_object_of_ranks_is_taken_or_named(tmp_path):
    ranks = {"Kingdom": "Bacteria", "strain": "A1", "confidence": 0.9}
    found = read("biom", [biom(tmp_path, {"taxonomy": ranks})], {})
    assert {one.confidence for one in found.features.values()} == {0.9}
    assert found.notes == ["'strain' of the observations' metadata is not taken"]


@pytest.mark.parametrize("key", ["taxonomy", "Taxonomy", "Taxon", "taxonomy_ranks", "lineage"])
def test_lists_of_names_in_hdf5_are_lineages_under_any_key_with_their_gaps(tmp_path, key):
    import h5py
    import numpy as np
    from biom import Table

    lists = [["Bacteria", "Bacillota"], ["Bacteria", "", "Bacilli"]]
    known = [{key: names} for names in lists]
    table = Table(np.array([[1, 5], [3, 4]]), ["x", "y"], ["A", "B"], known)
    path = tmp_path / "t.biom"
    with h5py.File(path, "w") as handle:
        table.to_hdf5(handle, "a test")
    found = read("biom", [path], {})
    assert [one.lineage for one in found.features.values()] == [
        "Bacteria; Bacillota",
        "Bacteria; ; Bacilli",
    ]


def test_objects_of_ranks_in_a_text_table_are_lineages(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("#OTU ID\tA\ttaxonomy\nx\t1\t{'Kingdom': 'Bacteria', 'Genus': 'B'}\n")
    assert read("table", [path], {}).features["x"].lineage == "k__Bacteria; g__B"
    path.write_text("#OTU ID\tA\ttaxonomy\nx\t1\t{'here': 'Bacteria', 'there': 'B'}\n")
    with pytest.raises(InputError) as caught:
        read("table", [path], {})
    assert [(one.code, one.column) for one in caught.value.problems] == [
        ("import-lineages", "taxonomy")
    ]


@pytest.mark.parametrize(
    "metadata",
    [
        {"taxonomy": {"a": 1}},
        {"Taxon": {"here": "Bacteria", "there": "Bacillota"}},
        {"taxonomy": {"Rank1": "Bacillota", "Rank2": "Bacilli"}},
        {"taxonomy": [{"Bacteria": "Bacillota"}, "Bacilli"]},
        {"taxonomy": ["Bacillus"]},
    ],
)
def test_metadata_that_are_no_lineages_are_refused(tmp_path, metadata):
    with pytest.raises(InputError) as caught:
        read("biom", [biom(tmp_path, metadata)], {})
    assert [one.code for one in caught.value.problems] == ["import-lineages"]


@pytest.mark.parametrize("size", [40, 100, -30, -4])
def test_a_compressed_file_that_was_cut_is_told(tmp_path, size):
    whole = gzip.compress(biom(tmp_path, None).read_bytes())
    path = tmp_path / "cut.biom.gz"
    path.write_bytes(whole[:size])
    with pytest.raises(InputError) as caught:
        read("biom", [path], {})
    assert caught.value.problems[0].code in ("import-biom", "import-unreadable")


@pytest.mark.parametrize("form", ["table", "qiime2", "mothur", "kraken2"])
def test_a_damaged_compressed_table_is_told_in_every_form(tmp_path, form):
    whole = bytearray(gzip.compress(b"OTU ID\tS1\tS2\n" + b"x\t1\t2\n" * 2000))
    whole[20:24] = b"\xff\xff\xff\xff"
    path = tmp_path / "t.shared.gz"
    path.write_bytes(whole)
    with pytest.raises(InputError):
        read(form, [path], {})


@pytest.mark.parametrize(
    "text", ["{}", '{"rows": 5, "columns": []}', '{"rows": [1], "columns":[]}']
)
def test_json_that_is_no_table_is_told(tmp_path, text):
    path = tmp_path / "t.biom"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read("biom", [path], {})
    assert [one.code for one in caught.value.problems] == ["import-biom"]


def test_a_table_of_which_the_samples_are_features_is_refused(tmp_path):
    import numpy as np
    from biom import Table

    matrix = np.array([[1, 5], [3, 4]])
    known = [{"taxonomy": ["k__Bacteria", "p__A"]}] * 2
    for names, metadata in (
        (["x", "y"], known),
        (["OTU_1", "OTU_2"], None),
        (["d__Bacteria;p__A", "d__Bacteria;p__B"], None),
        (["ACGT" * 20, "ACGG" * 20], None),
    ):
        table = Table(matrix, ["S1", "S2"], names, None, metadata)
        path = tmp_path / "t.biom"
        path.write_text(table.to_json("a test"))
        with pytest.raises(InputError) as caught:
            read("biom", [path], {})
        assert [one.code for one in caught.value.problems] == ["import-orientation"]


def test_a_total_with_a_lineage_is_a_total(tmp_path):
    import numpy as np
    from biom import Table

    known = [{"taxonomy": [name]} for name in ("k__Bacteria", "k__Archaea", "x__all")]
    table = Table(np.array([[1, 5], [3, 4], [4, 9]]), ["x", "y", "Total"], ["A", "B"], known)
    path = tmp_path / "t.biom"
    path.write_text(table.to_json("a test"))
    with pytest.raises(InputError) as caught:
        read("biom", [path], {})
    assert [(one.code, one.found) for one in caught.value.problems] == [("import-total", "Total")]


def test_a_classification_of_soils_is_no_lineage(tmp_path):
    import numpy as np
    from biom import Table

    known = [
        {"classification": "sandy loam", "class": "a"},
        {"classification": "clay", "class": "b"},
    ]
    table = Table(np.array([[1, 5], [3, 4]]), ["x", "y"], ["A", "B"], None, known)
    path = tmp_path / "t.biom"
    path.write_text(table.to_json("a test"))
    assert read("biom", [path], {}).libraries == ("A", "B")


def with_samples(path: Path, form: str) -> Path:
    import h5py
    import numpy as np
    from biom import Table

    known = [
        {"ph": "6.1", "decimalLatitude": 48.13641, "decimalLongitude": 11.28712, "SampleID": "S1"},
        {"ph": "7", "decimalLatitude": 48.2, "decimalLongitude": 11.3, "SampleID": "S2"},
    ]
    table = Table(np.array([[5, 1], [1, 2]]), ["a", "b"], ["S1", "S2"], sample_metadata=known)
    path = path / "soils.biom"
    if form == "json":
        path.write_text(table.to_json("a test"))
    else:
        with h5py.File(path, "w") as handle:
            table.to_hdf5(handle, "a test")
    return path


@pytest.mark.parametrize("form", ["json", "hdf5"])
def test_metadata_of_samples_are_named_with_how_to_get_them(tmp_path, form):
    path = with_samples(tmp_path, form)
    (note,) = [note for note in read("biom", [path], {}).notes if "of samples" in note]
    assert "soils.biom: SampleID, decimalLatitude, decimalLongitude, ph;" in note
    assert "`samples: soils.biom`" in note


@pytest.mark.parametrize("form", ["json", "hdf5"])
def test_a_biom_may_be_the_sheet_of_its_samples(tmp_path, form):
    path = with_samples(tmp_path, form)
    assert not [
        note for note in read("biom", [path], {"samples": path}).notes if "not taken" in note
    ]
    assert read_samples(path) == [
        {"sample_id": "S1", "lat_lon": "48.13641 11.28712", "ph": "6.1"},
        {"sample_id": "S2", "lat_lon": "48.2 11.3", "ph": "7"},
    ]


def test_what_a_biom_says_of_samples_is_held_to_what_a_sheet_is(tmp_path):
    """An unknown column has no sharing class, so nobody could be told who may have it."""
    import numpy as np
    from biom import Table

    known = [{"farmer_says": "clay"}, {"farmer_says": "sand"}]
    table = Table(np.array([[5, 1], [1, 2]]), ["a", "b"], ["S1", "S2"], sample_metadata=known)
    path = tmp_path / "soils.biom"
    path.write_text(table.to_json("a test"))
    with pytest.raises(InputError) as caught:
        read_samples(path)
    assert [(one.code, one.column) for one in caught.value.problems] == [
        ("column-unknown", "farmer_says")
    ]


@pytest.mark.parametrize("content", [b"\x89HDF\r\n\x1a\n", b"{", b'{"columns": [1]}', b""])
def test_a_biom_that_is_damaged_is_no_sheet_of_samples(tmp_path, content):
    path = tmp_path / "soils.biom"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_samples(path)
    assert [one.code for one in caught.value.problems] == ["sheet-unreadable"]
