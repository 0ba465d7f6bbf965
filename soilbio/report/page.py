"""Sections → one HTML page that needs nothing but itself, and its writing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soilbio import __version__
from soilbio.report.content import Block, Panel, Plot, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).resolve().parent


def render_page(title: str, recipient: str, sections: Sequence[Section]) -> str:
    """Make the page; every value is escaped, the same sections give the same text."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE), autoescape=True, undefined=jinja2.StrictUndefined
    )
    panels = [block for section in sections for block in section.blocks if isinstance(block, Panel)]
    specifications = [
        (plot.plot_id, _figures_json(panel, plot)) for panel in panels for plot in panel.plots
    ]
    return environment.get_template("page.html.j2").render(
        title=title,
        recipient=recipient,
        version=__version__,
        sections=[_for_template(section) for section in sections],
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
        library=_plotly_script() if panels else "",
        specifications=specifications,
        has_plots=bool(panels),
    )


def write_page(text: str, target: Path) -> None:
    """Write the page, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(target)


def _plotly_script() -> str:
    from plotly.offline import get_plotlyjs

    # Inside an HTML script element these two would end it, or start a comment.
    return str(get_plotlyjs()).replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _for_template(section: Section) -> dict[str, Any]:
    return {
        "section_id": section.section_id,
        "title": section.title,
        "short_title": section.short_title or section.title,
        "blocks": list(_blocks(section.blocks)),
    }


def _blocks(blocks: Sequence[Block]) -> Iterator[str | dict[str, Any]]:
    """Give each block its kind by name; a template cannot ask for a type."""
    for block in blocks:
        if isinstance(block, str):
            yield block
        else:
            choices = block.choices if isinstance(block, Panel) else ()
            yield {"kind": type(block).__name__, "block": block, "choices": choices}


def _figures_json(panel: Panel, plot: Plot) -> str:
    """Write a plot's figures, keyed by the places of the options chosen, safe within HTML."""
    figures = {
        " ".join(
            str(choice.options.index(option))
            for choice, option in zip(panel.choices, key, strict=True)
        ): _bare(figure.to_plotly_json())
        for key, figure in plot.variants.items()
    }
    text = json.dumps(
        figures, default=_to_list, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escaped)
    return text


def _bare(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the template; the page's script has one for all."""
    layout = {key: value for key, value in figure["layout"].items() if key != "template"}
    return {"data": figure["data"], "layout": layout}


def _to_list(value: Any) -> Any:
    """Write what plotly made of a list, an array or a tuple."""
    return value.tolist()
