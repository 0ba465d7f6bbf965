"""Whether known compositions are such, and of this project: seen before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from soilbio.errors import InputError, Problem, Problems
from soilbio.metadata.config import Config
from soilbio.metadata.sheet import Library
from soilbio.simulate.profile_truth import is_of_metagenomes, read_profile_truth
from soilbio.simulate.truth import is_fasta, read_expected, read_truth_table


def check_truths(project: Config, libraries: Sequence[Library]) -> list[Problem]:
    """Tell all for which `soilbio score` would refuse the project's truths when the run ends.

    Files that are not there are left to the check of the configuration, and ids to that of the
    sheet where it could not be read (`libraries` is empty then).
    """
    there = [path for path in project.truth if path.is_file()]
    of_amplicons = [path for path in there if not is_of_metagenomes(path)]
    problems = Problems(str(project.path))
    if len(of_amplicons) > 1:
        problems.add(
            "truth-library",
            row=project.row("truth"),
            column="truth",
            found=", ".join(path.name for path in of_amplicons),
            expected="one truth of amplicons, and any number of metagenomes (they have a column"
            " share_of_reads)",
            fix="Put the tables together",
        )
    for path in there:
        try:
            named = _named(path, project, libraries)
        except InputError as error:
            problems.extend(replace(problem, source=str(path)) for problem in error.problems)
            continue
        if libraries and not named:
            problems.add(
                "truth-library",
                source=str(path),
                expected="a library of the sheet that has control_type mock"
                if is_fasta(path)
                else "at least one library_id of the sample sheet",
                fix="Give the truth of these libraries, or leave `truth` out",
            )
    return problems.found


def _named(path: Path, project: Config, libraries: Sequence[Library]) -> set[str]:
    """Read a truth as `soilbio score` will; name the libraries of the sheet that it is of."""
    assays = {one.library_id: project.assays.get(one.assay) for one in libraries}
    if is_of_metagenomes(path):
        known = read_profile_truth(path)
        # A metagenome's truth may leave out the end that tells its assay.
        return {name for name in assays if any(f"{name}-".startswith(f"{one}-") for one in known)}
    amplicons = {name: one for name, one in assays.items() if one and not one.is_shotgun}
    if is_fasta(path):
        pairs = {(one.forward_primer, one.reverse_primer) for one in amplicons.values()}
        read_expected(path, sorted(pairs))
        return {one.library_id for one in libraries if one.control_type == "mock"} & {*amplicons}
    return {*read_truth_table(path)} & {*amplicons}
