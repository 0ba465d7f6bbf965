"""Read what a report is made from: the dataset, the run's results, the configuration."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio import __version__
from soilbio.agreements.asked import HOLDER, check_asked
from soilbio.agreements.decide import decide
from soilbio.agreements.explain import explain, explain_agreement
from soilbio.agreements.model import Agreement, Decision, Strictness
from soilbio.agreements.parse import parse_agreement
from soilbio.dataset.read import read_dataset
from soilbio.dataset.views import VIEWS
from soilbio.errors import Problems
from soilbio.metadata.assays import REESTIMATES, WHOLE_READS
from soilbio.metadata.told import shotgun_settings
from soilbio.report.audience import view_of
from soilbio.report.material import Material, Origin
from soilbio.report.merged import history_for, named_for, names_for, results_for, tables_for
from soilbio.report.methods import soils_told
from soilbio.report.results import Results, read_json, read_results
from soilbio.report.shared_part import shared_part
from soilbio.report.sources import makings_of
from soilbio.report.view import Audience, View
from soilbio.standards.purposes import PURPOSES
from soilbio.standards.sharing_classes import SharingClass as Share

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset
    from soilbio.metadata.config import Config

_PATHS = ("sequences", "lineages")
_HOLDERS_CELL_DEGREES = 0.1


@dataclass(frozen=True, slots=True)
class Request:
    """Who reads the report, what for, and the day on which the agreements are read.

    The recipient `holder` stands for those who hold the dataset: they see all that is in it, but
    places on a grid only, since pages are passed on more easily than tables.
    """

    recipient: str
    purpose: str
    date: datetime.date


def gather(
    dataset_folder: Path, results_folder: Path | None, config_path: Path | None, request: Request
) -> Material:
    """Read all that a report needs; results and configuration may be absent.

    Raises
    ------
    InputError
        If the dataset, an agreement, the configuration or a result cannot be understood.

    """
    from soilbio.metadata.config import read_config

    dataset = read_dataset(dataset_folder)
    config = read_config(config_path) if config_path else None
    agreements = _agreements(dataset, request)
    closed = _closed(agreements, request)
    if closed:
        agreements = [one for one in agreements if one.name not in closed]
        dataset = shared_part(dataset, closed)
        # Figures of the run are of all its libraries, and these of nobody's alone.
        results_folder = None
    assay_ids = dataset.table("assays")["assay_id"].sort().to_list()
    results = read_results(
        results_folder or dataset_folder / "no-results",
        assay_ids,
        trees=dataset_folder / "trees",
        has_truth=config is None or bool(config.truth),
    )
    audience, cell_degrees = _audience(agreements, request)
    names = names_for(dataset, audience)
    dataset, results = named_for(dataset, audience, names), results_for(results, names)
    columns = _columns(config, results)
    view = view_of(
        dataset,
        audience,
        columns,
        classes=_classes(dataset_folder, columns),
        cell_degrees=cell_degrees,
    )
    return Material(
        title=config.title if config else "Soil dataset",
        view=view,
        tables=tables_for(dataset, audience),
        results=results,
        settings=_settings(config, view.assays),
        agreements=_described(agreements, request),
        software=_software(dataset_folder, results),
        origin=_origin(dataset_folder, results_folder, config_path, config),
        level=str(dataset.history.get("level") or ""),
        history=history_for(dataset, view, names),
        makings=tuple(makings_of(dataset_folder, dataset.history)) if audience.is_holder else (),
        soils=_soils(dataset, view),
    )


def _soils(dataset: Dataset, view: View) -> str:
    """Say how many samples are of one soil, to those who may know the ids of their materials."""
    if not view.audience.is_holder and not view.audience.sees(Share.IDENTITY):
        return ""
    return soils_told(dataset, [one.sample for one in view.samples])


def _origin(
    dataset: Path, results: Path | None, config_path: Path | None, config: Config | None
) -> Origin:
    """Name what the page is made of, with the folders that are there."""
    folders = [
        (dataset, "the dataset: Parquet tables, datapackage.json, RO-Crate, agreements"),
        (dataset / VIEWS, "the same as BIOM 2.1 and TSV"),
    ]
    if results:
        folders += [
            (results / "diversity", "all diversity measures, distances and ordinations"),
            (results / "quality", "read counts per step and read-quality reports"),
        ]
    return Origin(
        str(dataset),
        str(results or ""),
        _from_here(config_path),
        tuple((f"{path}/", holds) for path, holds in folders if path.is_dir()),
        bool(config.truth) if config else None,
    )


def _agreements(dataset: Dataset, request: Request) -> list[Agreement]:
    """Read the agreements, and check who asks and what for."""
    agreements = [
        parse_agreement(text, f"{dataset.folder}/agreements/{name}.yaml")
        for name, text in sorted(dataset.agreements.items())
    ]
    if request.recipient != HOLDER:
        problems = Problems("agreements")
        check_asked(agreements, request.recipient, request.purpose, problems)
        problems.raise_if_any()
    return agreements


def _closed(agreements: Sequence[Agreement], request: Request) -> set[str]:
    """Name the agreements that give the reader nothing, where others do give something."""
    if request.recipient == HOLDER:
        return set()
    asked = (request.recipient, request.purpose, request.date)
    closed = {one.name for one in agreements if not decide([one], *asked).shares_anything}
    return closed if len(closed) < len(agreements) else set()


def _audience(agreements: Sequence[Agreement], request: Request) -> tuple[Audience, float]:
    """Say who reads the page and how coarse places are on it, in degrees."""
    if request.recipient != HOLDER:
        decision = decide(agreements, request.recipient, request.purpose, request.date)
        return audience_of(decision), float(decision.outcomes[Share.LOCATION].how or 0)
    holder = Audience(
        HOLDER,
        "all purposes",
        frozenset(Share) - {Share.LOCATION},
        frozenset({Share.LOCATION}),
        tuple(sentence for agreement in agreements for sentence in _told(agreement)),
    )
    return holder, _HOLDERS_CELL_DEGREES


def _told(agreement: Agreement) -> list[str]:
    """Say what each recipient gets at which time, each in a paragraph of its own."""
    paragraphs: list[str] = []
    for line in explain_agreement(agreement):
        if line.startswith(" ") and paragraphs:
            said = line.strip()
            is_first = paragraphs[-1].endswith(":")
            paragraphs[-1] += f" {said if is_first else said[:1].upper() + said[1:]}"
        else:
            paragraphs.append(line)
    return paragraphs


def audience_of(decision: Decision) -> Audience:
    """Turn a decision into what a page may show; its day is left out, so it shows on no page."""
    by_strictness = {
        strictness: frozenset(
            sharing_class
            for sharing_class, outcome in decision.outcomes.items()
            if outcome.strictness == strictness
        )
        for strictness in Strictness
    }
    _, *sentences = explain(decision)
    label, _ = PURPOSES.get(decision.purpose, ("", None))
    return Audience(
        decision.recipient,
        f"{label} ({decision.purpose})" if label else decision.purpose,
        by_strictness[Strictness.ALLOW],
        by_strictness[Strictness.GENERALISE],
        tuple(sentence[:1].upper() + sentence[1:] for sentence in sentences),
    )


def _described(agreements: Sequence[Agreement], request: Request) -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "agreement": one.name,
            "title": one.title,
            "summary": " ".join(one.summary.split()),
            "licence": _licence(one, request),
            "attribution": one.attribution,
            "contact": one.contact,
        }
        for one in agreements
    )


def _licence(agreement: Agreement, request: Request) -> str:
    """Give the licence of what the reader gets: clauses may have others than the agreement."""
    if request.recipient == HOLDER:
        return agreement.licence
    decision = decide([agreement], request.recipient, request.purpose, request.date)
    return decision.licence if decision.shares_anything else ""


def _from_here(path: Path | None) -> str:
    """Write a path as from the folder that the command runs in: a page says not where that is."""
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _columns(config: Config | None, results: Results) -> list[str]:
    """List the columns to group by: those configured, else those that tests were made for."""
    configured = config.diversity.get("groups") if config else None
    if isinstance(configured, list) and configured:
        return [str(name) for name in configured]
    tested = [row["column"] for one in results.diversity.values() for row in one.tests]
    return list(dict.fromkeys(tested))


def _classes(folder: Path, columns: list[str]) -> dict[str, Share]:
    """Find the sharing class of each column, of the standard or the dataset's own."""
    from soilbio.standards.mixs import SLOTS

    own = read_json(folder / "columns.json")
    found = {name: Share(own[name]) for name in columns if own.get(name) in set(Share)}
    return found | {name: SLOTS[name].sharing_class for name in columns if name in SLOTS}


