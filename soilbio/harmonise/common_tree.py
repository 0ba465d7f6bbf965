"""The user's tree and alignment of a gene, on which sequences of its regions are placed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dnaio

from soilbio.dataset.package import sha256_of
from soilbio.errors import Problems
from soilbio.harmonise.clades import Clade, cut

if TYPE_CHECKING:
    from skbio import TreeNode

# Tips of a clade are no farther from each other (docs/benchmarks.md says how it was chosen).
CLADE_DIAMETER = 0.1
# RAxML places on trees of four tips and more.
_FEWEST = 4
_BASES = frozenset("ACGTRYSWKMBDHVN-")
_GAPS = str.maketrans("U.?X", "T--N")
# So many names of a kind are told; all are counted.
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CommonTree:
    """A tree of a gene, the alignment of its tips, and its clades.

    `rows` are the aligned sequences by tip, in the order of their names, upper case, in columns
    of which each has a base in any row.
    """

    root: TreeNode
    rows: Mapping[str, str]
    clades: tuple[Clade, ...]
    diameter: float
    tree_sha256: str
    alignment_sha256: str

    @property
    def clade_of(self) -> dict[str, str]:
        """The clade of each tip, by name."""
        return {tip: clade.name for clade in self.clades for tip in clade.tips}

    def identity(self) -> dict[str, Any]:
        """Give what two merges must have in common for their clades to be the same."""
        return {
            "tree_sha256": self.tree_sha256,
            "alignment_sha256": self.alignment_sha256,
            "clade_diameter": self.diameter,
        }

    def names(self) -> dict[str, str]:
        """Give tips the short names by which RAxML knows them."""
        return {tip: f"t{place}" for place, tip in enumerate(self.rows)}

    def unrooted(self) -> str:
        """Write the tree as RAxML reads it: bifurcating, without a root, under short names."""
        from skbio import TreeNode

        names = self.names()
        tree = self.root.copy()
        for node in list(tree.traverse()):
            node.name = names[node.name] if node.is_tip() else None
        # Which of several siblings are put together first is the same for any order of theirs.
        first: dict[TreeNode, int] = {}
        for node in tree.postorder():
            own = [first[child] for child in node.children] or [int(node.name[1:])]
            first[node] = min(own)
            node.children.sort(key=first.__getitem__)
            while len(node.children) > (2 if node.parent else 3):
                one, other = node.children[0], node.children[1]
                joined = TreeNode(length=0.0)
                node.remove(one)
                node.remove(other)
                joined.extend([one, other])
                node.append(joined)
                node.children.insert(0, node.children.pop())
                first[joined] = first[one]
        if len(tree.children) == 2:
            _open(tree)
        text = StringIO()
        tree.write(text, format="newick")
        return text.getvalue()


def _open(tree: TreeNode) -> None:
    """Take the root out of a bifurcating tree: its two branches become one."""
    kept, opened = sorted(tree.children, key=lambda node: (not node.is_tip(), node.count()))
    if opened.is_tip():
        return
    kept.length += opened.length
    tree.remove(opened)
    tree.extend(list(opened.children))


def read_common_tree(tree: Path | None, alignment: Path | None, diameter: float) -> CommonTree:
    """Read a tree and the alignment of its tips, and cut it into clades.

    Parameters
    ----------
    tree : Path or None
        Newick, with branch lengths; its tips are named as the rows of the alignment.
    alignment : Path or None
        FASTA, gzip or not; ids end at the first blank.
    diameter : float
        The greatest distance between two tips of a clade.

    Raises
    ------
    InputError
        With all that is wrong with them.

    """
    problems = Problems(str(tree or alignment))
    _given(tree, alignment, diameter, problems)
    problems.raise_if_any()
    assert tree is not None  # noqa: S101  what is not given was told
    assert alignment is not None  # noqa: S101  as above
    root = _read_tree(tree, problems)
    rows = dict(_read_rows(alignment, problems))
    if root is not None and rows:
        _compare(root, rows, (tree, alignment), problems)
    problems.raise_if_any()
    assert root is not None  # noqa: S101  else there is a problem
    clades = tuple(cut(root, diameter))
    if len(clades) < 2:
        problems.add(
            "tree-diameter",
            column="--clade-diameter",
            found=f"{diameter:g}",
            expected=f"less than the tree is wide, {clades[0].diameter:.3g}",
            fix="Give a smaller one: all that is placed would be of one clade",
        )
    problems.raise_if_any()
    return CommonTree(
        root, _without_empty(rows), clades, diameter, sha256_of(tree), sha256_of(alignment)
    )


def _given(tree: Path | None, alignment: Path | None, diameter: float, problems: Problems) -> None:
    for given, name in ((tree, "--tree"), (alignment, "--alignment")):
        if given is None:
            problems.add(
                "tree-incomplete",
                column=name,
                expected="--tree and --alignment together: the one says which clades there are,"
                " the other where in the gene a sequence lies",
                fix=f"Give {name}, too",
            )
    if not 0 < diameter < math.inf:
        problems.add(
            "tree-diameter",
            column="--clade-diameter",
            found=f"{diameter:g}",
            expected="a distance above 0, in the unit of the tree's branches",
            fix=f"Leave it out for {CLADE_DIAMETER:g}",
        )


def _read_tree(path: Path, problems: Problems) -> TreeNode | None:
    from skbio import TreeNode
    from skbio.io import FileFormatError

    try:
        text = path.read_text(encoding="utf-8")
        root = TreeNode.read([text], format="newick", convert_underscores=False, verify=False)
    except (OSError, ValueError, FileFormatError) as error:
        problems.add(
            "tree-unreadable",
            source=str(path),
            found=str(error)[:200],
            expected="a tree in Newick format",
            fix="Export it as Newick, one tree in the file",
        )
        return None
    root.prune()  # a node with one child only is none
    tips = [str(tip.name or "") for tip in root.tips()]
    if len(tips) < _FEWEST or "" in tips:
        problems.add(
            "tree-unreadable",
            source=str(path),
            found=f"{len(tips)} tips, {tips.count('')} of them without a name",
            expected=f"a tree of {_FEWEST} tips at the least, all with a name",
            fix="Export the whole tree, with its tips' names",
        )
        return None
    _unlike(tips, path, problems)
    _lengths(root, path, problems)
    return root


def _lengths(root: TreeNode, path: Path, problems: Problems) -> None:
    """Tell of branches that have no length, or one that is none."""
    nodes = list(root.traverse(include_self=False))
    missing = [one for one in nodes if one.length is None]
    wrong = [one for one in nodes if one.length is not None and not 0 <= one.length < math.inf]
    for found, what in ((missing, "without a length"), (wrong, "with a length below 0")):
        if found:
            names = _some(str(one.name) for one in found if one.is_tip())
            problems.add(
                "tree-lengths",
                source=str(path),
                found=f"{len(found):,} of {len(nodes):,} branches {what}"
                + (f", such as those of {names}" if names else ""),
                expected="the length of every branch, in substitutions per site, 0 or more",
                fix="Export the tree with branch lengths; set those below 0 to 0",
            )
    if not missing and not wrong and not any(one.length for one in nodes):
        problems.add(
            "tree-lengths",
            source=str(path),
            found="only branches of length 0",
            expected="branch lengths in substitutions per site",
            fix="Export the tree with branch lengths",
        )


def _read_rows(path: Path, problems: Problems) -> Iterator[tuple[str, str]]:
    """Yield the rows of an alignment by name; sorted, so that their order does not matter."""
    try:
        with dnaio.open(path) as records:
            rows = [
                (record.name.split()[0] if record.name.split() else "", _plain(record.sequence))
                for record in records
            ]
    except (OSError, ValueError, dnaio.FileFormatError, dnaio.UnknownFileFormat) as error:
        problems.add(
            "alignment-unreadable",
            source=str(path),
            found=str(error)[:200],
            expected="a FASTA file of the tips' sequences, aligned",
            fix="Give the alignment that the tree was built of",
        )
        return
    _unlike([name for name, _ in rows], path, problems)
    _aligned(rows, path, problems)
    yield from sorted(rows)


def _plain(sequence: str) -> str:
    return sequence.upper().translate(_GAPS)


def _aligned(rows: Sequence[tuple[str, str]], path: Path, problems: Problems) -> None:
    """Tell of rows of other lengths, of what is no base, and of rows of gaps only."""
    lengths = Counter(len(sequence) for _, sequence in rows)
    usual = max(lengths, key=lambda one: (lengths[one], one), default=0)
    other = [name for name, sequence in rows if len(sequence) != usual]
    foreign = [name for name, sequence in rows if not _BASES.issuperset(sequence)]
    empty = [name for name, sequence in rows if not sequence.strip("-N")]
    for names, what, fix in (
        (
            other,
            f"are not {usual:,} columns long as most are",
            "Align them, such as with 'mafft --auto'",
        ),
        (foreign, "hold letters that stand for no base", "Give the nucleotides, not the protein"),
        (empty, "have no base at all", "Leave them out of tree and alignment"),
    ):
        if names:
            problems.add(
                "alignment-unreadable",
                source=str(path),
                found=f"{len(names):,} rows that {what}: {_some(names)}",
                expected="aligned nucleotides: rows of one length, gaps as '-'",
                fix=fix,
            )
    if not rows:
        problems.add(
            "alignment-unreadable",
            source=str(path),
            found="no sequence",
            expected="a FASTA file of the tips' sequences, aligned",
            fix="Give the alignment that the tree was built of",
        )


def _unlike(names: Sequence[str], path: Path, problems: Problems) -> None:
    """Tell of names that come twice."""
    twice = sorted(name for name, number in Counter(names).items() if number > 1)
    if twice:
        problems.add(
            "tree-names",
            source=str(path),
            found=f"{len(twice):,} names more than once: {_some(twice)}",
            expected="a name of its own for every tip and row",
            fix="Rename them, or leave out the copies, in tree and alignment",
        )


def _compare(
    root: TreeNode, rows: Mapping[str, str], files: tuple[Path, Path], problems: Problems
) -> None:
    """Tell of tips that are no row, and of rows that are no tip."""
    tips = {str(tip.name) for tip in root.tips()}
    tree, alignment = files
    for lacking, path, words in (
        (tips - rows.keys(), alignment, "tips of the tree have no row here"),
        (rows.keys() - tips, tree, "rows of the alignment have no tip here"),
    ):
        if lacking:
            problems.add(
                "tree-names",
                source=str(path),
                found=f"{len(lacking):,} {words}: {_some(sorted(lacking))}",
                expected="the same names in tree and alignment (an id ends at the first blank)",
                fix="Leave out what only one of them has, or name both alike",
            )


def _some(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _SHOWN:,} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more


def _without_empty(rows: Mapping[str, str]) -> dict[str, str]:
    """Leave out columns in which no row has a base."""
    import numpy as np

    width = len(next(iter(rows.values())))
    is_used = np.zeros(width, dtype=bool)
    for row in rows.values():
        is_used |= np.frombuffer(row.encode(), dtype=np.uint8) != ord("-")
    kept = is_used.tolist()
    return {name: "".join(compress(row, kept)) for name, row in rows.items()}
