"""Every rule has a conda environment, and the lists of tools say the same."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from soilbio.profile.needs import known_tools
from soilbio.profile.tools import tool_version
from tests.conftest import ROOT

RULES = {
    name: body
    for path in sorted((ROOT / "workflow" / "rules").glob("*.smk"))
    for name, body in re.findall(r"^rule (\w+):\n((?:    .*\n|\n)*)", path.read_text(), re.M)
}
ENVIRONMENTS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted((ROOT / "workflow" / "envs").glob("*.yaml"))
}


def pinned() -> dict[str, str]:
    """Versions in the constraints by name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def installed_for(name: str, extras: frozenset[str], seen: set[tuple[str, str]]) -> set[str]:
    """Names of the packages that a package needs here, and that are installed, itself included."""
    found = {name}
    for text in requires(name) or ():
        needed = Requirement(text)
        asked = [
            extra
            for extra in ("", *extras)
            if not needed.marker or needed.marker.evaluate({"extra": extra})
        ]
        key = (canonicalize_name(needed.name), ",".join(sorted(needed.extras)))
        if not asked or key in seen:
            continue
        seen.add(key)
        try:
            found |= installed_for(key[0], frozenset(needed.extras), seen)
        except PackageNotFoundError:
            continue
    return found


def test_every_python_package_that_is_installed_is_pinned():
    needed = installed_for("soilbio", frozenset({"test"}), set()) - {"soilbio"}
    assert len(needed) > 100
    assert needed - pinned().keys() == set()


def test_what_builds_our_package_is_pinned_too():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    assert build["requires"] == [f"hatchling=={pinned()['hatchling']}"]
    assert pinned().keys() >= {"editables", "packaging", "pathspec", "pluggy", "trove-classifiers"}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_names_an_environment_that_exists(rule):
    (name,) = re.findall(r'conda:\s+"\.\./envs/(\w+)\.yaml"', RULES[rule])
    assert name in ENVIRONMENTS


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_rule_states_threads_memory_time_and_log(rule):
    for word in ("threads:", "mem_mb=", "runtime=", "log:"):
        assert word in RULES[rule]


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_every_environment_pins_each_tool_to_a_minor_version(name):
    for package in ENVIRONMENTS[name]["dependencies"]:
        assert re.fullmatch(r"[a-z0-9-]+=\d+\.\d+(\.\d+)?", package), package


def test_every_environment_is_used():
    assert set(ENVIRONMENTS) == {
        name for body in RULES.values() for name in re.findall(r"envs/(\w+)\.yaml", body)
    }


@pytest.mark.parametrize("name", sorted(known_tools()))
def test_a_tool_is_in_its_conda_environment_and_in_the_debian_list(name):
    tool = known_tools()[name]
    debian = (ROOT / "debian-packages.txt").read_text().split()
    assert tool["debian"] in debian
    package = str(tool["conda"]).rpartition("::")[2]
    listed = ENVIRONMENTS[str(tool["environment"])]["dependencies"]
    assert package in {entry.partition("=")[0] for entry in listed}


@pytest.mark.parametrize(
    ("environment", "package", "command"),
    [
        ("vsearch", "vsearch", ["vsearch", "--version"]),
        ("fastp", "fastp", ["fastp", "--version"]),
        ("tree", "mafft", ["mafft", "--version"]),
        ("tree", "fasttree", ["fasttree", "-expert"]),
        ("tree", "raxml", ["raxmlHPC", "-v"]),
    ],
)
def test_conda_brings_the_version_that_is_tested_here(environment, package, command):
    (entry,) = [e for e in ENVIRONMENTS[environment]["dependencies"] if e.startswith(package)]
    assert tool_version(command).startswith(entry.partition("=")[2])
