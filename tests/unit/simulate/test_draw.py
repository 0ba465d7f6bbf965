import hashlib
from collections import Counter
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.simulate.design import to_design
from soilbio.simulate.draw import (
    draw_contents,
    prepare,
    sequence_pairs,
    truth_of,
    used_references,
)


def bytes_of(document, name):
    design = to_design(document, "design", Path())
    prepared = prepare(design)
    library = next(x for x in design.libraries if x.library_id == name)
    return b"".join(
        b"".join(pair) for pair in sequence_pairs(draw_contents(prepared, library), design)
    )


def test_the_same_design_gives_the_same_bytes(document):
    assert bytes_of(document, "arable-2") == bytes_of(document, "arable-2")
    assert bytes_of(document, "arable-2") != bytes_of(document | {"seed": 5}, "arable-2")


def test_a_library_does_not_depend_on_which_others_there_are(document):
    alone = document | {"groups": {"arable": {"libraries": {"arable-2": {}}}}}
    assert bytes_of(document, "arable-2") == bytes_of(alone, "arable-2")


def test_truth_and_chimeras_sum_to_the_pairs(design):
    prepared = prepare(design)
    for library in design.libraries:
        contents = draw_contents(prepared, library)
        rows = truth_of(prepared, contents)
        assert sum(row.reads for row in rows) + contents.chimeric_reads == library.pairs
        assert contents.reads.sum() == library.pairs
        for row in rows:
            assert row.feature_id == hashlib.md5(row.sequence.encode()).hexdigest()
            assert row.lineage.startswith("k__Bacteria; p__")


def test_without_errors_and_chimeras_the_reads_are_the_truth(document):
    document |= {
        "read_length_bp": 300,
        "chimeras": {"share": 0},
        "errors": {"calibration": 0, "floor": 0, "pcr_error_rate": 0},
    }
    design = to_design(document, "design", Path())
    prepared = prepare(design)
    contents = draw_contents(prepared, design.libraries[0])
    first = b"".join(pair[0] for pair in sequence_pairs(contents, design)).decode().split("\n")
    found = Counter(line[19:272] for line in first[1::4])
    assert found == {row.sequence: row.reads for row in truth_of(prepared, contents)}


def test_the_share_of_chimeras_is_what_was_asked_for(document):
    document |= {"pairs": 20_000, "chimeras": {"share": 0.1}}
    design = to_design(document, "design", Path())
    contents = draw_contents(prepare(design), design.libraries[0])
    assert contents.chimeric_reads == pytest.approx(2000, abs=4 * (20_000 * 0.09) ** 0.5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"primers": {"forward": "A" * 20, "reverse": "C" * 20}}, "simulate-no-amplicon"),
        ({"region": {"min_length_bp": 400, "max_length_bp": 500}}, "simulate-no-amplicon"),
        ({"mock": {"ids": ["r1", "nobody"]}}, "simulate-mock-member"),
        ({"mock": {"genera": ["Nobody"]}}, "simulate-mock-member"),
        ({"lineages": "none.tsv"}, "reference-file-missing"),
    ],
)
def test_what_cannot_be_simulated_is_told(document, change, code):
    with pytest.raises(InputError) as caught:
        prepare(to_design(document | change, "design", Path()))
    assert {problem.code for problem in caught.value.problems} == {code}


def test_a_reference_without_lineages_is_refused(document, tmp_path):
    (tmp_path / "empty.tsv").write_text("")
    with pytest.raises(InputError) as caught:
        prepare(to_design(document | {"lineages": str(tmp_path / "empty.tsv")}, "design", Path()))
    assert {problem.code for problem in caught.value.problems} == {"reference-lineage-missing"}


def test_named_members_make_the_mock_in_their_order(document):
    document["mock"] = {"ids": ["r7", "r3"]}
    assert [a.ids for a in prepare(to_design(document, "d", Path())).pool.mock] == [
        ("r7",),
        ("r3",),
    ]
    document["mock"] = {"genera": ["Genus8", "Genus2"]}
    pool = prepare(to_design(document, "d", Path())).pool
    assert [a.genus for a in pool.mock] == ["Genus8", "Genus2"]


def test_a_single_taxon_is_a_library_without_chimeras(document):
    document |= {"community": {"taxa": 1, "strains": 0, "occupancy": 0}}
    for name in ("mock", "blank"):
        document.pop(name)
    design = to_design(document, "design", Path())
    contents = draw_contents(prepare(design), design.libraries[0])
    assert (contents.reads.tolist(), contents.chimeric_reads) == ([300], 0)


def test_the_references_used_are_listed_whole_or_in_part(design):
    pool = prepare(design).pool
    everything = used_references(pool, 1.0, design.seed)
    taxa = (*pool.soil[: pool.n_taxa], *pool.mock, *pool.contaminants)
    assert {name for name, _ in everything} == {name for taxon in taxa for name in taxon.ids}
    half = used_references(pool, 0.5, design.seed)
    assert len(half) == len(everything) // 2
    assert set(half) < set(everything)
    assert used_references(pool, 0.0, design.seed) == []
