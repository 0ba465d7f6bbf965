"""A small project whose agreement lets everybody have its reads; for tests of the archive."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

OPEN = """\
id: open
version: "1.0"
title: Open soils
summary: Everybody may have all of it.
contact: data@institute.example
licence: CC-BY-4.0
attribution: "Institute A"
parties:
  - {name: Institute A, role: provider}
grants:
  - name: everything
    recipient: public
    purposes: [DUO:0000004]
    classes:
      identity: allow
      location: allow
      region: allow
      time: allow
      environment: allow
      management: allow
      method: allow
      raw_reads: allow
      sequences: allow
      counts: allow
      taxonomy: allow
      derived: allow
      controls: allow
"""
CONFIG = """\
title: Soils of two meadows in Bavaria
libraries: libraries.tsv
samples: samples.tsv
agreements: agreements
assays:
  16S-V4-515FY-806RB: {seq_meth: Illumina MiSeq}
"""
SAMPLES = (
    "sample_id\tproject_name\tsamp_taxon_id\tdepth\tenv_broad_scale\tenv_local_scale\tenv_medium"
    "\tlat_lon\tgeo_loc_name\telev\tcollection_date\tph\ttot_nitro_content\tfarm_name\n"
    "meadow-1\tMeadows\tsoil metagenome [NCBITaxon:410658]\t0-0.2\tcropland biome [ENVO:01000245]"
    "\tagricultural field [ENVO:00000114]\tagricultural soil [ENVO:00002259]\t48.1364 11.2871"
    "\tGermany: Bavaria, Eichmoos\t524\t2024-04-16\t6.6\t1.3\tHof Lindner\n"
    "meadow-2\tMeadows\tsoil metagenome [NCBITaxon:410658]\t0-0.1\tcropland biome [ENVO:01000245]"
    "\tagricultural field [ENVO:00000114]\tagricultural soil [ENVO:00002259]\t48.1522 11.3318"
    "\tGermany: Bavaria, Eichmoos\tnot collected\t2024-04\t6.9\t1.2\tHof Lindner\n"
)
LIBRARIES = (
    "library_id\tsample_id\tassay\trun\tfastq_1\tfastq_2\taccession\tcontrol_type\tagreement\n"
    "L1\tmeadow-1\t16S-V4-515FY-806RB\trun1\tL1_R1.fastq.gz\tL1_R2.fastq.gz\t\t\topen\n"
    "L2\tmeadow-2\t16S-V4-515FY-806RB\trun1\tL2_R1.fastq.gz\t\t\t\topen\n"
    "B1\tblank-1\t16S-V4-515FY-806RB\trun1\tB1_R1.fastq.gz\tB1_R2.fastq.gz\t\textraction_blank\topen\n"
)


def fastq(name: str, end: int, number: int = 3) -> bytes:
    text = "".join(
        f"@{name}:{read} {end}:N:0:1\nACGTACGTAC\n+\nIIIIIIIIII\n" for read in range(number)
    )
    return gzip.compress(text.encode(), mtime=0)


def make_project(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """Write the project; `changes` replace texts of its files, by old text."""
    texts = {
        "config.yaml": CONFIG,
        "samples.tsv": SAMPLES,
        "libraries.tsv": LIBRARIES,
        "agreements/open.yaml": OPEN,
    }
    (folder / "agreements").mkdir(parents=True)
    for name, text in texts.items():
        for old, new in (changes or {}).items():
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("L1", "L2", "B1"):
        for end in (1, 2):
            (folder / f"{name}_R{end}.fastq.gz").write_bytes(fastq(name, end))
    return folder
