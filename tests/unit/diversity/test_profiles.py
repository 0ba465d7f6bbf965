"""Profiles of metagenomes: what is measured, what is refused, and what profilers agree on."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from skbio.diversity import alpha_diversity, beta_diversity

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.diversity.combined import Evidence, combined, shares_named
from soilbio.diversity.profiles import is_profile
from soilbio.diversity.write import Settings
from soilbio.diversity.write_profiles import measure_profiles
from tests.example_dataset import AGREEMENTS, PUBLIC

SPECIES = ("Alphia una", "Alphia duo", "Betia prima")
ENGINES = ("kraken2", "bracken", "sylph", "sourmash", "ssu")
# Reads of Kraken2 by library and taxon; '' has a genus only, '-' nothing.
READS = {
    "M1": {"Alphia una": 600, "Alphia duo": 100, "Betia prima": 12, "": 88, "-": 200},
    "M2": {"Alphia una": 50, "Betia prima": 450, "-": 500},
    "M3": {"Alphia una": 300, "Alphia duo": 300, "-": 400},
    "M4": {"-": 1000},
}
# Shares that sylph and sourmash estimate; the rest is unclassified.
SHARES = {
    "sylph": {"M1": {"Alphia una": 0.7}, "M2": {"Alphia duo": 0.1}, "M3": {"Alphia una": 0.4}},
    "sourmash": {"M1": {"Alphia una": 0.6}, "M3": {"Alphia duo": 0.2}},
}


def feature(name: str) -> dict[str, object]:
    known = {"": "genus:Alphia", "-": "unclassified"}
    genus = "Alphia" if not name else None if name == "-" else name.split()[0]
    return {
        "feature_id": known.get(name, f"t:{name}"),
        "genus": genus,
        "species": name if name in SPECIES else None,
        "flags": "unclassified" if name == "-" else "",
        "agreement_ids": PUBLIC,
    }


def counts() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []

    def add(library: str, name: str, count: int | None, share: float | None) -> None:
        row = {"library_id": library, "feature_id": feature(name)["feature_id"]}
        rows.append({**row, "count": count, "relative_abundance": share, "agreement_id": PUBLIC})

    for library, reads in READS.items():
        for name, number in reads.items():
            add(f"{library}-kraken2", name, number, None)
            add(f"{library}-ssu", name, number, None)
            add(f"{library}-bracken", name, None, number / 1000)
        for engine, found in SHARES.items():
            shares = found.get(library, {})
            for name, share in shares.items():
                add(f"{library}-{engine}", name, None, share)
            add(f"{library}-{engine}", "-", None, 1 - sum(shares.values()))
    return rows


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    libraries = [
        {
            **{"library_id": f"{name}-{engine}", "sample_id": f"S{name}"},
            **{"assay_id": f"wgs-{engine}", "run_id": "r", "status": "ok"},
            **{"reads_nonchimeric": 1000, "agreement_id": PUBLIC},
        }
        for name in READS
        for engine in ENGINES
    ]
    assays = [
        {
            **{"assay_id": f"wgs-{engine}", "library_strategy": "WGS", "engine": engine},
            **{"abundance": "marker" if engine == "ssu" else "sequence"},
            "agreement_ids": PUBLIC,
        }
        for engine in ENGINES
    ]
    samples = [
        {"sample_id": f"S{name}", "agreement_id": PUBLIC, "cur_land_use": use}
        for name, use in zip(READS, ("hayland", "row crops", "hayland", "row crops"), strict=True)
    ]
    target = tmp_path_factory.mktemp("profiles") / "dataset"
    tables = {
        "samples": pl.DataFrame(samples),
        "assays": pl.DataFrame(assays),
        "libraries": pl.DataFrame(libraries),
        "features": pl.DataFrame([feature(name) for name in (*SPECIES, "", "-")]),
        "counts": pl.DataFrame(counts(), infer_schema_length=None),
        "measurements": pl.DataFrame(),
    }
    provenance = {
        **{"title": "T", "soilbio_version": "0", "tools": [], "references": []},
        **{"parameters": {}, "inputs": []},
    }
    write_dataset(tables, {PUBLIC: AGREEMENTS[PUBLIC]}, target, provenance=provenance)
    return read_dataset(target)


def measured(dataset, engine: str, folder: Path) -> tuple[pl.DataFrame, dict[str, object]]:
    settings = Settings(("cur_land_use",), 99, 1)
    measure_profiles(dataset, f"wgs-{engine}", settings, folder)
    alpha = pl.read_csv(folder / "alpha.tsv", separator="\t")
    return alpha, json.loads((folder / "settings.json").read_text())


@pytest.mark.parametrize("engine", ["kraken2", "bracken"])
def test_shares_of_species_are_measured_as_scikit_bio_does(dataset, tmp_path, engine):
    alpha, settings = measured(dataset, engine, tmp_path)
    names = [f"{name}-{engine}" for name in ("M1", "M2", "M3")]
    reads = [[READS[name[:2]].get(one, 0) for one in SPECIES] for name in names]
    rows = alpha.filter(pl.col("library_id").is_in(names)).sort("library_id")
    shannon = alpha_diversity("shannon", reads, ids=names).to_list()
    simpson = alpha_diversity("simpson", reads, ids=names).to_list()
    assert rows["shannon"].to_list() == pytest.approx(shannon)
    assert rows["simpson"].to_list() == pytest.approx(simpson)
    assert rows["named_share"].to_list() == pytest.approx([0.712, 0.5, 0.6])
    closed = [[one / sum(row) for one in row] for row in reads]
    expected = beta_diversity("braycurtis", closed, ids=names)
    found = pl.read_csv(tmp_path / "distances" / "bray_curtis.tsv", separator="\t")
    assert found.drop("library_id").to_numpy() == pytest.approx(expected.data)
    assert settings["libraries_compared"] == names
    assert (tmp_path / "ordination" / "bray_curtis.tsv").is_file()


def test_what_is_not_sound_is_refused_with_the_reason(dataset, tmp_path):
    alpha, settings = measured(dataset, "sylph", tmp_path)
    assert set(alpha.columns).isdisjoint({"observed", "chao1", "hill_q0", "pielou"})
    assert {"observed", "chao1", "rarefaction", "jaccard"} < settings["refused"].keys()
    assert all("profile" in settings["refused"][name] for name in ("observed", "jaccard"))
    assert not (tmp_path / "rarefaction.tsv").exists()
    assert not (tmp_path / "distances" / "jaccard.tsv").exists()


@pytest.mark.parametrize("engine", ENGINES[:-1])
def test_a_library_in_which_nothing_is_named_is_left_out_with_the_reason(dataset, tmp_path, engine):
    alpha, settings = measured(dataset, engine, tmp_path)
    assert settings["left_out"][f"M4-{engine}"] == "no species was named in it"
    row = alpha.filter(library_id=f"M4-{engine}").to_dicts()[0]
    assert (row["named_share"], row["shannon"]) == (0, None)


def test_the_share_that_has_no_name_is_told(dataset):
    named = shares_named(dataset.tables)
    assert named["M1-kraken2"] == pytest.approx(
        {"species": 0.712, "genus": 0.088, "wider": 0, "not classified": 0.2}
    )
    assert named["M4-sylph"]["not classified"] == 1


# Reads of kraken2 and k-mers that each brings: usual is 70; of duo in M1 the reads bring a third.
KNOWN = {
    ("M1-kraken2", "species", "Alphia una"): Evidence(600, 600 * 70, 30_000),
    ("M1-kraken2", "species", "Alphia duo"): Evidence(100, 2400, 2300),
    ("M1-kraken2", "species", "Betia prima"): Evidence(12, 12 * 66, 700),
    ("M2-kraken2", "species", "Betia prima"): Evidence(450, 450 * 70, 100),
    ("M3-kraken2", "species", "Alphia duo"): Evidence(300, 300 * 20, 6_000),
    ("M3-kraken2", "species", "Alphia una"): Evidence(300, 300 * 70, 18_000),
}
# 450 reads with 70 k-mers each, of which as many differ as in a genome of a twentieth of the size.
PILED = KNOWN | {("M1-kraken2", "species", "Betia prima"): Evidence(450, 450 * 70, 1_500)}


def test_profilers_call_together_what_one_of_them_has_good_evidence_for(dataset):
    found = {(c.library, c.name): c.is_called for c in combined(dataset.tables, "species", KNOWN)}
    assert found == {
        ("M1", "Alphia una"): True,
        ("M1", "Alphia duo"): False,  # reads of a relative
        ("M1", "Betia prima"): True,  # too rare for the others
        ("M2", "Betia prima"): False,  # 450 reads of one place
        ("M2", "Alphia una"): False,  # Kraken2 alone, its k-mers not counted
        ("M2", "Alphia duo"): True,  # Kraken2 names no read so
        ("M3", "Alphia una"): True,
        ("M3", "Alphia duo"): False,  # sourmash alone, and reads of a relative
    }


def test_a_search_for_genomes_that_did_not_run_says_nothing_against_a_taxon(dataset):
    weak = KNOWN | {("M3-kraken2", "species", "Alphia duo"): Evidence(300, 300 * 20, 100)}

    def called(*engines: str) -> bool:
        ran = [f"wgs-{engine}" for engine in engines]
        libraries = dataset.tables["libraries"].filter(pl.col("assay_id").is_in(ran))
        tables = {**dataset.tables, "libraries": libraries}
        found = {(c.library, c.name): c for c in combined(tables, "species", weak)}
        return found["M3", "Alphia duo"].is_called

    assert called("kraken2", "bracken", "sourmash")
    # sylph ran and did not find it; alone, it is what Kraken2's weak hits are.
    assert not called("kraken2", "bracken", "sourmash", "sylph")
    assert not called("kraken2", "bracken", "sylph")


def test_reads_piled_on_a_few_places_are_no_finding_of_a_genome(dataset):
    found = {(c.library, c.name): c for c in combined(dataset.tables, "species", PILED)}
    piled = found["M1", "Betia prima"]
    assert not piled.is_called
    assert piled.reason.endswith("1,500 different ones of 31,500")
    # As many different ones as a genome of a tenth of the size would have are enough.
    spread = PILED | {("M1-kraken2", "species", "Betia prima"): Evidence(450, 31_500, 3_000)}
    found = {(c.library, c.name): c for c in combined(dataset.tables, "species", spread)}
    assert found["M1", "Betia prima"].is_called


def test_without_evidence_two_methods_must_find_a_taxon(dataset):
    found = {(c.library, c.name): c for c in combined(dataset.tables, "species", {})}
    assert found["M1", "Alphia una"].is_called
    # Kraken2 and its re-estimate are one method.
    assert not found["M1", "Betia prima"].is_called
    assert set(found["M1", "Betia prima"].shares) == {"kraken2", "bracken"}
    assert all(one.reason for one in found.values())


def test_reads_of_a_marker_gene_are_measured_by_genera(dataset, tmp_path):
    alpha, settings = measured(dataset, "ssu", tmp_path)
    # Of M1: Alphia 600 + 100 + 88 and Betia 12 of 1,000 reads; of M2 50 and 450.
    assert alpha["named_share"].to_list() == pytest.approx([0.8, 0.5, 0.6, 0])
    shannon = alpha_diversity("shannon", [[788, 12], [50, 450], [600, 0]]).to_list()
    assert alpha["shannon"].to_list()[:3] == pytest.approx(shannon)
    assert settings["measured_on"] == "shares of genera"
    assert settings["left_out"] == {"M4-ssu": "no genus was named in it"}
    assert "pieces from anywhere in the gene" in settings["refused"]["observed"]
    found = pl.read_csv(tmp_path / "distances" / "bray_curtis.tsv", separator="\t")
    assert found["M2-ssu"].to_list()[0] == pytest.approx(0.985 - 0.1)


def test_only_profiles_are_measured_so(dataset):
    assert is_profile(dataset, "wgs-kraken2")


@pytest.mark.parametrize("engines", [(), ("sylph", "sourmash"), ("kraken2", "sylph")])
def test_some_of_the_profilers_call_as_if_no_others_had_run(dataset, tmp_path, engines):
    target = tmp_path / "taxa.tsv"
    words = ["shotgun", "combine", str(dataset.folder), "--results", str(tmp_path)]
    asked = ["--engines", *engines] if engines else []
    assert main([*words, "--out", str(target), *asked]) == 0
    table = pl.read_csv(target, separator="\t")
    shown = {name for name in ENGINES[:4] if table[name].drop_nulls().len()}
    assert shown == (set(engines) if engines else set(ENGINES[:4]))
    found = table.filter(rank="species", library="M3", name="Alphia una")["called"].to_list()
    # Without Kraken2's evidence two must find it.
    assert found == (["no"] if engines == ("sylph", "sourmash") else ["yes"])
