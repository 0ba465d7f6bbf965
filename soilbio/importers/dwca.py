"""Darwin Core Archive: occurrences with the DNA-derived data extension."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.archive import opened
from soilbio.importers.forms import LETTERS
from soilbio.importers.found import Advised, Found, Taxon
from soilbio.importers.known import cleaned
from soilbio.importers.ranked_names import prefixed, scientific
from soilbio.importers.sides import check_known
from soilbio.importers.stated import Stated, stated
from soilbio.standards.aliases import recognise as recognise_term

_DNA = "dnaderiveddata"
_RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")
_LIBRARY = ("materialSampleID", "eventID", "parentEventID")
_MIXS = re.compile(r"(?:MIXS[:_]|/)(\d{7})$", re.IGNORECASE)
_METHOD = (
    *("target_gene", "target_subfragment", "pcr_primer_forward", "pcr_primer_reverse"),
    *("pcr_primer_name_forward", "pcr_primer_name_reverse", "lib_layout", "seq_meth"),
)
# What its reader raises where meta.xml is not as the standard has it.
_ODD = (zipfile.BadZipFile, OSError, ValueError, LookupError, AttributeError, TypeError)
# What a quantity is of, by its type; letters only.
_READS = re.compile(r"read|sequence", re.IGNORECASE)
_SHARE = re.compile(r"relativeabundance|percent|%|proportion", re.IGNORECASE)
_ABSENT = "absent"


def recognise(source: Path) -> str:
    """Tell why a file is an archive, or a folder what was in one."""
    if source.is_dir():
        return "it holds meta.xml; zip it first" if (source / "meta.xml").is_file() else ""
    if not source.is_file() or not zipfile.is_zipfile(source):
        return ""
    with zipfile.ZipFile(source) as archive:
        return "it holds meta.xml" if "meta.xml" in archive.namelist() else ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read occurrences: a number of a feature in a library each."""
    told = stated(options)
    if len(sources) != 1:
        raise _wrong(sources[0], "several archives", "one archive; import each on its own")
    if sources[0].is_dir():
        raise problem_of(
            "import-dwca",
            str(sources[0]),
            found="a folder",
            expected="the archive itself, a zip",
            fix="Zip the files of the folder, meta.xml among them, and name that file",
        )
    rows = list(_rows(sources[0]))
    if not rows:
        raise _wrong(sources[0], "no occurrence", "occurrences with organismQuantity")
    return _found(sources[0], rows, told)


def _rows(source: Path) -> Iterator[dict[str, str]]:
    """Yield occurrences by short name of term, with those of the extension's row."""
    from dwca.exceptions import InvalidArchive
    from dwca.read import DwCAReader

    _check_archive(source)
    try:
        with DwCAReader(str(source)) as archive:
            core = str(archive.descriptor.core.type)
            if not core.lower().endswith("occurrence"):
                raise _wrong(
                    source,
                    f"a core of {core.rpartition('/')[2]}",
                    "a core of occurrences, with the DNA-derived data extension",
                )
            for row in archive:
                known = _short(row.data)
                for extension in getattr(row, "extensions", []):
                    if extension.rowtype.lower().endswith(_DNA):
                        own = {k: v for k, v in _short(extension.data).items() if v}
                        sequences = known.get(_SEQUENCES, "")
                        known |= own
                        # Two sequences of one occurrence are told below.
                        known[_SEQUENCES] = f"{sequences} {own.get('dna_sequence', '')}".strip()
                    else:
                        known[_called(extension)] = "not taken"
                yield known
    except (InvalidArchive, *_ODD) as error:
        raise _wrong(source, str(error), "a Darwin Core Archive, with meta.xml") from error


def _called(extension: Any) -> str:
    """Name a row of another extension, with what was measured."""
    name = extension.rowtype.rpartition("/")[2]
    measured = _short(extension.data).get("measurementType")
    return f"{name} of {measured}" if measured else name


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
    """Give values by the short name of their term, as we write it; MIxS' terms have numbers."""
    return {_name_of(str(term)): value for term, value in data.items()}


@cache
def _name_of(term: str) -> str:
    if number := _MIXS.search(term):
        known = recognise_term(f"MIXS:{number[1]}")
        return known.column if known else _NUMBERS.get(number[1], number[1])
    name = re.split("[/#:]", term)[-1]
    # Publishers write DNA_sequence, dna_sequence; scientificName, scientificname.
    return _TERMS.get(name.lower(), name)


