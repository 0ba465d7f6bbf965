"""Who lives in the simulated soils, mock community and blank, and how common each is."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from soilbio.simulate.design import Blank, Community, Design, Library, Mock
from soilbio.simulate.region import Amplicon

# Weights are whole numbers below this, so that the last bit of a float never decides a draw.
_WEIGHT_STEPS = 2**40
_BASES = "ACGT"


@dataclass(frozen=True, slots=True)
class Pool:
    """All sequences that can be drawn; soils, mock and blank have different ones.

    The first `n_taxa` of `soil` are reference sequences, the others strains of them.
    """

    soil: tuple[Amplicon, ...]
    n_taxa: int
    mock: tuple[Amplicon, ...]
    contaminants: tuple[Amplicon, ...]

    @property
    def everyone(self) -> tuple[Amplicon, ...]:
        """Soil, mock and contaminants, in this order; sequences are distinct."""
        return self.soil + self.mock + self.contaminants


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """Make the source of randomness of one purpose; no other purpose moves its draws."""
    digest = hashlib.sha256("\0".join(purpose).encode()).digest()
    return np.random.Generator(np.random.PCG64([seed, *digest]))


def draw_pool(amplicons: Sequence[Amplicon], design: Design) -> Pool:
    """Draw who can be found in any library of a design; fewer, where the reference has fewer."""
    rng = generator(design.seed, "pool")
    mock = _draw_mock(amplicons, design.mock, rng) if _has(design, "mock") else ()
    taken = {amplicon.sequence for amplicon in mock}
    rest = [amplicon for amplicon in amplicons if amplicon.sequence not in taken]
    has_kitome = _has(design, "extraction_blank") or design.community.contaminants > 0
    contaminants = _draw_contaminants(rest, design.blank, rng) if has_kitome else ()
    taken |= {amplicon.sequence for amplicon in contaminants}
    rest = [amplicon for amplicon in rest if amplicon.sequence not in taken]
    taxa = _draw_taxa(rest, design.community, rng)
    strains = _draw_strains(taxa, {a.sequence for a in amplicons}, design.community, rng)
    return Pool(taxa + strains, len(taxa), mock, contaminants)


def _has(design: Design, control_type: str) -> bool:
    return any(library.control_type == control_type for library in design.libraries)


def _draw_mock(
    amplicons: Sequence[Amplicon], mock: Mock, rng: np.random.Generator
) -> tuple[Amplicon, ...]:
    """Take the members that are named, or draw one of each named genus, or of any genera."""
    if mock.ids:
        by_id = {name: amplicon for amplicon in amplicons for name in amplicon.ids}
        return tuple(dict.fromkeys(by_id[name] for name in mock.ids if name in by_id))
    members: dict[str, Amplicon] = {}
    for index in rng.permutation(len(amplicons)).tolist():
        genus = amplicons[index].genus
        if genus and genus not in members and (genus in mock.genera or not mock.genera):
            members[genus] = amplicons[index]
    names = [name for name in mock.genera if name in members] or list(members)[: mock.members]
    return tuple(members[name] for name in names)


def _draw_contaminants(
    amplicons: Sequence[Amplicon], blank: Blank, rng: np.random.Generator
) -> tuple[Amplicon, ...]:
    """Draw from the genera that are named; from all, where the reference has none of them."""
    candidates = [a for a in amplicons if a.genus in blank.genera] or list(amplicons)
    chosen = rng.permutation(len(candidates))[: blank.taxa]
    return tuple(candidates[index] for index in chosen)


def _draw_taxa(
    amplicons: Sequence[Amplicon], community: Community, rng: np.random.Generator
) -> tuple[Amplicon, ...]:
    """Draw without replacement so that each phylum has about its share of the taxa."""
    candidates = [a for a in amplicons if a.genus or not community.only_named_genera]
    sizes: dict[str, int] = {}
    for amplicon in candidates:
        key = amplicon.phylum if amplicon.phylum in community.phyla else ""
        sizes[key] = sizes.get(key, 0) + 1
    shares = {**community.phyla, "": community.other_phyla}
    # Efraimidis and Spirakis 2006: the smallest of exponential draws over their weights.
    draws = rng.standard_exponential(len(candidates))
    keys = []
    for amplicon, draw in zip(candidates, draws.tolist(), strict=True):
        key = amplicon.phylum if amplicon.phylum in community.phyla else ""
        weight = shares[key] / sizes[key]
        keys.append(draw / weight if weight > 0 else math.inf)
    order = sorted(range(len(keys)), key=lambda index: (keys[index], index))
    return tuple(candidates[i] for i in order[: community.taxa] if keys[i] < math.inf)


def _draw_strains(
    taxa: Sequence[Amplicon], known: Iterable[str], community: Community, rng: np.random.Generator
) -> tuple[Amplicon, ...]:
    """Make strains that differ from a taxon by a few substitutions and equal nothing known."""
    seen, strains = set(known), list[Amplicon]()
    for _ in range(community.strains if taxa else 0):
        parent = taxa[int(rng.integers(len(taxa)))]
        letters = list(parent.sequence)
        differences = int(rng.integers(1, community.max_differences + 1))
        for place in rng.choice(len(letters), differences, replace=False).tolist():
            others = _BASES.replace(letters[place], "")
            letters[place] = others[int(rng.integers(3))]
        sequence = "".join(letters)
        if sequence not in seen:
            seen.add(sequence)
            strains.append(replace(parent, sequence=sequence))
    return tuple(strains)


def weights_of(library: Library, pool: Pool, design: Design) -> NDArray[np.float64]:
    """How common each of the pool is in a library, as shares that sum to 1.

    Soils: ln abundance is the taxon's own, plus the group's shift for the taxa that respond to
    it, plus the library's; a taxon is absent from a library with 1 - occupancy. Draws depend on
    seed, group and library id only.

    Returns
    -------
    ndarray of shape (n_pool,)
        In the order of `pool.everyone`.

    """
    n_soil, n_mock, n_blank = len(pool.soil), len(pool.mock), len(pool.contaminants)
    soil, mock, kitome = np.zeros(n_soil), np.zeros(n_mock), np.zeros(n_blank)
    if library.control_type == "mock":
        mock = _mock_weights(n_mock, design.mock.fold)
    else:
        is_blank = library.control_type == "extraction_blank"
        share = 1 - design.blank.carry_over if is_blank else design.community.contaminants
        kitome = share * _kitome(n_blank, design.seed)
        groups = sorted(design.group_phyla) if is_blank else [library.group]
        shares = [_soil(group, library.library_id, pool, design) for group in groups]
        if shares:
            soil = (1 - share) * np.sum(shares, axis=0) / len(shares)
    return quantised(np.concatenate([soil, mock, kitome]))


def quantised(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale weights to sum to 1, on a grid coarse enough to be the same on every machine."""
    steps = np.rint(weights / math.fsum(weights.tolist()) * _WEIGHT_STEPS)
    return np.asarray(steps / steps.sum(), np.float64)


