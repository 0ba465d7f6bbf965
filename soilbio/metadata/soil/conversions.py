"""Conversions between methods: published formulas, made on request only, each with its error.

The measured value always stays beside the converted one. What a formula needs and a layer has not
(electrical conductivity, whether a factor was applied before) is never assumed: then nothing is
converted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from soilbio.metadata.soil.model import Layer, Observation, by_layer
from soilbio.metadata.soil.texture import at_50_um, textures_of
from soilbio.standards.soil_properties import SOIL_PROPERTIES

Found = Mapping[str, Sequence[Observation]]


@dataclass(frozen=True, slots=True)
class Conversion:
    """One formula: what it makes of what, where it is from, how far it may be off, where it holds.

    `procedure` is that of the result, empty where it is the property alone that changes.
    """

    name: str
    of: str
    to: str
    procedure: str
    formula: str
    uncertainty: str
    domain: str
    source: str
    apply: Callable[[Found], Iterable[Observation]]


def convert_methods(observations: Iterable[Observation], names: Iterable[str]) -> list[Observation]:
    """Make the values that conversions give; those that were measured are not repeated.

    Parameters
    ----------
    observations : iterable of Observation
        Of any number of layers.
    names : iterable of str
        Keys of `CONVERSIONS`.

    Returns
    -------
    list of Observation
        Each says in `note` how it was made, and has the verbatim value that it is made of.

    Raises
    ------
    ValueError
        For a name that is no conversion.

    """
    wanted = list(dict.fromkeys(names))
    unknown = [name for name in wanted if name not in CONVERSIONS]
    if unknown:
        raise ValueError(f"no such conversion: {', '.join(unknown)}")
    layers: dict[Layer, dict[str, list[Observation]]] = by_layer(observations)
    return [
        replace(one, note=note_of(CONVERSIONS[name]))
        for found in layers.values()
        for name in wanted
        for one in CONVERSIONS[name].apply(found)
    ]


def note_of(one: Conversion) -> str:
    """Say in a line how a value was converted."""
    return f"converted, {one.name}: {one.formula}; {one.uncertainty}; {one.source}"


def _line(
    of: str, to: str, formula: Callable[[float], float], procedures: tuple[str, str]
) -> Callable[[Found], Iterator[Observation]]:
    """Make a conversion of each number of a property by a procedure; `|` stands for its end."""
    begins, becomes = procedures

    def is_meant(procedure: str) -> bool:
        return f"{procedure}|".startswith(begins)

    def apply(found: Found) -> Iterator[Observation]:
        for one in found.get(of, ()):
            if one.number is not None and is_meant(one.procedure):
                yield _made(one, to, formula(one.number), becomes)

    return apply


def _made(one: Observation, to: str, number: float, procedure: str) -> Observation:
    return replace(
        one,
        name=to,
        number=float(f"{number:.6g}"),
        unit=SOIL_PROPERTIES[to].unit,
        procedure=procedure,
        method="",
    )


def _first(found: Found, name: str, begins: str = "") -> Observation | None:
    return next(
        (
            one
            for one in found.get(name, ())
            if one.number is not None and one.procedure.startswith(begins)
        ),
        None,
    )


def _walkley_black(factor: float) -> Callable[[Found], Iterator[Observation]]:
    """Correct for what wet oxidation misses, where the laboratory says that it did not."""

    def apply(found: Found) -> Iterator[Observation]:
        for one in found.get("tot_org_carb", ()):
            is_raw = one.procedure == "OrgC_wc-cro3-walkleyblack" and one.is_recovered is False
            if is_raw and one.number is not None:
                yield _made(one, "tot_org_carb", one.number * factor, "OrgC_acid-dc-ht-analyser")

    return apply


def _total_less_inorganic(found: Found) -> Iterator[Observation]:
    total, carbonate = _first(found, "tot_carb"), _first(found, "carbonates")
    inorganic = _first(found, "tot_inorg_carb")
    if total is None or total.number is None:
        return
    if inorganic is not None and inorganic.number is not None:
        rest = total.number - inorganic.number
    elif carbonate is not None and carbonate.number is not None:
        rest = total.number - 0.12 * carbonate.number
    else:
        return
    if rest >= 0:
        yield _made(total, "tot_org_carb", rest, "OrgC_calcul-tc-ic")


def _ph_water_to_cacl2(found: Found) -> Iterator[Observation]:
    conductivity = _first(found, "ec", "EC_ratio1-5")
    if conductivity is None or conductivity.number is None:
        return
    for one in found.get("ph", ()):
        if one.number is not None and one.procedure == "pHH2O_ratio1-2.5":
            number = 0.93 * one.number + 1.75 * conductivity.number - 0.44
            yield _made(one, "ph_cacl2", number, "pHCaCl2_ratio1-2.5")


def _ph_kcl_to_water(number: float) -> float:
    return -1.95 + 11.58 * math.log10(number) if number > 0 else math.nan


def _texture_63_to_50(found: Found) -> Iterator[Observation]:
    for texture in textures_of(found):
        yield from at_50_um(texture) or ()


def _fine_earth_density(found: Found) -> Iterator[Observation]:
    whole, stones = _first(found, "bulk_density_whole"), _first(found, "coarse_fragments_mass")
    if whole is None or stones is None or not whole.number or stones.number is None:
        return
    share = stones.number / 100
    volume = 1 / whole.number - share / STONE_DENSITY
    if volume > 0 and share < 1:
        yield _made(whole, "bulk_density", (1 - share) / volume, "")


def _volumetric_water(found: Found) -> Iterator[Observation]:
    water, whole = _first(found, "water_content"), _first(found, "bulk_density_whole")
    if water and whole and water.number is not None and whole.number is not None:
        yield _made(water, "water_content_volume", water.number * whole.number, "")


# Density of quartz and most stones, g/cm3.
STONE_DENSITY = 2.65
_KABALA = "Kabala et al. 2016, Pol. J. Environ. Stud. 25:647-653"
_GLOSIS = "definition in the GLOSIS procedure"
_WB_DOMAIN = "only where recovery_factor_applied is no; fails on calcareous and charcoal-rich soils"
_CONVERSIONS = (
    Conversion(
        "walkley-black-1.32",
        "tot_org_carb",
        "tot_org_carb",
        "OrgC_acid-dc-ht-analyser",
        "dry combustion = 1.32 * Walkley-Black",
        "true factor between soils 1.00 to 1.60",
        _WB_DOMAIN,
        "Walkley and Black 1934, Soil Sci. 37:29-38",
        _walkley_black(1.32),
    ),
    Conversion(
        "walkley-black-1.25",
        "tot_org_carb",
        "tot_org_carb",
        "OrgC_acid-dc-ht-analyser",
        "dry combustion = 1.25 * Walkley-Black",
        "true factor between soils 1.00 to 1.60",
        f"40 mineral soils of New Zealand; {_WB_DOMAIN}",
        "Grewal, Buchan and Sherlock 1991, J. Soil Sci. 42:251-257",
        _walkley_black(1.25),
    ),
    Conversion(
        "organic-matter-2.0",
        "org_matter",
        "tot_org_carb",
        "",
        "organic carbon = organic matter / 2.0",
        "true factor between soils 1.4 to 2.5",
        "loss on ignition overstates organic matter where there is much clay",
        "Pribyl 2010, Geoderma 156:75-83",
        _line("org_matter", "tot_org_carb", lambda x: x / 2.0, ("", "")),
    ),
    Conversion(
        "carbonate-carbon",
        "carbonates",
        "tot_inorg_carb",
        "InOrgC_calcul-caco3",
        "inorganic carbon = 0.12 * calcium carbonate",
        "exact but for other carbonates",
        "any soil",
        _GLOSIS,
        _line("carbonates", "tot_inorg_carb", lambda x: 0.12 * x, ("", "InOrgC_calcul-caco3")),
    ),
    Conversion(
        "total-minus-inorganic",
        "tot_carb",
        "tot_org_carb",
        "OrgC_calcul-tc-ic",
        "organic carbon = total carbon - inorganic carbon (0.12 * calcium carbonate)",
        "errors of both measurements add up; large where carbonate is most of the carbon",
        "layers with total carbon and carbonate",
        _GLOSIS,
        _total_less_inorganic,
    ),
    Conversion(
        "ph-water-1-1-to-1-5",
        "ph",
        "ph",
        "pHH2O_ratio1-5",
        "pH(1:5) = -0.51 + 1.06 * pH(1:1)",
        "RMSE 0.44",
        "563 samples of 11 soil orders, USA",
        "Libohova et al. 2014, Geoderma 213:544-550",
        _line("ph", "ph", lambda x: -0.51 + 1.06 * x, ("pHH2O_ratio1-1|", "pHH2O_ratio1-5")),
    ),
    Conversion(
        "ph-water-1-2.5-to-1-5",
        "ph",
        "ph",
        "pHH2O_ratio1-5",
        "pH(1:5) = 0.14 + 0.99 * pH(1:2.5)",
        "small, not stated as a number",
        "200 soils of south-west Poland",
        _KABALA,
        _line("ph", "ph", lambda x: 0.14 + 0.99 * x, ("pHH2O_ratio1-2.5|", "pHH2O_ratio1-5")),
    ),
    Conversion(
        "ph-kcl-to-water",
        "ph_kcl",
        "ph",
        "pHH2O_ratio1-5",
        "pH(water 1:5) = -1.95 + 11.58 * log10(pH(KCl 1:2.5))",
        "regional, not stated as a number",
        "200 soils of south-west Poland",
        _KABALA,
        _line("ph_kcl", "ph", _ph_kcl_to_water, ("pHKCl_ratio1-2.5|", "pHH2O_ratio1-5")),
    ),
    Conversion(
        "ph-water-to-cacl2",
        "ph",
        "ph_cacl2",
        "pHCaCl2_ratio1-2.5",
        "pH(CaCl2) = 0.93 * pH(water 1:2.5) + 1.75 * EC(1:5, dS/m) - 0.44",
        "RMSE 0.14",
        "192 paddy and upland soils of Japan; needs electrical conductivity 1:5 of the same layer",
        "Takamoto et al. 2023",
        _ph_water_to_cacl2,
    ),
    Conversion(
        "texture-63-to-50",
        "sand",
        "sand",
        "SaSiCl_2-50-2000u",
        "amount linear in the logarithm of the diameter within the silt, by pedotri",
        "a few per cent of the fine earth",
        "three fractions with the limit 63 um; from 20 um it is refused",
        "Nemes et al. 1999, Geoderma 90:187-202",
        _texture_63_to_50,
    ),
    Conversion(
        "bulk-density-fine-earth",
        "bulk_density_whole",
        "bulk_density",
        "",
        "fine earth = (1 - s) / (1 / whole - s / 2.65), s the mass of stones",
        "density of stones 2.65 g/cm3 is assumed",
        "layers with bulk density of the whole soil and coarse fragments by mass",
        "definition",
        _fine_earth_density,
    ),
    Conversion(
        "water-to-volume",
        "water_content",
        "water_content_volume",
        "",
        "volumetric = gravimetric * bulk density of the whole soil / 1 g/cm3",
        "errors of both measurements multiply",
        "layers with both",
        "definition",
        _volumetric_water,
    ),
)
CONVERSIONS: dict[str, Conversion] = {one.name: one for one in _CONVERSIONS}
