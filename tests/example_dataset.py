"""A small whole dataset for any test that needs one: two assays, controls, two agreements."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from soilbio.dataset.write import write_dataset

PUBLIC, CLOSED = "demo@1.0.0", "farm-network@2.1.0"
V4, ITS2 = "16S-V4-515FY-806RB", "ITS2-ITS3-ITS4"
FARM = "Huber-Hof"
EXTRA_COLUMNS = {"genotype": "environment", "plot name": "location"}
AGREEMENTS = {
    PUBLIC: """\
id: demo
version: 1.0.0
title: Demo agreement of two institutes
contact: data@institute.example
licence: CC-BY-4.0
attribution: "Soils of the demo, Institute A"
parties:
  - {name: Institute A, role: provider}
  - {name: Soil consortium, role: consortium}
grants:
  - name: results for everybody
    recipient: public
    purposes: [DUO:0000042]
    classes:
      identity: withhold
      location: {generalise: "0.1"}
      region: {generalise: country}
      time: {generalise: month}
      environment: allow
      management: allow
      method: allow
      sequences: allow
      counts: allow
      taxonomy: allow
      derived: allow
      controls: allow
  - name: exact results for the consortium
    recipient: consortium
    purposes: [DUO:0000042]
    classes:
      identity: allow
      location: allow
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
""",
    CLOSED: """\
id: farm-network
version: 2.1.0
title: Agreement of the farm network, which shares nothing
contact: network@farms.example
licence: LicenseRef-agreement-only
parties:
  - {name: Farm network, role: provider}