_NUMBERS = {"0000085": "otu_class_appr", "0000086": "otu_seq_comp_appr", "0000087": "otu_db"}
_SEQUENCES = "sequences of the occurrence"
_TERMS = {
    name.lower(): name
    for name in (
        *(*_RANKS, *_LIBRARY, *_METHOD, "dna_sequence", "otu_db", "taxonID", "scientificName"),
        *("taxonRank", "scientificNameAuthorship", "organismQuantity", "organismQuantityType"),
        *("occurrenceStatus", "eventDate", "decimalLatitude", "decimalLongitude", "country"),
        *("env_broad_scale", "env_local_scale", "env_medium", "species", "verbatimIdentification"),
        *("minimumDepthInMeters", "maximumDepthInMeters", "measurementType"),
    )
}
# What is taken, and what tells nothing but which record it is.
_TAKEN = {*_TERMS.values(), _SEQUENCES, "occurrenceID", "basisOfRecord"} - {
    *("verbatimIdentification", "measurementType"),
}


@dataclass(slots=True)
class _Gathered:
    """What occurrences hold: taxa, numbers, libraries with metadata, method, kinds of numbers."""

    features: dict[str, Taxon] = field(default_factory=dict)
    numbers: list[tuple[str, str, float]] = field(default_factory=list)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)
    method: dict[str, set[str]] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    events: dict[str, set[str]] = field(default_factory=dict)
    absent: int = 0


def _found(source: Path, rows: Sequence[Mapping[str, str]], told: Stated) -> Found:
    import polars as pl

    problems = Problems(str(source))
    all_of_them = _Gathered()
    for number, row in enumerate(rows, start=2):
        _gather(number, row, all_of_them, problems)
    shares = _check_kinds(all_of_them.kinds, told, problems)
    for term in sorted(term for term, values in all_of_them.method.items() if len(values) > 1):
        _note(
            problems,
            None,
            term,
            ", ".join(sorted(all_of_them.method[term])),
            "one assay in an archive",
        )
    problems.raise_if_any()
    features = all_of_them.features
    notes = [
        "places and dates are those of the archive, as coarse as they were published",
        *_left(rows),
    ]
    if all_of_them.absent:
        notes.append(f"{all_of_them.absent} occurrences are of what is absent, and not taken")
    notes += check_known((source,), features, {}, features, told)
    schema = {"library": pl.String, "feature": pl.String, "value": pl.Float64}
    counts = pl.DataFrame(all_of_them.numbers, schema=schema, orient="row")
    summed = counts.group_by("library", "feature").agg(pl.col("value").sum())
    if twice := counts.height - summed.height:
        notes.append(
            f"{twice} occurrences have the library and the sequence or name of another, and were"
            " added to it"
        )
    if several := [library for library, events in all_of_them.events.items() if len(events) > 1]:
        notes.append(
            f"several events (eventID) of one {_LIBRARY[0]} are one library: {len(several)}, such"
            f" as {several[0]}"
        )
    if different := sum(bool(taxon.others) for taxon in features.values()):
        notes.append(
            f"{different} features have several names in the archive: of these that on which they"
            " agree, and all stay verbatim"
        )
    if not any(taxon.sequence for taxon in features.values()):
        notes.append("the archive has no sequences: a feature is what has one name in it")
    return Found(
        (source,),
        summed,
        tuple(all_of_them.metadata),
        features,
        shares=shares,
        method={term: values.pop() for term, values in all_of_them.method.items()},
        metadata=all_of_them.metadata,
        is_counted=not shares and not told.values,
        notes=notes,
    )


