"""Profiles of sylph-tax: nothing that was found is left out, and none is taken for MetaPhlAn's."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.importers.registry import detect, read

ELKANII = "d__Bacteria|p__Pseudomonadota|g__Bradyrhizobium|s__Bradyrhizobium elkanii_A"
VIRUS = "r__Duplodnaviria|k__Heunggongvirae|p__Uroviricota"
CLADES = {
    "d__Bacteria": (50.0, 60.0),
    "NO_TAXONOMY": (35.0, 30.0),
    "r__Duplodnaviria": (15.0, 10.0),
    "d__Bacteria|p__Pseudomonadota": (50.0, 60.0),
    "NO_TAXONOMY|t__soil_bin_17.fa": (20.0, 18.0),
    "NO_TAXONOMY|t__soil_bin_4.fa": (15.0, 12.0),
    ELKANII: (50.0, 60.0),
    f"{ELKANII}|t__GCF_023278185.1": (50.0, 60.0),
    f"{VIRUS}|s__|t__IMGVR_1": (15.0, 10.0),
}
HEADER = "clade_name\trelative_abundance\tsequence_abundance\tANI (if strain-level)\n"


def one(tmp_path: Path, name: str = "S1_1.fastq.gz.sylphmpa", without: str = "-") -> Path:
    rows = [f"{clade}\t{x}\t{y}\tNA\n" for clade, (x, y) in CLADES.items() if without not in clade]
    path = tmp_path / name
    path.write_text(
        f"#SampleID\treads/S1_1.fastq.gz\tTaxonomies_used:['x']\n{HEADER}{''.join(rows)}"
    )
    return path


def merged(tmp_path: Path, of: str = "") -> Path:
    rows = [f"{clade}\t{x}\t{x}\n" for clade, (x, _) in sorted(CLADES.items()) if of in clade]
    path = tmp_path / "merged.tsv"
    path.write_text(f"clade_name\treads/S1_1.fastq.gz\treads/S2_1.fastq.gz\n{''.join(rows)}")
    return path


def shares(found) -> dict[str, float]:
    taxa = found.features
    rows = found.counts.filter(found.counts["library"] == "S1").select("feature", "value").rows()
    return {taxa[name].taxon_id: round(value, 6) for name, value in rows}


def problem(form: str, source: Path, **options: object):
    with pytest.raises(InputError) as caught:
        read(form, [source], options)
    return caught.value.problems[0]


TAXONOMIC = {
    "gtdb:s__Bradyrhizobium elkanii_A": 0.5,
    "genome:soil_bin_17.fa": 0.2,
    "genome:soil_bin_4.fa": 0.15,
    "genome:IMGVR_1": 0.15,
}


@pytest.mark.parametrize("name", ["S1_1.fastq.gz.sylphmpa", "any.sylph_tax.tsv"])
def test_genomes_without_a_species_are_features(tmp_path, name):
    source = one(tmp_path, name)
    assert detect(source)[0][0] == "sylph"
    found = read("sylph", [source], {})
    assert found.libraries == ("S1",)
    assert shares(found) == TAXONOMIC
    lineages = {taxon.taxon_id: taxon.lineage for taxon in found.features.values()}
    assert lineages["genome:soil_bin_4.fa"] == ""
    assert lineages["genome:IMGVR_1"] == f"{VIRUS}|s__"


def test_a_profile_that_lost_rows_is_refused(tmp_path):
    told = problem("sylph", one(tmp_path, without="bin_17"))
    assert told.found == "S1: 80 % in species and genomes, 100 % in the highest rank"


@pytest.mark.parametrize("kind", ["taxonomic", "sequence"])
def test_a_merged_table_has_the_features_of_its_profiles(tmp_path, kind):
    source = merged(tmp_path)
    assert [form for form, _ in detect(source) if form != "table"] == ["sylph"]
    found = read("sylph", [source], {"abundance": kind})
    assert found.libraries == ("S1", "S2")
    assert shares(found) == TAXONOMIC
    assert (found.method["engine"], found.method["abundance"]) == ("sylph", kind)


def test_what_a_merged_table_holds_is_asked_for(tmp_path):
    told = problem("sylph", merged(tmp_path))
    assert told.expected == "to know which shares were merged"
    assert "abundance: taxonomic" in told.fix


def test_merged_identities_are_no_shares(tmp_path):
    told = problem("sylph", merged(tmp_path, of="|t__"), abundance="taxonomic")
    assert told.found == "a merged table of genomes alone"


def test_a_merged_table_is_not_metaphlan_s(tmp_path):
    assert problem("metaphlan", merged(tmp_path)).code == "import-profile"
