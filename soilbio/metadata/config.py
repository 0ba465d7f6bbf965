"""Config (interim)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from soilbio.metadata.assays import Assay
from soilbio.standards import shipped

D = {
    "amplicon": dict(engine="unoise", primer_error_rate=0.1, max_expected_errors=1.0, min_overlap_bp=20, max_mismatches=10, min_size=4, unoise_alpha=2.0, chimera_skew=2.0, count_identity=0.97, dada2_pooling="pseudo", dada2_max_expected_errors=2.0, dada2_min_overlap_bp=12, dada2_max_mismatches=0, dada2_chimera_method="pooled", dada2_chimera_min_fold=1.5),
    "taxonomy": dict(reference="greengenes-13_8", version=None, sequences=None, lineages=None, confidence=0.8),
    "tree": dict(build=True, max_features=20000),
    "diversity": dict(groups=[], permutations=999, seed=1, depth="auto"),
    "report": {},
}


@dataclass(frozen=True, slots=True)
class Config:
    """Config."""

    path: Path
    title: str
    libraries: Path
    samples: Path
    agreements: Path
    assays: dict[str, Assay]
    columns: dict[str, str]
    truth: Path | None
    amplicon: dict[str, object]
    taxonomy: dict[str, object]
    tree: dict[str, object]
    diversity: dict[str, object]
    report: dict[str, object]
    exports: list[dict[str, str]]


def read_config(path: Path) -> Config:
    """Read."""
    d = yaml.safe_load(path.read_text())
    b = path.parent.resolve()
    a = {k: Assay(k, **{**v, "domains": tuple(v.get("domains", ()))}) for k, v in yaml.safe_load(shipped("resources/assays.yaml").read_text()).items()}
    for k, v in (d.get("assays") or {}).items():
        base = {f: getattr(a[k], f) for f in Assay.__slots__ if f != "assay_id"} if k in a else {}
        a[k] = Assay(k, **{**base, **v})
    s = {k: {**D[k], **d.get(k, {})} for k in D}
    for k in ("sequences", "lineages"):
        if s["taxonomy"][k]:
            s["taxonomy"][k] = b / s["taxonomy"][k]
    return Config(path, d["title"], b / d["libraries"], b / d["samples"], b / d["agreements"], a, d.get("columns") or {}, (b / d["truth"]).resolve() if d.get("truth") else None, exports=d.get("exports", []), **s)