def _left(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Say which terms and extensions hold something that is not taken."""
    filled = {name for row in rows for name, value in row.items() if value and name not in _TAKEN}
    if filled:
        yield Advised(
            f"{len(filled)} terms of the archive are not taken: {', '.join(sorted(filled))}",
            "; give what is wanted of them in a sheet, `samples:` in --method",
        )


def _gather(number: int, row: Mapping[str, str], known: _Gathered, problems: Problems) -> None:
    """Take one occurrence; note what is wrong with it."""
    library = next((row[name] for name in _LIBRARY if row.get(name)), "")
    if not library:
        _note(problems, number, _LIBRARY[0], "", f"one of {', '.join(_LIBRARY)}")
    is_absent = row.get("occurrenceStatus", "").strip().lower() == _ABSENT
    quantity = _quantity(number, row, is_absent=is_absent, problems=problems)
    sequence = _sequence(number, row, problems)
    lineage = _lineage(row)
    name = sequence or row.get("taxonID") or row.get("scientificName") or lineage
    if not name:
        _note(problems, number, "scientificName", "", "a name or a sequence")
    for term, values in _said(row):
        known.method.setdefault(term, set()).add(values)
    if library:
        known.metadata.setdefault(library, dict(_sample(row)))
        known.events.setdefault(library, set()).add(row.get("eventID", ""))
    if not quantity:
        known.absent += 1
        return
    kind = row.get("organismQuantityType", "").strip()
    known.kinds.setdefault(kind, number)
    there = known.features.setdefault(name, Taxon(sequence, lineage))
    if lineage and lineage not in (there.lineage, *there.others):
        known.features[name] = replace(there, others=(*there.others, lineage))
    known.numbers.append((library, name, quantity))


def _said(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what an occurrence says of the method."""
    for term in _METHOD:
        if row.get(term):
            yield term, row[term]
    if row.get("otu_db"):
        yield "reference", row["otu_db"]


def _quantity(number: int, row: Mapping[str, str], *, is_absent: bool, problems: Problems) -> float:
    """Read how much was found; nothing of what is absent."""
    text = row.get("organismQuantity", "").strip()
    if is_absent and not text:
        return 0.0
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        expected = "a number, 0 or more: without it nothing was counted"
        _note(problems, number, "organismQuantity", text, expected)
    elif value and is_absent:
        _note(problems, number, "organismQuantity", text, "0, since occurrenceStatus is absent")
    return value


def _sequence(number: int, row: Mapping[str, str], problems: Problems) -> str:
    """Give the sequence of an occurrence, of its own row or the extension's."""
    text = row.get(_SEQUENCES) or row.get("dna_sequence") or ""
    several = sorted({cleaned(one) for one in text.split()})
    if len(several) > 1:
        _note(problems, number, "dna_sequence", ", ".join(several)[:60], "one sequence")
    sequence = several[0] if several else ""
    if sequence and not LETTERS.match(sequence):
        _note(problems, number, "dna_sequence", sequence[:60], "bases in the letters of IUPAC")
    return sequence


def _check_kinds(kinds: Mapping[str, int], told: Stated, problems: Problems) -> bool:
    """Tell whether quantities are shares; note where they are of several kinds, or unknown ones."""
    if told.values:
        return told.values != "counts"
    plain = {kind: re.sub(r"[^a-z%]", "", kind.lower()) for kind in kinds}
    shares = {kind for kind, text in plain.items() if _SHARE.search(text)}
    unknown = {kind for kind, text in plain.items() if not _READS.search(text)} - shares
    for kind in sorted(unknown):
        _note(
            problems,
            kinds[kind],
            "organismQuantityType",
            kind,
            "DNA sequence reads, or a relative abundance",
            "Say in --method what the quantities are: `table: {values: counts}`, `shares`,"
            " `percent`; individuals or biomass are neither",
        )
    if shares and len(shares) < len(kinds) and not unknown:
        told_kinds = ", ".join(sorted(kinds))
        _note(problems, None, "organismQuantityType", told_kinds, "one kind of quantity")
    return bool(shares)


def _lineage(row: Mapping[str, str]) -> str:
    """Write the ranks of an occurrence; scientificName is of any rank, which taxonRank tells."""
    names = {rank: row[rank].strip() for rank in _RANKS if row.get(rank)}
    parts = [prefixed(rank, name) for rank, name in names.items()]
    name, authors = row.get("scientificName", "").strip(), row.get("scientificNameAuthorship", "")
    if authors.strip():
        name = name.removesuffix(authors.strip()).strip()
    if row.get("species"):
        return "; ".join([*parts, prefixed("species", row["species"].strip())])
    return "; ".join(filter(None, [*parts, scientific(name, row.get("taxonRank", ""), names)]))


def _note(
    problems: Problems,
    row: int | None,
    column: str,
    found: str,
    expected: str,
    fix: str = "Correct it, or ask the publisher of the archive for the table of counts",
) -> None:
    problems.add("import-dwca", row=row, column=column, found=found, expected=expected, fix=fix)


def _sample(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if row.get("eventDate"):
        yield "collection_date", row["eventDate"]
    if row.get("decimalLatitude") and row.get("decimalLongitude"):
        yield "lat_lon", f"{row['decimalLatitude']} {row['decimalLongitude']}"
    if row.get("country"):
        yield "geo_loc_name", row["country"]
    ends = [row.get(f"{end}imumDepthInMeters") for end in ("min", "max")]
    if depth := "-".join(dict.fromkeys(filter(None, ends))):
        yield "depth", depth
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
