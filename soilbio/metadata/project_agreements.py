"""The agreements of a project: whether they can be read, and whether they fit its sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from soilbio.errors import InputError, Problems
from soilbio.metadata.config import Config, is_named
from soilbio.metadata.sheet import Library
from soilbio.metadata.tsv import Rows

if TYPE_CHECKING:
    from soilbio.agreements.model import Agreement


def check_agreements(
    project: Config, libraries: Sequence[Library], rows: Rows, problems: Problems
) -> None:
    """Check the folder of agreements, that the rows name one of them, and what is asked of them."""
    from soilbio.agreements.folder import agreement_files, agreements_of
    from soilbio.metadata.requests import check_exports

    if not is_named("agreements", project.agreements, problems):
        return
    files = agreement_files(project.agreements, project.row("agreements"), problems)
    if not files:
        return
    texts, agreements = _agreements(files, project.agreements, problems)
    named = [library for library in libraries if library.agreement]
    # A row may well name what stands in a file that cannot be read.
    if len(texts) == len(files):
        try:
            agreements_of(named, texts, str(project.libraries), project.title)
        except InputError as error:
            problems.extend(error.problems)
    asked = {library.agreement for library in named}
    of_rows = {name for name in agreements if asked & {name, name.partition("@")[0]}}
    check_exports(project, agreements, of_rows, problems)
    _check_permits(rows, named, agreements, problems, str(project.samples))


def _check_permits(
    rows: Rows,
    libraries: Sequence[Library],
    agreements: Mapping[str, Agreement],
    problems: Problems,
    source: str,
) -> None:
    """Note samples of a country for which their agreement, though it has permits, has none."""
    from soilbio.standards.insdc import country_of, iso_code

    permitted = {
        key: {permit.country for permit in agreement.permits}
        for name, agreement in agreements.items()
        for key in (name, name.partition("@")[0])
        if agreement.permits
    }
    agreement_of = {library.sample_id: library.agreement for library in libraries}
    for number, row in rows.items():
        name = agreement_of.get(row.get("sample_id", ""), "")
        place = row.get("geo_loc_name", "")
        code = iso_code(country_of(place))
        if name in permitted and code and code not in permitted[name]:
            problems.add(
                "permit-country",
                source=source,
                row=number,
                column="geo_loc_name",
                found=place,
                expected=f"a sample from {', '.join(sorted(permitted[name]))}, of which {name} has"
                " permits",
                fix=f"Add to that agreement the permit of {code} ('Permit not required', if so), or"
                " name another agreement in the sheet of libraries",
            )


def _agreements(
    files: Sequence[Path], folder: Path, problems: Problems
) -> tuple[dict[str, str], dict[str, Agreement]]:
    """Read the agreements by id@version; those with problems count as present, if they are told.

    Returns
    -------
    tuple of two dict
        Texts, and what could be read of them.

    """
    from soilbio.agreements.folder import read_agreements
    from soilbio.agreements.parse import parse_agreement

    try:
        texts = read_agreements(folder)
    except InputError as error:
        problems.extend(error.problems)
        return dict(stated for path in files if (stated := _stated(path))), {}
    except OSError as error:
        problems.add(
            "agreement-unreadable",
            source=str(error.filename or folder),
            found=error.strerror,
            expected="agreements that can be read",
            fix="Correct the file's permissions",
        )
        return {}, {}
    return texts, {name: parse_agreement(text, name) for name, text in texts.items()}


def _stated(path: Path) -> tuple[str, str] | None:
    """Take id and version out of an agreement that is wrong elsewhere; None, if it has none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  makes nothing but text
    except (yaml.YAMLError, OSError):
        return None
    if not isinstance(content, dict) or not content.get("id") or not content.get("version"):
        return None
    return f"{content['id']}@{content['version']}", text
