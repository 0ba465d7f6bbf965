"""Sequences of any region of a gene, placed on the user's tree of it, and the clades they are of.

MAFFT adds each sequence to the alignment by itself (Katoh & Frith 2012), RAxML's Evolutionary
Placement Algorithm gives its likelihood on each edge of the tree (Berger, Krompass & Stamatakis
2011). A sequence is of a clade if nearly all of its likelihood is there, and if it is like one of
the clade's tips: what the tree does not hold may be put far from its place, and with certainty.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.errors import InputError
from soilbio.harmonise.clades import clades_of_edges
from soilbio.harmonise.common_tree import CommonTree
from soilbio.harmonise.ways import CONFIDENCE, write_fasta
from soilbio.profile.needs import tools_missing_for
from soilbio.profile.tools import ToolFailed, last_words, run_tool_into, tool_version

if TYPE_CHECKING:
    import numpy as np
    from skbio import TreeNode

# How much of a sequence, where it lies, must be as in a tip of its clade (docs/harmonise.md).
LEAST_LIKE = 0.98
MODEL = "GTRGAMMA"
_SEED = "1"
# Of all edges, the share that is looked at closely, those that are best at a first look.
_CLOSELY = "0.02"
# Edges are kept until they hold so much of a sequence's likelihood.
_LIKELIHOOD = "0.999"
# So many sequences at once bound what is held in memory; each is placed by itself in any case.
_AT_ONCE = 5_000
_GAP = ord("-")
# A node of RAxML's tree: name, length, and the number of the edge above it.
_LABEL = re.compile(r"([^(),:]*):([^{(),]+)\{(\d+)\}")

NO_BASES = "no-bases"
BETWEEN = "between-clades"
UNLIKE = "unlike"
NO_SEQUENCE = "no-sequence"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sequence is: its likeliest clade, the clade's share of the likelihood, and likeness.

    `like` is the share of the sequence that is as in the clade's most similar tip. With a `reason`
    the sequence is of no clade.
    """

    clade: str
    weight: float
    like: float
    reason: str = ""


def programs() -> dict[str, str]:
    """Give the versions of the programs that place."""
    return {
        "RAxML": tool_version(["raxmlHPC", "-v"]),
        "MAFFT": tool_version(["mafft", "--version"]),
    }


def parameters() -> dict[str, Any]:
    """Give what else the places of sequences follow from."""
    return {
        "model": MODEL,
        "seed": int(_SEED),
        "least_weight": CONFIDENCE,
        "least_like": LEAST_LIKE,
        "edges_looked_at_closely": float(_CLOSELY),
    }


def need_programs() -> None:
    """Stop where a program that places is missing."""
    missing = tools_missing_for({"placement"})
    if missing:
        raise InputError(missing)


def place(sequences: Mapping[str, str], common: CommonTree, scratch: Path) -> dict[str, Place]:
    """Place sequences on a tree.

    Parameters
    ----------
    sequences : mapping of id to sequence
    common : CommonTree
    scratch : Path
        A folder for the programs' files.

    Returns
    -------
    dict of id to Place
        The same for a sequence whichever others there are.

    Raises
    ------
    InputError
        If a program is missing or fails, or the disk is full.

    """
    need_programs()
    if not sequences:
        return {}
    try:
        model = _evaluated(common, scratch)
        found: dict[str, Place] = {}
        names = sorted(sequences)
        for start in range(0, len(names), _AT_ONCE):
            some = {name: sequences[name] for name in names[start : start + _AT_ONCE]}
            found |= _placed(some, common, model, scratch)
    except ToolFailed as failure:
        raise failure.as_input_error("the sequences and the common tree") from failure
    return found


def _evaluated(common: CommonTree, scratch: Path) -> tuple[Path, Path]:
    """Let RAxML fit its model to tree and alignment; give the files of model and tree.

    It is done once, without the sequences that are placed, so that these do not change it. RAxML
    uses one processor: sums over several differ in their last digits, and its threads wait for
    each other by spinning, which on a busy machine takes many times as long.
    """
    names = common.names()
    (scratch / "common.nwk").write_text(common.unrooted(), encoding="ascii")
    _write_phylip({names[tip]: row for tip, row in common.rows.items()}, scratch / "common.phy")
    words: list[str | Path] = ["-f", "e", "-t", scratch / "common.nwk"]
    _raxml([*words, "-s", scratch / "common.phy"], "model", scratch)
    return (
        _written(scratch / "RAxML_binaryModelParameters.model"),
        _written(scratch / "RAxML_result.model"),
    )


def _raxml(words: Sequence[str | Path], name: str, scratch: Path) -> None:
    for old in scratch.glob(f"RAxML_*.{name}*"):
        old.unlink()  # it does not write over what is there
    fixed: list[str | Path] = ["raxmlHPC", "-T", "1", "-m", MODEL, "-p", _SEED, "-n", name]
    log = scratch / f"{name}.log"
    try:
        run_tool_into([*fixed, "-w", scratch.resolve(), *words], log)
    except ToolFailed as failure:  # what it has to say is in what it writes
        said = last_words(log.read_text(errors="replace")) if log.is_file() else ""
        raise ToolFailed(failure.tool, said or failure.said) from failure


def _written(path: Path) -> Path:
    """Give a file that RAxML wrote; it ends well on a full disk, too."""
    if not path.is_file() or not path.stat().st_size:
        raise ToolFailed("raxmlHPC", f"{path.name} was not written whole")
    return path


