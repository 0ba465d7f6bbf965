"""Figures of diversity: within libraries, between them, and with growing depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soilbio.report.figures import (
    axis,
    colour_of_group,
    figure,
    plain,
    short,
    symbol_of_group,
)

_FEWEST_FOR_A_BOX = 4
_CROWD = 50


@dataclass(frozen=True, slots=True)
class Point:
    """A library in an ordination."""

    label: str
    x: float
    y: float


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


def ordination(groups: Mapping[str, Sequence[Point]], explained: Sequence[float | None]) -> Any:
    """Draw the first two axes; `explained` holds the proportion of variation of each, if known."""
    import plotly.graph_objects as go

    traces = [
        go.Scatter(
            x=[point.x for point in points],
            y=[point.y for point in points],
            mode="markers",
            name=short(group),
            text=[plain(point.label) for point in points],
            marker={
                "color": colour_of_group(place),
                "symbol": symbol_of_group(place),
                "size": 6 if len(points) > _CROWD else 11,
                "line": {"color": "white", "width": 1},
            },
            hovertemplate="%{text}<br>PC1 %{x:.3f}, PC2 %{y:.3f}<extra></extra>",
        )
        for place, (group, points) in enumerate(groups.items())
    ]
    titles = [
        f"PC{place + 1}" if share is None else f"PC{place + 1} ({100 * share:.1f} %)"
        for place, share in enumerate(explained)
    ]
    return figure(
        traces,
        440,
        xaxis=axis(titles[0], zeroline=True),
        yaxis=axis(titles[1], zeroline=True),
        showlegend=len(traces) > 1,
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
