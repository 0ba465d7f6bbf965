"""Laboratory procedures of soil analysis: GLOSIS codes, and a few of ours where GLOSIS has none.

A code tells what a number can be compared with: solution and ratio of a pH, extractant of a
phosphorus, limits of a texture. The table is made by `resources/standards/make_soil.py`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from soilbio.standards.soil_properties import SOIL_PROPERTIES, plain

SOURCE = "ISRIC iso-28258 1.9 (MIT) and GLOSIS procedures 1.5.1 (CC BY 4.0): codes and IRIs only"

_TABLE = Path(__file__).with_name("procedures.tsv")
_LIMIT = re.compile(r"SaSiCl_2-(\d+)-2000u")


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure; `iri` is GLOSIS' where its ontology has the procedure, else ISRIC's or empty.

    `is_in_glosis` says which. `synonyms` are what laboratories write; several procedures may share
    one (`1:5`), so it is looked up for a property.
    """

    code: str
    iri: str
    is_in_glosis: bool
    synonyms: tuple[str, ...]

    @property
    def properties(self) -> tuple[str, ...]:
        """Names of the soil properties that it measures."""
        return _properties(self.code)

    @property
    def limit_um(self) -> int | None:
        """Limit of silt and sand that it works with, um; None for what is no texture.

        ISRIC writes 64 for the limit that ISO 11277 puts at 63.
        """
        match = _LIMIT.match(self.code)
        return {64: 63}.get(int(match[1]), int(match[1])) if match else None


@cache
def _properties(code: str) -> tuple[str, ...]:
    return tuple(one.name for one in SOIL_PROPERTIES.values() if code.startswith(one.procedures))


def _read(table: Path) -> dict[str, Procedure]:
    with table.open(encoding="utf-8", newline="") as handle:
        return {
            row["code"]: Procedure(
                row["code"],
                row["iri"],
                row["is_in_glosis"] == "yes",
                tuple(row["synonyms"].split("|")) if row["synonyms"] else (),
            )
            for row in csv.DictReader(handle, delimiter="\t")
        }


PROCEDURES: dict[str, Procedure] = _read(_TABLE)


@cache
def _by_name() -> dict[str, tuple[Procedure, ...]]:
    found: dict[str, list[Procedure]] = {}
    for one in PROCEDURES.values():
        names = {one.code, one.iri, one.iri.rpartition("/")[2], *one.synonyms} - {""}
        for name in sorted(names):
            found.setdefault(plain(name), []).append(one)
    return {name: tuple(several) for name, several in found.items()}


@lru_cache(maxsize=4096)
def find_procedure(text: str, name: str, limit_um: int | None = None) -> Procedure | None:
    """Find the procedure that a text means for a property, by code, IRI or a usual name.

    Parameters
    ----------
    text : str
        As the laboratory wrote it.
    name : str
        A key of `SOIL_PROPERTIES`.
    limit_um : int, optional
        Limit of silt and sand; GLOSIS' particle-size procedures do not hold it.

    Returns
    -------
    Procedure or None
        Where the text is the code of a procedure of another property, that is given: the caller
        compares `properties`. None for a texture whose limit nobody states.

    """
    several = _by_name().get(plain(text), ())
    own = [one for one in several if name in one.properties]
    if len({one.limit_um for one in own}) > 1:
        own = [one for one in own if one.limit_um == limit_um]
        several = ()
    by_code = [one for one in several if plain(text) in (plain(one.code), plain(one.iri))]
    return next(iter([*own, *by_code]), None)


def texture_procedure(limit_um: int) -> str:
    """Give the code that states a limit of silt and sand (um) and nothing else."""
    return f"SaSiCl_2-{64 if limit_um == 63 else limit_um}-2000u"
