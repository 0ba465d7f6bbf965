"""Regions of real 16S genes, placed on a tree, and how often those of one gene are of one clade.

Type strains of half of the families serve for the choice of the defaults, those of the other half
for the figures. Of each half so many genes make the tree (FastTree, on the alignment that they came
with); others are left out of it. Amplicons of both are placed as `soilbio harmonise` does.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from soilbio.harmonise.common_tree import read_common_tree
from soilbio.harmonise.placement import CONFIDENCE, Place, place
from soilbio.simulate.region import PrimerSite
from soilbio.standards.iupac import reverse_complement

GENES = Path("/usr/share/microbiomeutil-data/RESOURCES/rRNA16S.gold.NAST_ALIGNED.fasta")
REGIONS = {
    "V3": ("CCTACGGGNGGCWGCAG", "TTACCGCGGCKGCTGGCAC"),
    "V4": ("GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"),
    "V6-V8": ("AAACTYAAAKGAATTGACGG", "ACGGGCGGTGTGTRC"),
}
HALVES = ("choice", "figures")
_SHORTEST_BP = 1_300
Gene = tuple[str, str, dict[str, str]]


def main() -> int:
    """Print a row for each diameter, pair of regions and least likeness."""
    args = _arguments()
    header = ("half", "diameter", "least_like", "tips", "regions", "genes", "same_clade")
    print(*header, "two_clades", "one_placed", "none_placed", "wrong_clade", "seconds", sep="\t")
    genes = _genes(args.genes)
    for diameter in args.diameters:
        with TemporaryDirectory() as scratch:
            _measure(genes[args.half], diameter, args, Path(scratch))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--genes", type=Path, default=GENES, help="apt: microbiomeutil-data")
    parser.add_argument("--half", choices=HALVES, default="figures")
    parser.add_argument("--diameters", type=float, nargs="+", default=[0.1])
    parser.add_argument("--least-like", type=float, nargs="+", default=[0.98])
    parser.add_argument("--tips", type=int, default=800)
    parser.add_argument("--others", type=int, default=200, help="genes that are not in the tree")
    return parser.parse_args()


def _genes(path: Path) -> dict[str, list[Gene]]:
    """Read genes, in an order by chance: id, aligned sequence and amplicons, by half."""
    found: dict[str, list[Gene]] = {half: [] for half in HALVES}
    seen = set()
    families = dict(_families(path.with_name("rRNA16S.gold.fasta")))
    for name, row in sorted(_records(path)):
        aligned = row.upper().replace(".", "-")
        bare = aligned.replace("-", "")
        regions = {region: _cut(bare, *pair) for region, pair in REGIONS.items()}
        is_whole = len(bare) >= _SHORTEST_BP and not bare.strip("ACGT") and all(regions.values())
        if is_whole and bare not in seen and name in families:
            seen.add(bare)
            digest = md5(families[name].encode(), usedforsecurity=False).hexdigest()
            found[HALVES[int(digest, 16) % 2]].append((name, aligned, regions))
    for own in found.values():
        random.Random(1).shuffle(own)
    return found


def _records(path: Path) -> Iterator[tuple[str, str]]:
    for record in path.read_text(encoding="latin-1").split(">")[1:]:
        title, _, sequence = record.partition("\n")
        yield title.split()[0], sequence.replace("\n", "")


def _families(path: Path) -> Iterator[tuple[str, str]]:
    for record in path.read_text(encoding="latin-1").split(">")[1:]:
        title = record.partition("\n")[0]
        ranks = title.rpartition("\t")[2].split(";")
        if len(ranks) == 6:
            yield title.split()[0], ranks[4].strip()


def _cut(sequence: str, forward: str, reverse: str) -> str:
    start, end = PrimerSite(forward, 1), PrimerSite(reverse_complement(reverse), 1)
    site = start.find(sequence)
    stop = end.find(sequence, site + start.length) if site >= 0 else -1
    return sequence[site + start.length : stop] if stop > 0 else ""


def _measure(
    genes: Sequence[Gene], diameter: float, args: argparse.Namespace, scratch: Path
) -> None:
    others, tips = genes[: args.others], genes[args.others :][: args.tips]
    alignment, tree = scratch / "aligned.fasta", scratch / "tree.nwk"
    alignment.write_text("".join(f">{name}\n{row}\n" for name, row, _ in tips))
    words = ["fasttree", "-nt", "-gtr", "-nosupport", "-quiet", "-nopr", str(alignment)]
    tree.write_bytes(subprocess.run(words, check=True, capture_output=True).stdout)
    common = read_common_tree(tree, alignment, diameter)
    kinds = {"in the tree": tips[: args.others], "not in it": others}
    sequences = {
        f"{name} {region}": own
        for genes_of in kinds.values()
        for name, _, regions in genes_of
        for region, own in regions.items()
    }
    start = perf_counter()
    places = place(sequences, common, scratch)
    seconds = perf_counter() - start
    for least in args.least_like:
        for kind, genes_of in kinds.items():
            for pair in (("V4", "V6-V8"), ("V3", "V4"), ("V3", "V6-V8")):
                names = [name for name, _, _ in genes_of]
                row = _row(names, pair, places, least, common.clade_of)
                cells = (args.half, diameter, least, len(tips), " and ".join(pair), kind)
                print(*cells, *row, f"{seconds:.0f}", sep="\t")
    sys.stdout.flush()


def _row(
    names: Sequence[str],
    pair: tuple[str, str],
    places: Mapping[str, Place],
    least: float,
    clade_of: Mapping[str, str],
) -> list[int]:
    """Count genes by what became of two of their regions, and placed regions in a wrong clade."""
    found: Counter[str] = Counter()
    for name in names:
        clades = [_clade(places[f"{name} {region}"], least) for region in pair]
        placed = [one for one in clades if one]
        both = "same" if len(set(placed)) == 1 else "two"
        found[both if len(placed) == 2 else "one" if placed else "none"] += 1
        found["wrong"] += sum(one != clade_of[name] for one in placed if name in clade_of)
    return [found[one] for one in ("same", "two", "one", "none", "wrong")]


def _clade(place: Place, least: float) -> str:
    is_sure = place.weight >= CONFIDENCE and place.like >= least
    return place.clade if is_sure else ""


if __name__ == "__main__":
    raise SystemExit(main())
