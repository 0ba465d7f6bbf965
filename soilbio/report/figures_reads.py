"""Figures of reads: where they were lost, and their quality along the read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from soilbio.report.figures import (
    INK,
    axis,
    figure,
    plain,
    row_axis,
    row_headings,
    rows_height,
)

STEPS = {
    "reads_raw": "raw",
    "reads_primer": "with primers",
    "reads_filtered": "filtered",
    "reads_merged": "merged",
    "reads_denoised": "denoised",
    "reads_nonchimeric": "non-chimeric",
}
# Kept is dark; what was lost grows paler the earlier it was lost.
_PARTS = (
    ("kept", "#004C6D"),
    ("lost as chimeras", "#D55E00"),
    ("lost in denoising", "#E69F00"),
    ("lost in merging", "#CC79A7"),
    ("lost in filtering", "#9A9A9A"),
    ("lost for want of primers", "#D0D0D0"),
    ("library failed", "#5A2A27"),
)
_REMOVED = ("of hosts and contaminants", "#8C6BB1")
MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class ReadsOf:
    """The reads of a library left after each of `STEPS`, in their order.

    Of a library that failed, `left` repeats the last number known, and `failed` holds it, too.
    `removed` are those of hosts and contaminants, which went after filtering.
    """

    label: str
    group: str
    left: tuple[int, ...]
    failed: int = 0
    removed: int = 0

    def parts(self) -> list[int]:
        """Split the raw reads into those kept and those lost, in the order of the figure.

        Engines merge before or after they filter and denoise. No step adds reads, so those in
        between came in the order of what they left.
        """
        raw, primer, *between, kept = self.left
        places = sorted(range(len(between)), key=lambda place: (-between[place], place))
        lost = [0] * len(between)
        before = primer
        for place in places:
            lost[place] = max(0, before - between[place])
            before = between[place]
        # Nothing is merged of metagenomes, in which alone reads are removed.
        lost[1] = max(0, lost[1] - self.removed)
        losses = [raw - primer, *lost, max(0, before - kept)]
        return [kept - self.failed, *reversed(losses), self.failed]


def grouped_rows(
    items: Sequence[tuple[str, Any]],
) -> tuple[list[str], list[Any], dict[int, str]]:
    """Put a row with the group's name before the items of each group; items come sorted by group.

    Returns
    -------
    labels, rows, headings
        Labels and items of equal length, empty in the rows of headings; headings by their row.

    """
    labels: list[str] = []
    rows: list[Any] = []
    headings: dict[int, str] = {}
    last = None
    for group, item in items:
        if group and group != last:
            headings[len(labels)] = group
            labels.append("")
            rows.append(None)
        last = group
        labels.append(item.label)
        rows.append(item)
    return labels, rows, headings


def read_loss(libraries: Sequence[ReadsOf], *, is_share: bool) -> Any:
    """Draw a bar per library: reads kept, and reads lost at each step, in reads or in percent."""
    import plotly.graph_objects as go

    labels, rows, headings = grouped_rows([(library.group, library) for library in libraries])
    traces = []
    for place, (name, colour) in enumerate(_PARTS):
        if place == len(_PARTS) - 1 and not any(library.failed for library in libraries):
            continue
        shown = [(y, row) for y, row in enumerate(rows) if row is not None]
        traces.append(
            go.Bar(
                name=name,
                orientation="h",
                x=[_scaled(row.parts()[place], row.left[0], is_share=is_share) for _, row in shown],
                y=[y for y, _ in shown],
                marker={"color": colour, "line": {"color": "white", "width": 0.5}},
                customdata=[[plain(row.label), row.parts()[place]] for _, row in shown],
                hovertemplate=f"%{{customdata[0]}}<br>%{{customdata[1]:,}} reads {name}"
                "<extra></extra>",
            )
        )
    if any(library.removed for library in libraries):
        traces.append(_removed_bar(rows, is_share=is_share))
    title = "share of raw reads, %" if is_share else "reads or read pairs"
    return figure(
        traces,
        rows_height(labels),
        barmode="stack",
        bargap=0.15,
        xaxis=axis(
            title,
            range=[0, 100] if is_share else None,
            tickformat=None if is_share else ",d",
            fixedrange=True,
        ),
        yaxis=row_axis(labels),
        annotations=row_headings(headings),
        showlegend=True,
    )


def _removed_bar(rows: Sequence[Any], *, is_share: bool) -> Any:
    import plotly.graph_objects as go

    shown = [(y, row) for y, row in enumerate(rows) if row is not None]
    name, colour = _REMOVED
    return go.Bar(
        name=name,
        orientation="h",
        x=[_scaled(row.removed, row.left[0], is_share=is_share) for _, row in shown],
        y=[y for y, _ in shown],
        marker={"color": colour, "line": {"color": "white", "width": 0.5}},
        customdata=[[plain(row.label), row.removed] for _, row in shown],
        hovertemplate=f"%{{customdata[0]}}<br>%{{customdata[1]:,}} reads {name}<extra></extra>",
    )


def _scaled(reads: int, raw: int, *, is_share: bool) -> float:
    if not is_share:
        return reads
    return round(100 * reads / raw, 2) if raw else 0


def quality_curves(curves: Mapping[str, Sequence[float]], colour: str) -> Any:
    """Draw mean quality by position: a line per library while they are few, and their median.

    Beyond `MOST_LINES` libraries a band holds nine in ten of them instead of the lines.
    """
    import plotly.graph_objects as go

    positions, low, middle, high = _spread(list(curves.values()))
    if len(curves) <= MOST_LINES:
        around = [_thin_lines(curves, colour)]
    else:
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        around = [
            go.Scatter(x=positions, y=high, **band),
            go.Scatter(
                x=positions,
                y=low,
                mode="lines",
                line={"width": 0},
                fill="tonexty",
                fillcolor="rgba(0,76,109,0.2)",
                name="nine in ten libraries",
                hoverinfo="skip",
            ),
        ]
    median = go.Scatter(
        x=positions,
        y=middle,
        mode="lines",
        line={"color": INK, "width": 2.5},
        name="median",
        hovertemplate="position %{x} bp<br>median Q%{y:.1f}<extra></extra>",
    )
    return figure(
        [*around, median],
        320,
        xaxis=axis("position in read, bp", fixedrange=True, rangemode="tozero"),
        yaxis=axis("mean quality, Phred", range=[0, 42], fixedrange=True),
        showlegend=True,
    )


def _thin_lines(curves: Mapping[str, Sequence[float]], colour: str) -> Any:
    """Draw all libraries as one trace with gaps, which is far quicker than one trace each."""
    import plotly.graph_objects as go

    x: list[int | None] = []
    y: list[float | None] = []
    text: list[str] = []
    for label, curve in curves.items():
        x += [*range(1, len(curve) + 1), None]
        y += [*curve, None]
        text += [plain(label)] * (len(curve) + 1)
    return go.Scatter(
        x=x,
        y=y,
        text=text,
        mode="lines",
        line={"color": colour, "width": 1},
        opacity=0.6,
        name="a library",
        hovertemplate="%{text}<br>position %{x} bp<br>Q%{y:.1f}<extra></extra>",
    )


def _spread(
    curves: Sequence[Sequence[float]],
) -> tuple[list[int], list[float], list[float], list[float]]:
    """Find the 5 %, 50 % and 95 % quantile at each position that at least one library reaches."""
    length = max((len(curve) for curve in curves), default=0)
    low, middle, high = [], [], []
    for place in range(length):
        values = [curve[place] for curve in curves if len(curve) > place]
        cuts = quantiles(values, n=20, method="inclusive") if len(values) > 1 else values * 19
        low.append(round(cuts[0], 2))
        middle.append(round(cuts[9], 2))
        high.append(round(cuts[18], 2))
    return list(range(1, length + 1)), low, middle, high
