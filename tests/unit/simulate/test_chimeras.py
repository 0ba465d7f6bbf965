import numpy as np
import pytest

from soilbio.simulate.chimeras import draw_chimeras, join


def relatives(count, seed=1):
    rng = np.random.default_rng(seed)
    ancestor = rng.choice(list("ACGT"), 250)
    changed = [
        np.where(rng.random(250) < 0.1, rng.choice(list("ACGT"), 250), ancestor)
        for _ in range(count)
    ]
    return ["".join(row) for row in changed]


def test_a_chimera_starts_as_one_parent_and_ends_as_the_other():
    left, right = relatives(2)
    chimera = join(left, right, 120)
    start = next(i for i in range(250) if chimera[i] != left[i])
    end = next(i for i in range(250) if chimera[-1 - i] != right[-1 - i])
    assert start >= 80
    assert start + end >= 250
    assert len(chimera) == 250


def test_strangers_are_not_joined():
    assert join("A" * 250, "C" * 250, 120) is None
    assert join("", "", 20) is None


def test_chimeras_are_distinct_and_equal_nothing_real():
    sequences = relatives(12)
    weights = np.full(12, 1 / 12)
    made = draw_chimeras(sequences, weights, 30, np.random.default_rng(2), known=set(sequences))
    assert len(made) == len(set(made)) == 30
    assert not set(made) & set(sequences)


def test_common_sequences_are_parents_more_often():
    sequences = relatives(10)
    weights = np.array([0.8, *[0.2 / 9] * 9])
    made = draw_chimeras(sequences, weights, 40, np.random.default_rng(2))
    first = sequences[0]
    assert sum(c[:20] == first[:20] or c[-20:] == first[-20:] for c in made) >= 25


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0, 0.0]])
def test_one_parent_alone_makes_no_chimera(weights):
    sequences = relatives(len(weights))
    assert draw_chimeras(sequences, np.array(weights), 5, np.random.default_rng(1)) == []
