"""Darwin Core Archive: occurrences with the DNA-derived data extension."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from soilbio.errors import InputError, problem_of
from soilbio.importers.archive import opened
from soilbio.importers.found import Found, Taxon
from soilbio.importers.known import cleaned

_DWC = "http://rs.tdwg.org/dwc/terms/"
_DNA = "http://rs.gbif.org/terms/1.0/DNADerivedData"
_RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")
_LIBRARY = ("materialSampleID", "eventID", "parentEventID")
_METHOD = (
    *("target_gene", "target_subfragment", "pcr_primer_forward", "pcr_primer_reverse"),
    *("pcr_primer_name_forward", "pcr_primer_name_reverse", "lib_layout", "seq_meth"),
)
# What its reader raises where meta.xml is not as the standard has it.
_ODD = (zipfile.BadZipFile, OSError, ValueError, LookupError, AttributeError, TypeError)
_SHARE = ("relative abundance", "percent", "%")


def recognise(source: Path) -> str:
    """Tell why a file is an archive."""
    if not source.is_file() or not zipfile.is_zipfile(source):
        return ""
    with zipfile.ZipFile(source) as archive:
        return "it holds meta.xml" if "meta.xml" in archive.namelist() else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read occurrences: a number of a feature in a library each."""
    del options
    if len(sources) != 1:
        raise _wrong(sources[0], "several archives", "one archive; import each on its own")
    rows = list(_rows(sources[0]))
    if not rows:
        raise _wrong(sources[0], "no occurrence", "occurrences with organismQuantity")
    return _found(sources[0], rows)


def _rows(source: Path) -> Iterator[dict[str, str]]:
    """Yield occurrences by short name of term, with those of the extension's row."""
    from dwca.exceptions import InvalidArchive
    from dwca.read import DwCAReader

    _check_archive(source)
    try:
        with DwCAReader(str(source)) as archive:
            for row in archive:
                known = _short(row.data)
                for extension in getattr(row, "extensions", []):
                    if extension.rowtype == _DNA:
                        known |= {k: v for k, v in _short(extension.data).items() if v}
                yield known
    except (InvalidArchive, *_ODD) as error:
        raise _wrong(source, str(error), "a Darwin Core Archive, with meta.xml") from error


def _check_archive(source: Path) -> None:
    """Stop where files that the archive names are not in it: their paths would lead elsewhere."""
    with opened(source, "a Darwin Core Archive: a zip with meta.xml", "import-dwca") as archive:
        names = set(archive.namelist())
        found = sorted(name for name in names if name.rpartition("/")[2] == "meta.xml")
        meta = min(found, key=len, default="")
        if not meta:
            raise _wrong(source, "no meta.xml", "a Darwin Core Archive, with meta.xml")
        try:
            root = ElementTree.fromstring(archive.read(meta))  # noqa: S314  expat stops bombs
        except ElementTree.ParseError as error:
            raise _wrong(source, f"meta.xml: {error}", "a meta.xml that can be read") from error
    folder = meta.removesuffix("meta.xml")
    named = [part.text or "" for part in root.iter() if part.tag.rpartition("}")[2] == "location"]
    named += [root.get("metadata") or "meta.xml"]
    if lacking := sorted(name for name in named if f"{folder}{name.strip()}" not in names):
        raise _wrong(source, f"meta.xml names {', '.join(lacking)}", "files of the archive itself")


def _short(data: Mapping[str, str]) -> dict[str, str]:
    return {str(term).rpartition("/")[2]: value for term, value in data.items()}


def _found(source: Path, rows: Sequence[Mapping[str, str]]) -> Found:
    import polars as pl

    features: dict[str, Taxon] = {}
    numbers: list[tuple[str, str, float]] = []
    metadata: dict[str, dict[str, str]] = {}
    method: dict[str, set[str]] = {}
    kinds: set[str] = set()
    for number, row in enumerate(rows, start=2):
        library = next((row[name] for name in _LIBRARY if row.get(name)), "")
        sequence = cleaned(row.get("DNA_sequence", ""))
        lineage = _lineage(row)
        name = sequence or row.get("taxonID") or row.get("scientificName") or lineage
        if not library or not name:
            raise _wrong(
                source, f"row {number}", f"{' or '.join(_LIBRARY)}, and a name or sequence"
            )
        features.setdefault(name, Taxon(sequence, lineage))
        numbers.append((library, name, _quantity(source, number, row)))
        kinds.add(row.get("organismQuantityType", "").lower())
        metadata.setdefault(library, dict(_sample(row)))
        for term in _METHOD:
            if row.get(term):
                method.setdefault(term, set()).add(row[term])
    if several := sorted(term for term, values in method.items() if len(values) > 1):
        raise _wrong(source, f"several {', '.join(several)}", "one assay in an archive")
    schema = {"library": pl.String, "feature": pl.String, "value": pl.Float64}
    counts = pl.DataFrame(numbers, schema=schema, orient="row")
    return Found(
        (source,),
        counts.group_by("library", "feature").agg(pl.col("value").sum()),
        tuple(metadata),
        features,
        shares=any(word in kind for kind in kinds for word in _SHARE),
        method={term: values.pop() for term, values in method.items()},
        metadata=metadata,
        is_counted=all("read" in kind for kind in kinds),
        notes=["places and dates are those of the archive, as coarse as they were published"],
    )


def _quantity(source: Path, number: int, row: Mapping[str, str]) -> float:
    text = row.get("organismQuantity", "")
    try:
        return float(text)
    except ValueError as error:
        expected = "a number in organismQuantity: without it nothing was counted"
        raise _wrong(source, f"row {number}: '{text}'", expected) from error


def _lineage(row: Mapping[str, str]) -> str:
    names = [f"{rank[0]}__{row[rank]}" for rank in _RANKS if row.get(rank)]
    species = row.get("scientificName", "")
    is_species = row.get("taxonRank", "").lower() == "species" or " " in species.strip()
    return "; ".join([*names, *([f"s__{species}"] if species and is_species else [])])


def _sample(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row.get("eventDate"):
        yield "collection_date", row["eventDate"]
    if row.get("decimalLatitude") and row.get("decimalLongitude"):
        yield "lat_lon", f"{row['decimalLatitude']} {row['decimalLongitude']}"
    if row.get("country"):
        yield "geo_loc_name", row["country"]
    for slot in ("env_broad_scale", "env_local_scale", "env_medium"):
        if row.get(slot):
            yield slot, row[slot]


def _wrong(source: Path, found: str, expected: str) -> InputError:
    return problem_of(
        "import-dwca",
        str(source),
        found=found[:200],
        expected=expected,
        fix="Get the archive again, or ask its publisher for the table of counts",
    )
