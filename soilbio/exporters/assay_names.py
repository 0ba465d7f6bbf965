"""What a recipient calls the assays of a merged dataset: no name tells what is withheld.

Merging puts the beginning of a method's checksum behind the name of an assay where another has
that name. To whom only one of them is shared it would tell that there is another; and to whom the
method is not, the checksum of a guess would tell it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from soilbio.dataset.assay_names import name_before_merging
from soilbio.exporters.rows import Names


def shown_assays(
    assays: Mapping[str, Mapping[str, Any]], has_method: Mapping[str, bool], names: Names
) -> dict[str, str]:
    """Name the shared assays of a merged dataset.

    Parameters
    ----------
    assays : mapping of assay_id to row
        All of the dataset.
    has_method : mapping of assay_id to bool
        The shared ones, and whether their methods are shared too.
    names : Names
        Orders those that become numbers, so that their order tells nothing.

    Returns
    -------
    dict
        The recipient's name of each shared assay; no two are the same.

    """
    found: dict[str, str] = {}
    together: dict[str, list[str]] = {}
    for name in sorted(has_method, key=names.of):
        before = name_before_merging(assays[name], has_counts=False)
        together.setdefault(before, []).append(name)
    for before, own in sorted(together.items()):
        if len(own) > 1 and all(has_method[name] for name in own):
            found |= {name: name for name in own}
        elif len(own) == 1:
            found[own[0]] = before
        else:
            found |= {name: f"{before}-{place}" for place, name in enumerate(own, start=1)}
    return _told_apart(found)


def _told_apart(found: Mapping[str, str]) -> dict[str, str]:
    """Put a sign behind names that are others' already."""
    taken: set[str] = set()
    made = {}
    for name, shown in sorted(found.items(), key=lambda one: one[1]):
        own = shown
        while own in taken:
            own += "_"
        taken.add(own)
        made[name] = own
    return made


def renamed(rows: Collection[dict[str, Any]], shown: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give rows the recipient's names of assays."""
    return [{**row, "assay_id": shown.get(row["assay_id"], row["assay_id"])} for row in rows]