def _placed(
    sequences: Mapping[str, str], common: CommonTree, model: tuple[Path, Path], scratch: Path
) -> dict[str, Place]:
    short = {name: f"q{place}" for place, name in enumerate(sequences)}
    aligned = _aligned({short[name]: one for name, one in sequences.items()}, common, scratch)
    empty = {name for name, row in aligned.items() if not row.strip("-N")}
    queries = {name: row for name, row in aligned.items() if name not in empty}
    tips = {common.names()[tip]: row for tip, row in common.rows.items()}
    weights = _weights(queries, tips, common, model, scratch) if queries else {}
    judge = _Judge(common)
    return {
        name: Place("", 0.0, 0.0, NO_BASES)
        if own in empty
        else judge.place(queries[own], weights[own])
        for name, own in short.items()
    }


def _aligned(sequences: Mapping[str, str], common: CommonTree, scratch: Path) -> dict[str, str]:
    """Let MAFFT add sequences to the alignment, whose columns stay."""
    added, rows, out = (scratch / f"added.{one}" for one in ("fasta", "rows", "out"))
    write_fasta(dict(sequences), added)
    names = common.names()
    write_fasta({names[tip]: row for tip, row in common.rows.items()}, rows)
    words = ["mafft", "--quiet", "--nuc", "--thread", str(_processors()), "--6merpair"]
    run_tool_into([*words, "--keeplength", "--addfragments", added, rows], out)
    found = dict(_fasta(out.read_text(encoding="ascii")))
    width = len(next(iter(common.rows.values())))
    whole = {name: found.get(name, "") for name in sequences}
    if any(len(row) != width for row in whole.values()):
        raise ToolFailed("mafft", "the sequences were not added whole to the alignment")
    return whole


def _processors() -> int:
    return len(os.sched_getaffinity(0))


def _fasta(text: str) -> Iterator[tuple[str, str]]:
    for record in text.split(">")[1:]:
        name, _, sequence = record.partition("\n")
        yield name.strip(), sequence.replace("\n", "").upper()


def _write_phylip(rows: Mapping[str, str], target: Path) -> None:
    width = len(next(iter(rows.values())))
    lines = (f"{name} {row}\n" for name, row in rows.items())
    target.write_text(f"{len(rows)} {width}\n" + "".join(lines), encoding="ascii")


def _weights(
    queries: Mapping[str, str],
    tips: Mapping[str, str],
    common: CommonTree,
    model: tuple[Path, Path],
    scratch: Path,
) -> dict[str, dict[str, float]]:
    """Give for each sequence the share of its likelihood that is in each clade."""
    _write_phylip({**tips, **queries}, scratch / "placed.phy")
    parameters, tree = model
    words: list[str | Path] = ["-f", "v", "-G", _CLOSELY]
    words += [f"--epa-accumulated-threshold={_LIKELIHOOD}", "-R", parameters, "-t", tree]
    _raxml([*words, "-s", scratch / "placed.phy"], "placed", scratch)
    path = _written(scratch / "RAxML_portableTree.placed.jplace")
    try:
        told = json.loads(path.read_text(encoding="ascii"))
    except ValueError as error:
        raise ToolFailed("raxmlHPC", f"{path.name} was not written whole") from error
    own = {name: common.clade_of[tip] for tip, name in common.names().items()}
    clades = _clades_by_number(told["tree"], own)
    found: dict[str, dict[str, float]] = {}
    for one in told["placements"]:
        sums: defaultdict[str, float] = defaultdict(float)
        for edge, _, weight, *_ in one["p"]:
            sums[clades[edge]] += weight
        found |= {name: dict(sums) for name in one["n"]}
    if found.keys() != queries.keys():
        raise ToolFailed("raxmlHPC", f"{path.name} lacks sequences that were to be placed")
    return found


def _clades_by_number(newick: str, clade_of: Mapping[str, str]) -> dict[int, str]:
    """Give the clade of each numbered edge; the numbers stand in braces behind the lengths."""
    from skbio import TreeNode

    marked = _LABEL.sub(r"\1@\3:\2", newick)
    root: TreeNode = TreeNode.read([marked], format="newick", verify=False)
    numbers: dict[TreeNode, int] = {}
    for node in root.traverse(include_self=False):
        name, _, number = node.name.rpartition("@")
        node.name, numbers[node] = name or None, int(number)
    return {numbers[node]: own for node, own in clades_of_edges(root, clade_of).items()}


class _Judge:
    """Says of which clade a sequence is, if of any."""

    def __init__(self, common: CommonTree) -> None:
        self._tips: dict[str, np.ndarray] = {}
        self._common = common
        self._clades = {one.name: one for one in common.clades}

    def place(self, row: str, weights: Mapping[str, float]) -> Place:
        inside = {name: weight for name, weight in weights.items() if name}
        if not inside:
            return Place("", 0.0, 0.0, BETWEEN)
        best = max(sorted(inside), key=inside.__getitem__)
        weight, like = inside[best], self._like(row, best)
        reason = BETWEEN if weight < CONFIDENCE else UNLIKE if like < LEAST_LIKE else ""
        return Place(best, round(weight, 4), round(like, 4), reason)

    def _like(self, row: str, clade: str) -> float:
        """Give the greatest share of a sequence's stretch that a tip of a clade has as well."""
        import numpy as np

        own = _codes([row])[0]
        at = np.flatnonzero(own != _GAP)
        stretch = slice(int(at[0]), int(at[-1]) + 1)
        if clade not in self._tips:
            self._tips[clade] = _codes([self._common.rows[t] for t in self._clades[clade].tips])
        own, tips = own[stretch], self._tips[clade][:, stretch]
        is_there = (own != _GAP) | (tips != _GAP)
        same = ((own == tips) & is_there).sum(axis=1)
        return float((same / is_there.sum(axis=1)).max())


def _codes(rows: Sequence[str]) -> np.ndarray:
    import numpy as np

    return np.array([np.frombuffer(row.encode(), dtype=np.uint8) for row in rows])
