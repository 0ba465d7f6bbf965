"""The last section: what to cite, where files are, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from soilbio.report.content import Block, Bullets, Commands, Section, grid
from soilbio.report.material import Material, Origin
from soilbio.report.results import number
from soilbio.report.sources import TREES, sources_of
from soilbio.standards.sharing_classes import SharingClass as Share


def next_section(material: Material) -> Section:
    """Say how to cite; to the holder also where the files are and what to do next."""
    audience = material.view.audience
    cited = [one["attribution"] for one in material.agreements if one.get("attribution")]
    blocks: list[Block] = []
    if cited:
        blocks.append(Bullets("Cite the data as", tuple(dict.fromkeys(cited))))
    if audience.sees(Share.METHOD):
        methods = sources_of(
            material.view.assays, material.history, material.makings, also=_also(material)
        )
        blocks += [Bullets("Cite the methods", tuple(methods))] if methods else []
    if not audience.is_holder:
        blocks.append("The holder hands on data as a package of what the agreement allows.")
        return Section("next", "Citing and data", tuple(blocks), "Citing")
    blocks += [
        grid("Files", ("folder", "holds"), material.origin.folders, is_folded=False),
        Commands(tuple(_commands(material.origin))),
    ]
    return Section("next", "Citing, files and next steps", tuple(blocks), "Next")


def _also(material: Material) -> Iterator[str]:
    """Give words for what was used beside the making of the dataset."""
    yield from material.software
    if any(material.results.has_tree.values()):
        yield TREES
    if material.view.audience.sees(Share.DERIVED) and _has_hill_numbers(material):
        yield "coverage"


def _has_hill_numbers(material: Material) -> bool:
    """Tell whether any were measured: they are of features that are counted."""
    return any(
        number(row.get("hill_q0")) is not None
        for one in material.results.diversity.values()
        for row in one.alpha
    )


def _commands(origin: Origin) -> Iterator[tuple[str, str]]:
    dataset = shlex.quote(origin.dataset)
    given = {"results": origin.results, "config": origin.config}
    options = "".join(f" --{name} {shlex.quote(own)}" for name, own in given.items() if own)
    yield "Look closer", f"soilbio dataset show {dataset}"
    yield (
        "Share what the agreement allows",
        f"soilbio export dwca {dataset} --recipient public --purpose DUO:0000042 --out package",
    )
    yield (
        "Make this page for partners",
        f"soilbio report --dataset {dataset}{options} --recipient consortium --out partners.html",
    )
