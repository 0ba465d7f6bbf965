"""Ids of material samples as they are compared: accessions are one however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from operator import itemgetter
from typing import Any, NamedTuple

from soilbio.standards.insdc import INFORMAL_MISSING, is_missing
from soilbio.standards.mixs import parse_depth, parse_lat_lon
from soilbio.standards.pseudonyms import is_pseudonym
from soilbio.standards.written import written_plainly

# Whole ids, alone or at the end of a URL or behind a prefix; more text tells of a part of it.
_BEFORE = r"(?:\S*[/=:]\s?)?"
_ACCESSION = re.compile(_BEFORE + r"(SAM(?:N|D|EA|EG|E)\d+|[ESD]RS\d{5,})/?", re.I)
_IGSN = re.compile(
    r"(?:https?://)?(?:\S*/)?igsn(?:\.org)?\s?[:/]?\s?(?:10273/)?([a-z0-9.-]+)/?", re.I
)
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.I)
# Studies, experiments, runs and analyses are no material, and a number alone is one everywhere.
_OTHERS = re.compile(_BEFORE + r"(?:PRJ[A-Z]{1,2}\d+|[ESD]R[PRXAZ]\d{4,})/?|[\d.,]+", re.I)
_NO_ID = INFORMAL_MISSING | {
    *("unknown", "none", "no", "not known", "not available", "not recorded", "not determined"),
    *("undetermined", "unspecified", "tbd", "tba", "unbekannt"),
}
# What samples of one soil say alike, at least in one laboratory; and how far apart places may be,
# degrees, since agreements make some coarser.
_OF_ONE = ("lat_lon", "collection_date", "cur_land_use")
_FAR = 1.0
Row = Mapping[str, Any]
Rows = list[tuple[str, Row]]


class Material(NamedTuple):
    """A material's id as it is compared; of a core that was cut, with one of its depths."""

    name: str
    is_accession: bool
    depth: str = ""

    @property
    def told(self) -> str:
        """Name it."""
        return f"{self.name} at {self.depth.replace(' ', '-')} m" if self.depth else self.name


def material_of(text: str) -> tuple[str, bool]:
    """Give a material's id as it is compared, and whether it is an archive's accession.

    Accessions of BioSamples and of the sequence archives, and IGSN, may stand in a URL, behind a
    prefix, and in small letters. Words for what is missing, accessions of other things (studies,
    runs) and a number alone are none.
    """
    plain = " ".join(text.split())
    if is_missing(plain) or plain.casefold() in _NO_ID or _OTHERS.fullmatch(plain):
        return "", False
    if found := _ACCESSION.fullmatch(plain):
        return found[1].upper(), True
    if found := _IGSN.fullmatch(plain):
        return f"IGSN:{found[1].upper()}", True
    return _SCHEME.sub("", plain).rstrip("/").casefold(), False


def by_material(samples: Iterable[tuple[str, Row]]) -> tuple[dict[Material, Rows], list[str]]:
    """Give the samples of each material, and the ids that are none by what samples say.

    Increments of one core are soils of their own: an id whose samples are of several depths is a
    material for each depth. A pseudonym stands for an accession: its sender knew what is one soil.

    Parameters
    ----------
    samples : iterable of (laboratory, row of `samples`)

    """
    found: dict[str, Rows] = {}
    archived = set()
    for who, row in samples:
        own, is_archived = material_of(row.get("source_mat_id") or "")
        name, is_accession = material_of(row["sample_id"])
        archived |= {own} if is_archived or is_pseudonym(own) else set()
        archived |= {name} if is_accession else set()
        for material in {own, name if is_accession else ""} - {""}:
            found.setdefault(material, []).append((who, row))
    none = sorted(name for name in found.keys() - archived if are_several(found[name]))
    materials = {
        Material(name, name in archived, depth): own
        for name, rows in found.items()
        if name not in none
        for depth, own in _by_depth(rows).items()
    }
    return materials, none


def _by_depth(rows: Rows) -> dict[str, Rows]:
    """Part samples by depth, if one laboratory has several, or those of two do not meet.

    Then those that tell no depth are of none of them. Laboratories write one depth in several ways.
    """
    said: dict[str, Rows] = {}
    of_one: dict[str, set[str]] = {}
    for who, row in rows:
        if parse_depth(text := str(row.get("depth") or "")):
            plain = written_plainly("depth", text)
            said.setdefault(plain, []).append((who, row))
            of_one.setdefault(who, set()).add(plain)
    depths = sorted((float(one.split()[0]), float(one.split()[1])) for one in said)
    is_cut = any(len(own) > 1 for own in of_one.values()) or any(
        _are_apart(*both) for both in combinations(depths, 2)
    )
    return said if is_cut else {"": rows}


def _are_apart(upper: tuple[float, float], lower: tuple[float, float]) -> bool:
    """Tell whether depths do not meet: layers that touch do not, a point at the end of one does."""
    has_point = upper[0] == upper[1] or lower[0] == lower[1]
    return upper[1] < lower[0] or (upper[1] == lower[0] and not has_point)


def are_several(rows: Iterable[tuple[str, Row]]) -> bool:
    """Tell whether samples say of themselves that they are of several soils.

    Laboratories write one thing in several ways; within one, what differs does, and far places do.
    """
    said: dict[tuple[str, str], set[str]] = {}
    for who, row in rows:
        for column in _OF_ONE:
            text = written_plainly(column, str(row.get(column) or "")).casefold()
            if text and not is_missing(text):
                said.setdefault((who, column), set()).add(text)
    texts = {text for (_, column), own in said.items() if column == "lat_lon" for text in own}
    places = sorted(filter(None, map(parse_lat_lon, texts)))
    far = any(
        max(abs(one[0] - other[0]), abs(one[1] - other[1])) > _FAR
        for one, other in combinations(places, 2)
    )
    return far or any(len(own) > 1 for own in said.values())


def soils_of(samples: Iterable[Row], laboratories: Mapping[str, set[str]]) -> dict[str, str]:
    """Give the soil of each sample: itself, or the material that it shares with other samples.

    An id of one's own makes samples of several laboratories one soil; of one laboratory, where it
    may be the plot's or the field's, only an archive's accession does.

    Parameters
    ----------
    samples : iterable of rows of `samples`
    laboratories : mapping of sample to the laboratories that have libraries of it

    """
    materials, _ = by_material(
        (" | ".join(sorted(laboratories.get(row["sample_id"], ()))), row) for row in samples
    )
    soil_of = {sample: sample for sample in laboratories}
    for material, rows in sorted(materials.items(), key=itemgetter(0)):
        known = sorted({row["sample_id"] for _, row in rows} & soil_of.keys())
        if len(known) < 2:
            continue
        is_of_one = len({one for sample in known for one in laboratories[sample]}) < 2
        if is_of_one and (not material.is_accession or are_several(rows)):
            continue
        joined = {soil_of[sample] for sample in known}
        first = min(joined)
        soil_of |= {sample: first for sample, soil in soil_of.items() if soil in joined}
    return soil_of
