"""Tables that others really made: read with all their numbers, or refused for what is wrong."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from pipeline_outputs import standardised, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

PROFILERS = {
    **{"bracken": "bracken", "metaphlan": "metaphlan", "kraken2": "kraken2"},
    **{"kaiju": "taxpasta", "krakenuniq": "taxpasta", "kmcp": "taxpasta", "centrifuge": "taxpasta"},
}
# KMCP's of a taxonomy that is numbered by hashes.
OWN_NUMBERS = ("MOCK_001_Illumina_Hiseq_3000.k.profile", "MOCK_002_Illumina_Hiseq_3000.k.profile")
# Wrong in a way that neither its profiler's form nor taxpasta shows.
UNSEEN = ("barcode41_se-barcode41-invalid.kaiju.txt",)


@pytest.fixture
def tables(shared) -> Path:
    return shared / "data" / "tables_real"


def imported(tmp_path: Path, form: str, *sources: Path, method: str = "", code: int = 0):
    """Import for real, through the command; the dataset is checked as it is read."""
    text = f"title: T\nagreement: partner@1.0\nassay: {{{method}}}\n"
    path = write_method(tmp_path, text)
    words = ["import", form, *map(str, sources), "--method", str(path), "--out"]
    assert main([*words, str(tmp_path / "out")]) == code
    return read_dataset(tmp_path / "out")


V4 = (
    "assay_id: 16S-V4-515F-806R, engine: uclust OTU, reference: Greengenes,"
    " reference_version: '13_8'"
)


@pytest.mark.parametrize("study", ["808", "1031"])
def test_studies_of_the_earth_microbiome_project_keep_every_count(tables, tmp_path, study):
    path = tables / "emp" / f"otu_table_mc2_{study}_w_tax.biom.gz"
    with gzip.open(path) as handle:
        truth = json.load(handle)
    dataset = imported(tmp_path, "biom", path, method=V4)
    counts = dataset.table("counts")
    assert counts["count"].sum() == sum(number for _, _, number in truth["data"])
    assert counts["library_id"].n_unique() == len(truth["columns"])
    features = dataset.table("features")
    # Two ranks in one text: `k__Bacteria_p__Proteobacteria`.
    texts = ["; ".join(row["metadata"]["taxonomy"]) for row in truth["rows"]]
    named = sum(bool(re.search(r"p__\w", text)) for text in texts)
    assert features["phylum"].is_not_null().sum() == named
    assert {"Pseudomonadota", "Acidobacteriota", "Actinomycetota"} <= set(features["phylum"])


def test_reports_of_kraken2_keep_every_read_and_the_domain_without_a_letter(tables, tmp_path):
    paths = sorted((tables / "kraken2").glob("*.report"))
    method = "assay_id: wgs, reference: PlusPF, reference_version: '2025'"
    dataset = imported(tmp_path, "kraken2", *paths, method=method)
    for path in paths:
        lines = [line.split("\t") for line in path.read_text().splitlines()]
        own = dataset.table("counts").filter(dataset.table("counts")["library_id"] == path.stem)
        assert own["count"].sum() == sum(int(line[2]) for line in lines)
    features = dataset.table("features")
    assert {"Bacteria", "Archaea", "Eukaryota"} <= set(features["domain"])
    known = features.filter(features["phylum"].is_not_null() & features["domain"].is_null())
    assert set(known["verbatim_lineage"].str.slice(0, 3)) <= {"k__", "p__"}  # of viruses


def test_artifacts_of_qiime2_say_how_they_were_made(tables):
    found = read("qiime2", sorted((tables / "qiime2_its_ukcrop").glob("*.qza")), {})
    assert found.method["engine"] == "dada2"
    assert found.method["classifier"] == "classify_sklearn"
    assert found.method["reference"] == "sh_taxonomy_qiime_ver9_dynamic_s_29.11.2022_dev.txt"
    assert set(found.method["pcr_primer_forward"]) <= set("ACGTRYSWKMBDHVNI")
    assert (len(found.libraries), found.counts["value"].sum()) == (37, 970_058)
    assert all(taxon.lineage for taxon in found.features.values())
    assert "exclude: mitochondria,chloroplast; include: p__" in found.notes[0]


def test_the_template_of_the_metabarcoding_toolkit_is_taken_whole_not_its_excerpt(tables):
    found = read("mdt", [tables / "biowide_its"], {})
    assert len(found.libraries) == 130
    assert found.metadata["NV001"]["collection_date"] == "2014-11-17"


def test_a_phyloseq_object_is_read_without_its_package(tables):
    found = read("phyloseq", [tables / "soilrep.RData"], {})
    assert (len(found.libraries), len(found.features)) == (56, 16_825)


def test_hits_of_mapseq_are_counted_by_lineage(tables):
    found = read("mgnify", [tables / "mgnify" / "test.mseq"], {})
    lines = (tables / "mgnify" / "test.mseq").read_text().splitlines()
    assert found.counts["value"].sum() == sum(not line.startswith("#") for line in lines)
    assert found.method["engine_version"] == "mapseq v1.2.6"


def test_a_table_without_names_of_libraries_is_refused(tables):
    with pytest.raises(InputError) as caught:
        read("mothur", sorted((tables / "mothur").glob("*.shared.gz")), {})
    assert {problem.code for problem in caught.value.problems} <= {"import-cell", "import-name"}


def profiles() -> list[tuple[str, str]]:
    from tests.conftest import ROOT

    folder = Path(os.environ.get("SOILBIO_SHARED", ROOT.parent / "shared"))
    real = folder / "data" / "tables_real" / "taxpasta"
    return [(name, path.name) for name in PROFILERS for path in sorted((real / name).glob("*"))]


@pytest.mark.parametrize(("profiler", "name"), profiles() or [("none", "none")])
def test_valid_profiles_are_read_and_invalid_ones_refused(tables, profiler, name):
    source = tables / "taxpasta" / profiler / name
    options = {"profiler": profiler} if PROFILERS[profiler] == "taxpasta" else {}
    if "invalid" in name and name not in UNSEEN:
        with pytest.raises(InputError) as caught:
            read(PROFILERS[profiler], [source], options)
        assert {problem.code for problem in caught.value.problems} == {"import-profile"}
        return
    if name in OWN_NUMBERS:
        with pytest.raises(InputError, match="taxids: own"):
            read(PROFILERS[profiler], [source], options)
        options["taxids"] = "own"
    found = read(PROFILERS[profiler], [source], options)
    assert found.counts.height
    if found.shares:
        assert found.counts["value"].sum() <= 100.5
    assert PROFILERS[profiler] in [form for form, _ in detect(source)]


@pytest.mark.parametrize(
    ("profiler", "name"),
    [
        one
        for one in profiles() or [("none", "none")]
        if PROFILERS.get(one[0]) != "taxpasta" and "invalid" not in one[1]
    ],
)
def test_what_we_read_is_what_taxpasta_reads(tables, tmp_path, profiler, name):
    source = tables / "taxpasta" / profiler / name
    ours = read(PROFILERS[profiler], [source], {})
    theirs = standardised(profiler, source, tmp_path)
    found: dict[int, float] = {}
    for feature, value in ours.counts.select("feature", "value").iter_rows():
        taxon = ours.features[feature]
        own = str(taxon.ncbi_taxid or taxon.taxon_id.removeprefix("ncbi:"))
        number = own if taxon.lineage else "0"
        if number.isdigit():
            found[int(number)] = found.get(int(number), 0) + value
    shared = {taxid: value for taxid, value in theirs.items() if taxid in found}
    if not ours.shares:
        assert found == theirs
        return
    # Estimates: taxpasta has whole numbers of them, we the shares that the file prints.
    assert found.keys() <= theirs.keys()
    scale = sum(found.values()) / sum(shared.values())
    for taxid, value in shared.items():
        assert value * scale == pytest.approx(
            found[taxid], rel=1e-3, abs=2e-5 * max(found.values())
        )
