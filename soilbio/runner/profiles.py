"""Profiles of Snakemake: what one says, and what a run needs that it does not say."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from soilbio.standards import shipped

_PROFILE = re.compile(r"(?:profile|config)(?:\.v\d+\+)?\.ya?ml")
# How many jobs may run together; one of them is enough.
_HOW_MANY = ("cores", "jobs", "c", "j")


def chosen(profile: str) -> str:
    """Find one of our profiles; any other is Snakemake's to find."""
    folder = shipped("profiles") / profile
    return str(folder if folder.is_dir() else profile)


def flags_lacking(profile: str, passed_on: Sequence[str], *, is_here: bool) -> list[str]:
    """Give the settings of `profiles/default` that neither a profile nor a user's flags state.

    Without them a run that was killed would not go on, or one library's failure would end it.

    Parameters
    ----------
    profile : str
        Its name, or its folder.
    passed_on : sequence of str
        The user's flags.
    is_here : bool
        Whether jobs are processes of this machine: a cluster's have no cores of it.

    """
    stated = {str(name).replace("_", "-") for name in read_profile(chosen(profile))}
    stated |= {word.partition("=")[0].lstrip("-") for word in passed_on if word.startswith("-")}
    if not is_here or stated & {*_HOW_MANY}:
        stated.add("cores")
    found = []
    for name, value in read_profile(chosen("default")).items():
        if name not in stated:
            found += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return found


def read_profile(profile: str) -> Mapping[str, Any]:
    """Read a profile where Snakemake would; what cannot be read is for Snakemake to tell."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for place in (Path(profile), home / "snakemake" / profile, Path("/etc/xdg/snakemake", profile)):
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        for path in files:
            if path.is_file() and (path == place or _PROFILE.fullmatch(path.name)):
                try:
                    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
                except (OSError, UnicodeDecodeError, yaml.YAMLError):
                    continue
                if isinstance(settings, Mapping):
                    return settings
    return {}
