"""Made-up genomes: random bases with real 16S rRNA genes, alike as species of a genus are.

Nothing in them is biology but the 16S gene, whose place is random. Species of a genus descend from
one random ancestor by substitutions and by stretches of their own; strains descend from species.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from soilbio.references.lineages import ranks_of
from soilbio.simulate.community import Pool, generator
from soilbio.simulate.genomes import Genome, encode
from soilbio.simulate.metagenome_design import MadeUp
from soilbio.simulate.region import Amplicon

# Stretches that a genome has in common with its relatives, or for itself.
_BLOCK_BP = 5_000
_GC_STEPS = 10_000


def make_genomes(
    pool: Pool, genes: Mapping[str, str], made_up: MadeUp, *, seed: int, left_out: float
) -> list[Genome]:
    """Make a genome for each of a pool, in its order, the same each time.

    Parameters
    ----------
    pool : Pool
        Who can be found in any library.
    genes : mapping of reference id to str
        The 16S gene of each first id of the pool, in the direction of the forward primer.
    made_up : MadeUp
        How long, how rich in GC, how alike.
    seed : int
    left_out : float
        Share of the species that no database is to hold. Strains are never held.

    """
    species = _species(pool)
    order = generator(seed, "left_out").permutation(len(species))
    missing = {species[index].ids[0] for index in order[: round(left_out * len(species))].tolist()}
    genomes: list[Genome] = []
    strains: dict[str, int] = {}
    for place, taxon in enumerate(pool.everyone):
        reference, lineage = taxon.ids[0], species_lineage(taxon)
        bases = species_bases(taxon, made_up, seed)
        gene, name = genes[reference], f"madeup-{reference}"
        is_strain = pool.n_taxa <= place < len(pool.soil)
        if is_strain:
            strains[reference] = strains.get(reference, 0) + 1
            name = f"{name}-strain{strains[reference]}"
            rng = generator(seed, "strain", name)
            bases = _diverged(bases, made_up.strain_identity, made_up.strain_core, rng)
            parent = next(one for one in species if one.ids == taxon.ids)
            gene = gene.replace(parent.sequence, taxon.sequence)
        whole = _with_gene(bases, encode(gene), generator(seed, "gene", reference))
        in_database = not is_strain and reference not in missing
        genomes.append(Genome(name, lineage, (whole,), in_database))
    return genomes


def _species(pool: Pool) -> list[Amplicon]:
    """All of a pool but the strains."""
    return [*pool.soil[: pool.n_taxa], *pool.mock, *pool.contaminants]


def needed_ids(pool: Pool) -> frozenset[str]:
    """Ids of the references whose genes the genomes carry."""
    return frozenset(taxon.ids[0] for taxon in pool.everyone)


def genes_of(records: Iterable[tuple[str, str]], ids: frozenset[str]) -> dict[str, str]:
    """Take the sequences of these ids; letters that are no base become A."""
    table = str.maketrans(dict.fromkeys("RYSWKMBDHVN-.", "A"))
    return {name: text.translate(table) for name, text in records if name in ids}


def species_lineage(taxon: Amplicon) -> str:
    """Give a lineage whose species says that it is made up; ranks without a name are left out."""
    ranks = {letter: name for letter, name in ranks_of(taxon.lineage).items() if letter != "s"}
    stem = (ranks.get("g") or list(ranks.values())[-1]).strip("[]")
    ranks["s"] = f"{stem} sp. madeup-{taxon.ids[0]}"
    return ";".join(f"{letter}__{name}" for letter, name in ranks.items())


def species_bases(taxon: Amplicon, made_up: MadeUp, seed: int) -> NDArray[np.uint8]:
    """Make a species: of the ancestor of its genus, or by itself where the genus has no name."""
    ancestor = _ancestor(taxon.genus or taxon.ids[0], made_up, seed)
    rng = generator(seed, "species", taxon.ids[0])
    low, high = made_up.min_length_bp, made_up.max_length_bp
    length = int(rng.integers(low, high + 1))
    bases = np.resize(ancestor, length)
    return _diverged(bases, math.sqrt(made_up.genus_identity), made_up.core, rng)


def _ancestor(genus: str, made_up: MadeUp, seed: int) -> NDArray[np.uint8]:
    rng = generator(seed, "genus", genus)
    gc = made_up.min_gc + (made_up.max_gc - made_up.min_gc) * rng.random()
    return _random_bases(made_up.max_length_bp, gc, rng)


def _random_bases(length_bp: int, gc: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw bases; A and T alike, C and G alike."""
    is_gc = rng.integers(0, _GC_STEPS, length_bp) < round(gc * _GC_STEPS)
    second = rng.integers(0, 2, length_bp)
    return np.where(is_gc, 1 + second, 3 * second).astype(np.uint8)


def _diverged(
    bases: NDArray[np.uint8], identity: float, core: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Change a share of the bases to others, and put new stretches for those not in the core.

    Two that diverge from one by the square root of an identity have that identity to each other,
    but for the few places where both changed to the same base.
    """
    changed = bases.copy()
    count = round((1 - identity) * len(bases))
    places = rng.choice(len(bases), count, replace=False)
    changed[places] = (changed[places] + rng.integers(1, 4, count)) % 4
    gc = float(np.count_nonzero((bases == 1) | (bases == 2))) / len(bases)
    for start in range(0, len(bases), _BLOCK_BP):
        if rng.random() >= core:
            part = changed[start : start + _BLOCK_BP]
            part[:] = _random_bases(len(part), gc, rng)
    return changed


def _with_gene(
    bases: NDArray[np.uint8], gene: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Put a gene at a random place, on a random strand."""
    place = int(rng.integers(0, len(bases) + 1))
    turned = 3 - gene[::-1] if rng.integers(0, 2) else gene
    return np.concatenate([bases[:place], turned, bases[place:]])


def to_text(genome: Genome) -> Sequence[str]:
    """Write the stretches of a genome as bases."""
    letters = np.frombuffer(b"ACGT", np.uint8)
    return [letters[stretch].tobytes().decode() for stretch in genome.stretches]
