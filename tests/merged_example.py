"""Sequences of merged datasets, a tree of them, and what is written for a recipient as text."""

from __future__ import annotations

import io
import random
from hashlib import md5
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from secrets_example import DAY, KEY, RESEARCH, bytes_of

from soilbio.dataset.read import read_dataset
from soilbio.errors import Refused
from soilbio.exporters.package import write_package
from soilbio.exporters.redact import redacted_view
from soilbio.harmonise.common_tree import CommonTree, read_common_tree

PARTY = "https://ror.org/0leaks001"
_DRAW = random.Random(6)
SAME, OTHER, SHORT, OWN, SECRET, PAIR = (
    "".join(_DRAW.choice("ACGT") for _ in range(250)) for _ in range(6)
)
LONG = f"{SHORT}ACGTACGTAC"
ABOVE = ("Bacteria", None, "Pm", "Cs", "Or", "Fa")


def id_of(sequence: str) -> str:
    return md5(sequence.encode()).hexdigest()


def common_tree(folder: Path) -> CommonTree:
    """A tree of all sequences but the longer one, each with one that is like it."""
    rows = {}
    for place, own in enumerate((SAME, OTHER, SHORT, OWN, SECRET, PAIR)):
        rows |= {f"t{place}": own, f"u{place}": own[:-2] + own[:2]}
    pairs = [f"(t{place}:0.01,u{place}:0.01):0.5" for place in range(len(rows) // 2)]
    (folder / "tree.nwk").write_text(f"({','.join(pairs)});")
    fasta = "".join(f">{name}\n{row}\n" for name, row in rows.items())
    (folder / "aligned.fasta").write_text(fasta)
    return read_common_tree(folder / "tree.nwk", folder / "aligned.fasta", 0.1)


def view(folder: Path, recipient: str):
    return redacted_view(read_dataset(folder), recipient, RESEARCH, DAY, KEY)


def searched(folder: Path) -> str:
    found = [bytes_of(folder)]
    for path in folder.rglob("*"):
        if path.is_file():
            found += _packed(path.read_bytes())
    return b"\n".join(found).decode("utf-8", errors="ignore")


def _packed(content: bytes) -> list[bytes]:
    if not is_zipfile(io.BytesIO(content)):
        return []
    with ZipFile(io.BytesIO(content)) as archive:
        inner = [archive.read(name) for name in archive.namelist()]
    return [part for one in inner for part in (one, *_packed(one))]


def exported(made, target: str, out: Path) -> str:
    try:
        write_package(made, target, out)
    except Refused:
        return ""
    return searched(out)
