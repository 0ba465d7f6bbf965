"""The agreements of what is imported, and which one each library is under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from soilbio.agreements.folder import (
    agreement_files,
    agreements_of,
    known_agreement,
    read_agreements,
)
from soilbio.errors import InputError, Problems
from soilbio.importers.method import Method, Tag


def agreements_for(
    method: Method, tags: Sequence[Tag], problems: Problems
) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Read the agreements, and which one each library is under; note what is wrong with either.

    Returns
    -------
    tuple of two mappings
        Texts by id@version, and id@version by library.

    """
    if not method.agreement:
        return {}, {}
    try:
        texts = read_agreements(method.agreements)
    except InputError as error:
        # A library may well name what stands in a file that cannot be read.
        problems.extend(error.problems)
        return {}, {}
    if not texts:
        row = method.lines.get("agreements", method.lines.get("agreement"))
        agreement_files(method.agreements, row, problems)
        return {}, {}
    # What is stated once for all libraries is told once, where it is stated.
    others = [tag for tag in tags if tag.agreement != method.agreement]
    is_used = len(others) < len(tags)
    row = method.lines.get("agreement")
    if is_used and not known_agreement(method.agreement, texts, row, problems):
        tags = others
    try:
        return texts, agreements_of(tags, texts, str(method.sheet or method.path), method.title)
    except InputError as error:
        problems.extend(error.problems)
        return texts, {}
