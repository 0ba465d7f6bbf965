import gzip

import numpy as np
import pytest

from soilbio.errors import InputError
from soilbio.simulate.observed import MIN_PAIRS, read_observed


def write_reads(path, qualities):
    text = "".join(f"@r{n}\n{'A' * len(q)}\n+\n{q}\n" for n, q in enumerate(qualities))
    path.write_bytes(gzip.compress(text.encode()))
    return path


def pair(folder, first, second, name="a"):
    return [
        write_reads(folder / f"{name}_R1.fastq.gz", first),
        write_reads(folder / f"{name}_R2.fastq.gz", second),
    ]


def code_of(result):
    return [problem.code for problem in result.value.problems]


def test_pairs_that_are_long_enough_are_kept_together_and_cut(tmp_path):
    n = MIN_PAIRS
    files = pair(
        tmp_path,
        ["!#%III"] * n + ["II"] + ["5" * 9] * n,
        ["#####"] * n + ["IIIIII"] + ["?" * 9] * n,
    )
    observed = read_observed(files, 5)
    assert observed.first.shape == observed.second.shape == (2 * n, 5)
    assert observed.first[0].tolist() == [0, 2, 4, 40, 40]
    first, second = observed.draw(200, np.random.default_rng(1))
    assert {(int(a), int(b)) for a, b in zip(first[:, 1], second[:, 1], strict=True)} == {
        (2, 2),
        (20, 30),
    }


def test_several_libraries_are_read_in_turn(tmp_path):
    files = pair(tmp_path, ["I" * 4] * MIN_PAIRS, ["5" * 4] * MIN_PAIRS)
    more = pair(tmp_path, ["#" * 4] * 3, ["#" * 4] * 3, name="b")
    assert len(read_observed([*files, *more], 4).first) == MIN_PAIRS + 3


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (["IIII"] * 10, ["IIII"] * 10, "10 pairs of at least 4 bases"),
        (["IIII"] * 600, ["III"] * 600, "0 pairs of at least 4 bases"),
    ],
    ids=["few", "short"],
)
def test_too_few_long_pairs_are_refused(tmp_path, first, second, said):
    with pytest.raises(InputError, match=said) as result:
        read_observed(pair(tmp_path, first, second), 4)
    assert code_of(result) == ["simulate-quality-file"]


def test_an_odd_file_a_missing_one_and_one_that_is_no_fastq_are_told(tmp_path):
    files = pair(tmp_path, ["IIII"], ["IIII"])
    with pytest.raises(InputError, match="1 files"):
        read_observed(files[:1], 4)
    with pytest.raises(InputError, match="absent"):
        read_observed([files[0], tmp_path / "absent.fastq.gz"], 4)
    (tmp_path / "b.fastq").write_text("no reads\n")
    with pytest.raises(InputError, match=r"b\.fastq"):
        read_observed([files[0], tmp_path / "b.fastq"], 4)
