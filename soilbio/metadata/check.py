"""Everything that is wrong with a project, found before anything is computed."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from soilbio.errors import InputError, Problem, Problems
from soilbio.metadata.config import Config, inspect_config
from soilbio.metadata.samples import check_demanded, check_recommended, sample_rows
from soilbio.metadata.sheet import Library, read_sheet
from soilbio.metadata.tsv import Rows

if TYPE_CHECKING:
    from soilbio.metadata.library_reads import Facts

# Reading waits for disks, often remote ones, more than it computes.
_THREADS = 8


@dataclass(slots=True)
class Checked:
    """What a check found: problems, and as much of the project as could be read."""

    problems: list[Problem] = field(default_factory=list)
    project: Config | None = None
    libraries: dict[str, Library] = field(default_factory=dict)
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
        if checked.libraries:
            _check_agreements(checked.project, checked.libraries, problems)
            _check_reads(checked, checked.project, problems, is_deep=is_deep)
    checked.problems = [_shortened(problem) for problem in problems.found]
    return checked


def _shortened(problem: Problem) -> Problem:
    """Name a file as seen from where the user is, if it lies below."""
    here = f"{Path.cwd()}{os.sep}"
    return replace(problem, source=problem.source.removeprefix(here))


def _check_files(project: Config, problems: Problems) -> None:
    """Note files that the configuration names and that are not there."""
    files = {
        "truth": project.truth,
        "taxonomy.sequences": project.taxonomy["sequences"],
        "taxonomy.lineages": project.taxonomy["lineages"],
    }
    for key, path in files.items():
        if path is not None and not path.is_file():
            problems.add(
                "config-file-missing",
                column=key,
                found=path.name,
                expected="a file that exists",
                fix=f"Correct the path; it was looked for at {path}",
            )


def _check_sheets(checked: Checked, project: Config, problems: Problems) -> None:
    """Check the sample sheet and the metadata, each by itself and against each other."""
    of_sheet, of_samples = Problems(str(project.libraries)), Problems(str(project.samples))
    # Assays with mistakes would be reported again for every row that names them.
    is_sound = not any((p.column or "").startswith("assays") for p in problems.errors)
    rows: Rows = {}
    try:
        assays = project.assays if is_sound else None
        checked.libraries = read_sheet(project.libraries, assays, problems=of_sheet)
    except InputError as error:
        of_sheet.found = list(error.problems)
    try:
        rows = sample_rows(project.samples, project.columns, of_samples)
        _check_groups(project, rows, problems)
    except InputError as error:
        of_samples.found = list(error.problems)
    # Rows that could not be read would be missed in the other sheet.
    is_whole = not any(p.code == "row-length" for p in [*of_sheet.errors, *of_samples.errors])
    if checked.libraries and rows and is_whole:
        _check_both(list(checked.libraries.values()), rows, of_sheet, of_samples)
    problems.extend([*of_sheet.found, *of_samples.found])


def _check_groups(project: Config, rows: Rows, problems: Problems) -> None:
    """Note columns to group by that the metadata have not."""
    columns = list(next(iter(rows.values()), {}))
    for name in project.diversity["groups"] if columns else ():
        if name in columns:
            continue
        like = get_close_matches(name, columns, n=1)
        problems.add(
            "config-group-unknown",
            column="diversity.groups",
            found=name,
            expected=f"a column of {project.samples.name}",
            fix=f"Did you mean '{like[0]}'? Correct the name" if like else "Correct the name",
        )


def _check_both(
    libraries: list[Library], rows: Rows, of_sheet: Problems, of_samples: Problems
) -> None:
    """Note libraries without metadata and the reverse; controls need none."""
    controls = frozenset(library.sample_id for library in libraries if library.control_type)
    sequenced = {library.sample_id for library in libraries}
    described = {row.get("sample_id", "") for row in rows.values()}
    for library in libraries:
        if library.sample_id and not library.control_type and library.sample_id not in described:
            like = get_close_matches(library.sample_id, described, n=1, cutoff=0.8)
            of_sheet.add(
                "sample-undescribed",
                row=library.row,
                column="sample_id",
                found=library.sample_id,
                expected=f"a sample that {Path(of_samples.source).name} describes",
                fix=f"Did you mean '{like[0]}'? Correct one of the two, or add the sample's row"
                if like
                else "Add the sample's row, or state the control_type if it is a control",
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
    check_demanded(rows, controls, of_samples)
    check_recommended(rows, controls, of_samples)
    _check_surroundings(rows, controls, of_samples)


def _check_surroundings(rows: Rows, controls: frozenset[str], problems: Problems) -> None:
    """Note what only the whole row shows: terms in the wrong place, places in another country."""
    from soilbio.metadata.environment_terms import check_taxa, check_triad
    from soilbio.metadata.places import check_places

    check_triad(rows, problems, controls)
    check_taxa(rows, problems, controls)
    check_places(rows, problems, controls)


def _check_agreements(
    project: Config, libraries: Mapping[str, Library], problems: Problems
) -> None:
    from soilbio.agreements.folder import agreements_of

    if not any(project.agreements.glob("*.yaml")):
        problems.add(
            "agreement-none",
            column="agreements",
            found=project.agreements.name,
            expected="a folder with at least one agreement (*.yaml)",
            fix=f"Write one, or correct the path; it was looked for at {project.agreements}",
        )
        return
    texts = _agreements(project.agreements, problems)
    named = [library for library in libraries.values() if library.agreement]
    try:
        agreements_of(named, texts, str(project.libraries))
    except InputError as error:
        problems.extend(error.problems)


def _agreements(folder: Path, problems: Problems) -> dict[str, str]:
    """Read the agreements by id@version; those with problems count as present."""
    from soilbio.agreements.folder import read_agreements

    try:
        return read_agreements(folder)
    except InputError as error:
        problems.extend(error.problems)
    except (UnicodeDecodeError, OSError) as error:
        problems.add(
            "agreement-unreadable",
            source=str(folder),
            found=str(error)[:120],
            expected="agreements in UTF-8 that can be read",
            fix="Save the file as UTF-8, or correct its permissions",
        )
    return dict(_stated(path) for path in sorted(folder.glob("*.yaml")))


def _stated(path: Path) -> tuple[str, str]:
    """Take id and version out of an agreement that is wrong elsewhere."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  makes nothing but text
    except (yaml.YAMLError, OSError):
        return path.stem.replace("-", "@", 1), ""
    content = content if isinstance(content, dict) else {}
    return f"{content.get('id', path.stem)}@{content.get('version', '')}", text


def _check_reads(checked: Checked, project: Config, problems: Problems, *, is_deep: bool) -> None:
    """Look at the files of all libraries, several at once; problems keep the sheet's order."""
    from soilbio.metadata.absent_primers import Explainer
    from soilbio.metadata.library_reads import Demand, check_whole, inspect_library

    explainer = Explainer(project.assays)
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

    with ThreadPoolExecutor(_THREADS) as pool:
        for facts, own in pool.map(look, checked.libraries.values()):
            if facts.absent is not None:
                explainer.note(facts.library, facts.absent, own)
            checked.facts.append(replace(facts, absent=None))
            problems.extend(own.found)


def summary_of(checked: Checked) -> str:
    """Say in a few lines what a project without problems holds."""
    libraries = list(checked.libraries.values())
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
