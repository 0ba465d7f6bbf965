"""A workbook as bytes that are the same whenever it is saved."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

# The first moment that a zip file can tell.
_STAMP = (1980, 1, 1, 0, 0, 0)
_TOLD = b"1980-01-01T00:00:00Z"


def bytes_of(book: Workbook) -> bytes:
    """Save a workbook without the time of day, in its entries and in its properties."""
    saved, plain = io.BytesIO(), io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(plain, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _TOLD, content)
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return plain.getvalue()
