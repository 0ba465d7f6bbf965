"""What was found in another pipeline's files, and what the user states → a dataset."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest, md5, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from soilbio import __version__
from soilbio.assemble.rows import measurement_rows
from soilbio.dataset.folder import check_folder
from soilbio.dataset.owned import beside_dataset
from soilbio.dataset.prefixes import with_prefixes
from soilbio.dataset.tables import FEATURES, TABLES
from soilbio.dataset.write import write_dataset
from soilbio.errors import InputError, Problem, Problems, fold, nearest
from soilbio.importers.agglomerated import agglomerated
from soilbio.importers.agreed import agreements_for
from soilbio.importers.assay import check_taxids, overruled, said_of, settle
from soilbio.importers.domains import check_domains, off_target
from soilbio.importers.found import Found, Taxon, backbone_ids, facts_of
from soilbio.importers.lengths import target_of
from soilbio.importers.method import Method, Tag, check_libraries
from soilbio.importers.numbers import numbers_of
from soilbio.importers.stated import stated
from soilbio.importers.supports import accepted
from soilbio.metadata.samples import sample_rows
from soilbio.metadata.sheet import control_unstated
from soilbio.references.genome_names import is_accession
from soilbio.standards.controls import says_control
from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.canonical import canonical
from soilbio.taxonomy.consensus import consensus
from soilbio.taxonomy.flags import Target, flags_of
from soilbio.taxonomy.lineage import parse_lineage
from soilbio.taxonomy.renamed import renamed_files

if TYPE_CHECKING:
    import polars as pl

HISTORY = "provenance/imported.json"
# Numbers that a database of Kraken2 counted itself mean another taxon in another one, as do names
# that a laboratory gave its genomes (bin.1.fa).
_OF_ONE_DATABASE = re.compile(r"(?:own|gtdb):[0-9]+")
Row = dict[str, Any]
Made = TypeVar("Made")


def build_dataset(
    found: Found, method: Method, target: Path, *, form: str, earlier: Iterable[Problem] = ()
) -> list[str]:
    """Write the dataset; give what was done on the way, in words.

    Parameters
    ----------
    found : Found
        What an importer read.
    method : Method
        What the user states.
    target : Path
        The dataset's folder.
    form : str
        The format it came in.
    earlier : iterable of Problem
        What was found wrong before; it is told with the rest.

    Raises
    ------
    InputError
        If something about the method is not known, a number is no count and no share, a library
        is not in the user's sheets, or an agreement is not there.

    """
    check_folder(target, beside_dataset)
    found = replace(found, method=said_of(found, method))
    notes = [*found.notes, *overruled(method, found.method)]
    if not any(taxon.lineage for taxon in found.features.values()):
        notes.append("no feature has a lineage: nothing is found by its name, or merged by genus")
    known = _known(found, method, notes, [*earlier, *agglomerated(found, method, form)])
    digests = {path.name: _digest(path) for path in found.sources}
    tables = _tables(found, known, digests, notes)
    notes += off_target(tables)
    if method.prefix or method.library_prefix:
        lazy = {name: table.lazy() for name, table in tables.items()}
        named = with_prefixes(lazy, method.prefix, method.library_prefix)
        tables = {name: table.collect() for name, table in named.items()}
    history = {
        "format": form,
        "sources": digests,
        "notes": facts_of(notes),
        # Of the sheet's place on this machine only its name is kept: history goes to others.
        "warnings": [str(replace(one, source=Path(one.source).name)) for one in known.warnings],
        "said_by_source": dict(sorted(found.method.items())),
        **found.history,
    }
    write_dataset(
        tables,
        {name: known.texts[name] for name in sorted(set(known.agreement_of.values()))},
        target,
        extra_columns=method.columns,
        provenance=_provenance(method, known.assay, digests, form),
        files={
            HISTORY: json.dumps(history, indent=1, ensure_ascii=False, sort_keys=True) + "\n",
            **renamed_files(tables["features"]),
        },
    )
    return [*notes, *map(str, known.warnings)]


@dataclass(frozen=True, slots=True)
class _Known:
    """What source and user say together, without a contradiction; `tags` are of libraries."""

    assay: Row
    counts: pl.DataFrame
    samples: list[tuple[Row, Tag]]
    tags: list[Tag]
    texts: Mapping[str, str]
    agreement_of: Mapping[str, str]
    warnings: list[Problem]


def _known(found: Found, method: Method, notes: list[str], earlier: Iterable[Problem]) -> _Known:
    """Ask source and user for all that a dataset needs; all that is wrong is raised at once."""
    problems, warnings = Problems(str(method.path)), list[Problem]()
    problems.extend(earlier)
    tags = [method.tag_of(library) for library in sorted(found.libraries)]
    assay = gathered(
        problems, lambda: settle(method, found.method, has_lineages=has_lineages(found))
    )
    if assay:
        check_domains(found, assay, problems)
    ids = (taxon.taxon_id for taxon in found.features.values())
    check_taxids(method, assay or {}, ids, problems)
    counts = gathered(problems, lambda: numbers_of(found, stated(method.table), notes))
    texts, agreement_of = agreements_for(method, tags, problems)
    notes += check_libraries(method, found.libraries, problems)
    samples = gathered(problems, lambda: _samples(method, tags, found.metadata, (notes, warnings)))
    if problems.errors or assay is None or counts is None or samples is None:
        raise InputError(problems.found)
    return _Known(assay, counts, samples, tags, texts, agreement_of, warnings)


def _tables(
    found: Found, known: _Known, digests: Mapping[str, str], notes: list[str]
) -> dict[str, pl.DataFrame]:
    """Make the tables of the dataset."""
    assay, agreement_of = known.assay, known.agreement_of
    rows = [{**row, "agreement_id": agreement_of[tag.library_id]} for row, tag in known.samples]
    ids = _feature_ids(found.features, "".join(sorted(digests.values())))
    counts = _named(known.counts, ids, agreement_of, notes)
    aim = target_of(assay, (taxon.sequence for taxon in found.features.values()), notes)
    return {
        "samples": _text_frame(rows),
        "assays": _frame([_assay(assay, agreement_of.values())], "assays"),
        "libraries": _frame(
            _libraries(known.tags, counts, str(assay["assay_id"]), agreement_of), "libraries"
        ),
        "features": _features(found.features, ids, counts, assay, aim),
        "counts": counts,
        "measurements": _frame(measurement_rows(rows), "measurements"),
    }


def gathered(problems: Problems, make: Callable[[], Made]) -> Made | None:
    """Make something; what is wrong with it is noted, so that the rest is looked at, too."""
    try:
        return make()
    except InputError as error:
        problems.extend(error.problems)
        return None


def has_lineages(found: Found) -> bool:
    """Tell whether features have lineages or are taxa of a reference."""
    return any(taxon.lineage or taxon.taxon_id for taxon in found.features.values())


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def _feature_ids(features: Mapping[str, Taxon], digest: str) -> dict[str, str]:
    """Give each feature its id: MD5 of the sequence, a reference's own, else one of this source.

    A number that a pipeline gave (`OTU_1`) means nothing elsewhere; its source stands before.
    """
    own = sha256(digest.encode()).hexdigest()[:12]
    return {name: _feature_id(name, taxon, own) for name, taxon in features.items()}


def _feature_id(name: str, taxon: Taxon, own: str) -> str:
    if taxon.sequence:
        return md5(taxon.sequence.encode(), usedforsecurity=False).hexdigest()
    source, _, genome = taxon.taxon_id.partition(":")
    is_own_genome = source == "genome" and not is_accession(genome)
    if is_own_genome or _OF_ONE_DATABASE.fullmatch(taxon.taxon_id):
        return f"{own}:{taxon.taxon_id}"
    return taxon.taxon_id or f"{own}:{name}"


def _named(
    counts: pl.DataFrame, ids: Mapping[str, str], agreement_of: Mapping[str, str], notes: list[str]
) -> pl.DataFrame:
    """Put ids of features in the place of names; features of one sequence are added up."""
    import polars as pl

    names = pl.DataFrame({"feature": list(ids), "feature_id": list(ids.values())})
    terms = pl.DataFrame(
        {"library": list(agreement_of), "agreement_id": list(agreement_of.values())}
    )
    if same := len(ids) - names["feature_id"].n_unique():
        notes.append(f"{same} features have the sequence or taxid of another, and were added to it")

    def total(name: str) -> pl.Expr:
        return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)

    return (
        counts.join(names, on="feature", how="inner")
        .join(terms, on="library", how="inner")
        .rename({"library": "library_id"})
        .group_by("library_id", "feature_id", "agreement_id")
        .agg(total("count"), total("relative_abundance"))
    )


def _sheet(method: Method, problems: Problems, warnings: list[Problem]) -> dict[str, Row] | None:
    """Read the sheet of samples by their ids, if there is one; what is wrong in it is noted.

    Raises
    ------
    InputError
        If it has mistakes and no ids, so that nothing can be looked up in it.

    """
    if not method.samples:
        return None
    said = Problems(str(method.samples))
    rows = sample_rows(method.samples, method.columns, said).values()
    found = {row["sample_id"]: row for row in rows if row.get("sample_id")}
    if not found:
        said.raise_if_any()
    problems.extend(said.errors)
    warnings += fold(one for one in said.found if one.is_warning)
    return found


def _samples(
    method: Method,
    tags: Sequence[Tag],
    found: Mapping[str, Mapping[str, str]],
    told: tuple[list[str], list[Problem]],
) -> list[tuple[Row, Tag]]:
    """Make the rows of samples, each with its first library: of the sheet, or the source.

    What is told is added to notes, and what is odd about the sheet to warnings.
    """
    notes, warnings = told
    problems = Problems(str(method.samples or method.path))
    sheet = _sheet(method, problems, warnings)
    others = (sheet or {}).keys() - {tag.sample_id for tag in tags}
    rows: dict[str, tuple[Row, Tag]] = {}
    for tag in tags:
        if sheet is not None and tag.sample_id not in sheet and not tag.control_type:
            like = nearest(tag.sample_id, others, cutoff=0.6)
            problems.add(
                "import-sample-unknown",
                found=tag.sample_id,
                expected="a row for every sample of the table",
                fix=f"{f'Did you mean {like}? Else add' if like else 'Add'} it, or say in"
                " `libraries` which sample the library is of",
            )
        values = (
            sheet.get(tag.sample_id, {}) if sheet is not None else found.get(tag.library_id, {})
        )
        row = {name: value for name, value in values.items() if value and name != "sample_id"}
        row["sample_id"] = tag.sample_id
        if not tag.control_type and says_control(row):
            problems.extend([control_unstated(row, str(method.path), None, tag.library_id)])
        if tag.control_type:
            row.setdefault("samp_category", tag.control_type)
        rows.setdefault(tag.sample_id, (row, tag))
    problems.raise_if_any()
    if sheet is not None and (left := len(sheet.keys() - rows.keys())):
        notes.append(
            f"{left} samples of {method.samples.name if method.samples else ''} have no library"
        )
    return [rows[name] for name in sorted(rows)]


def _libraries(
    tags: Iterable[Tag], counts: pl.DataFrame, assay: str, agreement_of: Mapping[str, str]
) -> list[Row]:
    import polars as pl

    reads = dict(counts.group_by("library_id").agg(pl.col("count").sum()).iter_rows())
    return [
        {
            "library_id": tag.library_id,
            "sample_id": tag.sample_id,
            "assay_id": assay,
            "run_id": tag.run,
            "control_type": tag.control_type,
            "status": "ok" if tag.library_id in reads else "empty",
            "status_reason": "" if tag.library_id in reads else "nothing in the imported table",
            "reads_nonchimeric": reads.get(tag.library_id),
            "agreement_id": agreement_of[tag.library_id],
        }
        for tag in tags
    ]


def _assay(assay: Mapping[str, Any], agreements: Iterable[str]) -> Row:
    row = {name: value for name, value in assay.items() if name not in ("assay_id", "abundance")}
    is_marker = assay.get("library_strategy") == "AMPLICON"
    if row.get("confidence_cutoff") is not None:
        row["confidence_cutoff"] = float(row["confidence_cutoff"])
    row = {
        name: value if value is None or name == "confidence_cutoff" else str(value)
        for name, value in row.items()
    }
    text = json.dumps(row, sort_keys=True)
    return {
        **row,
        "assay_id": str(assay["assay_id"]),
        "method_fingerprint": sha256(text.encode()).hexdigest(),
        "abundance": assay.get("abundance") or ("marker" if is_marker else None),
        "agreement_ids": "|".join(sorted(set(agreements))),
    }


def _features(
    features: Mapping[str, Taxon],
    ids: Mapping[str, str],
    counts: pl.DataFrame,
    assay: Mapping[str, Any],
    target: Target,
) -> pl.DataFrame:
    """Make the rows of features that were counted; one that came twice has the names of both."""
    import polars as pl

    taxa: dict[str, Taxon] = {}
    for name in sorted(features):
        known = taxa.get(ids[name])
        taxa[ids[name]] = _both(known, features[name]) if known else features[name]
    rows = {feature: _feature(feature, taxon, assay, target) for feature, taxon in taxa.items()}
    agreements = counts.group_by("feature_id").agg(
        pl.col("agreement_id").unique().sort().str.join("|").alias("agreement_ids")
    )
    columns = [column.name for column in FEATURES.columns if column.name != "agreement_ids"]
    frame = _frame(list(rows.values()), "features").select(columns)
    return frame.join(agreements, on="feature_id", how="inner")


def _both(one: Taxon, other: Taxon) -> Taxon:
    """Put the lineages of two features of one sequence together; a support is of one lineage."""
    lineages = [text for text in (one.lineage, *one.others, other.lineage, *other.others) if text]
    different = list(dict.fromkeys(lineages))
    is_same = one.confidence == other.confidence and len(different) < 2
    return replace(
        one,
        lineage=different[0] if different else "",
        others=tuple(different[1:]),
        confidence=one.confidence if is_same else None,
    )


def _feature(feature: str, taxon: Taxon, assay: Mapping[str, Any], target: Target) -> Row:
    texts = [taxon.lineage, *taxon.others]
    ranks, differing = consensus(
        [canonical(parse_lineage(accepted(text)[0])).ranks for text in texts]
    )
    named = [rank for rank in RANKS if ranks[rank]]
    verbatim = " / ".join(filter(None, texts))
    flags = flags_of(ranks, verbatim, len(taxon.sequence), target)
    flags = tuple(sorted((*flags, *(f"conflict-{rank}" for rank in differing))))
    if not taxon.sequence:
        flags = tuple(flag for flag in flags if flag != "off-target-length")
    return {
        "feature_id": feature,
        "sequence": taxon.sequence or None,
        "length_bp": len(taxon.sequence) or None,
        "verbatim_lineage": verbatim or None,
        "classifier": assay.get("classifier") or assay.get("reference"),
        "confidence": taxon.confidence,
        **ranks,
        "taxon_rank": named[-1] if named else None,
        "flags": "|".join(flags),
        **backbone_ids(taxon, taxon.lineage),
    }


def _text_frame(rows: Sequence[Row]) -> pl.DataFrame:
    import polars as pl

    names = sorted({name for row in rows for name in row})
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _frame(rows: Sequence[Row], table: str) -> pl.DataFrame:
    import polars as pl

    types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean}
    schema = {column.name: types[column.type] for column in TABLES[table].columns}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _provenance(
    method: Method, assay: Mapping[str, Any], digests: Mapping[str, str], form: str
) -> dict[str, Any]:
    tools = [{"name": str(assay["engine"]), "version": str(assay.get("engine_version") or "")}]
    reference = {
        "name": str(assay.get("reference")),
        "version": str(assay.get("reference_version") or ""),
        "sha256": assay.get("reference_sha256"),
    }
    return {
        "title": method.title,
        "soilbio_version": __version__,
        "is_workflow_run": False,
        "tools": tools if assay.get("engine") else [],
        "references": [reference] if assay.get("reference") else [],
        "parameters": {"imported_from": form},
        "inputs": [
            {"library_id": "", "name": name, "sha256": digest}
            for name, digest in sorted(digests.items())
        ],
    }
