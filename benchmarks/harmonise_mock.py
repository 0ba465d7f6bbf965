"""One community, two primer pairs, three databases: how far apart results are, before and after.

The community is a type strain of each of many genera, in equal parts, as mock communities are made,
amplified in silico as V4 and as V3-V4 (`soilbio simulate`). Both are run through the workflow with
Greengenes 13_8, with RDP's type strains (RDP's names of 2010), and with these under NCBI's names of
2024.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import yaml

from soilbio.references.lineages import read_lineages
from soilbio.references.manifest import Reference
from soilbio.simulate.region import PrimerSite
from soilbio.standards.iupac import reverse_complement
from soilbio.taxonomy.backbones.packaged import PACKAGE
from soilbio.taxonomy.backbones.read import read_backbone
from soilbio.taxonomy.lineage import parse_lineage

ROOT = Path(__file__).resolve().parent.parent
_GENERA = 120
_PAIRS = 30_000
_MISMATCHES = 1
_STRAIN = re.compile(r"^\S+ (?P<name>[A-Z][a-z]+ [a-z]+)")
_SUPPORTED = re.compile(r"([a-z]:[^,(]+)\(([0-9.]+)\)")
_CONFIDENCE = 0.8  # the workflow's default
# What all sequences are classified with where one set of names is asked for.
COMMON = "greengenes-13_8"
Rows = list[dict[str, object]]

REGIONS: Mapping[str, Mapping[str, object]] = {
    "V4": {
        "primers": ("GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"),
        "names": ("515F-Y", "806RB"),
        "lengths": (200, 300),
    },
    "V3-V4": {
        "primers": ("CCTACGGGNGGCWGCAG", "GACTACHVGGGTATCTAATCC"),
        "names": ("341F", "805R"),
        "lengths": (380, 480),
    },
}


def compare_results(
    reference: Reference, type_strains: Path, work: Path, *, of_any_genera: bool
) -> tuple[Rows, Rows]:
    """Run everything; give the distances of pairs of results, and what each found of the truth.

    Genera are those that all databases know by the same name, or any.
    """
    work.mkdir(parents=True, exist_ok=True)
    databases = _databases(reference, type_strains, work)
    named = databases.values() if not of_any_genera else []
    truth = _community(type_strains, [table for _, table in named], work)
    datasets = {
        (region, name): _run(region, name, files, work)
        for region in REGIONS
        for name, files in databases.items()
    }
    distances = [
        _distance(one, other, datasets, work)
        for one, other in itertools.combinations(sorted(datasets), 2)
    ]
    together = _merged([datasets[key] for key in sorted(datasets)], work / "merged-all")
    every = [datasets[key] for key in sorted(datasets)]
    anew = _merged(every, work / "merged-anew", "--classify", COMMON)
    for name, merged in (("harmonised_with_all", together), ("classified_anew", anew)):
        shares = _shares(merged, "feature_id")
        for row in distances:
            row[name] = _bray_curtis(shares[str(row["one"])], shares[str(row["other"])])
    found = [_found(key, path, truth) for key, path in sorted(datasets.items())]
    return distances, found


def _merged(datasets: Sequence[Path], target: Path, *options: str) -> Path:
    soilbio = str(Path(sys.executable).parent / "soilbio")
    words = ["harmonise", *map(str, datasets), "--level", "genus", "--out", str(target), *options]
    _call([soilbio, *words])
    return target


def _databases(
    reference: Reference, type_strains: Path, work: Path
) -> dict[str, tuple[Path, Path]]:
    """Write sequences and lineages of the three databases."""
    rdp = list(_type_strains(type_strains))
    found = {"greengenes": (reference.sequences, reference.lineages)}
    for name, lineages in (("rdp", dict(_by_rdp(rdp))), ("ncbi", dict(_by_ncbi(rdp)))):
        sequences, table = work / f"{name}.fasta.gz", work / f"{name}.tsv.gz"
        with gzip.open(sequences, "wt") as fasta, gzip.open(table, "wt") as tsv:
            for own_id, _, _, sequence in rdp:
                if own_id in lineages:
                    print(f">{own_id}\n{sequence}", file=fasta)
                    print(own_id, lineages[own_id], sep="\t", file=tsv)
        found[name] = (sequences, table)
    return found


def _type_strains(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield id, species, lineage and sequence of the type strains in RDP's file."""
    import dnaio

    with dnaio.open(path) as records:
        for record in records:
            title, _, lineage = record.name.rpartition("\t")
            strain = _STRAIN.match(title)
            if strain and lineage.count(";") == 5:
                yield title.split()[0], strain["name"], lineage, record.sequence.upper()


