"""What all figures share: colours that all can tell apart, plain text, a bare figure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from soilbio.diversity.combined import NOT_CLASSIFIED

# Okabe and Ito 2008, without the yellow, which is too pale on white.
GROUP_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
GROUP_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
MAKER_SYMBOLS = (
    *GROUP_SYMBOLS,
    *("triangle-down", "triangle-left", "triangle-right", "hexagon", "pentagon"),
)
# Paul Tol's twelve colours (SRON/EPS/TN/09-002), ordered so that neighbours differ in lightness.
TAXON_COLOURS = (
    "#332288",
    "#DDCC77",
    "#117733",
    "#CC6677",
    "#88CCEE",
    "#882255",
    "#44AA99",
    "#999933",
    "#AA4499",
    "#6699CC",
    "#661100",
    "#AA4466",
)
OTHER_COLOUR, UNNAMED_COLOUR = "#A9A9A9", "#E4E4E4"
OTHER, UNNAMED = "other", "not named at this rank"
# Of metagenomes: what nothing in the database explains.
UNKNOWN, UNKNOWN_COLOUR = NOT_CLASSIFIED, "#C3B29C"
INK, RULE = "#2B2622", "#D9D4CE"
NO_GROUP = "all libraries"
_ROW_PX, _LABEL_CHARACTERS = 22, 24


def plain(text: object) -> str:
    """Make text that plotly shows as it is, since it reads some HTML tags."""
    return html.escape(str(text), quote=False)


def short(text: str) -> str:
    """Cut a label that would leave no room for the plot."""
    cut = text if len(text) <= _LABEL_CHARACTERS else text[: _LABEL_CHARACTERS - 1] + "…"
    return plain(cut)


def colour_of_group(place: int) -> str:
    """Give the colour of the n-th group; after seven they repeat, with other symbols."""
    return GROUP_COLOURS[place % len(GROUP_COLOURS)]


def symbol_of_group(place: int) -> str:
    """Give the symbol of the n-th group, so that colour is not the only sign."""
    turn = place // len(GROUP_COLOURS)
    symbol = GROUP_SYMBOLS[(place + turn) % len(GROUP_SYMBOLS)]
    return f"{symbol}-open" if turn % 2 else symbol


def colours_of_groups(number: int) -> tuple[str, ...]:
    """Give colours that, filled and hollow, tell so many groups apart whose signs say another."""
    return GROUP_COLOURS if number <= 2 * len(GROUP_COLOURS) else TAXON_COLOURS


def sign_of_maker(place: int) -> str:
    """Give the symbol of the n-th of those by whom points are told apart beside their colour."""
    return MAKER_SYMBOLS[place % len(MAKER_SYMBOLS)]


def colours_of_names(names: Sequence[str]) -> dict[str, str]:
    """Give each taxon its colour, the same in every plot of a rank."""
    colours = {OTHER: OTHER_COLOUR, UNNAMED: UNNAMED_COLOUR, UNKNOWN: UNKNOWN_COLOUR}
    for place, name in enumerate(dict.fromkeys(name for name in names if name not in colours)):
        colours[name] = TAXON_COLOURS[place % len(TAXON_COLOURS)]
    return colours


def figure(traces: Sequence[Any], height: int = 380, **layout: Any) -> Any:
    """Make a figure; the page's script adds fonts and colours, the same for all."""
    import plotly.graph_objects as go

    return go.Figure(
        data=list(traces),
        layout=go.Layout(template=go.layout.Template(), height=height, **layout),
    )


def axis(title: str = "", **settings: Any) -> dict[str, Any]:
    """Describe an axis that makes room for its own labels."""
    return {"title": {"text": title}, "automargin": True, **settings}


def row_axis(labels: Sequence[str]) -> dict[str, Any]:
    """Describe a vertical axis with one row per label, the first on top.

    Positions are numbers and labels only their text, so no label can be taken for a number or date.
    """
    return axis(
        tickmode="array",
        tickvals=[place for place, label in enumerate(labels) if label],
        ticktext=[short(label) for label in labels if label],
        range=[len(labels) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )


def row_headings(headings: Mapping[int, str]) -> list[dict[str, Any]]:
    """Write names of groups into rows of their own, within the plot, where there is room."""
    return [
        {
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": place,
            "yanchor": "middle",
            "text": f"<b>{plain(text)}</b>",
            "showarrow": False,
        }
        for place, text in headings.items()
    ]


def rows_height(labels: Sequence[str]) -> int:
    """Give the height in pixels of a plot with one row per label."""
    return len(labels) * _ROW_PX + 60