def _mock_weights(members: int, fold: float) -> NDArray[np.float64]:
    """Even steps of ln from the commonest to the rarest, `fold` times rarer."""
    weights = [fold ** (-i / max(1, members - 1)) for i in range(members)]
    return np.array(weights, np.float64)


def _kitome(taxa: int, seed: int) -> NDArray[np.float64]:
    """Shares of the contaminants; the same in every library, for they come from one kit."""
    return _shares(generator(seed, "kitome").standard_normal(taxa))


def _soil(group: str, library_id: str, pool: Pool, design: Design) -> NDArray[np.float64]:
    """Shares of the soil's taxa and strains in one library."""
    community, n_pool = design.community, len(pool.soil)
    log = community.spread * generator(design.seed, "abundance").standard_normal(n_pool)
    log += _group_shift(group, pool, design)
    rng = generator(design.seed, "soil", library_id)
    log += community.library_spread * rng.standard_normal(n_pool)
    is_there = rng.random(n_pool) < community.occupancy
    if not is_there.any():
        is_there[int(rng.integers(n_pool))] = True
    return np.where(is_there, _shares(np.where(is_there, log, -np.inf)), 0.0)


def _group_shift(group: str, pool: Pool, design: Design) -> NDArray[np.float64]:
    """Shift of ln abundance of each taxon in a group; strains respond each for themselves."""
    rng = generator(design.seed, "group", group)
    n_pool = len(pool.soil)
    responds = rng.random(n_pool) < design.community.responders
    shift = design.community.group_spread * rng.standard_normal(n_pool)
    phyla: Mapping[str, float] = design.group_phyla.get(group, {})
    factors = [max(phyla.get(taxon.phylum, 1.0), 1e-12) for taxon in pool.soil]
    by_phylum = np.array([math.log(factor) for factor in factors], np.float64)
    return np.asarray(np.where(responds, shift, 0.0) + by_phylum)


def _shares(log: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of ln abundances; `math.exp` gives the same on every machine, numpy's may not."""
    values = np.array([math.exp(value) for value in log.tolist()])
    return values / max(math.fsum(values.tolist()), 1e-300)
