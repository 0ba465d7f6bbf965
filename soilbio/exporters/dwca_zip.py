"""A Darwin Core Archive as a file: tables as text, in a zip without a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    import polars as pl

# Bytes held at once; the fastest level, since the text repeats itself.
_BLOCK, _LEVEL = 1 << 20, 1


def as_text(batches: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """Give tab-separated text without quotes; no value has a tab or a line end in it."""
    for place, batch in enumerate(batches):
        text = batch.write_csv(
            separator="\t",
            line_terminator="\n",
            quote_style="never",
            null_value="",
            include_header=place == 0,
        )
        yield text.encode()


def write_zip(parts: Mapping[str, Iterable[bytes]], target: Path) -> None:
    """Pack texts in order of their names, as they come, without a clock."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name in sorted(parts):
            # By its name a file gets the first day that a zip knows; no clock.
            with archive.open(name, "w", force_zip64=True) as packed:
                for block in _blocks(parts[name]):
                    packed.write(block)


def _blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Cut into blocks of one size, so that packing does not depend on how the text came."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= _BLOCK:
            yield bytes(held[:_BLOCK])
            del held[:_BLOCK]
    yield bytes(held)
