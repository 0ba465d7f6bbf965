"""How pseudonyms look that exports give to names which are withheld."""

from __future__ import annotations

import re

# Behind that of a metagenome's library may stand a profiler.
PSEUDONYM = r"^(p[0-9a-f]{20})(?:-|$)"
_IS_ONE = re.compile(PSEUDONYM)


def is_pseudonym(name: str) -> bool:
    """Tell whether a name looks like one that an export gave."""
    return bool(_IS_ONE.match(name))
