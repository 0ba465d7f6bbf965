import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soilbio.errors import InputError
from soilbio.references.lineages import (
    from_sintax_name,
    ranks_of,
    read_lineages,
    to_sintax_name,
)

INVALID = Path(__file__).parents[2] / "data" / "references" / "invalid"


@pytest.mark.parametrize(
    ("lineage", "ranks"),
    [
        (
            "k__Bacteria; p__Chloroflexi; c__Chloroflexi; o__[Roseiflexales]; f__; g__; s__",
            {"d": "Bacteria", "p": "Chloroflexi", "c": "Chloroflexi", "o": "[Roseiflexales]"},
        ),
        (
            "d__Bacteria;p__Bacillota;c__Bacilli;o__;f__Bacillaceae",
            {"d": "Bacteria", "p": "Bacillota", "c": "Bacilli", "f": "Bacillaceae"},
        ),
        (
            "d__Eukaryota;k__Fungi;p__Ascomycota",
            {"d": "Eukaryota", "k": "Fungi", "p": "Ascomycota"},
        ),
        ("k__Fungi;p__Ascomycota;sh__SH1.1FU", {"k": "Fungi", "p": "Ascomycota"}),
        ("Bacteria;Firmicutes;Bacilli;", {"d": "Bacteria", "p": "Firmicutes", "c": "Bacilli"}),
        ("a;b;c;d;e;f;g;h", {}),
        ("", {}),
        ("k__; p__; c__; o__; f__; g__; s__", {}),
        ("k__Bacteria; p__Très_long", {"d": "Bacteria", "p": "Très_long"}),
    ],
)
def test_names_stand_at_their_rank(lineage, ranks):
    assert ranks_of(lineage) == ranks
    assert list(ranks_of(lineage)) == list(ranks)


@given(st.text())
def test_a_name_comes_back_from_sintax_as_it_was(name):
    written = to_sintax_name(name)
    assert from_sintax_name(written) == name
    assert not set(written) & set(",;:() \t\n")
    assert written.isascii()


def test_names_that_sintax_can_hold_stay_as_they_are():
    assert to_sintax_name("[Chthoniobacterales]_A-1.b") == "[Chthoniobacterales]_A-1.b"
    assert to_sintax_name("Candidatus Koribacter") == "Candidatus%20Koribacter"


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_table_is_read_verbatim_plain_or_packed(tmp_path, is_packed):
    text = "\ufeffa\tk__X; p__Y\r\nb\tk__Z\r\n\r\n"
    path = tmp_path / "lineages.tsv"
    path.write_bytes(gzip.compress(text.encode()) if is_packed else text.encode())
    assert read_lineages(path) == {"a": "k__X; p__Y", "b": "k__Z"}


@pytest.mark.parametrize("path", sorted(INVALID.glob("*.tsv")), ids=lambda p: p.stem)
def test_each_invalid_table_has_exactly_the_fault_it_is_named_after(path):
    with pytest.raises(InputError) as caught:
        read_lineages(path)
    assert [problem.code for problem in caught.value.problems] == [path.stem]


def test_a_table_cut_short_is_told(tmp_path):
    path = tmp_path / "lineages.tsv.gz"
    path.write_bytes(gzip.compress(b"a\tk__X\n" * 99)[:-9])
    with pytest.raises(InputError) as caught:
        read_lineages(path)
    assert [problem.code for problem in caught.value.problems] == ["reference-file-unreadable"]


def test_a_wrong_line_is_told_with_its_row(tmp_path):
    path = tmp_path / "lineages.tsv"
    path.write_text("a\tk__X\nb k__Y\n")
    with pytest.raises(InputError) as caught:
        read_lineages(path)
    assert [problem.row for problem in caught.value.problems] == [2]
