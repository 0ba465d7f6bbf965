"""What a recipient calls the assays of a dataset: no name tells what is withheld.

Merging puts the beginning of a method's checksum behind the name of an assay where another has
that name. To whom only one of them is shared it would tell that there is another; and to whom the
method is not, the checksum of a guess would tell it. The name of a known assay tells its gene and
primers: where the method is withheld assays have numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from soilbio.dataset.assay_names import name_before_merging
from soilbio.exporters.rows import Names


def shown_assays(
    assays: Mapping[str, Mapping[str, Any]],
    has_method: Mapping[str, bool],
    names: Names,
    *,
    is_merged: bool = True,
) -> dict[str, str]:
    """Name the shared assays of a dataset.

    Parameters
    ----------
    assays : mapping of assay_id to row
        All of the dataset.
    has_method : mapping of assay_id to bool
        The shared ones, and whether their methods are shared too.
    names : Names
        Orders those that become numbers, so that their order tells nothing.
    is_merged : bool
        Whether merging may have put anything behind names.

    Returns
    -------
    dict
        The recipient's name of each shared assay; no two are the same.

    """
    found: dict[str, str] = {}
    together: dict[str, list[str]] = {}
    closed = [name for name in sorted(has_method, key=names.of) if not has_method[name]]
    found |= {name: f"assay-{place}" for place, name in enumerate(closed, start=1)}
    for name in sorted(has_method.keys() - found.keys(), key=names.of):
        before = name_before_merging(assays[name], has_counts=False) if is_merged else name
        together.setdefault(before, []).append(name)
    for before, own in sorted(together.items()):
        found |= {name: name if len(own) > 1 else before for name in own}
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
