"""What was sent to a service so far: written before and after each step, so nothing goes twice."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soilbio.errors import problem_of
from soilbio.references.disk import atomic_bytes

FOLDER = "journal"
SENT, DONE = "sent", "done"


@dataclass(slots=True)
class Journal:
    """The state of one service: parts by name (`state`, `files`), uploaded files by name."""

    path: Path
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, service: str) -> Journal:
        """Read the journal of a service; an empty one where nothing was sent.

        Raises
        ------
        InputError
            If the file is damaged: what the archive holds is not known then.

        """
        path = folder / FOLDER / f"{service}.json"
        if not path.exists():
            return cls(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, dict(content["parts"]), dict(content["files"]))
        except (ValueError, KeyError, TypeError) as error:
            raise problem_of(
                "ena-journal",
                str(path),
                expected="the journal as soilbio wrote it",
                fix="Look in your account what the archive holds; if nothing, remove the file",
            ) from error

    def write(self) -> None:
        """Write the journal; on the disk when this returns."""
        content = {"parts": self.parts, "files": self.files}
        with atomic_bytes(self.path) as handle:
            handle.write(f"{json.dumps(content, indent=2, sort_keys=True)}\n".encode())

    def set_part(self, name: str, state: str, digests: Mapping[str, str]) -> None:
        """Note the state of a part and what it consists of."""
        self.parts[name] = {"state": state, "files": dict(digests)}
        self.write()

    def drop_part(self, name: str) -> None:
        """Note that the archive refused a part: nothing of it is there."""
        self.parts.pop(name, None)
        self.write()

    def state(self, name: str) -> str:
        """Tell how far a part is: empty, `sent` or `done`."""
        return str(self.parts.get(name, {}).get("state", ""))

    def receipt(self, part: str) -> Path:
        """Name the file of a part's receipt."""
        return self.path.with_name(f"{self.path.stem}_{part}_accessions.tsv")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second process from sending the same folder at the same time."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    with (place / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise problem_of(
                "ena-busy",
                str(folder),
                expected="one command at a time that sends this folder",
                fix="Wait until the other one has finished",
            ) from error
        yield