def _by_rdp(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[tuple[str, str]]:
    prefixes = ("d__", "p__", "c__", "o__", "f__", "g__")
    for own_id, _, lineage, _ in rows:
        names = [part.strip() for part in lineage.split(";")]
        yield own_id, "; ".join(f"{a}{b}" for a, b in zip(prefixes, names, strict=True))


def _by_ncbi(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[tuple[str, str]]:
    species = {name.casefold() for _, name, _, _ in rows}
    backbone = read_backbone("ncbi", Path(PACKAGE), species)
    for own_id, name, _, _ in rows:
        found = backbone.usages_of(name, "species")
        if len(found) == 1:  # others were renamed since
            names = backbone.lineages[found[0].taxon_id]
            ranks = ("domain", "phylum", "class", "order", "family", "genus")
            yield own_id, "; ".join(f"{rank[0]}__{names.get(rank, '')}" for rank in ranks)


def _community(type_strains: Path, tables: Sequence[Path], work: Path) -> dict[str, str]:
    """Choose a type strain for each of so many genera, write them; give genus by region's sequence.

    Of genera that all of some tables of lineages know by the same name, differences are those of
    primers, classification and names above the genus, and none of what a database holds.
    """
    known = [
        {parse_lineage(text).get("genus", "") for text in read_lineages(table).values()}
        for table in tables
    ]
    sites = {name: _sites(region) for name, region in REGIONS.items()}
    chosen: dict[str, str] = {}
    truth: dict[str, str] = {}
    lines = []
    for own_id, _, lineage, sequence in sorted(_type_strains(type_strains)):
        genus = lineage.rpartition(";")[2].strip()
        if not all(genus in own for own in known) or genus in chosen or len(chosen) == _GENERA:
            continue
        regions = [_cut(sequence, *pair) for pair in sites.values()]
        if all(regions) and not any(region in truth for region in regions):
            chosen[genus] = own_id
            truth |= dict.fromkeys(regions, genus)
            lines.append((f">{own_id}\n{sequence}\n", f"{own_id}\t{lineage}\n"))
    (work / "community.fasta").write_text("".join(fasta for fasta, _ in lines))
    (work / "community.tsv").write_text("".join(table for _, table in lines))
    return truth


def _sites(region: Mapping[str, object]) -> tuple[PrimerSite, PrimerSite]:
    forward, reverse = region["primers"]  # type: ignore[misc]
    return PrimerSite(forward, _MISMATCHES), PrimerSite(reverse_complement(reverse), _MISMATCHES)


def _cut(sequence: str, forward: PrimerSite, reverse: PrimerSite) -> str:
    site = forward.find(sequence)
    start = site + forward.length
    end = reverse.find(sequence, start) if site >= 0 else -1
    region = sequence[start:end] if end > 0 else ""
    return "" if region.strip("ACGT") else region


def _run(region: str, database: str, files: tuple[Path, Path], work: Path) -> Path:
    """Simulate the region's reads and run the workflow on them, unless that was done."""
    folder = work / f"{region}-{database}"
    dataset = folder / "results" / "dataset"
    if (dataset / "datapackage.json").is_file():
        return dataset
    shutil.rmtree(folder, ignore_errors=True)
    soilbio = str(Path(sys.executable).parent / "soilbio")
    forward, reverse = REGIONS[region]["primers"]  # type: ignore[misc]
    words = ["--sequences", str(work / "community.fasta")]
    words += ["--lineages", str(work / "community.tsv"), "--taxa", str(_GENERA)]
    words += ["--strains", "0", "--group", "soil=1", "--mock", str(_GENERA), "--only", "mock"]
    words += ["--forward", forward, "--reverse", reverse, "--pairs", str(_PAIRS)]
    words += ["--read-length", "300", "--seed", "1", "--out", str(folder / "reads")]
    _call([soilbio, "simulate", *words])
    _write_project(region, database, files, folder)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--profile", str(ROOT / "profiles" / "default"), "--cores", "2"]
    command += ["--configfile", str(folder / "config.yaml"), "--directory", str(folder)]
    _call([*command, "results/dataset/datapackage.json"])
    return dataset


def _call(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        raise RuntimeError(message)


def _write_project(region: str, database: str, files: tuple[Path, Path], folder: Path) -> None:
    asked = REGIONS[region]
    (forward, reverse), names = asked["primers"], asked["names"]  # type: ignore[misc]
    shortest, longest = asked["lengths"]  # type: ignore[misc]
    sequences, lineages = files
    config = {
        "title": f"{region} {database}",
        **{"libraries": "libraries.tsv", "samples": "samples.tsv", "agreements": "agreements"},
        "assays": {
            f"16S-{region}": {
                "target_gene": "16S rRNA",
                "target_subfragment": region,
                **{"forward_name": names[0], "forward_primer": forward},  # type: ignore[index]
                **{"reverse_name": names[1], "reverse_primer": reverse},  # type: ignore[index]
                **{"min_length_bp": shortest, "max_length_bp": longest},
                **{"primers_in_reads": True, "domains": ["Bacteria", "Archaea"]},
                "source": "benchmark",
            }
        },
        "taxonomy": {
            **{"reference": database, "version": "1"},
            **{"sequences": str(sequences.resolve()), "lineages": str(lineages.resolve())},
        },
        "tree": {"build": False},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    library = f"{region}-{database}"
    reads = [str((folder / "reads" / f"mock_R{end}.fastq.gz").resolve()) for end in (1, 2)]
    header = ["library_id", "sample_id", "assay", "run", "fastq_1", "fastq_2"]
    values = [library, library, f"16S-{region}", "run1", *reads, "", "", "benchmark"]
    _table(folder / "libraries.tsv", [*header, "accession", "control_type", "agreement"], values)
    place = [library, "2024-05-01", "Germany: Bavaria, Freising", "48.40 11.72"]
    _table(
        folder / "samples.tsv", ["sample_id", "collection_date", "geo_loc_name", "lat_lon"], place
    )
    (folder / "agreements").mkdir(exist_ok=True)
    agreement = {
        **{"id": "benchmark", "version": "1.0", "title": "Benchmark data", "grants": []},
        "parties": [{"name": "Benchmark", "role": "provider"}],
        **{"licence": "CC0-1.0", "contact": "benchmark@example.org"},
    }
    (folder / "agreements" / "benchmark.yaml").write_text(yaml.safe_dump(agreement))


def _table(path: Path, header: Sequence[str], row: Sequence[str]) -> None:
    with path.open("w", newline="") as handle:
        csv.writer(handle, delimiter="\t", lineterminator="\n").writerows([header, row])


def _distance(
    one: tuple[str, str],
    other: tuple[str, str],
    datasets: Mapping[tuple[str, str], Path],
    work: Path,
) -> dict[str, object]:
    """Give Bray-Curtis of two results: lineages as they were written, and after harmonising."""
    both = [datasets[key] for key in (one, other)]
    merged = _merged(both, work / f"merged-{'-'.join((*one, *other))}")
    harmonised = _shares(merged, "feature_id")
    before = [_shares(datasets[key], "verbatim_lineage") for key in (one, other)]
    library = ["-".join(key) for key in (one, other)]
    return {
        "one": library[0],
        "other": library[1],
        "unharmonised": _bray_curtis(before[0][library[0]], before[1][library[1]]),
        "harmonised": _bray_curtis(harmonised[library[0]], harmonised[library[1]]),
    }


def _shares(dataset: Path, column: str) -> dict[str, dict[str, float]]:
    features = pl.read_parquet(dataset / "features.parquet")
    counts = pl.read_parquet(dataset / "counts.parquet")
    if column != "feature_id":
        # What a classifier was sure of, in its own words.
        texts = [_sure(text) for text in features[column].to_list()]
        features = features.with_columns(pl.Series(column, texts))
        counts = counts.join(features.select("feature_id", column), on="feature_id")
    found: dict[str, dict[str, float]] = {}
    summed = counts.group_by("library_id", column).agg(pl.col("count").sum()).sort(column)
    for library, name, count in summed.iter_rows():
        found.setdefault(library, {})[name] = count
    return {
        library: {name: count / sum(own.values()) for name, count in own.items()}
        for library, own in found.items()
    }


def _sure(lineage: str | None) -> str:
    parts = _SUPPORTED.findall(lineage or "")
    kept = itertools.takewhile(lambda part: float(part[1]) >= _CONFIDENCE, parts)
    return ";".join(name for name, _ in kept)


def _bray_curtis(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return abs(1 - sum(min(share, other.get(name, 0)) for name, share in one.items()))


def _found(key: tuple[str, str], dataset: Path, truth: Mapping[str, str]) -> dict[str, object]:
    """Tell what became of the true sequences, by reads: right genus, other genus, none."""
    features = pl.read_parquet(dataset / "features.parquet")
    counts = pl.read_parquet(dataset / "counts.parquet").group_by("feature_id")
    reads = dict(counts.agg(pl.col("count").sum()).iter_rows())
    fates: Counter[str] = Counter()
    for row in features.iter_rows(named=True):
        genus = truth.get(row["sequence"], "")
        named = row["genus"] or ""
        fate = "false_sequence" if not genus else "right" if named == genus else "wrong"
        fates["no_genus" if genus and not named else fate] += reads.get(row["feature_id"], 0)
    total = fates.total()
    names = ("right", "wrong", "no_genus", "false_sequence")
    return {"result": "-".join(key), **{name: fates[name] / total for name in names}}
