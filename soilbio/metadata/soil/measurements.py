"""From a soil sheet to rows of the dataset's `measurements`, linked to the DNA samples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from soilbio.metadata.soil.conversions import convert_methods
from soilbio.metadata.soil.depths import LEAST_COVERAGE, METHODS, AtDepth, at_point, weighted_mean
from soilbio.metadata.soil.model import Layer, Observation, ProfileKey, Soil, by_layer, by_profile
from soilbio.metadata.soil.stocks import (
    DEPTH_M,
    Column,
    column_of,
    mass_to_depth,
    stock_to_depth,
    stock_to_mass,
)
from soilbio.metadata.soil.texture import classes_of as texture_classes
from soilbio.metadata.soil.texture import textures_of
from soilbio.standards.soil_properties import SOIL_PROPERTIES

Row = dict[str, object]
SOURCE = "soil sheet"
# Fractions may miss 100 % by this much and still have a class.
_SUM_TOLERANCE = 2.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What to make of a soil sheet, besides the values that it holds.

    `convert` names conversions between methods; none is made unasked. `depth_method` is `mean`
    (thickness-weighted) or `mass-preserving` (for contents; all else keeps the mean). The stock of
    carbon is that to `stock_depth_m`; `stock_mass` (fine earth, t/ha) is the reference of the
    equivalent soil mass, by default the least mass to that depth of all profiles.
    """

    convert: tuple[str, ...] = ()
    depth_method: str = "mean"
    stock_depth_m: float = DEPTH_M
    stock_mass: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A DNA sample: its depth in metres where known, and the profile that its metadata name."""

    sample_id: str
    upper_m: float | None = None
    lower_m: float | None = None
    site: str = ""
    profile: str = ""


def measurement_rows(
    soil: Soil, samples: Iterable[Sample], settings: Settings | None = None
) -> list[Row]:
    """Make the rows of all samples, without `agreement_id`; sorted by the table's key.

    Parameters
    ----------
    soil : Soil
        The sheet.
    samples : iterable of Sample
        Those of the dataset; what the sheet says of others is left out.
    settings : Settings, optional
        What to compute.

    Returns
    -------
    list of dict
        Columns of the table `measurements`: measured values at their layers' depths, then values
        at the depth of the sample, texture classes, conversions, and stocks. `source` says how a
        value that was not measured came about.

    """
    chosen = settings or Settings()
    derived = [*convert_methods(soil.observations, chosen.convert)]
    observations = [*soil.observations, *derived]
    observations += classes_of(observations)
    profiles = by_profile(observations)
    columns = _columns(profiles)
    mass = chosen.stock_mass or _least_mass(columns, chosen.stock_depth_m)
    links = _Links(profiles)
    rows: list[Row] = []
    found: list[tuple[Sample, Observation]] = []
    for sample in samples:
        for key in links.of(sample):
            rows += _rows_of(sample, profiles[key])
            found += [(sample, one) for one in _at_depths(sample, profiles[key], chosen)]
            if key in columns:
                rows += _stock_rows(sample, columns[key], chosen, mass)
    by_id = {sample.sample_id: sample for sample, _ in found}
    made = [one for _, one in found]
    for one in [*made, *classes_of(made)]:
        sample = by_id[one.layer.samples[0]]
        rows.append(_row(sample, one, (one.layer.upper_m, one.layer.lower_m)))
    unique = {_key(row): row for row in rows}
    return [unique[key] for key in sorted(unique)]


def _key(row: Row) -> tuple[str, str, str, float, float, str]:
    """Give the table's key, so that rows without depth come first."""
    depths = [row["upper_depth_m"], row["lower_depth_m"]]
    upper, lower = (depth if isinstance(depth, float | int) else -1.0 for depth in depths)
    texts = [str(row[name]) for name in ("subject", "property", "method", "source")]
    return texts[0], texts[1], texts[2], upper, lower, texts[3]


