"""Genes, regions and primers as people write them, in the form in which they are compared."""

from __future__ import annotations

import re
from collections.abc import Callable

from soilbio.errors import Problems
from soilbio.metadata.overhangs import bare_primer
from soilbio.standards.insdc import is_missing
from soilbio.standards.iupac import BASES

PRIMERS = ("pcr_primer_forward", "pcr_primer_reverse")
# Genes by other names: what is written so is of one gene.
_GENES = re.compile(
    r"^(\d+(?:\.\d)?S)(?:[ _-]*(?:rRNA|rDNA|ribosomal[ _-]*(?:RNA|DNA)))?(?:[ _-]*gene)?$", re.I
)
_ENDS = re.compile(
    r"^\s*5\s*['\u2018\u2019\u2032`\u00b4]\s*[-\u2013]?|[-\u2013]?\s*3\s*['\u2018\u2019\u2032`\u00b4]\s*$"
)
# What cutadapt is told of a primer: where it is anchored, what is linked to it, and settings.
_BEHIND = re.compile(r"(?:;|\.\.\.).*$")
_ANCHORS = "^$Xx "
_BETWEEN = re.compile(r"[\s-]+")
# An inosine pairs with all, as N does; U is T of RNA.
_LETTERS = frozenset(BASES) | {"I", "U"}
_SHORTEST = 8
_VARIABLE = re.compile(r"^V(\d)(?:\s*[-_/\u2013+&]?\s*V?(\d))?(?:\s+regions?)?$", re.IGNORECASE)
_SPACER = re.compile(r"^ITS[ _-]*([12])?(?:\s+region)?$", re.IGNORECASE)


def gene_of(text: str) -> str:
    """Write a gene of ribosomal RNA, or the spacer, as our vocabulary does; others stay."""
    found = _GENES.match(text.strip())
    if found:
        return f"{found[1].upper()} rRNA"
    return text.strip().upper() if _SPACER.match(text.strip()) else text


def region_of(text: str) -> str:
    """Write variable regions as V4 and V3-V4, spacers as ITS1; others stay as they are."""
    plain = text.strip()
    if found := _VARIABLE.match(plain):
        return f"V{found[1]}-V{found[2]}" if found[2] else f"V{found[1]}"
    if found := _SPACER.match(plain):
        return f"ITS{found[1] or ''}"
    return plain


def primer_of(text: str) -> str:
    """Write a primer in upper case: what binds of it, without marks of ends and cutadapt's."""
    return bare_primer(_letters(text))


def overhang_of(text: str) -> str:
    """Give what stands before the part of a primer that binds: adapters, barcodes, spacers."""
    return _letters(text).removesuffix(primer_of(text))


def _letters(text: str) -> str:
    plain = _BEHIND.sub("", text).strip(_ANCHORS)
    return _BETWEEN.sub("", _ENDS.sub("", plain)).upper()


def tidy(name: str, value: str) -> str:
    """Write a column of `assays` in the form in which it is compared."""
    forms: dict[str, Callable[[str], str]] = {
        "target_gene": gene_of,
        "target_subfragment": region_of,
    }
    forms |= dict.fromkeys(PRIMERS, primer_of)
    return value if is_missing(value) or name not in forms else forms[name](value)


def check_primer(name: str, value: str, problems: Problems, *, is_stated: bool = True) -> None:
    """Note a primer that is none: a name, several, other letters; stated, or the source's own."""
    if not value.strip() or is_missing(value):
        return
    letters = primer_of(value)
    if len(letters) >= _SHORTEST and set(letters) <= _LETTERS:
        return
    problems.add(
        "import-method",
        column=f"assay.{name}",
        found=value[:80],
        expected=f"one primer 5' to 3', in the letters of IUPAC, {_SHORTEST} or more",
        fix=("Correct it" if is_stated else "The source says so: state the right one in --method")
        + "; where several were mixed write the letters for both, such as Y for C or T",
    )
