"""A run's results as the workflow writes them, made up with a fixed seed; no tools needed."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ASSAY = "16S-V4-515FY-806RB"
AGREEMENT = "demo@1.0.0"
LINEAGES = [
    "Pseudomonadota Alphaproteobacteria Rhizobiales Xanthobacteraceae Bradyrhizobium",
    "Pseudomonadota Gammaproteobacteria Burkholderiales Comamonadaceae Variovorax",
    "Acidobacteriota Terriglobia Terriglobales Acidobacteriaceae Granulicella",
    "Acidobacteriota Vicinamibacteria Vicinamibacterales Vicinamibacteraceae Vicinamibacter",
    "Actinomycetota Actinobacteria Mycobacteriales Mycobacteriaceae Mycobacterium",
    "Actinomycetota Thermoleophilia Gaiellales Gaiellaceae Gaiella",
    "Verrucomicrobiota Verrucomicrobiae Chthoniobacterales Chthoniobacteraceae Chthoniobacter",
    "Bacteroidota Chitinophagia Chitinophagales Chitinophagaceae Flavisolibacter",
    "Bacillota Bacilli Bacillales Bacillaceae Bacillus",
    "Planctomycetota Planctomycetia Gemmatales Gemmataceae Gemmata",
    "Chloroflexota Ktedonobacteria Ktedonobacterales Ktedonobacteraceae Ktedonobacter",
    "Gemmatimonadota Gemmatimonadia Gemmatimonadales Gemmatimonadaceae Gemmatimonas",
    "Nitrospirota Nitrospiria Nitrospirales Nitrospiraceae Nitrospira",
    "Myxococcota Myxococcia Myxococcales Myxococcaceae Myxococcus",
    "Armatimonadota Armatimonadia Armatimonadales Armatimonadaceae Armatimonas",
]
RANKS = ("phylum", "class", "order", "family", "genus")
FARM = "Huber-Hof"
AGREEMENT_TEXT = """\
id: demo
version: "1.0.0"
title: Results for all, places for partners
summary: All may use the results; partners also see exact places.
contact: data@institute.example
licence: CC-BY-4.0
attribution: "Institute (2026): soils"
parties:
  - {name: Institute, role: provider}
  - {name: Partners, role: consortium}
grants:
  - name: results for all
    recipient: public
    purposes: [DUO:0000042]
    classes:
      identity: withhold
      location: {generalise: "0.1"}
      region: {generalise: country}
      environment: allow
      management: allow
      method: allow
      counts: allow
      taxonomy: allow
      derived: allow
      controls: allow
  - name: exact results for partners
    recipient: consortium
    purposes: [DUO:0000042]
    classes: {identity: allow, location: allow, region: allow}
