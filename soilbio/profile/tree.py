"""A rooted tree of features: MAFFT aligns, FastTree builds, scikit-bio roots at the midpoint."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from soilbio.profile.tools import Pipe, ToolFailed, tool_version

# Below three features there is nothing to build.
_FEWEST = 3
# MAFFT's progressive method with two guide trees is exact enough for short, alike sequences up to
# here; above, one guide tree by PartTree keeps memory linear (Katoh & Toh 2007).
_PARTTREE_FROM = 10_000


@dataclass(frozen=True, slots=True)
class Note:
    """Whether a tree was built, of how many features, by what, and why not."""

    is_built: bool
    features: int
    tools: tuple[str, ...] = ()
    reason: str = ""

    def write(self, target: Path) -> None:
        """Write as JSON."""
        text = {
            "built": self.is_built,
            "features": self.features,
            "tools": list(self.tools),
            "reason": self.reason,
        }
        part = target.with_name(target.name + ".part")
        part.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
        part.replace(target)


def build_tree(features: Path, target: Path, *, max_features: int, threads: int) -> Note:
    """Write a Newick tree whose tips are feature ids; an empty file where there can be none.

    MAFFT (Katoh & Standley 2013) may use all threads: its result does not depend on them.
    FastTree (Price et al. 2010) runs on one, because it does.

    Parameters
    ----------
    features : Path
        FASTA, one line a sequence.
    target : Path
        Newick.
    max_features : int
        Above, no tree: FastTree's time grows with n^1.5, and a tree of noise helps nobody.
    threads : int
        For MAFFT.

    """
    with features.open(encoding="ascii") as handle:
        count = sum(line.startswith(">") for line in handle)
    reason = ""
    if count < _FEWEST:
        reason = f"{count} features; a tree needs {_FEWEST}"
    elif count > max_features:
        reason = f"{count} features, more than tree: max_features ({max_features})"
    part = target.with_name(target.name + ".part")
    if reason:
        part.write_text("", encoding="ascii")
        note = Note(is_built=False, features=count, reason=reason)
    else:
        part.write_text(_tree_of(features, count, threads), encoding="ascii")
        tools = tuple(
            f"{name} {tool_version(command)}"
            for name, command in (("MAFFT", ["mafft", "--version"]), ("FastTree", ["fasttree"]))
        )
        note = Note(is_built=True, features=count, tools=tools)
    part.replace(target)
    return note


def _tree_of(features: Path, count: int, threads: int) -> str:
    try:
        return _rooted(_fasttree(features, count, threads), count)
    except ToolFailed as failure:
        raise failure.as_input_error(str(features)) from failure


def _fasttree(features: Path, count: int, threads: int) -> str:
    method = ["--retree", "2"] if count < _PARTTREE_FROM else ["--parttree", "--retree", "1"]
    pipe = Pipe()
    aligned = pipe.start(
        [
            *("mafft", *method, "--maxiterate", "0", "--nuc", "--quiet"),
            *("--thread", str(threads), str(features)),
        ]
    )
    built = pipe.start(["fasttree", "-nt", "-gtr", "-nosupport", "-quiet", "-nopr"], stdin=aligned)
    with os.fdopen(built, encoding="ascii") as stream:
        newick = stream.read()
    pipe.finish()
    return newick


def _rooted(newick: str, count: int) -> str:
    from skbio import TreeNode

    tree = TreeNode.read([newick], format="newick", convert_underscores=False)
    if tree.count(tips=True) != count:  # MAFFT keeps files of its own, which may not have fitted
        raise ToolFailed("fasttree", f"a tree of {count} features was not written whole")
    text = StringIO()
    tree.root_at_midpoint().write(text, format="newick")
    return text.getvalue()
