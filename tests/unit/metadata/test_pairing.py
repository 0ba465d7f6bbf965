from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.metadata.pairing import guess_control, pair_files, to_id
from soilbio.metadata.reads import FirstRecords
from soilbio.metadata.sheet import ID


def paired(*names: str, records=None):
    result = pair_files([Path("reads") / name for name in names], records or {})
    pairs = [
        (pair.sample, pair.suffix, pair.first.name, pair.second and pair.second.name)
        for pair in result.pairs
    ]
    return pairs, [path.name for path in result.unpaired]


@pytest.mark.parametrize(
    ("first", "second", "sample"),
    [
        ("A_S1_L001_R1_001.fastq.gz", "A_S1_L001_R2_001.fastq.gz", "A"),
        ("A-1_x_S12_L001_R1_001.fastq.gz", "A-1_x_S12_L001_R2_001.fastq.gz", "A-1_x"),
        ("A_S1_R1_001.fastq.gz", "A_S1_R2_001.fastq.gz", "A"),
        ("A_R1_001.fastq.gz", "A_R2_001.fastq.gz", "A"),
        ("A_R1.fq.gz", "A_R2.fq.gz", "A"),
        ("A.R1.fastq", "A.R2.fastq", "A"),
        ("A_1.fq.gz", "A_2.fq.gz", "A"),
        ("SRR123456_1.fastq.gz", "SRR123456_2.fastq.gz", "SRR123456"),
        ("A_10_L001_R1_001.fastq.gz", "A_11_L001_R2_001.fastq.gz", "A"),
        ("A_F.fastq.gz", "A_R.fastq.gz", "A"),
        ("A_forward.fastq.gz", "A_reverse.fastq.gz", "A"),
        ("A.Fwd.fq", "A.Rev.fq", "A"),
        ("A_r1.fastq.gz", "A_r2.fastq.gz", "A"),
        ("R1_A.fastq.gz", "R2_A.fastq.gz", "A"),
        ("A_1.clean.fq.gz", "A_2.clean.fq.gz", "A"),
        ("A_R1_trimmed.fastq.gz", "A_R2_trimmed.fastq.gz", "A"),
        ("A_R1_001_val_1.fq.gz", "A_R2_001_val_2.fq.gz", "A"),
        ("A_S1_L001_R1_001.cutadapt.fq", "A_S1_L001_R2_001.cutadapt.fq", "A"),
        ("A_R1.nohost.fastq.gz", "A_R2.nohost.fastq.gz", "A.nohost"),
        ("A_R1.FASTQ.GZ", "A_R2.FASTQ.GZ", "A"),
    ],
)
def test_the_common_names_of_pairs_are_understood(first, second, sample):
    pairs, unpaired = paired(first, second)
    assert [(pair[0], *pair[2:]) for pair in pairs] == [(sample, first, second)]
    assert unpaired == []


def test_lanes_are_libraries_of_one_sample():
    pairs, _ = paired(*(f"A_S1_L00{n}_R{e}_001.fastq.gz" for n in (1, 2) for e in (1, 2)))
    assert [(sample, suffix) for sample, suffix, *_ in pairs] == [("A", "L001"), ("A", "L002")]


def test_a_sample_sequenced_twice_in_one_lane_is_told_apart_by_its_number():
    pairs, unpaired = paired(*(f"A_S{n}_L001_R{e}_001.fastq.gz" for n in (1, 2) for e in (1, 2)))
    assert [suffix for _, suffix, *_ in pairs] == ["S1_L001", "S2_L001"]
    assert unpaired == []


def test_names_without_ends_are_single_reads():
    pairs, unpaired = paired("1.SKB7.640196.fastq.gz", "plot.fastq.gz")
    assert [(sample, second) for sample, _, _, second in pairs] == [
        ("1.SKB7.640196", None),
        ("plot", None),
    ]
    assert unpaired == []


def test_forward_reads_only_are_single_reads():
    pairs, unpaired = paired("A_R1.fastq.gz", "B_R1.fastq.gz")
    assert [(sample, second) for sample, _, _, second in pairs] == [("A", None), ("B", None)]
    assert unpaired == []


def test_a_pair_that_lacks_one_file_is_left_over_where_others_are_whole():
    pairs, unpaired = paired("A_R1.fastq.gz", "A_R2.fastq.gz", "B_R1.fastq.gz", "C_R2.fastq.gz")
    assert len(pairs) == 1
    assert unpaired == ["B_R1.fastq.gz", "C_R2.fastq.gz"]


@pytest.mark.parametrize(
    ("first", "second", "sample"),
    [
        ("plot_1", "plot_2", "plot"),
        ("plot_r1", "plot_r2", "plot"),
        ("plot_F", "plot_R", "plot"),
        ("R1_plot", "R2_plot", "plot"),
        ("plot_R1_soil", "plot_R2_soil", "plot_soil"),
    ],
)
@pytest.mark.parametrize(("other", "is_pair"), [("x1/2", True), ("y9", False)])
def test_the_names_of_reads_decide_whether_1_and_2_are_ends_or_samples(
    other, is_pair, first, second, sample
):
    files = [Path(f"reads/{first}.fastq"), Path(f"reads/{second}.fastq")]
    records = {
        files[0]: FirstRecords(("x1/1",), (b"A",)),
        files[1]: FirstRecords((other,), (b"A",)),
    }
    pairs, unpaired = paired(files[0].name, files[1].name, records=records)
    assert sorted(pair[0] for pair in pairs) == ([sample] if is_pair else sorted([first, second]))
    assert unpaired == []


