"""What names the features of each assay: the project's reference, or one of the assay's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from soilbio.errors import Problems
from soilbio.metadata.assays import SSU
from soilbio.metadata.config import Config, config_schema
from soilbio.metadata.sheet import Library
from soilbio.references.entries import read_manifest
from soilbio.references.manifest import installed

PROJECT = "project"
_GENES = re.compile(r"1[68]S|ITS", re.I)
_SMALL_SUBUNIT = ("16S", "18S")
_OF_16S = "16S-V4-515FY-806RB"  # its reference names rRNA reads, whether or not it has libraries
Reference = Mapping[str, Any]


def reference_of(project: Config, assay_id: str) -> Reference:
    """Give `reference`, `version`, `sequences` and `lineages` of what names an assay's features."""
    own: Mapping[str, Reference] = project.taxonomy["by_assay"]
    return own.get(_named_as(project, assay_id), project.taxonomy)


def place_of(project: Config, assay_id: str) -> tuple[str, ...]:
    """Say where in the configuration an assay's reference is named."""
    name = _named_as(project, assay_id)
    return ("taxonomy", *(("by_assay", name) if name in project.taxonomy["by_assay"] else ()))


def key_of(project: Config, assay_id: str) -> str:
    """Name an assay's reference for files of it; assays that share one have one name for it."""
    own, wanted = project.taxonomy["by_assay"], _named_as(project, assay_id)
    if wanted not in own:
        return PROJECT
    return f"of-{min(name for name, one in own.items() if one == own[wanted])}"


def _named_as(project: Config, assay_id: str) -> str:
    """Say with which assay's reference an assay is named; rRNA of metagenomes as that of amplicons.

    That is the project's, unless one of 16S has a reference of its own and the project's is of
    another gene or of one that is not known; or one of 18S, and the project's is of neither.
    """
    assay, gene = project.assays.get(assay_id), _gene_of(project.taxonomy)
    if assay is None or not assay.is_shotgun or gene == _SMALL_SUBUNIT[0]:
        return assay_id
    genes = {
        name: _plain(known.target_gene)
        for name in sorted(project.taxonomy["by_assay"])
        if (known := project.assays.get(name)) is not None
    }
    # The project's own may well be of 16S: one of 18S does not stand for it.
    wanted = _SMALL_SUBUNIT[:1] if gene in ("", *_SMALL_SUBUNIT) else _SMALL_SUBUNIT
    alike = [name for one in wanted for name in genes if genes[name] == one]
    return alike[0] if alike else assay_id


def _gene_of(reference: Reference) -> str:
    """Say of which gene a reference is; '' of one's own."""
    entry = None if reference["sequences"] else read_manifest().get(reference["reference"])
    return _plain(entry.target_gene) if entry else ""


def assay_of(key: str) -> str:
    """Give an assay of what `key_of` names: '' of the project's."""
    return "" if key == PROJECT else key.removeprefix("of-")


def classified(project: Config, libraries: Iterable[Library]) -> list[str]:
    """Name the assays with libraries whose features are named by a reference of sequences."""
    return sorted(
        {
            library.assay
            for library in libraries
            if (assay := project.assays.get(library.assay)) is not None
            and (not assay.is_shotgun or SSU in assay.profilers)
        }
    )


def check_targets(project: Config, assays: Iterable[str], problems: Problems) -> None:
    """Warn of references that are known to be of another gene than an assay.

    Parameters
    ----------
    project : Config
    assays : iterable of str
        Those that the sheet has libraries of.
    problems : Problems

    """
    manifest = read_manifest()
    for name in sorted(assays):
        assay, reference = project.assays.get(name), reference_of(project, name)
        if assay is None or (assay.is_shotgun and SSU not in assay.profilers):
            continue
        genes = _SMALL_SUBUNIT if assay.is_shotgun else (_plain(assay.target_gene),)
        found = _gene_of(reference)
        if not found or found in genes or genes == ("",):
            continue
        entry = manifest[reference["reference"]]
        place = (*place_of(project, name), "reference")
        fitting = [one for one, known in manifest.items() if _plain(known.target_gene) in genes]
        gene = "16S or 18S (rRNA reads, `ssu`)" if assay.is_shotgun else assay.target_gene
        whose = _OF_16S if assay.is_shotgun else name
        problems.add(
            "reference-target",
            source=str(project.path),
            row=project.row(*place),
            column=".".join(place),
            found=f"{entry.name}, of {entry.target_gene}",
            expected=f"a reference of {gene} for {name}; by this one its features have"
            " no names, or wrong ones",
            fix=f"Write under taxonomy: `by_assay: {{{whose}: {{reference: NAME}}}}`"
            + (f", such as {' or '.join(fitting)}" if fitting else ""),
            is_warning=True,
        )


def suggested_for(gene: str | None) -> str:
    """Name a reference of a gene: the usual one, else one that is installed, else any."""
    usual: str = config_schema()["properties"]["taxonomy"]["properties"]["reference"]["default"]
    manifest, there = read_manifest(), installed()
    wanted = _plain(gene or "")
    if not wanted or wanted == _plain(manifest[usual].target_gene):
        return usual
    fitting = [name for name, entry in manifest.items() if _plain(entry.target_gene) == wanted]
    return min(fitting, key=lambda name: name not in there, default=usual)


def _plain(gene: str) -> str:
    """Write a gene as all write it; '' for one that no reference of the manifest is of."""
    found = _GENES.search(gene)
    return found.group().upper() if found else ""
