"""Figures of composition: bars of shares, one row per library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soilbio.report.figures import (
    UNKNOWN,
    axis,
    figure,
    plain,
    row_axis,
    row_headings,
    rows_height,
)
from soilbio.report.figures_reads import grouped_rows


@dataclass(frozen=True, slots=True)
class SharesOf:
    """The shares (0 to 1) of each name in a library, or the mean of several."""

    label: str
    group: str
    shares: Mapping[str, float]


def composition_bars(
    libraries: Sequence[SharesOf], names: Sequence[str], colours: Mapping[str, str]
) -> Any:
    """Draw a stacked bar per row; `names` are stacked in their order, absent ones as nothing."""
    import plotly.graph_objects as go

    labels, rows, headings = grouped_rows([(library.group, library) for library in libraries])
    shown = [(y, row) for y, row in enumerate(rows) if row is not None]
    traces = [
        go.Bar(
            name=short_name(name),
            orientation="h",
            x=[round(100 * row.shares.get(name, 0.0), 3) for _, row in shown],
            y=[y for y, _ in shown],
            marker=_marker(name, colours[name]),
            hovertext=[plain(row.label) for _, row in shown],
            hovertemplate="%{hovertext}<br>%{fullData.name}: %{x:.2f} %<extra></extra>",
        )
        for name in names
    ]
    return figure(
        traces,
        rows_height(labels),
        barmode="stack",
        bargap=0.12,
        xaxis=axis("share of reads, %", range=[0, 100], fixedrange=True),
        yaxis=row_axis(labels),
        annotations=row_headings(headings),
        showlegend=True,
    )


def _marker(name: str, colour: str) -> dict[str, Any]:
    """Describe how a bar is filled; what is not classified is hatched, as an absence."""
    if name != UNKNOWN:
        return {"color": colour, "line": {"color": "white", "width": 0.5}}
    pattern = {"shape": "/", "size": 6, "fgcolor": colour, "bgcolor": "#FBFAF8"}
    return {"color": colour, "pattern": pattern, "line": {"color": colour, "width": 0.5}}


def short_name(name: str) -> str:
    """Write a taxon for a legend, which has little room."""
    return plain(name if len(name) <= 28 else name[:27] + "…")
