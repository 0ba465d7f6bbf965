"""Ids of material samples as they are compared: accessions are one however they are written."""

from __future__ import annotations

import re

from soilbio.standards.insdc import is_missing

# Whole ids, alone or at the end of a URL or behind a prefix; more text tells of a part of it.
_BEFORE = r"(?:\S*[/=:]\s?)?"
_ACCESSION = re.compile(_BEFORE + r"(SAM(?:N|D|EA|EG|E)\d+|[ESD]RS\d{5,})/?", re.I)
_IGSN = re.compile(
    r"(?:https?://)?(?:\S*/)?igsn(?:\.org)?\s?[:/]?\s?(?:10273/)?([a-z0-9.-]+)/?", re.I
)
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.I)


def material_of(text: str) -> tuple[str, bool]:
    """Give a material's id as it is compared, and whether it is an archive's accession.

    Accessions of BioSamples and of the sequence archives, and IGSN, may stand in a URL, behind a
    prefix, and in small letters.
    """
    plain = " ".join(text.split())
    if is_missing(plain):
        return "", False
    if found := _ACCESSION.fullmatch(plain):
        return found[1].upper(), True
    if found := _IGSN.fullmatch(plain):
        return f"IGSN:{found[1].upper()}", True
    return _SCHEME.sub("", plain).rstrip("/").casefold(), False
