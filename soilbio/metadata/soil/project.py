"""The soil sheet of a project: its problems, and its rows for the dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from soilbio.errors import InputError, Problem, Problems
from soilbio.metadata.config import Config
from soilbio.metadata.soil.link import check_links, check_samples_depths, samples_of
from soilbio.metadata.soil.measurements import Row, Settings, measurement_rows
from soilbio.metadata.soil.sheet import inspect_soil, read_soil


def soil_problems(project: Config, rows: Sequence[Mapping[str, str]]) -> list[Problem]:
    """Find the problems of the project's soil sheet, by itself and against the samples.

    Parameters
    ----------
    project : Config
        With a soil sheet.
    rows : sequence of mapping
        The samples' metadata; where there are none, links are not checked.

    """
    if project.soil is None:
        return []
    problems = Problems(str(project.soil))
    try:
        soil = inspect_soil(project.soil, problems, project.soil_options["columns"])
    except InputError as error:
        return list(error.problems)
    samples = samples_of(rows)
    if samples:
        check_links(soil, samples, problems)
        of_samples = Problems(str(project.samples))
        check_samples_depths(samples, soil, of_samples)
        problems.extend(of_samples.found)
    return problems.found


def soil_rows(project: Config, rows: Sequence[Mapping[str, str]]) -> list[Row]:
    """Make the rows of `measurements` of the project's soil sheet, without agreements.

    Raises
    ------
    InputError
        With all problems of the sheet.

    """
    if project.soil is None:
        return []
    options = project.soil_options
    soil = read_soil(project.soil, options["columns"])
    settings = Settings(
        convert=tuple(options["convert"]),
        depth_method=options["depth_method"],
        stock_depth_m=float(options["stock_depth_m"]),
        stock_mass=options["stock_mass_t_ha"],
    )
    return measurement_rows(soil, samples_of(rows), settings)