def classes_of(observations: Iterable[Observation]) -> list[Observation]:
    """Name the texture class of every layer that has three fractions and a known limit."""
    textures = [one for own in by_layer(observations).values() for one in textures_of(own)]
    return texture_classes(textures, _SUM_TOLERANCE)


class _Links:
    """Which profiles a sample was taken from: those that name it, or that it names."""

    def __init__(self, profiles: Mapping[ProfileKey, Sequence[Observation]]) -> None:
        self.by_sample: dict[str, dict[ProfileKey, None]] = {}
        self.by_profile: dict[str, dict[ProfileKey, None]] = {}
        self.keys = profiles.keys()
        for key, own in profiles.items():
            self.by_profile.setdefault(key[1], {})[key] = None
            for name in {name for one in own for name in one.layer.samples}:
                self.by_sample.setdefault(name, {})[key] = None

    def of(self, sample: Sample) -> list[ProfileKey]:
        """List the profiles of a sample; what is said of a site holds for all of its profiles."""
        linked = dict(self.by_sample.get(sample.sample_id, {}))
        if sample.profile:
            for key in self.by_profile.get(sample.profile, {}):
                if sample.site in ("", key[0]):
                    linked[key] = None
        sites = [(sample.site, "")] if sample.site else []
        sites += [(site, "") for site, profile in linked if profile]
        return [
            *linked,
            *(key for key in dict.fromkeys(sites) if key in self.keys and key not in linked),
        ]


def _rows_of(sample: Sample, own: Iterable[Observation]) -> Iterator[Row]:
    """Make a row of each value that is of the sample."""
    for one in own:
        # A row that names other samples was measured in those; it counts for the mean all the same.
        if not one.layer.samples or sample.sample_id in one.layer.samples:
            yield _row(sample, one, _depth_of(one.layer, sample))


def _at_depths(
    sample: Sample, own: Iterable[Observation], chosen: Settings
) -> Iterator[Observation]:
    """Bring each property, method by method, to the depth of the sample."""
    if sample.upper_m is None or sample.lower_m is None:
        return
    numbers = [one for one in own if SOIL_PROPERTIES[one.name].is_number and one.layer.depths_m]
    for _, group in groupby(sorted(numbers, key=_way), key=_way):
        found = _at_depth(sample, list(group), chosen)
        if found is not None:
            yield found


def _way(one: Observation) -> tuple[str, str, str]:
    return one.name, one.how, one.note


def _depth_of(layer: Layer, sample: Sample) -> tuple[float | None, float | None]:
    """Give the layer's depth; a row of the sample alone has the sample's."""
    is_of_sample = not layer.profile and sample.sample_id in layer.samples
    if layer.depths_m is None and is_of_sample:
        return sample.upper_m, sample.lower_m
    return layer.upper_m, layer.lower_m


def _row(sample: Sample, one: Observation, depth: tuple[float | None, float | None]) -> Row:
    parts = [SOURCE, f"replicate {one.replicate}" if one.replicate else "", one.note]
    return {
        "subject": sample.sample_id,
        "property": one.name,
        "value": one.number,
        "verbatim_value": one.verbatim,
        "unit": one.unit,
        "method": one.how,
        "upper_depth_m": depth[0],
        "lower_depth_m": depth[1],
        "source": "; ".join(part for part in parts if part),
    }


