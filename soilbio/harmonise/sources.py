"""The datasets that are merged, under names of their own, in an order that is theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio.dataset.history import HISTORY, LOTS, History, read_history
from soilbio.dataset.package import sha256_of
from soilbio.dataset.read import Dataset, read_dataset
from soilbio.dataset.tables import TABLES
from soilbio.errors import InputError, Problem, Problems, problem_of
from soilbio.harmonise.compare import is_one_place, plain_gene
from soilbio.harmonise.lengths import lengths_of
from soilbio.harmonise.no_names import assays_without_names, kept_apart, of_one_key
from soilbio.harmonise.prefixes import with_prefix
from soilbio.harmonise.primers_left import primers_left
from soilbio.harmonise.taxa import taxa_of
from soilbio.harmonise.treated import NOT_STATED, work_of_libraries
from soilbio.metadata.meaning import meaning_of
from soilbio.metadata.overhangs import bare_primers
from soilbio.standards.pseudonyms import PSEUDONYM
from soilbio.taxonomy.settle import SPECIES_HYPOTHESIS

if TYPE_CHECKING:
    import polars as pl

_AT_ONCE = 2
# Tables of which each row is under one agreement.
_OF_ONE_AGREEMENT = ("samples", "libraries", "measurements", "counts")
# Imports put the beginning of a checksum before names that mean nothing elsewhere.
OWN_NAME = r"^[0-9a-f]{12}:"
_MOST = 0.5


@dataclass(frozen=True, slots=True)
class Source:
    """A dataset that is merged: name, content (SHA-256), tables, and how it was merged before.

    Of one that `is_in_part` some libraries were left out of tables and history. `prefix` stands
    before the names of its samples and libraries, which have it already.
    """

    name: str
    digest: str
    dataset: Dataset
    history: History
    is_in_part: bool = False
    prefix: str = ""

    def frame(self, table: str) -> pl.LazyFrame:
        """Give a table with the columns of its schema."""
        return self.dataset.tables[table]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Read a small table."""
        return self.dataset.table(table).to_dicts()


def read_sources(
    folders: Sequence[Path], prefixes: Mapping[Path, str] | None = None
) -> list[Source]:
    """Read datasets; by their content, not by how they were listed, they are ordered.

    `prefixes` are put before the names of the samples and libraries of some.

    Raises
    ------
    InputError
        If one is no dataset, or is there twice, or two hold other texts of one agreement.

    """
    problems = Problems("datasets")
    sources: list[Source] = []
    # Each is read in many short steps, between which a second one fills the processors.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(_read, folders))
    for folder, (dataset, digest, its_problems) in zip(folders, found, strict=True):
        problems.extend(its_problems)
        if dataset is None:
            continue
        if any(one.digest == digest for one in sources):
            problems.add(
                "harmonise-twice",
                source=str(folder),
                expected="each dataset once",
                fix="Leave out the copy",
            )
        source = Source(_name(folder), digest, dataset, read_history(folder))
        sources.append(with_prefix(source, (prefixes or {}).get(folder, "")))
    sources.sort(key=lambda one: one.digest)
    sources = _told_apart(sources)
    texts: dict[str, str] = {}
    for source in sources:
        for name, text in source.dataset.agreements.items():
            if texts.setdefault(name, text) != text:
                problems.add(
                    "agreement-differs",
                    source=source.name,
                    found=name,
                    expected="one text of each agreement and version",
                    fix="Ask which text is signed; the other needs a version of its own",
                )
    problems.raise_if_any()
    return sources


def _read(folder: Path) -> tuple[Dataset | None, str, Sequence[Problem]]:
    try:
        dataset = read_dataset(folder)
        _check_merged(dataset)
    except InputError as error:
        return None, "", error.problems
    return dataset, _digest(dataset), ()


def _check_merged(dataset: Dataset) -> None:
    """Refuse what was merged and does not tell how: it would be taken for sequences of one."""
    is_told = [dataset.origins is not None, LOTS in dataset.history]
    if any([*is_told, dataset.history]) and not all(is_told):
        raise problem_of(
            "provenance-missing",
            str(dataset.folder / HISTORY),
            expected="how it was merged, and what each of its datasets said, in which libraries",
            fix="Merge its datasets again with this version, or have the sender do so",
        )


def _digest(dataset: Dataset) -> str:
    """Give the SHA-256 of what a dataset holds: of the sums of its tables and agreements."""
    names = [*(f"{name}.parquet" for name in TABLES), "columns.json"]
    parts = [f"{name} {sha256_of(dataset.folder / name)}" for name in names]
    parts += [f"{name} {text}" for name, text in sorted(dataset.agreements.items())]
    return sha256("\n".join(parts).encode()).hexdigest()


