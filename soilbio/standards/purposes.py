"""Purposes of use: the Data Use Ontology (DUO 2022-09-21, CC BY 4.0) and our small soil profile.

DUO codes that speak of people's health or ancestry have no meaning for soils; those that restrict
or oblige rather than permit are duties of an agreement, not purposes.
"""

from __future__ import annotations

VERSION = "2022-09-21"

# Purpose -> (label in our words, the wider purpose that includes it).
PURPOSES: dict[str, tuple[str, str | None]] = {
    "DUO:0000004": ("any use", None),
    "DUO:0000042": ("research of any kind", "DUO:0000004"),
    "soil:monitoring": ("monitoring of soils", "DUO:0000004"),
    "soil:policy": ("advice to policy", "DUO:0000004"),
    "soil:advice": ("advice to land users", "DUO:0000004"),
    "soil:commercial": ("commercial use", "DUO:0000004"),
}
HUMAN_ONLY = frozenset(
    {"DUO:0000006", "DUO:0000007", "DUO:0000011", "DUO:0000016", "DUO:0000043", "DUO:0000044"}
)


def includes(granted: str, asked: str) -> bool:
    """Tell whether a granted purpose covers the one that was asked for."""
    wider: str | None = asked
    while wider is not None:
        if wider == granted:
            return True
        wider = PURPOSES[wider][1] if wider in PURPOSES else None
    return False
