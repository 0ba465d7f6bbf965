"""Reference databases: what is known, getting and checking them, making them fit a classifier."""

from __future__ import annotations

from soilbio.references.manifest import Reference, locate

__all__ = ["Reference", "locate"]
