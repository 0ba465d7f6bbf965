"""What can be measured of a metagenome's profiles, written as the tables of amplicons are."""

from __future__ import annotations

import json
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.dataset.tables import EXCLUDING_FLAGS
from soilbio.diversity import beta, permutation, profiles
from soilbio.diversity.comparable import soils_in
from soilbio.diversity.write import (
    DEPTHS,
    EXPLAINED,
    Settings,
    groups_of,
    note_on_soils,
    tests_of,
    write_lines,
    write_matrix,
    write_ordination,
    write_rows,
)

if TYPE_CHECKING:
    from soilbio.dataset.read import Dataset


def measure_profiles(dataset: Dataset, assay: str, settings: Settings, folder: Path) -> list[str]:
    """Write alpha, distances, ordination, tests and settings of an assay; what is refused is named.

    Returns
    -------
    list of str
        The libraries that were compared.

    """
    found = profiles.read_profiles(dataset, assay)
    alpha = profiles.alpha_rows(found)
    write_rows(alpha, profiles.COLUMNS, folder / "alpha.tsv")
    compared = found.compared()
    tested = permutation.one_per_sample(found, compared)
    soil_of = soils_in(dataset)
    group_of = groups_of(dataset, (found, soil_of), tested, settings.groups)
    explained, tests, measured = [], [], set()
    for metric, matrix in profiles.distances(found):
        measured.add(metric)
        write_matrix(matrix, folder / "distances" / f"{metric}.tsv")
        explained += write_ordination(metric, matrix, folder / "ordination")
        tests += tests_of(metric, matrix.filter(tested), group_of, settings)
    _remove_former(folder, measured)
    write_rows(
        sorted(explained, key=itemgetter("metric")), EXPLAINED, folder / "ordination/explained.tsv"
    )
    by_column = {column: place for place, column in enumerate(settings.groups)}
    tests.sort(key=lambda row: (by_column[str(row["column"])], str(row["metric"])))
    # Nothing is rarefied: the column of depths is empty.
    write_rows(tests, (*permutation.COLUMNS, "depth"), folder / "tests.tsv")
    of_metric = found.metrics()
    files = [
        {"file": f"{part}/{metric}.tsv", "of": of_metric[metric]}
        for metric in sorted(measured)
        for part in ("distances", "ordination")
        if (folder / part / f"{metric}.tsv").is_file()
    ]
    write_rows(files, DEPTHS, folder / "depths.tsv")
    content = {
        "measured_on": f"shares of {profiles.PLURALS[found.rank]}",
        "depth": None,
        "reads_profiled": found.reads,
        "named_share": {str(row["library_id"]): row["named_share"] for row in alpha},
        "seed": settings.seed,
        "permutations": settings.permutations,
        "groups": list(settings.groups),
        "libraries_compared": compared,
        "libraries_tested": tested,
        "left_out": dict(sorted(found.bars.items())),
        "excluded_flags": list(EXCLUDING_FLAGS),
        "metrics": of_metric,
        "refused": found.refused(),
        "notes": [
            *_notes(compared, profiles.PLURALS[found.rank]),
            *note_on_soils(found, soil_of, tested),
        ],
        "software": {name: version(name) for name in ("numpy", "scikit-bio", "scipy")},
    }
    write_lines(
        [json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)],
        folder / "settings.json",
    )
    return compared


def _remove_former(folder: Path, measured: set[str]) -> None:
    """Remove what a run with other settings left."""
    (folder / "rarefaction.tsv").unlink(missing_ok=True)
    for metric in set(beta.METRICS) - measured:
        for part in ("distances", "ordination"):
            (folder / part / f"{metric}.tsv").unlink(missing_ok=True)


def _notes(compared: list[str], taxa: str) -> list[str]:
    if len(compared) < 2:
        return [f"fewer than two libraries have named {taxa}: no distances, ordination or tests"]
    if len(compared) < beta.FEWEST:
        return [f"fewer than three libraries have named {taxa}: no ordination"]
    return []
