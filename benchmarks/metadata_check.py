"""How long a check of a large sheet takes, and how much memory: 10,000 samples by 80 columns.

The sheet is made anew, half of its columns numbers that differ from row to row; it is checked as
text and as a workbook, each in a process of its own, as the command does it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from stopwatch import measure

from soilbio.metadata.rewrite import write_sheet
from soilbio.standards.mixs import SLOTS

_CHOSEN = {
    "samp_name": lambda n, _: f"S{n}",
    "lat_lon": lambda _, r: f"{r.uniform(47.5, 53.5):.5f} {r.uniform(8.0, 13.0):.5f}",
    "geo_loc_name": lambda *_: "Germany: Hesse",
    "collection_date": lambda _, r: f"20{r.randint(10, 25)}-{r.randint(1, 12):02}-01",
    "depth": lambda _, r: r.choice(["0-0.1", "0.1-0.2", "0.2-0.4"]),
    "env_broad_scale": lambda *_: "cropland biome [ENVO:01000245]",
    "env_local_scale": lambda *_: "agricultural field [ENVO:00000114]",
    "env_medium": lambda *_: "agricultural soil [ENVO:00002259]",
    "geodetic_datum": lambda *_: "WGS84",
    "samp_taxon_id": lambda *_: "soil metagenome [NCBITaxon:410658]",
}


def main() -> int:
    """Make the sheet, check it, print what it took."""
    args = _arguments()
    rows = _rows(args.samples, args.columns)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sheet.tsv", "sheet.xlsx"):
            path = Path(folder) / name
            write_sheet(rows, path)
            check = f"{sys.executable} -m soilbio metadata check {path} --format json"
            # Fields that a target demands and the sheet lacks are an exit code of 1, too.
            command = ["sh", "-c", f"{check} --target ena,gbif,nmdc > /dev/null || test $? = 1"]
            cost = measure(name, command)
            print(f"{args.samples} x {args.columns}\t{cost.row()}", end="")
    return 0


def _rows(samples: int, columns: int) -> list[list[str]]:
    draw = random.Random(1)
    numeric = [n for n, slot in SLOTS.items() if slot.is_numeric and n not in _CHOSEN]
    others = [n for n, slot in SLOTS.items() if not (slot.is_numeric or n in _CHOSEN)]
    half = (columns - len(_CHOSEN)) // 2
    header = [*_CHOSEN, *numeric[:half]]
    header += [n for n in others if "date" not in n][: columns - len(header)]
    rows = [header]
    for number in range(samples):
        row = []
        for name in header:
            if name in _CHOSEN:
                row.append(_CHOSEN[name](number, draw))
            elif SLOTS[name].is_numeric:
                row.append(f"{draw.uniform(0, 5):.4f}")
            else:
                allowed = SLOTS[name].allowed
                row.append(draw.choice(allowed) if allowed else f"text {draw.randint(1, 50)}")
        rows.append(row)
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--columns", type=int, default=80)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
