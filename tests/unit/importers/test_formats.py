"""Every pipeline's form of one community is read to the same dataset."""

from __future__ import annotations

import hashlib
import json

import pytest
from pipeline_outputs import COUNTS, LIBRARIES, LINEAGES, METHOD, OUTPUTS, SEQUENCES, write_method

from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset
from soilbio.importers.registry import detect, read
from soilbio.taxonomy.lineage import parse_lineage

IDS = {
    name: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    for name, text in SEQUENCES.items()
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_each_form_gives_the_same_counts_sequences_and_lineages(name, tmp_path, capsys):
    form, write = OUTPUTS[name]
    sources = write(tmp_path)
    method = write_method(tmp_path, METHOD)
    words = ["import", form, *map(str, sources), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0, capsys.readouterr().err
    dataset = read_dataset(tmp_path / "out")
    counts = {row[:2]: row[2] for row in dataset.table("counts").iter_rows()}
    assert counts == {(library, IDS[feature]): n for (library, feature), n in COUNTS.items()}
    features = {row["feature_id"]: row for row in dataset.table("features").iter_rows(named=True)}
    for feature, ranks in LINEAGES.items():
        row = features[IDS[feature]]
        assert row["sequence"] == SEQUENCES[feature]
        found = [
            row[rank] or "" for rank in ("domain", "phylum", "class", "order", "family", "genus")
        ]
        assert found == list(ranks)
        assert row["verbatim_lineage"]
        assert not row["flags"]
    assert sorted(dataset.table("libraries")["library_id"]) == sorted(LIBRARIES)
    assert set(dataset.table("libraries")["status"]) == {"ok"}


@pytest.mark.parametrize("name", OUTPUTS)
def test_each_form_is_recognised_for_what_it_is(name, tmp_path):
    form, write = OUTPUTS[name]
    source = write(tmp_path)[0]
    likely = [found for found, _ in detect(source)]
    assert form in likely
    assert likely[0] == form or form == "table", likely


def test_a_folder_of_reports_is_recognised_and_read_by_its_files(tmp_path):
    report = "50.00\t5\t5\tU\t0\tunclassified\n50.00\t5\t5\tR\t1\troot\n"
    for name in ("a", "b"):
        (tmp_path / f"{name}.report").write_text(report)
    (tmp_path / "notes.txt").write_text("ours\n")
    ((form, reason),) = detect(tmp_path)
    assert form == "kraken2"
    assert reason.startswith("2 files in it, such as a.report: ")
    assert sorted(read("kraken2", [tmp_path], {}).libraries) == ["a", "b"]


def test_what_two_classifiers_of_ampliseq_say_is_what_they_agree_on(tmp_path):
    form, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    first, *others = SEQUENCES
    lines = [f"{first}\tBacteria\tFirmicutes\tOtherota\tOtherales\tOtheraceae\tOtherus\n"]
    lines += [f"{name}\tBacteria\t\t\t\t\t\n" for name in others]
    header = "ASV_ID\tDomain\tPhylum\tClass\tOrder\tFamily\tGenus\n"
    (folder / "sintax").mkdir()
    (folder / "sintax" / "ASV_tax_sintax.rdp.tsv").write_text(header + "".join(lines))
    method = write_method(tmp_path, METHOD)
    words = ["import", form, str(folder), "--method", str(method)]
    assert main([*words, "--out", str(tmp_path / "out")]) == 0
    features = read_dataset(tmp_path / "out").table("features").to_dicts()
    rows = {row["sequence"]: row for row in features}
    one = rows[SEQUENCES[first]]
    assert one["domain"] == "Bacteria"
    assert (one["class"], one["genus"]) == (None, None)
    assert "conflict-class" in one["flags"]
    assert one["verbatim_lineage"].endswith("f__Otheraceae; g__Otherus")
    assert " / " in one["verbatim_lineage"]
    assert any(row["genus"] for name, row in rows.items() if name != SEQUENCES[first])


def test_of_several_databases_of_ampliseq_all_are_taken_and_named(tmp_path):
    _, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    text = (folder / "dada2" / "ASV_tax.silva_138_2.tsv").read_text()
    (folder / "dada2" / "ASV_tax.gtdb_R09-RS220.tsv").write_text(text.replace("Bacill", "Otherill"))
    found = read("ampliseq", [folder], {})
    assert found.method["reference"] == "gtdb_R09-RS220 / silva"
    assert "reference_version" not in found.method
    assert any("ASV_tax.gtdb_R09-RS220.tsv" in note for note in found.notes)
    lineages = {(taxon.lineage, *taxon.others) for taxon in found.features.values()}
    assert any("Otherill" in one and "Bacill" in other for one, other in filter(None, lineages))


@pytest.mark.parametrize(
    ("table", "database", "reference"),
    [
        ("ASV_tax.silva_138_2.tsv", "silva=138.2", ("silva", "138.2")),
        ("ASV_tax.user.tsv", "silva=138.2", (None, None)),
        ("ASV_tax.tsv", "silva=138", ("silva", "138")),
        ("ASV_tax_species.silva_138_2.tsv", "gtdb=R09,silva=138.2", ("silva", "138.2")),
    ],
)
def test_the_database_of_ampliseq_is_that_of_the_table(tmp_path, table, database, reference):
    _, write = OUTPUTS["ampliseq"]
    (folder,) = write(tmp_path)
    (folder / "dada2" / "ASV_tax.silva_138_2.tsv").rename(folder / "dada2" / table)
    settings = {"primer_fwd": "GTGYCAGCMGCCGCGGTAA", "dada_ref_taxonomy": database}
    (folder / "pipeline_info" / "params_2026.json").write_text(json.dumps(settings))
    said = read("ampliseq", [folder], {}).method
    assert (said.get("reference"), said.get("reference_version")) == reference
    assert said["pcr_primer_forward"] == "GTGYCAGCMGCCGCGGTAA"


def test_what_ampliseq_and_qiime2_say_of_the_method_is_taken(tmp_path):
    for name in ("ampliseq", "qiime2"):
        (tmp_path / name).mkdir()
    form, write = OUTPUTS["ampliseq"]
    said = read(form, write(tmp_path / "ampliseq"), {}).method
    assert said["pcr_primer_forward"] == "GTGYCAGCMGCCGCGGTAA"
    assert said["engine_version"] == "1.30.0"
    assert (said["reference"], said["reference_version"]) == ("silva", "138.2")
    form, write = OUTPUTS["qiime2"]
    found = read(form, write(tmp_path / "qiime2"), {})
    assert found.method["engine"] == "dada2"
    assert found.method["engine_version"] == "q2-dada2 2024.10.0"
    assert '"pooling_method": "independent"' in found.method["engine_parameters"]
    assert len(found.history["qiime2_actions"]) == 3


def test_what_kraken2_says_of_ampliseq_s_features_is_taken(tmp_path):
    (folder,) = OUTPUTS["ampliseq"][1](tmp_path)
    (folder / "dada2" / "ASV_tax.silva_138_2.tsv").unlink()
    lines = [f"{name}\tBacteria;Bacillota;Bacilli;;;Bacillus;\n" for name in SEQUENCES]
    (folder / "kraken2").mkdir()
    (folder / "kraken2" / "ASV_tax.silva_138.kraken2.into-qiime2.tsv").write_text(
        "ASV_ID\ttaxonomy\n" + "".join(lines)
    )
    (folder / "pplace").mkdir()
    (folder / "pplace" / "test.taxonomy.per_query_unique.tsv").write_text("name\n")
    found = read("ampliseq", [folder], {})
    assert found.method["classifier"] == "Kraken2"
    assert found.method["reference"] == "silva_138"
    assert "classifications in pplace are not taken" in found.notes
    named = parse_lineage(found.features[next(iter(SEQUENCES))].lineage)
    assert (named["class"], named["genus"]) == ("Bacilli", "Bacillus")


def test_of_ampliseq_s_clusters_all_have_lineages_and_are_called_so(tmp_path):
    from soilbio.harmonise.compare import kind_of_features

    (folder,) = OUTPUTS["ampliseq"][1](tmp_path)
    taxonomy = folder / "dada2" / "ASV_tax.silva_138_2.tsv"
    lines = taxonomy.read_text().splitlines(keepends=True)
    taxonomy.write_text("".join(one for one in lines if not one.startswith(("ASV2", "ASV4"))))
    (folder / "vsearch_cluster").mkdir()
    table = folder / "vsearch_cluster" / "ASV_post_clustering_filtered.table.tsv"
    table.write_text("\tsoil-A\tsoil-B\tblank\nASV1\t150\t56\t2\nASV3\t7\t0\t0\n")
    settings = folder / "pipeline_info" / "params_2026.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"vsearch_cluster_id": 0.97}))
    found = read("ampliseq", [folder], {})
    assert found.counts["value"].sum() == sum(COUNTS.values())
    assert all(one.lineage and one.sequence for one in found.features.values())
    parameters = found.method["engine_parameters"]
    assert json.loads(parameters)["then"].endswith("--id 0.97")
    for engine in (found.method["engine"], "dada2"):
        assay = {"library_strategy": "AMPLICON", "engine": engine, "engine_parameters": parameters}
        assert kind_of_features(assay) == "clusters"
    (note,) = [note for note in found.notes if "vsearch_cluster" in note]
    assert "dada2/ASV_table.tsv is not taken" in note


def test_tables_of_later_steps_of_dadasnake_are_named(tmp_path):
    (folder,) = OUTPUTS["dadasnake"][1](tmp_path)
    (folder / "post").mkdir()
    (folder / "post" / "filtered.seqTab.tsv").write_text("OTU\n")
    (note,) = [note for note in read("dadasnake", [folder], {}).notes if "later steps" in note]
    assert "post/filtered.seqTab.tsv" in note
