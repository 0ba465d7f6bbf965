"""Two institutes and a third: their keys, their agreement, and the example's data under it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from example_dataset import EXTRA_COLUMNS, PUBLIC
from secrets_example import CLOSED, KEY, RESEARCH, make, named_tables

from soilbio.exporters.package import write_package
from soilbio.exporters.redact import redacted_view

A, B, C = (f"https://ror.org/0{name * 6}0{place}" for place, name in enumerate("abc", start=1))
DAY = date(2026, 6, 1)
TERMS = """\
id: {id}
version: {version}
title: Soils between two institutes
contact: data@institute.example
licence: LicenseRef-agreement-only
attribution: "Soils, Institute A"
{more}parties:
  - {{name: Institute A, role: provider, id: "{a}"}}
  - {{name: Institute B, role: recipient, id: "{b}"}}
  - {{name: Institute C, role: recipient, id: "{c}"}}
grants:
  - name: results for Institute B
    recipient: "{b}"
    purposes: [DUO:0000042]
    until: "2027-12-31"
    classes:
      identity: allow
      location: {{generalise: "0.1"}}
      region: allow
      time: allow
      environment: allow
      management: allow
      method: allow
      sequences: allow
      counts: allow
      taxonomy: allow
      derived: allow
      controls: allow
  - name: counts for Institute C
    recipient: "{c}"
    purposes: [DUO:0000042]
    classes:
      region: {{generalise: country}}
      method: allow
      counts: allow
      taxonomy: allow
duties:
  - {{kind: deletion, text: Delete the data, until: "2027-12-31"}}
"""


def terms(name: str, more: str = "") -> str:
    identity, _, version = name.partition("@")
    return TERMS.format(id=identity, version=version, a=A, b=B, c=C, more=more)


AGREEMENTS = {PUBLIC: terms(PUBLIC), CLOSED: terms(CLOSED)}


@dataclass(frozen=True)
class Institute:
    """A folder with a key and the file of senders whom the institute trusts."""

    ror: str
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "id_ed25519"

    @property
    def public(self) -> Path:
        return self.folder / "id_ed25519.pub"

    @property
    def trusted(self) -> Path:
        return self.folder / "trusted"

    def trust(self, *others: Institute) -> None:
        lines = [f"{one.ror} {one.public.read_text()}" for one in others]
        self.trusted.write_text("".join(lines))


def institute(ror: str, folder: Path) -> Institute:
    folder.mkdir(parents=True)
    made = Institute(ror, folder)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", folder.name, "-f", str(made.key)],
        check=True,
    )
    return made


def export_for(
    recipient: str,
    folder: Path,
    agreements: dict[str, str] | None = None,
    target: str = "partner",
    on: date = DAY,
) -> Path:
    """Export the example's soils for a recipient; return the export's folder."""
    dataset = make(folder / "dataset", named_tables(), agreements or AGREEMENTS)
    view = redacted_view(dataset, recipient, RESEARCH, on, KEY)
    write_package(view, target, folder / "export")
    return folder / "export"


__all__ = ["AGREEMENTS", "CLOSED", "DAY", "EXTRA_COLUMNS", "PUBLIC", "A", "B", "C"]