"""
CONFIG_TEXT = """\
title: Soils of <two> land uses
libraries: libraries.tsv
samples: samples.tsv
agreements: agreements
diversity: {groups: [cur_land_use]}
"""


class Run:
    """A made-up run in a folder: change its tables, then write them."""

    def __init__(self, folder: Path, libraries: int = 6, features: int = 180) -> None:
        self.folder = folder
        self.results = folder / "results"
        self.rng = np.random.default_rng(7)
        self.agreements = {AGREEMENT: AGREEMENT_TEXT}
        self.config_text, self.assay = CONFIG_TEXT, ASSAY
        self.features = [self.feature(place) for place in range(features)]
        self.samples = [self.sample(place) for place in range(libraries)]
        self.libraries = [self.library(sample["sample_id"], "") for sample in self.samples]
        self.samples += [self.control("mock"), self.control("blank")]
        self.libraries += [self.library("mock", "mock"), self.library("blank", "extraction_blank")]
        self.counts = [row for library in self.libraries for row in self.counts_of(library)]

    def feature(self, place: int) -> dict[str, Any]:
        sequence = "".join(self.rng.choice(list("ACGT"), 253))
        names = LINEAGES[int(len(LINEAGES) * self.rng.random() ** 1.7)].split()
        depth = int(self.rng.integers(2, 6))
        return {
            "feature_id": hashlib.md5(sequence.encode()).hexdigest(),
            "sequence": sequence,
            "length_bp": 253,
            "domain": "Bacteria",
            **dict(zip(RANKS[:depth], names[:depth], strict=True)),
            "taxon_rank": RANKS[depth - 1],
            "flags": "chloroplast" if place % 60 == 59 else "",
            "agreement_ids": AGREEMENT,
        }

    def sample(self, place: int) -> dict[str, str]:
        return {
            "sample_id": f"soil-{place + 1}",
            "agreement_id": AGREEMENT,
            "lat_lon": f"{48.1234 + place * 0.311:.4f} {11.5678 - place * 0.27:.4f}",
            "geo_loc_name": f"Germany: Bavaria, {FARM}",
            "collection_date": "2024-05-13",
            "cur_land_use": ("arable", "grassland")[place % 2],
            "farm_name": FARM,
        }

    def control(self, name: str) -> dict[str, str]:
        return {"sample_id": name, "agreement_id": AGREEMENT}

    def library(self, sample_id: str, control_type: str) -> dict[str, Any]:
        raw = 11000 if control_type != "extraction_blank" else 230
        raw += int(self.rng.integers(0, raw // 4))
        left = [raw]
        for kept in (0.975, 0.93, 0.97, 0.9, 0.985):
            left.append(int(left[-1] * (kept - 0.03 * self.rng.random())))
        names = ("raw", "primer", "filtered", "merged", "denoised", "nonchimeric")
        return {
            "library_id": f"L-{sample_id}",
            "sample_id": sample_id,
            "assay_id": ASSAY,
            "run_id": "run1",
            "control_type": control_type,
            "status": "ok",
            "status_reason": "",
            **{f"reads_{name}": count for name, count in zip(names, left, strict=True)},
            "agreement_id": AGREEMENT,
        }

    def counts_of(self, library: dict[str, Any]) -> list[dict[str, Any]]:
        count = {"mock": 20, "extraction_blank": 5}.get(library["control_type"], 120)
        chosen = self.rng.choice(len(self.features), min(count, len(self.features)), replace=False)
        weights = self.rng.lognormal(0, 1.4, len(chosen))
        reads = np.maximum(1, (weights / weights.sum() * library["reads_nonchimeric"]).astype(int))
        return [
            {
                "library_id": library["library_id"],
                "feature_id": self.features[place]["feature_id"],
                "count": int(number),
                "agreement_id": AGREEMENT,
            }
            for place, number in zip(chosen, reads, strict=True)
        ]

    def write_dataset(self) -> Path:
        import polars as pl

        from soilbio.dataset.write import write_tables

        used = {row["feature_id"] for row in self.counts}
        parameters = {"min_size": 4, "unoise_alpha": 2.0, "chimera_skew": 2.0}
        assay = {
            "assay_id": ASSAY,
            "library_strategy": "AMPLICON",
            "target_gene": "16S rRNA",
            "target_subfragment": "V4",
            "pcr_primer_forward": "GTGYCAGCMGCCGCGGTAA",
            "pcr_primer_reverse": "GGACTACNVGGGTWTCTAAT",
            "pcr_primer_name_forward": "515F-Y",
            "pcr_primer_name_reverse": "806R-B",
            "lib_layout": "paired",
            "engine": "unoise",
            "engine_version": "vsearch 2.22.1",
            "engine_parameters": json.dumps(parameters),
            "classifier": "sintax",
            "classifier_version": "vsearch 2.22.1",
            "confidence_cutoff": 0.8,
            "reference": "greengenes",
            "reference_version": "13_8",
            "reference_sha256": "ab" * 32,
            "agreement_ids": AGREEMENT,
        }
        counts = pl.DataFrame(
            self.counts,
            schema={
                "library_id": pl.String,
                "feature_id": pl.String,
                "count": pl.Int64,
                "agreement_id": pl.String,
            },
        )
        features = [one for one in self.features if one["feature_id"] in used]
        schema = None if features else dict.fromkeys(self.features[0], pl.String)
        tables = {
            "samples": pl.DataFrame(self.samples, infer_schema_length=None),
            "assays": pl.DataFrame([assay]),
            "libraries": pl.DataFrame(self.libraries, infer_schema_length=None),
            "features": pl.DataFrame(features, schema=schema, infer_schema_length=None),
            "counts": counts,
            "measurements": pl.DataFrame({"agreement_id": []}, schema={"agreement_id": pl.String}),
        }
        target = self.results / "dataset"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_tables(tables, self.agreements, target)
        return target

    def write_quality(self) -> None:
        for library in self.libraries:
            positions = np.arange(250)
            reads = {}
            for read, drop in ((1, 6.0), (2, 13.0)):
                curve = 37 - drop * (positions / 250) ** 2.5 + self.rng.normal(0, 0.2, 250)
                reads[f"read{read}_before_filtering"] = {
                    "total_reads": library["reads_raw"],
                    "quality_curves": {"mean": [round(float(value), 4) for value in curve]},
                }
            name = f"{library['library_id']}.fastp.json"
            self.write_json(f"quality/reads/{name}", reads)

    def write_diversity(self) -> None:
        folder = f"diversity/{ASSAY}"
        reads: dict[str, list[int]] = {}
        for row in self.counts:
            reads.setdefault(row["library_id"], []).append(row["count"])
        self.write_rows(f"{folder}/alpha.tsv", [self.alpha(*pair) for pair in reads.items()])
        curves = [
            {"library_id": key, "depth": d, "observed": len(c) * (1 - np.exp(-4 * d / sum(c)))}
            for key, c in reads.items()
            for d in np.linspace(1, sum(c), 25).astype(int)
        ]
        self.write_rows(f"{folder}/rarefaction.tsv", curves)
        explained, tests = [], []
        for metric in ("bray_curtis", "jaccard", "robust_aitchison", "weighted_unifrac"):
            points = [
                {
                    "library_id": row["library_id"],
                    "PC1": self.rng.normal(place % 2 * 0.4, 0.1),
                    "PC2": self.rng.normal(0, 0.2),
                    "PC3": 0.0,
                }
                for place, row in enumerate(self.libraries)
                if not row["control_type"]
            ]
            self.write_rows(f"{folder}/ordination/{metric}.tsv", points)
            explained += [
                {"metric": metric, "axis": axis, "proportion": share}
                for axis, share in (("PC1", 0.412), ("PC2", 0.187), ("PC3", 0.12))
            ]
            tests += [
                {
                    "metric": metric,
                    "column": "cur_land_use",
                    "test": test,
                    "statistic": 3.41,
                    "r2": r2,
                    "p_value": 0.101,
                    "permutations": 999,
                    "n_libraries": 6,
                    "groups": 2,
                    "note": "",
                }
                for test, r2 in (("permanova", 0.46), ("permdisp", ""))
            ]
        self.write_rows(f"{folder}/ordination/explained.tsv", explained)
        self.write_rows(f"{folder}/tests.tsv", tests)
        settings = {
            "depth": 8120,
            "seed": 1,
            "permutations": 999,
            "coverage": 0.987,
            "left_out": {"L-blank": "fewer reads than the depth"},
            "software": {"scikit-bio": "0.7.4"},
        }
        self.write_json(f"{folder}/settings.json", settings)

    def alpha(self, library_id: str, counts: list[int]) -> dict[str, Any]:
        shares = np.array(counts) / sum(counts)
        shannon = float(-(shares * np.log(shares)).sum())
        return {
            "library_id": library_id,
            "reads": sum(counts),
            "observed": len(counts),
            "shannon": shannon,
            "simpson": float(1 - (shares**2).sum()),
            "faith_pd": len(counts) * 0.11,
            "hill_q0": len(counts) * 0.93,
            "hill_q1": float(np.exp(shannon)),
            "hill_q2": float(1 / (shares**2).sum()),
            "coverage": 0.987,
        }

    def write_scores(self) -> None:
        rows, composition = [], []
        for library in self.libraries:
            if library["control_type"] == "extraction_blank":
                continue
            rows.append(
                {
                    "library_id": library["library_id"],
                    "expected_features": 121,
                    "found": 120,
                    "true_positive": 118,
                    "false_positive": 2,
                    "false_negative": 3,
                    "precision": 0.9833,
                    "recall": 0.9752,
                    "bray_curtis": 0.021,
                    "genus_named": 100,
                    "genus_called": 88,
                    "genus_correct": 86,
                }
            )
            for place, rank in enumerate(RANKS):
                names = sorted({line.split()[place] for line in LINEAGES})
                true = self.rng.dirichlet(np.ones(len(names)))
                found = true * self.rng.uniform(0.9, 1.1, len(names))
                composition += [
                    {
                        "library_id": library["library_id"],
                        "rank": rank,
                        "name": name,
                        "expected": expected,
                        "found": share,
                    }
                    for name, expected, share in zip(names, true, found / found.sum(), strict=True)
                ]
        self.write_rows("score/score.tsv", rows)
        self.write_rows("score/composition.tsv", composition)

    def write_all(self) -> Run:
        self.write_dataset()
        self.write_quality()
        self.write_diversity()
        self.write_scores()
        return self

    def write_rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        path = self.results / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]), delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def write_json(self, name: str, value: object) -> None:
        path = self.results / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    """Make a run of another size: `make_run(libraries=90)`."""
    return lambda **sizes: Run(tmp_path, **sizes)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of six soils, a mock and a blank; nothing is written yet."""
    return Run(tmp_path)


