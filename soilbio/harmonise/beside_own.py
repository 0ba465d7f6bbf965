"""What was received under an agreement of one's own, and is not known as one's own libraries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from soilbio.standards.pseudonyms import is_pseudonym

if TYPE_CHECKING:
    from soilbio.harmonise.copies import Copy
    from soilbio.harmonise.sources import Source

# Agreement, dataset received, its libraries under it, own dataset, its libraries under it.
BesideOwn = tuple[str, str, int, str, int]


def unknown_beside_own(sources: Sequence[Source], copies: Collection[Copy]) -> list[BesideOwn]:
    """Find datasets that were received under one's own agreement, of which no library is known.

    Their numbers may be those of one's own libraries as they were before, denoised otherwise.
    """
    known = {(copy.dataset, copy.other_dataset) for copy in copies}
    own = {one.name: _by_agreement(one) for one in sources if not one.dataset.shared}
    received = {
        one.name: _by_agreement(one, of_pseudonyms=True) for one in sources if one.dataset.shared
    }
    return [
        (name, other, theirs[name], one, mine[name])
        for one, mine in own.items()
        for other, theirs in received.items()
        for name in sorted(mine.keys() & theirs.keys())
        if (other, one) not in known
    ]


def _by_agreement(source: Source, *, of_pseudonyms: bool = False) -> Mapping[str, int]:
    """Count the libraries under each agreement, all of them or those under pseudonyms."""
    found: dict[str, int] = {}
    rows = source.dataset.table("libraries").select("library_id", "agreement_id").iter_rows()
    for library, agreement in rows:
        if is_pseudonym(library) or not of_pseudonyms:
            found[agreement] = found.get(agreement, 0) + 1
    return found


def told_beside_own(found: Iterable[BesideOwn]) -> str:
    """Say what may be there twice, and what to do."""
    return "\n".join(
        f"{other}: {received:,} libraries under {name} were received, none with the numbers of the"
        f" {mine:,} of {own} under it: if they are of one's own soils, these are counted twice;"
        " merge one's own table as it was sent, or ask the sender for a delivery without it"
        for name, other, received, own, mine in found
    )
