"""Which native tools a project needs, and how to get those that are missing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import yaml

from soilbio.errors import Problem
from soilbio.metadata.genome_files import genomes_of
from soilbio.standards import shipped

if TYPE_CHECKING:
    from soilbio.metadata.config import Config
    from soilbio.metadata.sheet import Library


@cache
def known_tools() -> dict[str, dict[str, str | list[str]]]:
    """Read the tools that the workflow knows: command, Debian package, conda environment."""
    text = shipped("resources/tools.yaml").read_text(encoding="utf-8")
    tools: dict[str, dict[str, str | list[str]]] = yaml.safe_load(text)
    return tools


def uses_of(project: Config, libraries: Iterable[Library]) -> set[str]:
    """Name what a project does that needs tools: its engines, and the steps that all have."""
    assays = [project.assays[name] for name in {library.assay for library in libraries}]
    amplicons = [assay for assay in assays if not assay.is_shotgun]
    engines = {assay.engine or str(project.amplicon["engine"]) for assay in amplicons}
    profilers = {name for assay in assays if assay.is_shotgun for name in assay.profilers}
    steps = {"quality"} | ({"classify"} if amplicons else set())
    steps |= {"tree"} if project.tree["build"] and amplicons else set()
    steps |= {"remove"} if profilers and genomes_of(project) else set()
    return engines | profilers | steps


def missing_tools(project: Config, libraries: Iterable[Library]) -> list[Problem]:
    """Find the tools that the project needs and this machine lacks."""
    return tools_missing_for(
        uses_of(project, libraries),
        "start the workflow with '--sdm conda' (workflow/envs/{environment}.yaml)",
    )


def tools_missing_for(uses: set[str], otherwise: str = "'conda install {conda}'") -> list[Problem]:
    """Find the tools that some uses need and this machine lacks; say how else to get them."""
    return [
        Problem(
            "tool-missing",
            name,
            expected=f"the command '{tool['command']}' on PATH",
            fix=(
                f"Install it: 'apt-get install {tool['debian']}', or {otherwise.format_map(tool)}"
            ),
        )
        for name, tool in known_tools().items()
        if uses & set(tool["needed_for"]) and not _is_there(tool)
    ]


def _is_there(tool: Mapping[str, str | list[str]]) -> bool:
    command = shutil.which(str(tool["command"]))
    if command is None or "r_package" not in tool:
        return command is not None
    question = f'cat(nzchar(system.file(package = "{tool["r_package"]}")))'
    answer = subprocess.run(
        [command, "--vanilla", "-e", question],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() == "TRUE"