grants: []
""",
}
# Rank names of a feature from domain down; None where nothing was named.
LINEAGES: Mapping[str, tuple[str | None, ...]] = {
    "ACGTACGTAA": ("Bacteria", None, "Pseudomonadota", "Alphaproteobacteria", "Rhizobiales"),
    "ACGTACGTCC": ("Bacteria", None, "Bacillota", "Bacilli", "Bacillales", "Bacillaceae"),
    "ACGTACGTGG": ("Archaea", None, "Thermoproteota"),
    "ACGTACGTTT": ("Bacteria", None, "Cyanobacteriota", "Chloroplast"),
    "TTGGCCAATT": ("Eukaryota", "Fungi", "Ascomycota", "Sordariomycetes", "Hypocreales"),
    "TTGGCCAACC": (None,),
}
RANKS = ("domain", "kingdom", "phylum", "class", "order", "family", "genus", "species")
PROVENANCE: Mapping[str, Any] = {
    "title": "Example soils",
    "soilbio_version": "0.1.0",
    "tools": [
        {"name": "cutadapt", "version": "5.2", "url": "https://cutadapt.readthedocs.io"},
        {"name": "vsearch", "version": "2.22.1"},
    ],
    "references": [
        {"name": "greengenes", "version": "13_8", "sha256": "ab" * 32, "licence": "CC-BY-SA-3.0"}
    ],
    "parameters": {"amplicon": {"engine": "unoise", "min_size": 4}, "assays": [V4, ITS2]},
    "inputs": [
        {"library_id": "L1", "name": "L1", "sha256": "cd" * 32},
        {"library_id": "L2", "name": "L2", "sha256": None},
    ],
    "date": "2024-06-01",
}


def feature_id(sequence: str) -> str:
    return hashlib.md5(sequence.encode()).hexdigest()


def _samples() -> list[dict[str, Any]]:
    soils = [
        {
            "sample_id": f"soil {number}",
            "agreement_id": agreement,
            "lat_lon": place,
            "geo_loc_name": "Germany: Bavaria, Freising",
            "collection_date": f"2024-05-1{number}",
            "depth": "0.1",
            "ph": str(5 + number / 4),
            "cur_land_use": use,
            "farm_name": FARM,
            "genotype": "wild type",
            "plot name": "=Größe/1",
        }
        for number, agreement, place, use in (
            (1, PUBLIC, "48.1234 11.5678", "arable"),
            (2, PUBLIC, "48.4711 11.9021", "grassland"),
            (3, CLOSED, "-1.2921 36.8219", "arable"),
        )
    ]
    controls = [{"sample_id": name, "agreement_id": PUBLIC} for name in ("mock", "blank")]
    return soils + controls


def _library(name: str, sample: str, assay: str, control: str, reads: int) -> dict[str, Any]:
    steps = ("raw", "primer", "filtered", "merged", "denoised", "nonchimeric")
    return {
        "library_id": name,
        "sample_id": sample,
        "assay_id": assay,
        "run_id": "run1",
        "control_type": control,
        "status": "ok" if reads else "empty",
        "status_reason": "" if reads else "no feature (of 3 filtered reads)",
        **{f"reads_{step}": reads + 5 - place for place, step in enumerate(steps)},
        "agreement_id": CLOSED if sample == "soil 3" else PUBLIC,
    }


def _assay(name: str, gene: str, region: str) -> dict[str, Any]:
    return {
        "assay_id": name,
        "library_strategy": "AMPLICON",
        "target_gene": gene,
        "target_subfragment": region,
        "pcr_primer_forward": "GTGYCAGCMGCCGCGGTAA",
        "pcr_primer_reverse": "GGACTACNVGGGTWTCTAAT",
        "pcr_primer_name_forward": "515F-Y",
        "pcr_primer_name_reverse": "806RB",
        "lib_layout": "paired",
        "seq_meth": "Illumina MiSeq",
        "engine": "unoise",
        "engine_version": "vsearch 2.22.1",
        "engine_parameters": '{"min_size": 4}',
        "classifier": "sintax",
        "classifier_version": "vsearch 2.22.1",
        "confidence_cutoff": 0.8,
        "reference": "greengenes",
        "reference_version": "13_8",
        "reference_sha256": "ab" * 32,
        "method_fingerprint": "ef" * 32,
        "agreement_ids": f"{PUBLIC}|{CLOSED}" if name == V4 else PUBLIC,
    }


def _feature(sequence: str, agreements: str) -> dict[str, Any]:
    names = LINEAGES[sequence]
    ranks = dict(zip(RANKS, names, strict=False))
    named = [rank for rank, name in ranks.items() if name]
    return {
        "feature_id": feature_id(sequence),
        "sequence": sequence,
        "length_bp": len(sequence),
        "verbatim_lineage": ",".join(f"{rank[0]}:{ranks[rank]}(0.97)" for rank in named),
        "classifier": "sintax",
        "confidence": 0.97 if named else None,
        **ranks,
        "taxon_rank": named[-1] if named else None,
        "flags": "chloroplast" if "Chloroplast" in names else "" if named else "unclassified",
        "agreement_ids": agreements,
    }


def example_tables() -> dict[str, pl.DataFrame]:
    """Make the tables of the example, rows in no special order."""
    sequences = list(LINEAGES)
    counts = [
        ("L1", 0, 120), ("L1", 1, 30), ("L1", 3, 7), ("L2", 0, 15), ("L2", 2, 60),
        ("L3", 2, 5), ("L3", 1, 44), ("L-mock", 1, 200), ("F1", 4, 80), ("F1", 5, 2),
    ]  # fmt: skip
    libraries = [
        _library("L1", "soil 1", V4, "", 157),
        _library("L2", "soil 2", V4, "", 75),
        _library("L3", "soil 3", V4, "", 49),
        _library("L-mock", "mock", V4, "mock", 200),
        _library("L-blank", "blank", V4, "extraction_blank", 0),
        _library("F1", "soil 1", ITS2, "", 82),
    ]
    agreement_of = {row["library_id"]: row["agreement_id"] for row in libraries}
    agreements = [
        "|".join(sorted({agreement_of[name] for name, place, _ in counts if place == feature}))
        for feature in range(len(sequences))
    ]
    return {
        "samples": pl.DataFrame(_samples(), infer_schema_length=None),
        "assays": pl.DataFrame(
            [_assay(V4, "16S rRNA", "V4"), _assay(ITS2, "ITS", "ITS2")], infer_schema_length=None
        ),
        "libraries": pl.DataFrame(libraries, infer_schema_length=None),
        "features": pl.DataFrame(
            [_feature(*pair) for pair in zip(sequences, agreements, strict=True)],
            infer_schema_length=None,
        ),
        "counts": pl.DataFrame(
            [
                {
                    "library_id": library,
                    "feature_id": feature_id(sequences[place]),
                    "count": count,
                    "agreement_id": agreement_of[library],
                }
                for library, place, count in counts
            ]
        ),
        "measurements": pl.DataFrame(
            [
                {
                    "subject": f"soil {number}",
                    "property": "ph",
                    "value": 5 + number / 4,
                    "verbatim_value": str(5 + number / 4),
                    "unit": "[pH]",
                    "method": "",
                    "upper_depth_m": 0.0 if number == 2 else None,
                    "lower_depth_m": 0.1,
                    "source": "samples",
                    "agreement_id": CLOSED if number == 3 else PUBLIC,
                }
                for number in (1, 2, 3)
            ],
            infer_schema_length=None,
        ),
    }


def example_dataset(folder: Path, tables: Mapping[str, pl.DataFrame] | None = None) -> Path:
    """Write the example, or other tables, as `folder/dataset`, with tree, views, package, crate."""
    tree = folder / "tree.nwk"
    tips = [feature_id(sequence) for sequence in list(LINEAGES)[:4]]
    tree.write_text(f"(({tips[0]}:0.1,{tips[1]}:0.2):0.1,({tips[2]}:0.3,{tips[3]}:0.1):0.2);\n")
    target = folder / "dataset"
    write_dataset(
        tables or example_tables(),
        AGREEMENTS,
        target,
        extra_columns=EXTRA_COLUMNS,
        provenance=PROVENANCE,
        files={f"trees/{V4}.nwk": tree},
    )
    tree.unlink()
    return target