def test_raw_and_trimmed_reads_of_one_sample_are_not_two_libraries():
    names = [f"A_R{end}{kind}.fastq.gz" for end in (1, 2) for kind in ("", "_trimmed")]
    pairs, unpaired = paired(*names)
    assert pairs == []
    assert unpaired == sorted(names)


@pytest.mark.parametrize(
    ("pair", "beside"),
    [
        (("SRR1_1.fastq.gz", "SRR1_2.fastq.gz"), ("SRR1.fastq.gz",)),
        (("SRR1_1.fastq", "SRR1_2.fastq"), ("SRR1.fastq", "SRR1.fastq.gz")),
        (("A_R1.fastq.gz", "A_R2.fastq.gz"), ("A.fastq.gz",)),
        (("A_S1_L001_R1_001.fastq.gz", "A_S1_L001_R2_001.fastq.gz"), ("A.fastq.gz",)),
        (("A_1_R1.fq", "A_1_R2.fq"), ("A_1.fq",)),
        (("A_1_val_1.fq.gz", "A_2_val_2.fq.gz"), ("A_trimmed.fq.gz",)),
        (
            ("A_R1_paired.fastq.gz", "A_R2_paired.fastq.gz"),
            ("A_R1_unpaired.fastq.gz", "A_R2_unpaired.fastq.gz"),
        ),
        (("A_1P.fq.gz", "A_2P.fq.gz"), ("A_1U.fq.gz", "A_2U.fq.gz")),
        (("A_1.fq", "A_2.fq"), ("A_orphans.fq", "A_singletons.fq", "A_unpaired_1.fq")),
        (("A_k_paired_1.fastq", "A_k_paired_2.fastq"), ("A_k_unmatched_1.fastq",)),
        (("A_R1.fastq", "A_R2.fastq"), ("A.assembled.fastq", "A.unassembled.forward.fastq")),
        (("A_R1.fq", "A_R2.fq"), ("unpaired/A_R1.fq", "unpaired/A_R2.fq")),
    ],
)
def test_what_lies_beside_a_pair_is_left_out_and_named(pair, beside):
    others = ["B_R1.fastq.gz", "B_R2.fastq.gz", "C_single.fastq.gz"]
    result = pair_files([Path(name) for name in (*pair, *beside, *others)], {})
    found = [(one.first.name, one.second and one.second.name) for one in result.pairs]
    assert found == sorted([pair, tuple(others[:2]), (others[2], None)])
    assert [str(path) for path in result.beside] == sorted(beside)
    assert result.unpaired == result.left_out == ()


@pytest.mark.parametrize("third", ["plot.fastq", "plot_single.fastq"])
def test_three_samples_whose_names_differ_in_a_number_are_three(third):
    names = ("plot_1.fastq", "plot_2.fastq", third)
    records = {Path(name): FirstRecords((f"{name}:1",), (b"A",)) for name in names}
    result = pair_files(records, records)
    assert [pair.first.name for pair in result.pairs] == sorted(names)
    assert result.beside == ()


def test_a_sample_that_is_called_single_is_a_pair_by_its_reads():
    names = [f"plot{kind}_R{end}.fq" for kind in ("", "_single") for end in (1, 2)]
    records = {Path(name): FirstRecords((f"{name[:-6]}:1",), (b"A",)) for name in names}
    result = pair_files(records, records)
    assert [pair.sample for pair in result.pairs] == ["plot", "plot_single"]
    assert result.beside == ()


def test_index_reads_and_undetermined_reads_are_left_out():
    names = ["A_S1_L001_I1_001.fastq.gz", "Undetermined_S0_L001_R1_001.fastq.gz"]
    result = pair_files([Path(name) for name in names], {})
    assert [path.name for path in result.left_out] == names
    assert result.pairs == result.unpaired == ()


def test_the_order_of_the_files_does_not_matter():
    names = ["B_R2.fq", "A_R1.fq", "B_R1.fq", "A_R2.fq", "C_R1.fq"]
    assert paired(*names) == paired(*reversed(names))


@pytest.mark.parametrize(
    ("name", "control"),
    [
        ("BLANK", "extraction_blank"),
        ("Blank2", "extraction_blank"),
        ("neg_ctrl-1", "extraction_blank"),
        ("NTC3", "pcr_blank"),
        ("pcr-neg", "pcr_blank"),
        ("FieldBlank", "field_blank"),
        ("Mock", "mock"),
        ("ZymoBIOMICS_1", "mock"),
        ("Water1", "extraction_blank"),
        ("PCR_water", "extraction_blank"),
        ("Water-meadow1", ""),
        ("WaterMeadow", ""),
        ("Blankenese", ""),
        ("Negev-12", ""),
        ("hammock3", ""),
        ("plot-7", ""),
    ],
)
def test_controls_are_guessed_from_whole_words(name, control):
    assert guess_control(name) == control


@pytest.mark.parametrize("name", ["a b", "-x", "ä", "a/b", "x" * 300, "_", "1.a"])
def test_every_name_becomes_a_valid_id(name):
    assert ID.fullmatch(to_id(name))
