"""Stocks of soil organic carbon, to a fixed depth and for an equivalent mass of soil.

A stock needs, of the same layers without a gap from the surface: organic carbon, bulk density of
the fine earth, and coarse fragments. Where one is missing there is no stock; none is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from soilbio.metadata.soil.conversions import STONE_DENSITY
from soilbio.metadata.soil.depths import interpolated
from soilbio.metadata.soil.model import Layer, Observation, by_layer

Found = Mapping[str, Sequence[Observation]]
# IPCC 2019, vol. 4, ch. 2: the depth to which national inventories count carbon.
DEPTH_M = 0.3
_TOLERANCE_M = 1e-9
# One hectare of a layer 1 m thick at 1 g/cm3 weighs this many tonnes.
_TONNES = 10_000.0


@dataclass(frozen=True, slots=True)
class Column:
    """The fine earth of a profile from the surface down, as cumulative amounts at layer limits.

    `depths_m`, `masses` (fine earth, t/ha) and `stocks` (organic carbon, t/ha) have the same
    length and begin at the surface with 0; `procedure` is that of the carbon.
    """

    depths_m: tuple[float, ...]
    masses: tuple[float, ...]
    stocks: tuple[float, ...]
    procedure: str


def column_of(observations: Sequence[Observation]) -> Column | None:
    """Add up fine earth and carbon of a profile, as deep as layers go without gap or lack.

    None where not even the uppermost layer has all that is needed, or layers overlap.
    """
    layers = by_layer(observations)
    ordered = sorted(
        ((layer, found) for layer, found in layers.items() if layer.depths_m and _has(found)),
        key=lambda pair: pair[0].depths_m or (0.0, 0.0),
    )
    depths, masses, stocks = [0.0], [0.0], [0.0]
    procedures = set[str]()
    for layer, found in ordered:
        upper, lower = layer.depths_m or (0.0, 0.0)
        if abs(upper - depths[-1]) > _TOLERANCE_M:
            break
        carbon = _number(found, "tot_org_carb")
        if carbon is None or (procedures and carbon[1] not in procedures):
            break
        mass = _fine_earth(found) * (lower - upper) * _TONNES
        procedures.add(carbon[1])
        depths.append(lower)
        masses.append(masses[-1] + mass)
        stocks.append(stocks[-1] + mass * carbon[0] / 1000)
    if len(depths) == 1 or _is_doubled(ordered):
        return None
    return Column(tuple(depths), tuple(masses), tuple(stocks), procedures.pop())


def _has(found: Found) -> bool:
    has_carbon = any(one.number is not None for one in found.get("tot_org_carb", ()))
    return has_carbon and _fine_earth(found) > 0


def _is_doubled(ordered: Sequence[tuple[Layer, Found]]) -> bool:
    tops = [layer.depths_m[0] for layer, _ in ordered if layer.depths_m]
    return len(tops) != len(set(tops))


def _number(found: Found, name: str) -> tuple[float, str] | None:
    """Average the replicates of the first procedure of a property."""
    own = [one for one in found.get(name, ()) if one.number is not None]
    if not own:
        return None
    how = own[0].how
    numbers = [one.number or 0.0 for one in own if one.how == how]
    return sum(numbers) / len(numbers), how


def _fine_earth(found: Found) -> float:
    """Give the mass of fine earth in a volume of the whole soil, g/cm3; 0 where it is not known.

    The volume of stones comes from the field, or from their mass at 2.65 g/cm3.
    """
    fine, whole = _number(found, "bulk_density"), _number(found, "bulk_density_whole")
    volume, mass = (
        _number(found, "coarse_fragments_volume"),
        _number(found, "coarse_fragments_mass"),
    )
    if fine and volume:
        return fine[0] * (1 - volume[0] / 100)
    if fine and mass:
        share = mass[0] / 100
        stones, earth = share / STONE_DENSITY, (1 - share) / fine[0]
        return (1 - share) / (stones + earth)
    if whole and mass:
        return whole[0] * (1 - mass[0] / 100)
    if whole and volume:
        return max(whole[0] - STONE_DENSITY * volume[0] / 100, 0.0)
    return 0.0


def stock_to_depth(column: Column, depth_m: float) -> float | None:
    """Give the stock of carbon (t/ha) from the surface to a depth; None where layers end above.

    Within a layer carbon and mass are taken as even.
    """
    return _at(column.depths_m, column.stocks, depth_m)


def mass_to_depth(column: Column, depth_m: float) -> float | None:
    """Give the mass of fine earth (t/ha) from the surface to a depth."""
    return _at(column.depths_m, column.masses, depth_m)


def _at(places: Sequence[float], amounts: Sequence[float], at: float) -> float | None:
    """Interpolate linearly; None beyond the last place."""
    for upper, lower, above, below in zip(places, places[1:], amounts, amounts[1:], strict=False):
        if upper <= at <= lower + _TOLERANCE_M:
            return above + (below - above) * min((at - upper) / (lower - upper), 1.0)
    return None


def stock_to_mass(column: Column, mass: float) -> tuple[float, float] | None:
    """Give the stock of carbon (t/ha) in the uppermost fine earth of a mass, and its depth.

    Parameters
    ----------
    column : Column
        The profile.
    mass : float
        Reference mass of fine earth, t/ha; the same for all profiles that are compared.

    Returns
    -------
    tuple of two float, or None
        Stock in t/ha, and the depth in metres that holds the mass. None where the profile is
        lighter. The stock above each mass is interpolated by a monotone cubic.

    References
    ----------
    Wendt and Hauser 2013, Eur. J. Soil Sci. 64:58-65; von Haden, Yang and DeLucia 2020, Glob.
    Change Biol. 26:3759-3770.

    """
    depth_m = _at(column.masses, column.depths_m, mass)
    if depth_m is None:
        return None
    at = min(mass, column.masses[-1])
    if len(column.masses) == 2:
        return column.stocks[-1] * at / column.masses[-1], depth_m
    return interpolated(column.masses, column.stocks, at), depth_m
