"""Figures of metagenomes: taxa by the profilers that find them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from soilbio.report.figures import GROUP_COLOURS, axis, figure, plain, row_axis, rows_height

if TYPE_CHECKING:
    from soilbio.diversity.combined import Call

_LARGEST_PX, _SMALLEST_PX = 20.0, 4.0


def calls_by_engine(calls: Sequence[Call], engines: Sequence[str]) -> Any:
    """Draw a point per taxon and profiler; its area is the share, it is full if it is called."""
    import plotly.graph_objects as go

    largest = max((share for call in calls for share in call.shares.values()), default=1.0)
    traces = []
    for name, is_called in (("called together", True), ("not called", False)):
        found = [
            (place, row, call, call.shares[engine])
            for row, call in enumerate(calls)
            for place, engine in enumerate(engines)
            if call.is_called == is_called and engine in call.shares
        ]
        traces.append(
            go.Scatter(
                name=name,
                mode="markers",
                x=[place for place, *_ in found],
                y=[row for _, row, *_ in found],
                marker={
                    "color": GROUP_COLOURS[0] if is_called else GROUP_COLOURS[1],
                    "symbol": "circle" if is_called else "circle-open",
                    "size": [
                        round(max(_SMALLEST_PX, _LARGEST_PX * (share / largest) ** 0.5), 2)
                        for *_, share in found
                    ],
                },
                customdata=[
                    [plain(call.name), round(100 * share, 4), plain(call.reason)]
                    for *_, call, share in found
                ],
                hovertemplate="%{customdata[0]}: %{customdata[1]} %<br>%{customdata[2]}"
                "<extra></extra>",
            )
        )
    labels = [call.name for call in calls]
    return figure(
        traces,
        rows_height(labels) + 40,
        xaxis=axis(
            tickmode="array",
            tickvals=list(range(len(engines))),
            ticktext=[plain(engine) for engine in engines],
            range=[-0.5, len(engines) - 0.5],
            fixedrange=True,
            zeroline=False,
        ),
        yaxis=row_axis(labels),
        showlegend=True,
    )
