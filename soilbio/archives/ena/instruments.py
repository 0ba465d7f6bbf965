"""Sequencing instruments: from what people write to the archive's platform and model."""

from __future__ import annotations

from functools import cache

# Makers that people leave out of, or put before, an instrument's name.
_MAKERS = ("illumina", "oxford nanopore", "pacbio", "pacific biosciences", "thermo fisher", "bgi")


def find_instrument(text: str) -> tuple[str, str] | None:
    """Find platform and model; case, maker and an id in brackets behind the name do not matter.

    Returns
    -------
    tuple of two str or None
        As in the archive's schema, such as `("ILLUMINA", "Illumina MiSeq")`; None where the
        instrument is not known, or its name says nothing of the platform.

    """
    plain = " ".join(text.partition("[")[0].casefold().replace("_", " ").split())
    if plain in ("", "unspecified"):
        return None
    names = _names()
    return names.get(plain) or names.get(_bare(plain))


@cache
def _names() -> dict[str, tuple[str, str]]:
    """List the instruments by their whole names, and by those without the maker's."""
    from soilbio.standards.ena import PLATFORMS

    known = {
        model.casefold(): (platform, model)
        for platform, models in PLATFORMS.items()
        for model in models
        if model != "unspecified"
    }
    return {**{_bare(name): found for name, found in known.items()}, **known}


def _bare(name: str) -> str:
    for maker in _MAKERS:
        name = name.removeprefix(f"{maker} ")
    return name