def _settings(
    config: Config | None, assays: tuple[Mapping[str, object], ...]
) -> dict[str, dict[str, object]]:
    """Copy the settings that were in force; folders, and settings of what did not run, left out."""
    if config is None:
        return {}
    engines = {str(assay.get("engine") or "") for assay in assays}
    strategies = {str(assay.get("library_strategy") or "") for assay in assays}
    amplicon = {
        key: value
        for key, value in config.amplicon.items()
        if not key.startswith("dada2_") or "dada2" in engines
    }
    taxonomy = {key: value for key, value in config.taxonomy.items() if key not in _PATHS}
    own = taxonomy.pop("by_assay")
    taxonomy |= {f"reference of {name}": one["reference"] for name, one in sorted(own.items())}
    parts = {"taxonomy": taxonomy, "diversity": dict(config.diversity)}
    if strategies != {"WGS"}:
        parts |= {"amplicon": amplicon, "tree": dict(config.tree)}
    if "WGS" in strategies:
        absent = tuple(
            f"{engine}_" for engine in (*WHOLE_READS, REESTIMATES) if engine not in engines
        )
        told = shotgun_settings(config).items()
        parts["shotgun"] = {key: value for key, value in told if not key.startswith(absent)}
    return {
        part: {key: value for key, value in values.items() if value is not None}
        for part, values in parts.items()
    }


def _software(folder: Path, results: Results) -> dict[str, str]:
    """Collect names and versions from the crate, the engines and the diversity settings."""
    from plotly import __version__ as plotly_version

    found = {"soilbio": __version__, "plotly (plots of this page)": plotly_version}
    for entity in read_json(folder / "ro-crate-metadata.json").get("@graph", []):
        kinds = entity.get("@type", "")
        version = entity.get("softwareVersion") or entity.get("version")
        if "SoftwareApplication" in kinds and entity.get("name") and version:
            found[str(entity["name"])] = str(version)
    for engine in results.engines.values():
        if engine.get("engine"):
            found[str(engine["engine"])] = str(engine.get("engine_version") or "")
    for diversity in results.diversity.values():
        versions = diversity.settings.get("software") or diversity.settings.get("versions") or {}
        found |= {str(name): str(version) for name, version in versions.items()}
    return found