def _name(folder: Path) -> str:
    """Name a dataset by its folder; that is often called `dataset`, then by the one above."""
    whole = folder.resolve()
    parts = [part for part in whole.parts if part not in ("dataset", "results", "/")]
    return parts[-1] if parts else whole.name


def _told_apart(sources: Sequence[Source]) -> list[Source]:
    """Give datasets of one name the beginning of their checksum, too."""
    names = Counter(one.name for one in sources)
    return [
        one if names[one.name] == 1 else replace(one, name=f"{one.name}-{one.digest[:8]}")
        for one in sources
    ]


def holdings_of(source: Source) -> list[dict[str, Any]]:
    """List on which terms a dataset, or what is left of it, was shared with its holder.

    What was left out as one's own binds nobody by what others wrote of it.
    """
    import polars as pl

    if not source.is_in_part:
        return source.dataset.shared
    tables = [source.frame(name).select("agreement_id") for name in _OF_ONE_AGREEMENT]
    left = set(pl.concat(tables).unique().collect()["agreement_id"])
    found = (
        {**one, "agreements": [name for name in one["agreements"] if name in left]}
        for one in source.dataset.shared
    )
    return [one for one in found if one["agreements"]]


def texts_of(sources: Sequence[Source]) -> dict[str, str]:
    """Give the agreements of all."""
    return {name: text for one in sources for name, text in one.dataset.agreements.items()}


def assays_of(
    sources: Sequence[Source], fields: Iterable[str] = (), *, is_classified: bool = False
) -> dict[str, Mapping[str, Any]]:
    """Give the assays of all by `dataset: assay`, as they are now.

    Beside the columns are `has_soils`, `has_counts`, `has_own_names` where nothing but names of its
    own tells features apart, `sh_version`, that of UNITE's species hypotheses which features of an
    ITS have, the `lengths` of sequences, `primers_left` in them, and `merged_by`, the level of
    earlier merging. Sequences that were trimmed then are those of the window's primers, whatever
    they were amplified with.
    Of `fields` that are columns of samples there are the values that an assay's samples have.
    `lacks_names` is the rule of those that have no names (`is_classified`: and no sequence that
    gets one), `of_one_key` with which datasets pseudonyms are shared, `kept_apart` which assays of
    the dataset are not to be compared with it.
    """
    found: dict[str, Mapping[str, Any]] = {}
    keys = of_one_key(sources)
    for source in sources:
        has_counts = _have_counts(source)
        own_names = _own_names(source)
        sampling = _sampling(source, fields)
        rows = source.rows("assays")
        taxa = _taxa(source, rows)
        version = _hypotheses(source) if any(map(is_its, rows)) else ""
        lacking = assays_without_names(source, is_classified=is_classified)
        apart = kept_apart(source)
        for row in rows:
            name = f"{source.name}: {row['assay_id']}"
            found[name] = {
                **sampling.get(row["assay_id"], {}),
                **row,
                **bare_primers(row),
                **_after_merging(source.history, row),
                **taxa.get(row["assay_id"], {}),
                "has_soils": row["assay_id"] in sampling,
                "has_counts": has_counts.get(row["assay_id"], True),
                "has_own_names": row["assay_id"] in own_names,
                "sh_version": version if is_its(row) else "",
                "digest": source.digest,
                "lacks_names": lacking.get(row["assay_id"], ""),
                "of_one_key": keys.get(source.digest, frozenset()),
                "kept_apart": apart.get(row["assay_id"], set()),
            }
    left = primers_left(sources)
    lengths = lengths_of(sources, lambda one, other: is_one_place(found[one], found[other]))
    return {
        name: {**row, "lengths": lengths.get(name), "primers_left": left.get(name)}
        for name, row in found.items()
    }


