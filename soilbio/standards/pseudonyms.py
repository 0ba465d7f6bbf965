"""How a pseudonym looks: the name that a recipient gets for a thing whose own name is withheld."""

from __future__ import annotations

# Behind that of a metagenome's library may stand a profiler.
PSEUDONYM = r"^(p[0-9a-f]{20})(?:-|$)"
