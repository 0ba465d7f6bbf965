"""Everything that is wrong with a project, found before anything is computed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import InputError, Problem, Problems, nearest
from soilbio.metadata.classifiers import check_targets
from soilbio.metadata.config import Config, inspect_config, is_named
from soilbio.metadata.databases import check_databases
from soilbio.metadata.project_agreements import check_agreements
from soilbio.metadata.samples import check_demanded, check_recommended, sample_rows
from soilbio.metadata.sheet import Library, control_unstated, read_libraries
from soilbio.metadata.tsv import Rows
from soilbio.metadata.units import units_of
from soilbio.standards.controls import says_control
from soilbio.yaml_rows import Place, dotted

if TYPE_CHECKING:
    from soilbio.metadata.library_reads import Facts

# Reading waits for disks, often remote ones, more than it computes.
_THREADS = 8


@dataclass(slots=True)
class Checked:
    """What a check found: problems, and as much of the project as could be read."""

    problems: list[Problem] = field(default_factory=list)
    project: Config | None = None
    libraries: list[Library] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    facts: list[Facts] = field(default_factory=list)


def check_project(config_path: Path, *, is_deep: bool = False) -> list[Problem]:
    """Find all problems of a project; raises nothing.

    Parameters
    ----------
    config_path : Path
        The project's configuration.
    is_deep : bool
        Whether to read every FASTQ file to its end, instead of its first records.

    Returns
    -------
    list of Problem
        Warnings among them; of the configuration first, then sheet, metadata, agreements, reads.

    """
    return inspect_project(config_path, is_deep=is_deep).problems


def inspect_project(config_path: Path, *, is_deep: bool = False) -> Checked:
    """Find all problems of a project, and what the first records of its reads show."""
    checked = Checked()
    problems = Problems(str(config_path))
    try:
        checked.project = inspect_config(config_path, problems)
    except InputError as error:
        problems.extend(error.problems)
    if checked.project is not None:
        _check_files(checked.project, problems)
        _check_sheets(checked, checked.project, problems)
        check_agreements(checked.project, checked.libraries, checked.rows, problems)
        if checked.libraries:
            _check_reads(checked, checked.project, problems, is_deep=is_deep)
    checked.problems = [_shortened(problem) for problem in problems.found]
    return checked


def _shortened(problem: Problem) -> Problem:
    """Name a file as seen from where the user is, if it lies below."""
    here = f"{Path.cwd()}{os.sep}"
    return replace(problem, source=problem.source.removeprefix(here))


def _check_files(project: Config, problems: Problems) -> None:
    """Note files that the configuration names and that are not there."""
    files: list[tuple[Place, Path | None]] = [
        (("soil",), project.soil),
        *((("truth",), path) for path in project.truth),
        (("shotgun", "lineages"), project.shotgun["lineages"]),
    ]
    taxonomy, own = project.taxonomy, project.taxonomy["by_assay"]
    for key in ("sequences", "lineages"):
        files.append((("taxonomy", key), taxonomy[key]))
        files += [(("taxonomy", "by_assay", name, key), own[name][key]) for name in own]
    for place, path in files:
        if path is not None and not path.is_file():
            problems.add(
                "config-file-missing",
                row=project.row(*place),
                column=dotted(place),
                found=path.name,
                expected="a file that exists",
                fix=f"Correct the path; it was looked for at {path}",
            )
    for section in (taxonomy, *own.values()):
        _check_reference(section["sequences"], section["lineages"], problems)


def _check_reference(sequences: Path | None, lineages: Path | None, problems: Problems) -> None:
    """Note files of a reference of one's own that are something else, or do not fit each other."""
    from soilbio.references.first_look import look_at

    if sequences and lineages and sequences.is_file() and lineages.is_file():
        problems.extend(look_at(sequences, lineages))


