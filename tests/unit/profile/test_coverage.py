"""Coverage against simulated communities, of which it is known exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from soilbio.profile.clean import Cleaned
from soilbio.profile.coverage import estimate

GENOMES, GENOME_BP = 40, 60_000
LETTERS = np.frombuffer(b"ACGT", np.uint8)


def simulate(
    folder: Path, pairs: int, qualities: list[int], insert_bp: int = 350, read_bp: int = 150
) -> tuple[Cleaned, float]:
    """Draw pairs whose errors are as their qualities say; give the share of the bases in them."""
    always = np.random.default_rng(7)
    genomes = always.integers(0, 4, (GENOMES, GENOME_BP)).astype(np.uint8)
    shares = always.lognormal(0, 1.5, GENOMES)
    shares /= shares.sum()
    rng = np.random.default_rng(pairs)
    seen = np.zeros((GENOMES, GENOME_BP + 1), np.int32)
    of = rng.choice(GENOMES, pairs, p=shares)
    starts = rng.integers(0, GENOME_BP - insert_bp, pairs)
    ends: tuple[list[bytes], list[bytes]] = ([], [])
    for number, (genome, start) in enumerate(zip(of, starts, strict=True)):
        piece = genomes[genome][start : start + insert_bp]
        for place in (start, start + insert_bp - read_bp):
            seen[genome, place] += 1
            seen[genome, place + read_bp] -= 1
        mates = [piece[:read_bp].copy(), 3 - piece[::-1][:read_bp]]
        if rng.random() < 0.5:
            mates.reverse()
        for mate, records in zip(mates, ends, strict=True):
            scores = rng.choice(qualities, read_bp)
            is_wrong = rng.random(read_bp) < 10 ** (-scores / 10)
            mate[is_wrong] = (mate[is_wrong] + rng.integers(1, 4, is_wrong.sum())) % 4
            text = LETTERS[mate].tobytes()
            records.append(b"@%d\n%b\n+\n%b\n" % (number, text, bytes((scores + 33).tolist())))
    files = Cleaned(folder / "1.fastq", folder / "2.fastq")
    for path, records in zip((files.forward, files.reverse), ends, strict=True):
        path.write_bytes(b"".join(records))
    is_seen = np.cumsum(seen, axis=1)[:, :GENOME_BP] > 0
    return files, float((is_seen.mean(axis=1) * shares).sum())


# 37 and 25 are what newer sequencers write, 2 to 41 what older ones do.
@pytest.mark.parametrize("qualities", [[40], [37] * 9 + [25], [20, 30, 38, 38, 38, 38]])
@pytest.mark.parametrize("pairs", [800, 3_000, 12_000])
def test_the_estimate_is_the_share_that_was_seen(tmp_path, qualities, pairs):
    files, truth = simulate(tmp_path, pairs, qualities)
    found = estimate(files, pairs * 300)
    assert found.value == pytest.approx(truth, abs=max(0.02, 3 * found.standard_error))
    assert found.standard_error < 0.03


@pytest.mark.parametrize("qualities", [[40], [37] * 9 + [25]])
@pytest.mark.parametrize("read_bp", [50, 60, 75, 100, 250])
def test_it_is_of_bases_however_long_the_reads_are(tmp_path, qualities, read_bp):
    files, truth = simulate(tmp_path, 900_000 // read_bp, qualities, read_bp=read_bp)
    found = estimate(files, 1_800_000)
    assert found.value == pytest.approx(truth, abs=0.02)
    assert abs(found.value - truth) < 3 * found.standard_error


def test_single_reads_are_estimated_as_pairs_are(tmp_path):
    files, truth = simulate(tmp_path, 6_000, [40], insert_bp=100, read_bp=100)
    found = estimate(Cleaned(files.forward, None), 600_000)
    assert found.value == pytest.approx(truth, abs=0.02)
    assert found.bases_per_kmer == pytest.approx(100 / 77)


@pytest.mark.parametrize("insert_bp", [150, 160, 200, 250, 270, 290])
def test_what_both_mates_hold_is_seen_once(tmp_path, insert_bp):
    files, truth = simulate(tmp_path, 3_000, [40], insert_bp=insert_bp)
    found = estimate(files, 900_000)
    assert found.value == pytest.approx(truth, abs=0.025)
    # Mates that overlap by less than a k-mer leave one that spans both out of either.
    kmers = insert_bp - 23 if insert_bp <= 277 else 254
    assert found.bases_per_kmer == pytest.approx(insert_bp / kmers, rel=0.04)


def test_reads_hardly_longer_than_kmers_are_not_estimated(tmp_path):
    files, _ = simulate(tmp_path, 20_000, [40], read_bp=40)
    found = estimate(files, 1_600_000)
    assert found.value is None
    assert "too short" in found.reason


def test_the_curve_ends_at_the_estimate_and_tells_of_fewer_reads(tmp_path):
    files, _ = simulate(tmp_path, 6_000, [40])
    found = estimate(files, 1_800_000)
    curve = dict(found.curve)
    assert curve[1.0] == found.value
    assert list(curve.values()) == sorted(curve.values())
    _, truth = simulate(tmp_path, 3_000, [40])
    assert curve[0.5] == pytest.approx(truth, abs=0.05)


def test_a_smaller_sample_of_kmers_says_the_same(tmp_path):
    files, _ = simulate(tmp_path, 12_000, [40])
    few, many = estimate(files, 10**10), estimate(files, 1)
    assert few.kmers < many.kmers / 4
    assert few.value == pytest.approx(many.value, abs=0.02)


def test_too_few_kmers_and_none_have_their_reason(tmp_path):
    files, _ = simulate(tmp_path, 20, [40])
    assert estimate(files, 6_000).value is None
    assert "of 1,000" in estimate(files, 6_000).reason
    files.empty()
    assert estimate(files, 0).reason == "no reads are left"


def test_reads_full_of_errors_are_not_estimated(tmp_path):
    files, _ = simulate(tmp_path, 1_000, [10] * 9 + [40])
    assert estimate(files, 300_000).value is None
