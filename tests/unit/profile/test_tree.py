from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from skbio import TreeNode

from soilbio.profile.tree import build_tree


def mutated(sequence: str, changes: int, seed: int) -> str:
    rng = np.random.default_rng(seed)
    letters = list(sequence)
    for place in rng.choice(len(letters), changes, replace=False):
        letters[place] = "ACGT"[("ACGT".index(letters[place]) + 1) % 4]
    return "".join(letters)


ROOT = "".join(np.random.default_rng(1).choice(list("ACGT"), 250))


def write_features(path, sequences):
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in sequences.items()))
    return path


@pytest.fixture
def features(tmp_path):
    left, right = mutated(ROOT, 40, 1), mutated(ROOT, 40, 2)
    return write_features(
        tmp_path / "f.fasta",
        {
            "a1": mutated(left, 4, 3),
            "a2": mutated(left, 4, 4),
            "b1": mutated(right, 4, 5),
            "b2": mutated(right, 4, 6),
        },
    )


def test_relatives_stand_together_below_the_root(tmp_path, features):
    note = build_tree(features, tmp_path / "t.nwk", max_features=10, threads=2)
    tree = TreeNode.read(StringIO((tmp_path / "t.nwk").read_text()), convert_underscores=False)
    assert {tip.name for tip in tree.tips()} == {"a1", "a2", "b1", "b2"}
    halves = [{tip.name for tip in child.tips(include_self=True)} for child in tree.children]
    assert sorted(map(sorted, halves)) == [["a1", "a2"], ["b1", "b2"]]
    assert note.is_built


def test_the_number_of_threads_changes_no_byte(tmp_path, features):
    build_tree(features, tmp_path / "1.nwk", max_features=10, threads=1)
    build_tree(features, tmp_path / "2.nwk", max_features=10, threads=2)
    assert (tmp_path / "1.nwk").read_bytes() == (tmp_path / "2.nwk").read_bytes()


@pytest.mark.parametrize(
    ("count", "maximum", "reason"), [(2, 10, "needs 3"), (5, 4, "max_features")]
)
def test_too_few_or_too_many_features_have_no_tree_but_a_reason(tmp_path, count, maximum, reason):
    sequences = {f"x{n}": mutated(ROOT, 10, n) for n in range(count)}
    features = write_features(tmp_path / "f.fasta", sequences)
    note = build_tree(features, tmp_path / "t.nwk", max_features=maximum, threads=1)
    assert not note.is_built
    assert reason in note.reason
    assert (tmp_path / "t.nwk").read_text() == ""
