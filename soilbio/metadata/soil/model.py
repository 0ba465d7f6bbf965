"""What a soil sheet holds: layers of profiles, and what was observed in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

# Site and profile; a row that names neither belongs to the sample that it names.
ProfileKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer or horizon, or a whole profile or site where no depth is given; depths in metres.

    `samples` are those of which the row says that they were taken from this profile.
    """

    site: str
    profile: str
    name: str
    upper_m: float | None
    lower_m: float | None
    samples: tuple[str, ...]

    @property
    def key(self) -> ProfileKey:
        """The profile that the layer belongs to."""
        if self.site or self.profile:
            return self.site, self.profile
        return "", "|".join(self.samples)

    @property
    def depths_m(self) -> tuple[float, float] | None:
        """Upper and lower depth, where both are known."""
        if self.upper_m is None or self.lower_m is None:
            return None
        return self.upper_m, self.lower_m


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of a property in a layer; `name` is the property's.

    `number` is in the property's own unit; None for a text, and for a value below the limit of
    detection, whose limit stands in `verbatim`. `procedure` is a code of `standards.procedures`,
    `method` what the sheet says besides or instead. `note` says how a value came about that was
    computed; it is empty for what was measured. `is_recovered` tells whether the factor for
    incomplete oxidation is in an organic carbon already; None where nobody says so.
    """

    layer: Layer
    name: str
    verbatim: str
    number: float | None
    unit: str
    procedure: str = ""
    method: str = ""
    replicate: str = ""
    note: str = ""
    is_recovered: bool | None = None
    row: int = 0
    column: str = ""

    @property
    def how(self) -> str:
        """What a value can be compared by: its procedure, else the method in words."""
        return self.procedure or self.method


@dataclass(slots=True)
class Soil:
    """What was read of a sheet; `taken` says for which column what it was taken for."""

    source: str
    observations: list[Observation] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)

    def samples(self) -> set[str]:
        """Name all samples that the sheet names."""
        return {name for layer in self.layers for name in layer.samples}


def by_profile(observations: Iterable[Observation]) -> dict[ProfileKey, list[Observation]]:
    """Sort observations into profiles, in the order of the sheet."""
    found: dict[ProfileKey, list[Observation]] = {}
    for one in observations:
        found.setdefault(one.layer.key, []).append(one)
    return found


def by_layer(observations: Iterable[Observation]) -> dict[Layer, dict[str, list[Observation]]]:
    """Sort observations into layers, and there by property."""
    found: dict[Layer, dict[str, list[Observation]]] = {}
    for one in observations:
        found.setdefault(one.layer, {}).setdefault(one.name, []).append(one)
    return found
