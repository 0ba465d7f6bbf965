"""Folders of nf-core/ampliseq as it leaves them for ITS: hypotheses of UNITE, and what ITSx cut."""

from __future__ import annotations

import json

import pytest
from pipeline_outputs import OUTPUTS, SEQUENCES

from soilbio.importers.registry import read
from soilbio.report.citations import citations_of

HYPOTHESIS = "SH0001000.09FU"


@pytest.fixture
def folder(tmp_path):
    (one,) = OUTPUTS["ampliseq"][1](tmp_path)
    return one


def with_hypotheses(folder, target):
    """Write the table that `--addsh` makes; the last feature has no hypothesis."""
    head, *rows = (folder / "dada2" / "ASV_tax.silva_138_2.tsv").read_text().splitlines()
    *named, last = rows
    lines = [f"{head}\tSH", *(f"{row}\t{HYPOTHESIS}" for row in named), f"{last}\t"]
    (folder / target).parent.mkdir(exist_ok=True)
    (folder / target).write_text("\n".join(lines) + "\n")


def settled(folder, file, **more):
    path = folder / "pipeline_info" / file
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


@pytest.mark.parametrize(
    "target",
    [
        "assignsh/ASV_tax_species_SH.silva_138_2.tsv",
        "assignsh/ASV_tax_SH.silva_138_2.tsv",
        "assignsh/ASV_tax_species_SH.tsv",
        "dada2/ASV_tax_SH.silva_138_2.tsv",
    ],
)
def test_hypotheses_of_unite_are_part_of_the_lineage_wherever_they_lie(folder, target):
    with_hypotheses(folder, target)
    found = read("ampliseq", [folder], {})
    features = found.features.values()
    having = [one for one in features if one.lineage.endswith(f"; sh__{HYPOTHESIS}")]
    assert len(having) == len(SEQUENCES) - 1
    assert not any(one.others for one in features)
    assert (found.method["reference"], found.method["reference_version"]) == ("silva", "138.2")
    assert not any("not taken" in note for note in found.notes)
    cited = " ".join(citations_of(found.method["classifier"]))
    assert "VSEARCH" in cited
    assert "DADA2" in cited


def test_of_two_databases_the_other_one_s_lineages_are_taken_beside_hypotheses(folder):
    with_hypotheses(folder, "assignsh/ASV_tax_SH.silva_138_2.tsv")
    own = (folder / "dada2" / "ASV_tax.silva_138_2.tsv").read_text()
    (folder / "dada2" / "ASV_tax.gtdb_R09.tsv").write_text(own.replace("Bacill", "Otherill"))
    found = read("ampliseq", [folder], {})
    assert any(HYPOTHESIS in text for one in found.features.values() for text in one.others)
    assert any("Otherill" in one.lineage for one in found.features.values())


def test_what_was_cut_out_before_it_was_classified_is_told(folder):
    settled(folder, "params_2026.json", cut_its="its1")
    (folder / "pipeline_info" / "software_versions.yml").write_text("ITSX:\n  ITSx: 1.1.3\n")
    said = read("ampliseq", [folder], {}).method["classifier"]
    assert said == "dada2 assignTaxonomy, of ITS1 cut out by ITSx 1.1.3"
    assert any(one.startswith("ITSx") for one in citations_of(said))
    settled(folder, "params_2026.json", cut_its="none")
    assert read("ampliseq", [folder], {}).method["classifier"] == "dada2 assignTaxonomy"


def test_lineages_of_cut_sequences_are_taken_where_there_are_no_others(folder):
    table = folder / "dada2" / "ASV_tax.silva_138_2.tsv"
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    cut = [[*cells, last if last == "sequence" else last[5:-5]] for *cells, last in rows]
    table.rename(folder / "dada2" / "ASV_tax.other.tsv")
    whole = read("ampliseq", [folder], {})
    (folder / "dada2" / "ASV_tax.other.tsv").unlink()
    (folder / "dada2" / "ASV_ITS_tax.silva_138_2.tsv").write_text(
        "".join("\t".join(cells) + "\n" for cells in cut)
    )
    assert read("ampliseq", [folder], {}).features == whole.features


def test_what_sintax_itself_wrote_is_no_database_of_its_own(folder):
    (folder / "sintax").mkdir()
    raw = "".join(f"{name}\td:Bacteria(1.0)\t+\td:Bacteria\n" for name in SEQUENCES)
    (folder / "sintax" / "ASV_tax_sintax.rdp.raw.tsv").write_text(raw)
    rows = "".join(f"{name}\tBacteria\n" for name in SEQUENCES)
    (folder / "sintax" / "ASV_tax_sintax.rdp.tsv").write_text(f"ASV_ID\tDomain\n{rows}")
    found = read("ampliseq", [folder], {})
    assert found.method["classifier"] == "dada2 assignTaxonomy / sintax"
    assert not any(".raw." in note for note in found.notes)
