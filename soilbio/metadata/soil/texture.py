"""Clay, silt and sand: sums, limits, classes. Limits of 50 and of 63 um are kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version

from soilbio.metadata.soil.model import Observation
from soilbio.standards.procedures import PROCEDURES, texture_procedure
from soilbio.standards.soil_properties import TEXTURE

# The classification that is made for each limit of silt and sand, um.
SYSTEMS = {50: "USDA", 63: "KA5", 20: "ISSS"}


@dataclass(frozen=True, slots=True)
class Texture:
    """The three fractions of a layer by one method; each may be a value below detection."""

    clay: Observation
    silt: Observation
    sand: Observation

    @property
    def limit_um(self) -> int | None:
        """Limit of silt and sand; None where nobody states it, or fractions disagree."""
        limits = {limit_of(one) for one in (self.silt, self.sand)}
        return limits.pop() if len(limits) == 1 else None

    @property
    def total(self) -> float:
        """Sum of the fractions, per cent."""
        return sum(one.number or 0.0 for one in (self.clay, self.silt, self.sand))


def limit_of(one: Observation) -> int | None:
    """Give the limit of silt and sand that a fraction was measured with, um."""
    known = PROCEDURES.get(one.procedure)
    return known.limit_um if known else None


def is_complete(texture: Texture) -> bool:
    """Tell whether all three fractions are numbers."""
    return all(one.number is not None for one in (texture.clay, texture.silt, texture.sand))


def textures_of(found: Mapping[str, Sequence[Observation]]) -> Iterator[Texture]:
    """List the complete textures of a layer: fractions of one method and one replicate."""
    by_way: dict[tuple[str, str], dict[str, Observation]] = {}
    for name in TEXTURE:
        for one in found.get(name, ()):
            by_way.setdefault((one.how, one.replicate), {})[name] = one
    for parts in by_way.values():
        if len(parts) == 3:
            yield Texture(parts["clay"], parts["silt"], parts["sand"])


def classes_of(textures: Iterable[Texture], tolerance: float) -> list[Observation]:
    """Name texture classes, each in the system whose limits the fractions have.

    Fractions are brought to 100 % before. A texture has no class where its sum misses 100 % by
    more than `tolerance`, where the limit is not known, or where the system leaves a gap.
    """
    by_system: dict[str, list[Texture]] = {}
    for texture in textures:
        system = SYSTEMS.get(texture.limit_um or 0)
        is_sound = is_complete(texture) and abs(texture.total - 100) <= tolerance + 1e-9
        if system and is_sound:
            by_system.setdefault(system, []).append(texture)
    found = []
    for system, own in by_system.items():
        for texture, name in zip(own, _names(own, system), strict=True):
            if name is not None:
                found.append(_class(texture, system, name))
    return found


def _names(textures: Sequence[Texture], system: str) -> list[str | None]:
    """Class all at once: pedotri looks at each polygon only once then."""
    import numpy as np
    import pedotri

    shares = np.array([100 / one.total for one in textures])
    sand = np.array([one.sand.number or 0.0 for one in textures]) * shares
    clay = np.array([one.clay.number or 0.0 for one in textures]) * shares
    return list(pedotri.classify(sand, clay, system, locale="en"))


def _class(texture: Texture, system: str, name: str) -> Observation:
    made = f"of clay, silt and sand, by pedotri {_pedotri_version()}"
    return replace(
        texture.clay,
        name="texture_class",
        verbatim=name,
        number=None,
        unit="",
        procedure="",
        method=f"{system} texture classes, silt 2-{texture.limit_um} um",
        note="; ".join(part for part in (made, texture.clay.note) if part),
        column="",
    )


@cache
def _pedotri_version() -> str:
    return version("pedotri")


def at_50_um(texture: Texture) -> tuple[Observation, Observation, Observation] | None:
    """Bring fractions with the limit 63 um to 50 um, log-linear within the silt.

    None for any other limit: from 20 um the error would be large, and 50 um needs nothing.
    """
    if texture.limit_um != 63 or not is_complete(texture) or not texture.total:
        return None
    from pedotri import psd

    share = 100 / texture.total
    numbers = [(one.number or 0.0) * share for one in (texture.sand, texture.silt, texture.clay)]
    sand, silt, clay = psd.convert(*numbers, source="KA5", target="USDA")
    return (
        _at_50(texture.clay, float(clay[0])),
        _at_50(texture.silt, float(silt[0])),
        _at_50(texture.sand, float(sand[0])),
    )


def _at_50(one: Observation, number: float) -> Observation:
    return replace(one, number=round(number, 6), procedure=texture_procedure(50), method="")
