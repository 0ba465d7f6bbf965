"""Unique sequences and the denoised ones that they are an error or two away from."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from soilbio.profile.near import assign_near

LETTERS = "ACGT"


def dna(length: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=length))


def substituted(sequence: str, *positions: int) -> str:
    letters = list(sequence)
    for position in positions:
        letters[position] = LETTERS[(LETTERS.index(letters[position]) + 1) % 4]
    return "".join(letters)


A = dna(120, 1)
B = substituted(A, 5, 60, 110)
C = dna(121, 2)
DENOISED = [("a", A), ("b", B), ("c", C)]


@pytest.mark.parametrize(
    ("sequence", "owner"),
    [
        (A, "a"),
        (substituted(A, 0), "a"),
        (substituted(A, 119), "a"),
        (substituted(A, 10, 70), "a"),
        (substituted(A, 5, 60), "b"),
        (substituted(C, 40, 41), "c"),
        (substituted(A, 10, 50, 90), None),
        (A[1:], None),
        (dna(120, 3), None),
    ],
    ids=["equal", "first", "last", "two", "nearer-to-b", "c", "three", "shorter", "other"],
)
def test_a_sequence_belongs_to_the_one_with_the_fewest_substitutions(tmp_path, sequence, owner):
    rest = tmp_path / "rest.fasta"
    found = assign_near([("q", "size=3", sequence)], DENOISED, 0.97, rest)
    assert found == ({"q": owner} if owner else {})
    assert rest.read_text() == ("" if owner else f">q;size=3\n{sequence}\n")


def test_of_two_equally_near_the_more_abundant_is_taken(tmp_path):
    pair = [("first", substituted(A, 30)), ("second", substituted(A, 90))]
    assert assign_near([("q", "", A)], pair, 0.97, tmp_path / "rest") == {"q": "first"}


def test_short_sequences_are_held_to_the_identity(tmp_path):
    short = dna(40, 4)
    query = ("q", "size=1", substituted(short, 3))
    assert assign_near([query], [("s", short)], 0.98, tmp_path / "rest") == {}
    assert assign_near([query], [("s", short)], 0.97, tmp_path / "rest") == {"q": "s"}


def test_nothing_denoised_leaves_all(tmp_path):
    rest = tmp_path / "rest.fasta"
    assert assign_near([("q", "size=1", A)], [], 0.97, rest) == {}
    assert rest.read_text() == f">q;size=1\n{A}\n"


def test_vsearch_finds_none_that_is_nearer(tmp_path):
    chance = random.Random(5)
    bases = [dna(chance.randint(100, 104), seed) for seed in range(20, 40)]
    variants = [substituted(base, *chance.sample(range(100), 4)) for base in bases]
    denoised = list(zip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN", bases + variants, strict=True))
    queries = [
        (f"q{n}", "size=1", substituted(chance.choice(bases), *chance.sample(range(100), n % 3)))
        for n in range(300)
    ]
    found = assign_near(queries, denoised, 0.97, tmp_path / "rest")
    assert len(found) == 300
    by_name = dict(denoised)
    identities = vsearch_identities(tmp_path, queries, denoised)
    for name, _, sequence in queries:
        differing = sum(a != b for a, b in zip(sequence, by_name[found[name]], strict=True))
        assert (
            100 * (1 - differing / len(sequence)) >= identities[name] - 0.06
        )  # it prints one digit


def vsearch_identities(folder, queries, denoised) -> dict[str, float]:
    assert shutil.which("vsearch")
    (folder / "q.fasta").write_text("".join(f">{name}\n{seq}\n" for name, _, seq in queries))
    (folder / "d.fasta").write_text("".join(f">{name}\n{seq}\n" for name, seq in denoised))
    subprocess.run(
        [
            *("vsearch", "--quiet", "--usearch_global", folder / "q.fasta", "--id", "0.9"),
            *("--db", folder / "d.fasta", "--strand", "plus", "--qmask", "none"),
            *("--dbmask", "none", "--userfields", "query+id", "--userout", folder / "hits.tsv"),
        ],
        check=True,
    )
    rows = (line.split("\t") for line in (folder / "hits.tsv").read_text().splitlines())
    return {name: float(identity) for name, identity in rows}
