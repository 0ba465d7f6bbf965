"""The rules of the archive's checklist, held against the attributes of each sample."""

from __future__ import annotations

import re
from collections.abc import Iterable

from soilbio.archives.ena.describe import Notes
from soilbio.archives.ena.model import Attribute, Experiment, Sample, Study
from soilbio.standards.ena import (
    CHECKLIST,
    LIBRARY_SELECTIONS,
    LIBRARY_SOURCES,
    LIBRARY_STRATEGIES,
    expected,
)

TITLE_LENGTH, DESCRIPTION_LENGTH = (20, 250), (20, 4000)
_ALIAS = re.compile(r"[^\s<>&\"'][^<>&\"]{0,249}")
# What XML 1.0 has no place for.
_NO_TEXT = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def check_study(study: Study, notes: Notes) -> None:
    """Note a title or description that is too short or too long; not of a project that is there."""
    if study.accession:
        return
    for option, text, (least, most) in (
        ("--title", study.title, TITLE_LENGTH),
        ("--description", study.description, DESCRIPTION_LENGTH),
    ):
        if not least <= len(text) <= most:
            notes.problems.add(
                "ena-study",
                column=option,
                found=text[:60],
                expected=f"{least} to {most} characters that say what the study is about",
                fix=f"Give {option}, or name a project of the archive with --study",
            )


def check_samples(samples: Iterable[Sample], notes: Notes) -> None:
    """Note attributes that the checklist does not take, and names that are none."""
    for sample in samples:
        if not _ALIAS.fullmatch(sample.alias):
            notes.note(
                "ena-name",
                sample.alias,
                "sample_id",
                "a name of up to 250 characters without < > & and quotes",
                "Rename the sample",
            )
        for label in sorted(_repeated(sample.attributes)):
            notes.note(
                "ena-field-twice",
                sample.alias,
                label,
                "each attribute once in a sample",
                "Remove one of the columns that give it",
            )
        for one in sample.attributes:
            _check(sample.alias, one, notes)


def _repeated(attributes: Iterable[Attribute]) -> set[str]:
    labels = [one.label for one in attributes]
    return {label for label in labels if labels.count(label) > 1}


def _check(alias: str, one: Attribute, notes: Notes) -> None:
    expected = _expectation(one)
    if expected:
        notes.note(
            "ena-field-value",
            alias,
            f"{one.label} '{one.value[:40]}'" + (f" {one.unit}" if one.unit else ""),
            expected,
            "Correct the value in the samples' sheet",
        )


def _expectation(one: Attribute) -> str:
    """Say what a value or its unit should have been; empty where both are right."""
    if _NO_TEXT.search(one.value) or not one.value.strip():
        return "text without characters that cannot be seen"
    known = CHECKLIST.get(one.label)
    return "" if known is None else expected(one.label, one.value) or _of_unit(one, known.units)


def _of_unit(one: Attribute, units: tuple[str, ...]) -> str:
    """Say which unit an attribute should have; a term for a missing value has one, too."""
    if units:
        return "" if one.unit in units else f"a value in {' or '.join(units)}"
    return "a value without a unit" if one.unit else ""


def check_experiments(experiments: Iterable[Experiment], notes: Notes) -> None:
    """Note words that the archive has not for how a library was made."""
    for one in experiments:
        for column, value, known in (
            ("library_strategy", one.strategy, LIBRARY_STRATEGIES),
            ("library_source", one.source, LIBRARY_SOURCES),
            ("library_selection", one.selection, LIBRARY_SELECTIONS),
        ):
            if value not in known:
                notes.note(
                    "ena-library",
                    one.library_name,
                    f"{column} '{value}'",
                    f"one of {', '.join(known)}",
                    "Correct the assay",
                )