def _check_sheets(checked: Checked, project: Config, problems: Problems) -> None:
    """Check the sample sheet and the metadata, each by itself and against each other."""
    of_sheet, of_samples = Problems(str(project.libraries)), Problems(str(project.samples))
    # Assays with mistakes would be reported again for every row that names them.
    is_sound = not any((p.column or "").startswith("assays") for p in problems.errors)
    rows = checked.rows
    try:
        assays = project.assays if is_sound else None
        if is_named("libraries", project.libraries, problems):
            checked.libraries = read_libraries(project.libraries, assays, of_sheet)
    except InputError as error:
        of_sheet.found = list(error.problems)
    try:
        if is_named("samples", project.samples, problems):
            rows = checked.rows = sample_rows(project.samples, project.columns, of_samples)
            _check_groups(project, rows, problems)
    except InputError as error:
        of_samples.found = list(error.problems)
    _check_controls(checked.libraries, of_sheet)
    _check_units(checked.libraries, project, of_sheet)
    _check_layouts(checked.libraries, project, of_sheet)
    check_databases(project, checked.libraries, problems)
    check_targets(project, {library.assay for library in checked.libraries}, problems)
    if checked.libraries and rows and _is_whole(of_sheet):
        # Rows that could not be read would be missed in the other sheet.
        if _is_whole(of_samples):
            _check_both(checked.libraries, rows, of_sheet, of_samples)
        _check_soils(checked.libraries, rows, of_samples)
    problems.extend([*of_sheet.found, *of_samples.found])
    if project.soil is not None and project.soil.is_file():
        from soilbio.metadata.soil.project import soil_problems

        problems.extend(soil_problems(project, list(rows.values())))


def _check_units(libraries: Sequence[Library], project: Config, problems: Problems) -> None:
    """Note ids that a library of a metagenome and one of its profilers' would have in common."""
    known = {one.library_id: one for one in libraries if one.assay in project.assays}
    try:
        units_of(known, project.assays, problems.source)
    except InputError as error:
        problems.extend(error.problems)


def _check_controls(libraries: Sequence[Library], problems: Problems) -> None:
    """Note runs of an assay without a blank: what comes from reagents could not be told there."""
    runs: dict[tuple[str, str], list[Library]] = {}
    for library in libraries:
        runs.setdefault((library.assay, library.run), []).append(library)
    for (assay, run), own in runs.items():
        if not any(library.control_type.endswith("_blank") for library in own):
            problems.add(
                "control-none",
                row=own[0].row,
                column="control_type",
                expected=f"a blank among the libraries of {assay} in run {run or '(unnamed)'}",
                fix="Add the blank's library, if one was sequenced; without it nobody can tell what"
                " came from the reagents",
                is_warning=True,
            )


def _check_layouts(libraries: Sequence[Library], project: Config, problems: Problems) -> None:
    """Note assays of both pairs and single reads, whose sequences do not end in one place."""
    ofs: dict[str, list[Library]] = {}
    for library in libraries:
        assay = project.assays.get(library.assay)
        if assay is not None and not assay.is_shotgun:
            ofs.setdefault(library.assay, []).append(library)
    for assay_id, own in ofs.items():
        single = [library for library in own if not library.fastq_2]
        if not single or len(single) == len(own):
            continue
        fewer = single if 2 * len(single) <= len(own) else [one for one in own if one.fastq_2]
        problems.extend(
            Problem(
                "layout-mixed",
                problems.source,
                f"pairs only, or single reads only, in {assay_id}: one organism is a feature of"
                " its own in each",
                "Give these libraries an assay of their own, with another name under `assays:`; or,"
                " for single reads all through, leave fastq_2 empty in all",
                library.row,
                "fastq_2",
            )
            for library in fewer
        )


def _is_whole(problems: Problems) -> bool:
    return not any(problem.code == "row-length" for problem in problems.errors)


def _check_groups(project: Config, rows: Rows, problems: Problems) -> None:
    """Note columns to group by that the metadata have not."""
    columns = list(next(iter(rows.values()), {}))
    for name in project.diversity["groups"] if columns else ():
        if name in columns:
            continue
        like = get_close_matches(name, columns, n=1)
        problems.add(
            "config-group-unknown",
            row=project.row("diversity", "groups"),
            column="diversity.groups",
            found=name,
            expected=f"a column of {project.samples.name}",
            fix=f"Did you mean '{like[0]}'? Correct the name" if like else "Correct the name",
        )