def _at_depth(sample: Sample, group: Sequence[Observation], chosen: Settings) -> Observation | None:
    """Bring one property by one method to the sample's depth; None where that adds nothing."""
    upper, lower = sample.upper_m or 0.0, sample.lower_m or 0.0
    slices = _slices(group)
    if _is_measured(sample, group) and len(group) == len(slices):
        return None
    # A mean without the layers below detection would be too high.
    if any(one.number is None and _reaches(one.layer, upper, lower) for one in group):
        return None
    is_content = SOIL_PROPERTIES[group[0].name].is_content
    method = METHODS[chosen.depth_method] if is_content else weighted_mean
    found = method(slices, upper, lower) if lower > upper else at_point(slices, upper)
    if found is None:
        return None
    if lower > upper:
        words = "thickness-weighted mean" if method is weighted_mean else "mass-preserving curve"
        note = f"{words} of {_counted(found)}, {100 * found.coverage:.0f} % of the depth"
    else:
        note = "value of the layer that holds the depth"
    return replace(
        group[0],
        layer=replace(
            group[0].layer, name="", upper_m=upper, lower_m=lower, samples=(sample.sample_id,)
        ),
        number=found.value,
        verbatim="",
        replicate="",
        note="; ".join(part for part in (note, group[0].note) if part),
    )


def _reaches(layer: Layer, upper_m: float, lower_m: float) -> bool:
    above, below = layer.depths_m or (0.0, 0.0)
    return above < max(lower_m, upper_m + 1e-9) and below > upper_m


def _is_measured(sample: Sample, group: Sequence[Observation]) -> bool:
    """Tell whether the sheet has the value at the sample's own depth, for this sample."""
    wanted = (sample.upper_m or 0.0, sample.lower_m or 0.0)
    return any(
        max(abs(a - b) for a, b in zip(one.layer.depths_m or (-1.0, -1.0), wanted, strict=True))
        < 1e-9
        and (not one.layer.samples or sample.sample_id in one.layer.samples)
        for one in group
    )


def _counted(found: AtDepth) -> str:
    return f"{found.layers} layer{'' if found.layers == 1 else 's'}"


def _slices(group: Sequence[Observation]) -> list[tuple[float, float, float]]:
    """Average the replicates of each layer."""
    by_depth: dict[tuple[float, float], list[float]] = {}
    for one in group:
        if one.layer.depths_m and one.number is not None:
            by_depth.setdefault(one.layer.depths_m, []).append(one.number)
    return [
        (upper, lower, sum(numbers) / len(numbers))
        for (upper, lower), numbers in sorted(by_depth.items())
    ]


def _columns(profiles: Mapping[ProfileKey, Sequence[Observation]]) -> dict[ProfileKey, Column]:
    """Add up fine earth and carbon of each profile that has what it takes; measured values only."""
    found = {key: column_of([one for one in own if not one.note]) for key, own in profiles.items()}
    return {key: column for key, column in found.items() if column is not None}


def _least_mass(columns: Mapping[ProfileKey, Column], depth_m: float) -> float | None:
    masses = [mass for one in columns.values() if (mass := mass_to_depth(one, depth_m))]
    return min(masses) if masses else None


def _stock_rows(
    sample: Sample, column: Column, chosen: Settings, mass: float | None
) -> Iterator[Row]:
    """Make the rows of both stocks, as far as the profile is deep and heavy enough."""
    at_depth = stock_to_depth(column, chosen.stock_depth_m)
    how = f"organic carbon by {column.procedure or 'an unknown procedure'}"
    if at_depth is not None:
        yield _stock(sample, "soc_stock", (at_depth, chosen.stock_depth_m), how, "fixed depth")
    found = stock_to_mass(column, mass) if mass else None
    if found is not None:
        least = "" if chosen.stock_mass else ", the least of the profiles"
        words = f"equivalent soil mass, {mass:.6g} t/ha of fine earth{least}"
        yield _stock(sample, "soc_stock_esm", found, how, words)


def _stock(sample: Sample, name: str, found: tuple[float, float], how: str, words: str) -> Row:
    return {
        "subject": sample.sample_id,
        "property": name,
        "value": float(f"{found[0]:.6g}"),
        "verbatim_value": "",
        "unit": SOIL_PROPERTIES[name].unit,
        "method": how,
        "upper_depth_m": 0.0,
        "lower_depth_m": float(f"{found[1]:.6g}"),
        "source": f"{SOURCE}; computed, {words}",
    }


__all__ = ["LEAST_COVERAGE", "Sample", "Settings", "measurement_rows"]