def _taxa(source: Source, assays: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Tell what taxa of metagenomes go by, unless they were merged by a wider level."""
    is_merged = source.history.get("level", "feature") != "feature"
    of_taxa = {row["assay_id"] for row in assays if row["library_strategy"] != "AMPLICON"}
    if is_merged or not of_taxa:
        return {}
    frames = (source.frame(name) for name in ("features", "counts", "libraries"))
    return {name: one for name, one in taxa_of(*frames).items() if name in of_taxa}


def _have_counts(source: Source) -> dict[str, bool]:
    """Tell of assays whether they have counts, not shares; those that are not named have."""
    import polars as pl

    counts = source.frame("counts")
    if not counts.select(pl.col("count").null_count()).collect().item():
        return {}
    of_assay = source.frame("libraries").select("library_id", "assay_id")
    counted = (
        counts.join(of_assay, on="library_id", how="inner")
        .group_by("assay_id")
        .agg(pl.col("count").is_not_null().all())
        .collect(engine="streaming")
    )
    return dict(counted.iter_rows())


def _own_names(source: Source) -> set[str]:
    """List the assays most of whose features have no sequence, and names of nobody else.

    These are those that an import gives, and pseudonyms.
    """
    import polars as pl

    is_own = pl.col("feature_id").str.contains(f"{OWN_NAME}|{PSEUDONYM}")
    is_own &= pl.col("sequence").fill_null("") == ""
    own = source.frame("features").filter(is_own).select("feature_id").collect()["feature_id"]
    if own.is_empty():
        return set()
    of_assay = source.frame("libraries").select("library_id", "assay_id")
    found = (
        source.frame("counts")
        .join(of_assay, on="library_id", how="inner")
        .group_by("assay_id")
        .agg(pl.col("feature_id").is_in(own.implode()).mean().alias("share"))
        .filter(pl.col("share") > _MOST)
        .collect(engine="streaming")
    )
    return set(found["assay_id"])


def is_its(assay: Mapping[str, Any]) -> bool:
    """Tell whether an assay is of ITS, of which UNITE has species hypotheses."""
    return "ITS" in str(assay["target_gene"] or "").upper()


def _hypotheses(source: Source) -> str:
    """Give the one version of UNITE whose species hypotheses a dataset's features have."""
    import polars as pl

    texts = pl.concat_str("verbatim_lineage", "feature_id", separator=" ", ignore_nulls=True)
    codes = texts.str.extract_all(SPECIES_HYPOTHESIS).explode().drop_nulls()
    versions = source.frame("features").select(codes.str.slice(-4).unique()).collect().to_series()
    return str(versions[0]) if len(versions) == 1 else ""


def _sampling(source: Source, fields: Iterable[str]) -> dict[str, dict[str, frozenset[str]]]:
    """Give for each assay the values that its samples have in some columns; controls have none."""
    import polars as pl

    known = source.frame("samples").collect_schema().names()
    work: dict[str, list[tuple[str, str]]] = {}
    for library, name, text in work_of_libraries(source):
        work.setdefault(library, []).append((name, text))
    names = [name for name in fields if name in known]
    values = (
        source.frame("libraries")
        .filter(pl.col("control_type").fill_null("") == "")
        .join(source.frame("samples").select("sample_id", *names), on="sample_id", how="inner")
        .group_by("assay_id")
        .agg("library_id", *(pl.col(name).drop_nulls().unique() for name in names))
        .collect()
    )
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row in values.iter_rows(named=True):
        own = {name: set(row[name]) for name in names}
        for library in row["library_id"] if work else ():
            for name, text in work.get(library, ()):
                own.setdefault(name, set()).add(text)
        found[row["assay_id"]] = {
            name: frozenset(meaning_of(name, text) for text in texts if text)
            for name, texts in own.items()
            if texts - {""} != {NOT_STATED}
        }
    return found


def _after_merging(history: History, assay: Mapping[str, Any]) -> dict[str, Any]:
    merged_by = {"merged_by": history.get("level", "feature")}
    if merged_by["merged_by"] == "sh" and not is_its(assay):
        merged_by = {"merged_by": "feature"}
    if assay["assay_id"] not in history.get("placement", {}).get("assays", [assay["assay_id"]]):
        merged_by = {"merged_by": "feature"}  # its features stayed what they were
    windows = set(_windows(history, assay["target_gene"]))
    if not windows:
        return merged_by
    # Sequences of two windows have no place in common that could be named.
    forward, reverse = windows.pop() if len(windows) == 1 else ("", "")
    return {
        **merged_by,
        "pcr_primer_forward": forward,
        "pcr_primer_reverse": reverse,
        "target_subfragment": "",
        "method_fingerprint": None,
    }


def _windows(history: History, gene: str | None) -> Iterator[tuple[str, str]]:
    """Yield the primers of the window that a gene's sequences were last trimmed to.

    A later merging that trimmed nothing leaves those of the ones before.
    """
    regions = history.get("common_regions", {}).items()
    window = next((own for name, own in regions if plain_gene(name) == plain_gene(gene)), None)
    if window:
        yield window["forward_primer"], window["reverse_primer"]
        return
    for one in history.get("before", ()):
        yield from _windows(one, gene)