def _check_both(
    libraries: list[Library], rows: Rows, of_sheet: Problems, of_samples: Problems
) -> None:
    """Note libraries without metadata and the reverse; controls need none."""
    sequenced = {library.sample_id for library in libraries}
    described = {row.get("sample_id", ""): row for row in rows.values()}
    for library in libraries:
        if library.sample_id and not library.control_type and library.sample_id not in described:
            # A sample that has libraries is hardly meant: two that differ in a digit are two.
            like = nearest(library.sample_id, described.keys() - sequenced)
            of_sheet.add(
                "sample-undescribed",
                row=library.row,
                column="sample_id",
                found=library.sample_id,
                expected=f"a sample that {Path(of_samples.source).name} describes",
                fix=f"Did you mean '{like}'? Correct one of the two, or add the sample's row"
                if like
                else "Add the sample's row, or state the control_type if it is a control",
            )
        own = described.get(library.sample_id, {})
        if not library.control_type and says_control(own):
            of_sheet.extend(
                [control_unstated(own, of_sheet.source, library.row, library.library_id)]
            )
    for number, row in rows.items():
        if row.get("sample_id") and row["sample_id"] not in sequenced:
            of_samples.add(
                "sample-unsequenced",
                row=number,
                column="sample_id",
                found=row["sample_id"],
                expected=f"a sample that {Path(of_sheet.source).name} names",
                fix="Nothing needs to be done if it was not sequenced; else correct the name",
                is_warning=True,
            )


def _check_soils(libraries: list[Library], rows: Rows, problems: Problems) -> None:
    """Note what only the whole row shows: what is lacking, terms or places that do not agree."""
    from soilbio.metadata.environment_terms import check_taxa, check_triad
    from soilbio.metadata.places import check_places

    controls = frozenset(library.sample_id for library in libraries if library.control_type)
    # What was not sequenced is in no dataset, so nothing is demanded of it.
    sequenced = {library.sample_id for library in libraries}
    taken = {number: row for number, row in rows.items() if row.get("sample_id") in sequenced}
    check_demanded(taken, controls, problems)
    check_recommended(taken, controls, problems)
    check_triad(rows, problems, controls)
    check_taxa(rows, problems, controls)
    check_places(rows, problems, controls)


def _check_reads(checked: Checked, project: Config, problems: Problems, *, is_deep: bool) -> None:
    """Look at the files of all libraries, several at once; problems keep the sheet's order."""
    from soilbio.metadata.absent_primers import Explainer
    from soilbio.metadata.library_reads import Demand, check_whole, inspect_library
    from soilbio.metadata.mixed_primers import Mixture
    from soilbio.metadata.read_ends import uneven_ends
    from soilbio.metadata.reads import read_ahead
    from soilbio.metadata.same_reads import SameReads

    explainer, mixture = Explainer(project.assays), Mixture(project.assays)
    demand = Demand(
        project.assays,
        float(project.amplicon["primer_error_rate"]),
        int(project.amplicon["min_overlap_bp"]),
    )

    def look(library: Library) -> tuple[Facts, Problems]:
        own = Problems(str(project.libraries))
        facts = inspect_library(library, demand, own)
        if is_deep and not own.errors:
            check_whole(library, own)
        return facts, own

    same = SameReads()
    found: list[Problem] = []
    with ThreadPoolExecutor(_THREADS) as pool:
        if is_deep:
            looked = pool.map(look, checked.libraries)
        else:
            # Looking is so short that threads would mostly wait for each other: these only fetch.
            pool.map(read_ahead, [path for one in checked.libraries for path in _files_of(one)])
            looked = map(look, checked.libraries)
        for facts, own in looked:
            same.note(facts, own)
            has_primers = facts.has_primers
            if facts.absent is not None and explainer.note(facts.library, facts.absent, own):
                has_primers = False
            if has_primers is not None:
                mixture.note(facts.library, has_primers=has_primers)
            checked.facts.append(replace(facts, absent=None, single_names=()))
            found += own.found
    problems.extend(mixture.settle(found))
    reaches = [(facts.library, facts.reach) for facts in checked.facts]
    problems.extend(uneven_ends(reaches, project.assays, str(project.libraries)))


def _files_of(library: Library) -> list[Path]:
    return [path for path in (library.fastq_1, library.fastq_2) if path]


def summary_of(checked: Checked) -> str:
    """Say in a few lines what a project without problems holds."""
    libraries = checked.libraries
    controls = Counter(library.control_type for library in libraries if library.control_type)
    soils = {library.sample_id for library in libraries if not library.control_type}
    lines = [
        f"Libraries:  {len(libraries)} of {len(soils)} samples,"
        f" {len({library.run for library in libraries})} run(s)",
        f"Assays:     {_counted(Counter(library.assay for library in libraries))}",
        f"Controls:   {_counted(controls) or 'none'}",
        f"Agreements: {_counted(Counter(library.agreement for library in libraries))}",
    ]
    return "\n".join(lines)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({counts[name]})" for name in sorted(counts))
