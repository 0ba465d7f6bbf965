"""What only several values of a soil sheet together show to be wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from soilbio.errors import Problems
from soilbio.metadata.soil.model import Layer, Observation, Soil, by_layer, by_profile
from soilbio.metadata.soil.texture import is_complete, textures_of
from soilbio.standards.soil_properties import SOIL_PROPERTIES, TEXTURE
from soilbio.standards.wrb import find_group

Layers = Mapping[Layer, Mapping[str, Sequence[Observation]]]
# Sums of the three fractions, per cent: laboratories round, but not by more than this.
SUM_TOLERANCE, SUM_WARNING = 2.0, 1.0
# Above this pH soils hold carbonates, which dry combustion without acid takes for organic carbon.
_CALCAREOUS_PH = 6.5
_NEEDS_PROCEDURE = {
    "p_extractable": "the extractant: values of two extractants cannot be compared",
    "k_extractable": "the extractant: values of two extractants cannot be compared",
    "mg_extractable": "the extractant: values of two extractants cannot be compared",
    "ph": "the ratio of soil to water",
    "ph_cacl2": "the ratio of soil to solution",
    "ph_kcl": "the ratio of soil to solution",
    "cec": "the buffer",
}
_DEPTH_CODES = frozenset({"depth-format", "depth-order", "depth-unit"})
_METHOD_CODES = frozenset({"procedure-property", "texture-limit"})
_PLACELESS = frozenset({"profile", "management", "stock"})


@dataclass(frozen=True, slots=True)
class _Value:
    """A value, and where its problems go."""

    one: Observation
    problems: Problems

    def note(self, code: str, expected: str, fix: str) -> None:
        """Warn of it."""
        self.problems.add(
            code,
            row=self.one.row,
            column=self.one.column,
            found=self.one.verbatim,
            expected=expected,
            fix=fix,
            is_warning=True,
        )


def check_soil(soil: Soil, problems: Problems) -> None:
    """Note what is wrong between values, layers and profiles of a sheet that was read."""
    layers = by_layer(soil.observations)
    # Rows whose depth is wrong already: what else is said of their place would mislead.
    unplaced = {one.row for one in problems.found if one.code in _DEPTH_CODES}
    unsure = {one.row for one in problems.found if one.code in _METHOD_CODES}
    sure = [one for one in soil.observations if one.row not in unsure]
    placed = [one for one in soil.observations if one.row not in unplaced]
    _check_twice(placed, problems)
    _check_texture(layers, unsure, problems)
    _check_carbon(layers, problems)
    _check_depths(placed, problems)
    _check_overlap(soil.observations, problems)
    _check_procedures(sure, problems)
    _check_groups(soil.observations, problems)


def _check_twice(observations: Iterable[Observation], problems: Problems) -> None:
    """Note a value that a layer has twice, where no replicate tells the two apart."""
    first: dict[tuple[object, ...], int] = {}
    for one in observations:
        layer = one.layer
        where = (layer.key, layer.upper_m, layer.lower_m, one.name, one.how, one.replicate)
        other = first.setdefault(where, one.row)
        if other != one.row:
            problems.add(
                "soil-duplicate",
                row=one.row,
                column=one.column,
                found=f"{one.verbatim}, as well as the value in row {other}",
                expected=f"one value of {SOIL_PROPERTIES[one.name].label} per layer and method",
                fix="Remove one, or number them in a column 'replicate'",
            )


def _check_texture(layers: Layers, unsure: Collection[int | None], problems: Problems) -> None:
    """Note fractions that do not make 100 %, or that nobody can say the limit of."""
    for found in layers.values():
        own = {name: one for name, one in found.items() if name in TEXTURE}
        if own and len(own) < 3:
            one = next(iter(own.values()))[0]
            problems.add(
                "texture-incomplete",
                row=one.row,
                column=one.column,
                found=", ".join(sorted(own)),
                expected="clay, silt and sand together",
                fix="Give all three; without them the sum cannot be checked and there is no"
                " texture class",
                is_warning=True,
            )
        for texture in textures_of(found):
            if is_complete(texture):
                _check_sum(texture.clay, texture.total, problems)
            if texture.limit_um is None and texture.sand.row not in unsure:
                _note_limit(texture.sand, problems)


def _check_sum(one: Observation, total: float, problems: Problems) -> None:
    gap = abs(total - 100)
    if gap <= SUM_WARNING + 1e-9:
        return
    is_warning = gap <= SUM_TOLERANCE + 1e-9
    problems.add(
        "texture-sum",
        row=one.row,
        column="clay, silt, sand",
        found=f"{total:.6g} %",
        expected=f"clay, silt and sand that make 100 %, give or take {1 if is_warning else 2}",
        fix="Correct the fraction that is wrong; stones are no part of the fine earth",
        is_warning=is_warning,
    )


def _note_limit(one: Observation, problems: Problems) -> None:
    problems.add(
        "texture-limit-missing",
        row=one.row,
        column=one.column,
        expected="the limit of silt and sand: 50, 63 or 20 um",
        fix="Add a column 'texture_limit_um', or the procedure; without it there is no texture"
        " class, and silt and sand cannot be compared with others",
        is_warning=True,
    )


def _first(found: Mapping[str, Sequence[Observation]], name: str) -> Observation | None:
    numbers = [one for one in found.get(name, ()) if one.number is not None]
    return numbers[0] if numbers else None


def _check_carbon(layers: Layers, problems: Problems) -> None:
    """Warn of organic carbon above total, and of carbonate that may be counted as organic."""
    for found in layers.values():
        organic, total = _first(found, "tot_org_carb"), _first(found, "tot_carb")
        if organic is None or organic.number is None:
            continue
        # Both come from one sample but two measurements: 5 % apart is noise.
        if total and total.number is not None and organic.number > total.number * 1.05:
            _Value(organic, problems).note(
                "carbon-order",
                f"at most the total carbon, {total.number:g}",
                "Look whether the two are swapped, or their units differ",
            )
        ph = _first(found, "ph")
        is_open = organic.procedure.startswith("OrgC_dc")
        if is_open and ph and (ph.number or 0) > _CALCAREOUS_PH and not found.get("carbonates"):
            _Value(organic, problems).note(
                "carbon-inorganic",
                f"carbonates beside dry combustion without acid, since pH is {ph.number:g}",
                "Add carbonates, or call the property tot_carb: this may be total carbon",
            )


def _check_depths(observations: Iterable[Observation], problems: Problems) -> None:
    """Warn of values of a profile whose depth nobody states: they belong to no sample."""
    for one in observations:
        group = SOIL_PROPERTIES[one.name].group
        is_of_sample = bool(one.layer.samples) and not one.layer.profile
        if group in _PLACELESS or one.layer.depths_m or is_of_sample:
            continue
        _Value(one, problems).note(
            "soil-depth-missing",
            "the depth of the layer, upper and lower",
            "Add depth_upper and depth_lower; without them it cannot be put on a sample's depth",
        )


def _check_overlap(observations: Sequence[Observation], problems: Problems) -> None:
    """Warn of layers that overlap and hold the same property: their mean counts soil twice."""
    for own in by_profile(observations).values():
        known: dict[tuple[str, str, str], list[Observation]] = {}
        told = set[tuple[Layer, Layer]]()
        for one in own:
            if one.layer.depths_m is None or one.number is None:
                continue
            others = known.setdefault((one.name, one.how, one.replicate), [])
            for other in others:
                pair = (other.layer, one.layer)
                if pair not in told and overlaps(*pair) and not _is_same(*pair):
                    told.add(pair)
                    _warn_overlap(one, other, problems)
            others.append(one)


def _is_same(one: Layer, other: Layer) -> bool:
    return one.depths_m == other.depths_m


def overlaps(one: Layer, other: Layer) -> bool:
    """Tell whether two layers share some depth."""
    a, b = one.depths_m, other.depths_m
    return a is not None and b is not None and min(a[1], b[1]) - max(a[0], b[0]) > 1e-9


def _warn_overlap(one: Observation, other: Observation, problems: Problems) -> None:
    upper, lower = one.layer.depths_m or (0.0, 0.0)
    problems.add(
        "layer-overlap",
        row=one.row,
        column="depth_upper",
        found=f"{upper:g}-{lower:g} m",
        expected=f"layers of a profile that do not overlap; row {other.row} does",
        fix="Correct the depths, or give samples of other depths a profile of their own; they"
        " are not averaged",
        is_warning=True,
    )


def _check_procedures(observations: Iterable[Observation], problems: Problems) -> None:
    """Warn of values that nobody can compare, since the procedure is not known."""
    for one in observations:
        known = SOIL_PROPERTIES[one.name]
        if one.procedure or not known.procedures or one.name in TEXTURE:
            continue
        if one.method:
            problems.add(
                "procedure-unknown",
                row=one.row,
                column=one.column,
                found=one.method,
                expected=f"a procedure of {known.label} by its GLOSIS code, such as"
                f" {_example(one.name)}",
                fix="Look it up in docs/soil-properties.md; the words are kept as they are",
                is_warning=True,
            )
        else:
            what = _NEEDS_PROCEDURE.get(one.name, "the procedure")
            problems.add(
                "procedure-missing",
                row=one.row,
                column=one.column,
                expected=f"{what}, in a column '{one.name}_procedure'",
                fix="Ask the laboratory; until then the values stand as of unknown method, and"
                " are not converted",
                is_warning=True,
            )


def _example(name: str) -> str:
    from soilbio.standards.procedures import PROCEDURES

    codes = [one.code for one in PROCEDURES.values() if name in one.properties]
    with_words = [code for code in codes if PROCEDURES[code].synonyms]
    return next(iter([*with_words, *codes]), "one of its own")


def _check_groups(observations: Iterable[Observation], problems: Problems) -> None:
    """Warn of soil types that are no reference soil group of today's WRB."""
    for one in observations:
        if one.name != "soil_type":
            continue
        group = find_group(one.verbatim)
        if group is None:
            fix = "Name the group, as in 'Haplic Luvisol'; other classifications go to a column"
            _Value(one, problems).note(
                "soil-group",
                "a reference soil group of the WRB",
                f"{fix} of your own",
            )
        elif not group.is_current:
            _Value(one, problems).note(
                "soil-group",
                "a reference soil group of WRB 2022",
                f"It is now {' or '.join(group.successors)}; the profile decides which",
            )
