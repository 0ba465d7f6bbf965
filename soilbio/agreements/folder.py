"""The agreements of a project: a folder of YAML files, found by id and version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from soilbio.agreements.parse import parse_agreement
from soilbio.errors import InputError, Problems

# Endings of files that were probably meant to be agreements.
_LIKE_YAML = (".yml", ".yaml", ".json")


class Tagged(Protocol):
    """What a row of the sample sheet says of its agreement."""

    @property
    def library_id(self) -> str: ...  # noqa: D102
    @property
    def sample_id(self) -> str: ...  # noqa: D102
    @property
    def agreement(self) -> str: ...  # noqa: D102
    @property
    def row(self) -> int: ...  # noqa: D102


def agreement_files(folder: Path, row: int | None, problems: Problems) -> list[Path]:
    """List the agreements; note a folder that is not there, cannot be read, or has none.

    Parameters
    ----------
    folder : Path
    row : int or None
        Where it is named.
    problems : Problems
        Of the file that names it.

    """
    reason = f"Write one, or correct the path; it was looked for at {folder}"
    files, others = list[Path](), list[Path]()
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix == ".yaml":
                files.append(path)
            elif path.suffix.lower() in _LIKE_YAML:
                others.append(path)
    except OSError as error:
        reason = f"{error.strerror}: {reason[0].lower()}{reason[1:]}"
    for path in others:
        problems.add(
            "agreement-suffix",
            source=str(path),
            found=path.name,
            expected="a name that ends in .yaml",
            fix=f"Rename it to {path.stem}.yaml, or move it elsewhere if it is not in use",
        )
    if not files and not others:
        problems.add(
            "agreement-none",
            row=row,
            column="agreements",
            found=folder.name,
            expected="a folder with at least one agreement (*.yaml)",
            fix=reason,
        )
    return files


def read_agreements(folder: Path) -> dict[str, str]:
    """Read the text of every agreement in a folder, by id@version.

    Raises
    ------
    InputError
        With the problems of all files; also where two files hold the same id and version.

    """
    problems = Problems(str(folder))
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            text = path.read_text(encoding="utf-8")
            agreement = parse_agreement(text, str(path))
        except UnicodeDecodeError:
            problems.add(
                "agreement-unreadable",
                source=str(path),
                expected="an agreement, YAML in UTF-8",
                fix="Save the file as UTF-8",
            )
            continue
        except InputError as error:
            problems.extend(error.problems)
            continue
        name = f"{agreement.id}@{agreement.version}"
        if name in texts:
            problems.add(
                "agreement-duplicate",
                source=str(path),
                found=name,
                expected="each agreement id and version in one file",
                fix="Give the amended agreement a new version, or remove one of the files",
            )
        texts[name] = text
    problems.raise_if_any()
    return texts


def agreements_of(
    libraries: Iterable[Tagged], texts: Mapping[str, str], source: str, title: str
) -> dict[str, str]:
    """Find each library's agreement as id@version; a bare id stands for its only version.

    Raises
    ------
    InputError
        For an agreement that is not there, whose version is not clear, or that does not cover the
        sample or the dataset of that title; and for a sample whose libraries name several: a row
        can have one.

    """
    problems = Problems(source)
    coverage: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    found: dict[str, str] = {}
    of_sample: dict[str, str] = {}
    for library in libraries:
        name = known_agreement(library.agreement, texts, library.row, problems)
        if not name:
            continue
        if name not in coverage:
            coverage[name] = _coverage(texts[name], name)
        samples, datasets = coverage[name]
        if not (fits(library.sample_id, samples) and fits(title, datasets)):
            problems.add(
                "agreement-not-covering",
                row=library.row,
                column="agreement",
                found=library.agreement,
                expected=f"an agreement that covers sample {library.sample_id} of '{title}'",
                fix="Name the agreement that does, or make a version whose `covers` includes it",
            )
        found[library.library_id] = name
        if of_sample.setdefault(library.sample_id, name) != name:
            problems.add(
                "agreement-several",
                row=library.row,
                column="agreement",
                found=name,
                expected=f"{of_sample[library.sample_id]}, as the sample's other libraries name",
                fix="Name one agreement for all libraries of a sample",
            )
    problems.raise_if_any()
    return found


def known_agreement(
    named: str, texts: Mapping[str, str], row: int | None, problems: Problems
) -> str:
    """Give the agreement that is meant as id@version; note one that is not there, or not clear."""
    matches = [name for name in texts if named in (name, name.partition("@")[0])]
    if len(matches) == 1:
        return matches[0]
    problems.add(
        "agreement-unknown",
        row=row,
        column="agreement",
        found=named,
        expected=f"one of {', '.join(sorted(texts)) or 'no agreements at all'}",
        fix="Name an agreement of the project's folder as id@version, or add its file",
    )
    return ""


def _coverage(text: str, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the patterns of samples and datasets that an agreement is about."""
    try:
        agreement = parse_agreement(text, name)
    except InputError:
        return (), ()  # its own problems are told
    return agreement.samples, agreement.datasets


def fits(text: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a name is one that patterns are of; no pattern means all names."""
    return not patterns or any(fnmatchcase(text, pattern) for pattern in patterns)