def material_of(run: Run, closed: set[str] | None = None, coarse: set[str] | None = None) -> Any:
    """What a report of the run is made from, for a recipient to whom some classes are closed."""
    from soilbio.dataset.read import read_dataset
    from soilbio.report.audience import view_of
    from soilbio.report.material import Material, Origin
    from soilbio.report.results import read_results
    from soilbio.report.view import Audience
    from soilbio.standards.sharing_classes import SharingClass

    coarse = {"location"} if coarse is None else coarse
    closed = {"identity"} if closed is None else closed
    exact = frozenset(one for one in SharingClass if one not in closed | coarse)
    audience = Audience(
        "public",
        "DUO:0000042",
        exact,
        frozenset(SharingClass(one) for one in coarse),
        ("Places are generalised to 0.1 degrees (clause 1).",),
    )
    dataset = read_dataset(run.results / "dataset")
    classes = {"cur_land_use": SharingClass.MANAGEMENT}
    view = view_of(dataset, audience, ["cur_land_use"], classes=classes, cell_degrees=0.1)
    return Material(
        title="Demo soils",
        view=view,
        tables=dataset.tables,
        results=read_results(run.results, [ASSAY]),
        settings={"amplicon": {"engine": "unoise"}},
        agreements=({"agreement": AGREEMENT, "title": "Demo", "attribution": "Demo 2026"},),
        software={"vsearch": "2.22.1"},
        origin=Origin("results/dataset", "results", "config/config.yaml", has_truth=False),
    )


@pytest.fixture
def material() -> Any:
    """Make the material of a run: `material(run, closed={"identity"}, coarse={"location"})`."""
    return material_of


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The material of an untouched run, for tests that only look."""
    return material_of(Run(tmp_path_factory.mktemp("run")).write_all())


@pytest.fixture(scope="session")
def page(whole: Any) -> str:
    """The page of an untouched run."""
    from soilbio.report.build import build_page

    return build_page(whole)
