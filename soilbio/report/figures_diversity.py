"""Figures of diversity: within libraries, between them, and with growing depth."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soilbio.report.figures import (
    INK,
    OTHER_COLOUR,
    axis,
    colour_of_group,
    colours_of_groups,
    figure,
    plain,
    short,
    sign_of_maker,
    symbol_of_group,
)

_FEWEST_FOR_A_BOX = 4
_CROWD = 50


@dataclass(frozen=True, slots=True)
class Point:
    """A library in an ordination; `maker` is whose it is, if that is told by its sign."""

    label: str
    x: float
    y: float
    maker: str = ""


def alpha_by_group(values: Mapping[str, Sequence[tuple[str, float]]], title: str) -> Any:
    """Draw each library as a point, by group; and a box where a group has four or more.

    Parameters
    ----------
    values : mapping of group to (label, value) pairs
        In the order in which groups get their colours.
    title : str
        What the values are, with their unit.

    """
    import plotly.graph_objects as go

    traces = []
    for place, (group, pairs) in enumerate(values.items()):
        is_box, is_crowd = len(pairs) >= _FEWEST_FOR_A_BOX, len(pairs) > _CROWD
        colour = colour_of_group(place)
        traces.append(
            go.Box(
                y=[value for _, value in pairs],
                x=[place] * len(pairs),
                name=plain(group),
                boxpoints="all",
                jitter=0.5,
                pointpos=0,
                fillcolor="rgba(0,0,0,0.04)" if is_box else "rgba(0,0,0,0)",
                line={"color": colour if is_box else "rgba(0,0,0,0)", "width": 1.5},
                marker={
                    "color": colour,
                    "symbol": symbol_of_group(place),
                    "size": 4 if is_crowd else 8,
                    "opacity": 0.35 if is_crowd else 1,
                },
                text=[plain(label) for label, _ in pairs],
                hoveron="points",
                hovertemplate="%{text}<br>%{y:.4g}<extra></extra>",
                showlegend=False,
            )
        )
    return figure(
        traces,
        300,
        xaxis=axis(
            tickmode="array",
            tickvals=list(range(len(values))),
            ticktext=[short(group) for group in values],
            range=[-0.6, max(len(values), 1) - 0.4],
            fixedrange=True,
            showgrid=False,
            zeroline=False,
        ),
        yaxis=axis(plain(title), rangemode="tozero", fixedrange=True),
    )


def ordination(
    groups: Mapping[str, Sequence[Point]],
    explained: Sequence[float | None],
    grey: Collection[str] = (),
) -> Any:
    """Draw the first two axes; `explained` holds the proportion of variation of each, if known.

    Groups have a colour and a sign each. Where points tell their makers, these have the signs, and
    groups of `grey` no colour of their own; colours that come again are of hollow signs.
    """
    makers = sorted({point.maker for own in groups.values() for point in own} - {""})
    traces = [
        _points(group, points, _marker(points, place, makers, (groups, grey)))
        for place, (group, points) in enumerate(groups.items())
    ]
    keys = [_key_of(name, place) for place, name in enumerate(makers)]
    if makers == sorted(groups):  # who is told by colour needs no other key
        keys = []
    titles = [
        f"PC{place + 1}" if share is None else f"PC{place + 1} ({100 * share:.1f} %)"
        for place, share in enumerate(explained)
    ]
    return figure(
        [*traces, *keys],
        440,
        xaxis=axis(titles[0], zeroline=True),
        yaxis=axis(titles[1], zeroline=True),
        showlegend=len(traces) + len(keys) > 1,
    )


def _points(group: str, points: Sequence[Point], marker: Mapping[str, Any]) -> Any:
    import plotly.graph_objects as go

    return go.Scatter(
        x=[point.x for point in points],
        y=[point.y for point in points],
        mode="markers",
        name=short(group),
        text=[
            plain(one.label if one.maker in ("", group) else f"{one.label} ({one.maker}), {group}")
            for one in points
        ],
        marker={
            **marker,
            "size": 6 if len(points) > _CROWD else 11,
            "line": {"color": "white", "width": 1},
        },
        hovertemplate="%{text}<br>PC1 %{x:.3f}, PC2 %{y:.3f}<extra></extra>",
    )


def _marker(
    points: Sequence[Point],
    place: int,
    makers: Sequence[str],
    among: tuple[Mapping[str, Sequence[Point]], Collection[str]],
) -> dict[str, Any]:
    """Give colour and signs of the n-th of all groups, of which some are grey."""
    groups, grey = among
    if not makers:
        return {"color": colour_of_group(place), "symbol": symbol_of_group(place)}
    signs = [sign_of_maker(makers.index(point.maker)) for point in points]
    names = [name for name in groups if name not in grey]
    name = list(groups)[place]
    if name in grey:
        return {"color": OTHER_COLOUR, "symbol": signs}
    colours = colours_of_groups(len(names))
    turn, own = divmod(names.index(name), len(colours))
    end = "-open" if turn % 2 else ""
    if {point.maker for point in points} == {name}:
        return {"color": colours[own], "symbol": f"{signs[0]}{end}"}
    return {"color": colours[own], "symbol": [f"{sign}{end}" for sign in signs]}


def _key_of(maker: str, place: int) -> Any:
    """Make a line of the legend that tells whose a sign is; it has no points."""
    import plotly.graph_objects as go

    return go.Scatter(
        x=[None],
        y=[None],
        mode="markers",
        name=short(maker),
        meta="key",
        marker={"color": INK, "symbol": sign_of_maker(place)},
    )


def rarefaction(
    groups: Mapping[str, Sequence[tuple[str, Sequence[tuple[float, float]]]]],
    depth: float | None = None,
) -> Any:
    """Draw a curve per library, each group as one trace with gaps; a rule marks `depth` in reads.

    `groups` maps a group to (label, points of depth and features observed).
    """
    import plotly.graph_objects as go

    traces = []
    for place, (group, curves) in enumerate(groups.items()):
        x: list[float | None] = []
        y: list[float | None] = []
        text: list[str] = []
        for label, points in curves:
            x += [*(depth_ for depth_, _ in points), None]
            y += [*(observed for _, observed in points), None]
            text += [plain(label)] * (len(points) + 1)
        traces.append(
            go.Scatter(
                x=x,
                y=y,
                text=text,
                name=short(group),
                mode="lines",
                line={
                    "color": colour_of_group(place),
                    "width": 0.8 if len(curves) > _CROWD else 1.6,
                },
                hovertemplate="%{text}<br>%{x:,.0f} reads<br>%{y:,.0f} features<extra></extra>",
            )
        )
    rule = {
        "type": "line",
        "x0": depth,
        "x1": depth,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": "#555", "width": 1, "dash": "dot"},
    }
    return figure(
        traces,
        400,
        xaxis=axis("reads drawn", rangemode="tozero", fixedrange=True, tickformat=",d"),
        yaxis=axis("features observed", rangemode="tozero", fixedrange=True, tickformat=",d"),
        shapes=[rule] if depth else [],
        showlegend=len(traces) > 1,
    )
