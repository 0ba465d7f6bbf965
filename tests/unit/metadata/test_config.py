from __future__ import annotations

import pytest

from soilbio.errors import InputError, Problems
from soilbio.metadata.assays import known_assays
from soilbio.metadata.config import config_schema, inspect_config, read_config

LEAST = "libraries: libraries.tsv\nsamples: samples.tsv\nagreements: agreements\n"


def config(tmp_path, text: str):
    path = tmp_path / "config.yaml"
    path.write_text(LEAST + text)
    return read_config(path)


def problems(tmp_path, text: str):
    with pytest.raises(InputError) as caught:
        config(tmp_path, text)
    return caught.value.problems


def options(schema, place=()):
    for name, part in schema["properties"].items():
        yield (*place, name), part
        if "properties" in part:
            yield from options(part, (*place, name))


def test_every_option_has_a_help_text_and_every_optional_one_a_default():
    for place, part in options(config_schema()):
        assert part["description"].endswith("."), place
        assert "default" in part or place[0] in config_schema()["required"], place


def test_what_is_left_out_has_its_default(tmp_path):
    project = config(tmp_path, "amplicon: {min_size: 8}\n")
    assert project.amplicon["min_size"] == 8
    assert project.amplicon["engine"] == "unoise"
    assert project.taxonomy["reference"] == "greengenes-13_8"
    assert project.tree["build"] is True
    assert project.diversity == {"groups": [], "permutations": 999, "seed": 1, "depth": "auto"}
    assert project.exports == []


def test_two_projects_do_not_share_what_they_fill_in(tmp_path):
    config(tmp_path, "").diversity["groups"].append("spoilt")
    assert config(tmp_path, "").diversity["groups"] == []


def test_paths_are_relative_to_the_configuration(tmp_path):
    project = config(tmp_path, "truth: ../reads/truth.tsv\n")
    assert project.libraries == tmp_path / "libraries.tsv"
    assert project.truth == (tmp_path.parent / "reads" / "truth.tsv",)


def test_an_override_changes_one_key_of_a_known_assay(tmp_path):
    name = "16S-V4-515FY-806RB"
    project = config(tmp_path, f"assays: {{{name}: {{primers_in_reads: false}}}}\n")
    assert project.assays[name].primers_in_reads is False
    assert project.assays[name].forward_primer == known_assays()[name].forward_primer
    assert known_assays()[name].primers_in_reads is True


def test_all_problems_are_told_with_key_path_and_row(tmp_path):
    found = problems(tmp_path, "titel: x\namplicon:\n  engine: unois\n  min_size: -1\n")
    assert [(p.code, p.row, p.column) for p in found] == [
        ("config-key", 4, "titel"),
        ("config-value", 6, "amplicon.engine"),
        ("config-value", 7, "amplicon.min_size"),
    ]
    assert "'title'" in found[0].fix


def test_dates_and_versions_may_be_written_without_quotes(tmp_path):
    project = config(
        tmp_path,
        "taxonomy: {reference: x, version: 2022.10, sequences: a, lineages: b}\n"
        "exports: [{target: tsv, recipient: public, purpose: 'DUO:0000042', date: 2026-01-31}]\n",
    )
    assert project.taxonomy["version"] == "2022.10"
    assert project.exports[0]["date"] == "2026-01-31"


def test_the_known_assays_are_complete_and_have_a_source():
    for assay in known_assays().values():
        assert assay.source, assay.assay_id
        assert assay.domains, assay.assay_id
        assert 0 < assay.min_length_bp < assay.max_length_bp
        assert set(assay.forward_primer + assay.reverse_primer) <= set("ACGTRYSWKMBDHVN")
    genes = {(a.target_gene, a.target_subfragment) for a in known_assays().values()}
    assert {("16S rRNA", "V4"), ("18S rRNA", "V4"), ("ITS", "ITS1"), ("ITS", "ITS2")} <= genes


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ("keep_clean: yes please", ["config-value"]),
        ("kraken2_confidence: 2", ["config-value"]),
        ("kraken_database: x", ["config-key"]),
        ("remove: [{name: a b}]", ["config-key-missing", "config-value"]),
    ],
)
def test_of_a_section_with_a_mistake_the_other_keys_stay(tmp_path, wrong, codes):
    path = tmp_path / "config.yaml"
    path.write_text(f"{LEAST}title: T\nshotgun:\n  sourmash_ksize: 21\n  {wrong}\n")
    told = Problems(str(path))
    project = inspect_config(path, told)
    assert sorted({problem.code for problem in told.found}) == codes
    assert project.shotgun["sourmash_ksize"] == 21
    assert project.shotgun["keep_clean"] is False
    assert project.shotgun["remove"] == []
    assert "kraken_database" not in project.shotgun


def test_one_file_of_two_that_is_wrong_is_not_told_as_missing(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(f"{LEAST}title: T\ntaxonomy: {{reference: x, sequences: 5, lineages: l.tsv}}\n")
    told = Problems(str(path))
    assert inspect_config(path, told).taxonomy["reference"] == "x"
    assert [problem.code for problem in told.found] == ["config-value"]


def test_a_section_that_is_none_has_its_defaults(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(f"{LEAST}title: T\nshotgun: 5\ntree: [a]\n")
    told = Problems(str(path))
    assert inspect_config(path, told).shotgun["sourmash_ksize"] == 31
    assert [problem.column for problem in told.found] == ["shotgun", "tree"]
