"""The level follows from what differs; a user's rules make it coarser, never finer."""

from __future__ import annotations

import polars as pl
import pytest

from soilbio.errors import InputError
from soilbio.harmonise.compare import compare
from soilbio.harmonise.levels import sound_level, told
from soilbio.harmonise.rules import LEVELS, read_rules
from soilbio.harmonise.taxa import taxa_of

V4 = {
    "library_strategy": "AMPLICON",
    "target_gene": "16S rRNA",
    "target_subfragment": "V4",
    "pcr_primer_forward": "GTGYCAGCMGCCGCGGTAA",
    "pcr_primer_reverse": "GGACTACNVGGGTWTCTAAT",
    "engine": "unoise",
    "engine_parameters": "{}",
    "reference": "silva",
    "reference_version": "138.2",
    "method_fingerprint": "a",
    "has_counts": True,
}


def level(**changes) -> tuple[str, list[str]]:
    other = {**V4, "method_fingerprint": "b", **changes}
    (pair,) = compare({"one": V4, "other": other}, read_rules())
    return pair.level, of_level(pair)


def of_level(pair) -> list[str]:
    """Give the rules that apply, but for that of programs and parameters, which says no level."""
    return [rule.name for rule in pair.rules if rule.name != "parameters-differ"]


@pytest.mark.parametrize(
    ("changes", "expected", "rules"),
    [
        ({"method_fingerprint": "a"}, "feature", ["same-method"]),
        ({"engine": "dada2"}, "feature", ["engine-differs"]),
        ({"reference": "greengenes"}, "feature", ["reference-differs"]),
        ({"pcr_primer_forward": "GTGCCAGCMGCCGCGGTAA"}, "feature", ["primers-are-versions"]),
        ({"pcr_primer_reverse": "GGACTACHVGGGTWTCTAAT"}, "feature", ["primers-are-versions"]),
        ({"pcr_primer_forward": "CAGCMGCCGCGGTAA"}, "feature", ["primers-are-versions"]),
        ({"pcr_primer_forward": "GTGYCAGCMGCCGCGGTAAT"}, "genus", ["primers-differ"]),
        ({"pcr_primer_forward": "GTGYCAGCMGCCGCGGTCA"}, "genus", ["primers-differ"]),
        ({"pcr_primer_forward": "GCCGCGGTAA"}, "genus", ["primers-differ"]),
        ({"pcr_primer_reverse": "GACTACHVGGGTATCTAATCC"}, "genus", ["primers-differ"]),
        ({"target_subfragment": "V3-V4"}, "genus", ["region-differs"]),
        ({"target_gene": "16S rRNA gene V4"}, "feature", []),
        ({"pcr_primer_reverse": "GGACTACIVGGGTWTCTAAT"}, "feature", []),
        ({"engine": "mothur OTU"}, "genus", ["engine-differs", "clusters-against-variants"]),
        ({"engine": "mothur"}, "genus", ["engine-differs", "clusters-against-variants"]),
        ({"engine": "mothur, ASV"}, "feature", ["engine-differs"]),
        ({"engine": "deblur, sOTUs"}, "feature", ["engine-differs"]),
        *(
            ({"engine": engine}, "genus", ["engine-differs", "clusters-against-variants"])
            for engine in (
                "DADA2 + mumu",
                "dada2, ASVs grouped at 3 %",
                "dada2, tip_glom",
                "DADA2, then tax_glom",
            )
        ),
        *(
            ({"engine_parameters": text}, "genus", ["engine-differs", "clusters-against-variants"])
            for text in (
                "then vsearch --cluster_size, 97 % OTUs",
                '{"then": "mumu"}',
                "ASVs clustered",
                "DECIPHER Clusterize(cutoff = 0.03)",
                "DECIPHER::IdClusters, cutoff 0.03",
                "mothur opticlust 0.03",
                "agglomerated by genus",
                "tax_glom(ps, 'Genus')",
                "vsearch --id 0.97, centroids",
            )
        ),
        *(
            ({"engine_parameters": text}, "feature", ["engine-differs"])
            for text in (
                "vsearch --usearch_global --id 0.97 --otutabout, zOTUs",
                "--cluster_unoise, reads mapped at 97 %",
                "--cluster_unoise a.fasta --centroids b.fasta",
                "no clustering",
                '{"clustering": false}',
            )
        ),
        ({"engine": "ours"}, "genus", ["engine-differs", "features-unknown"]),
        ({"has_own_names": True}, "genus", ["no-sequences"]),
        (
            {"has_own_names": True, "method_fingerprint": "a"},
            "genus",
            ["same-method", "no-sequences"],
        ),
        ({"target_gene": "18S rRNA"}, "presence", ["gene-differs"]),
        ({"library_strategy": "WGS"}, "presence", ["strategy-differs"]),
        ({"has_counts": False}, "presence", ["counts-against-abundances"]),
        (
            {"has_counts": False, "method_fingerprint": "a"},
            "presence",
            ["same-method", "counts-against-abundances"],
        ),
        ({"target_subfragment": "", "pcr_primer_reverse": ""}, "genus", ["region-unstated"]),
        ({"target_gene": None}, "refused", ["method-unstated"]),
        ({"library_strategy": ""}, "refused", ["method-unstated"]),
        ({"depth": frozenset({"0-0.1 m"})}, "feature", ["depth-differs"]),
        (
            {"nucl_acid_ext_kit": "b", "seq_meth": "c"},
            "feature",
            ["extraction-differs", "sequencing-differs"],
        ),
    ],
)
def test_what_differs_sets_the_finest_level(changes, expected, rules):
    assert level(**changes) == (expected, rules)


WGS = {
    "library_strategy": "WGS",
    "engine": "kraken2, bracken",
    "abundance": "sequence",
    "reference": "PlusPF",
    "method_fingerprint": "a",
    "has_counts": False,
    "id_kind": "ncbi",
    "one_rank": "species",
}


@pytest.mark.parametrize(
    ("changes", "expected", "rules"),
    [
        ({}, "feature", []),
        ({"one_rank": ""}, "feature", []),
        ({"one_rank": "genus"}, "genus", ["ranks-differ"]),
        ({"one_rank": "phylum"}, "phylum", ["ranks-differ"]),
        ({"id_kind": "genome"}, "species", ["ids-differ"]),
        ({"id_kind": ""}, "feature", []),
    ],
)
def test_taxa_of_two_ranks_or_kinds_of_ids_are_not_merged_taxon_by_taxon(changes, expected, rules):
    (pair,) = compare({"one": WGS, "other": {**WGS, **changes}}, read_rules())
    assert (pair.level, [rule.name for rule in pair.rules]) == (expected, ["same-method", *rules])


def test_kinds_and_ranks_of_taxa_are_those_of_each_assay():
    features = {
        "ncbi:1": "genus", "ncbi:2": "genus", "unclassified": None,
        "genome:GCF_1": "species", "gtdb:s__x": "species", "gtdb:s__y": "genus",
    }  # fmt: skip
    counts = [("L1", one) for one in features if one[0] in "nu"]
    counts += [("L2", one) for one in features if one[0] == "g"]
    found = taxa_of(
        pl.LazyFrame({"feature_id": list(features), "taxon_rank": list(features.values())}),
        pl.LazyFrame(counts, schema=["library_id", "feature_id"], orient="row"),
        pl.LazyFrame({"library_id": ["L1", "L2"], "assay_id": ["kraken", "sylph"]}),
    )
    assert found == {
        "kraken": {"id_kind": "ncbi", "one_rank": "genus"},
        "sylph": {"id_kind": "gtdb", "one_rank": ""},
    }


def test_every_rule_has_a_level_reason_and_source_and_is_told_with_them():
    rules = read_rules()
    for rule in rules.values():
        assert rule.finest in LEVELS
        assert rule.because
        assert rule.source
    pairs = compare({"one": V4, "other": {**V4, "target_subfragment": "V9"}}, rules)
    assert "Abellan-Schneyder" not in told(pairs)  # the fingerprint says that they are one
    pairs = compare(
        {"one": V4, "other": {**V4, "target_subfragment": "V9", "method_fingerprint": ""}}, rules
    )
    assert "Abellan-Schneyder" in told(pairs)


@pytest.mark.parametrize(
    ("changes", "sound"),
    [
        ({}, "feature"),
        ({"engine": "VSEARCH 97 % OTU"}, "genus"),
        ({"target_subfragment": "V3-V4"}, "genus"),
        ({"target_gene": "18S rRNA"}, "feature"),  # side by side, whatever is counted
    ],
)
def test_shares_and_counts_are_not_merged_more_finely_than_their_features_may(changes, sound):
    other = {**V4, "method_fingerprint": "b", "has_counts": False, **changes}
    assays = {"one": V4, "two": V4, "other": other}
    assert sound_level(compare(assays, read_rules())) == sound


def test_the_sound_level_is_that_of_the_coarsest_pair_whose_numbers_can_be_compared():
    others = {"b": {"target_subfragment": "V9"}, "c": {"target_gene": "ITS"}}
    assays = {"a": V4, **{n: {**V4, "method_fingerprint": n, **one} for n, one in others.items()}}
    assert sound_level(compare(assays, read_rules())) == "genus"


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("region-differs\tfamily\tours\tours", []),
        ("region-differs\tfeature\tours\tours", ["rule-looser"]),
        ("region\tfamily\tours\tours", ["rule-unknown"]),
        ("region-differs\tgenera\tours\tours", ["rule-unknown"]),
        ("region-differs\tfamily\t\tours", ["rule-incomplete"]),
        ("region-differs\tfamily\tours\tours\nregion-differs\torder\to\to", ["rule-twice"]),
        ("", ["sheet-empty"]),
    ],
)
def test_rules_of_one_s_own_are_stricter_or_refused(tmp_path, line, codes):
    path = tmp_path / "rules.tsv"
    path.write_text(f"rule\tfinest\tbecause\tsource\n{line}\n")
    if codes:
        with pytest.raises(InputError) as caught:
            read_rules(path)
        assert [problem.code for problem in caught.value.problems] == codes
    else:
        assert read_rules(path)["region-differs"].finest == "family"


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("dada2", "feature"),
        ("DADA2 ASVs", "feature"),
        ("vsearch --cluster_unoise", "feature"),
        ("usearch zOTUs", "feature"),
        ("LotuS2 dada2", "feature"),
        ("DADA2 1.97.0", "feature"),
        ("DADA2 + 97% OTU clustering (vsearch)", "genus"),
        ("unoise3 + 97 % OTUs", "genus"),
        ("ASVs clustered at 97%", "genus"),
        ("ASVs at 98.5 %", "genus"),
        ("dada2, then lulu", "genus"),
        ("OTUs 97% (from zOTUs)", "genus"),
        ("swarm v3 d=1 ASVs", "genus"),
        ("dada2 and vsearch OTU clusters", "genus"),
        ("features collapsed to taxa", "genus"),
        ("closed reference of unoise", "genus"),
    ],
)
def test_what_was_clustered_is_clusters_whatever_it_was_before(engine, expected):
    assert level(engine=engine)[0] == expected


@pytest.mark.parametrize("fingerprint", ["a", "b"])
def test_what_a_fingerprint_leaves_out_is_compared(fingerprint):
    """Shares of DNA and of genomes are no one method, though all else is the same."""
    profile = {"library_strategy": "WGS", "engine": "sylph", "has_counts": False}
    one = {**V4, **profile, "target_gene": "", "abundance": "sequence"}
    other = {**one, "abundance": "taxonomic", "method_fingerprint": fingerprint}
    (pair,) = compare({"one": one, "other": other}, read_rules())
    assert (pair.level, [rule.name for rule in pair.rules]) == ("presence", ["profiler-differs"])
    (pair,) = compare({"one": V4, "other": {**V4, "trim_method": "at 200"}}, read_rules())
    assert [rule.name for rule in pair.rules] == ["trimming-differs"]


def test_clusters_of_one_method_are_two_sets_of_clusters():
    assay = {**V4, "engine": "mothur OTU"}
    (pair,) = compare({"one": assay, "other": assay}, read_rules())
    assert pair.level == "genus"


def test_of_soils_that_were_treated_otherwise_the_fields_are_told_and_not_their_values():
    depths = {"one": {"0-0.1 m"}, "other": {"0-0.2 m"}}
    assays = {name: {**V4, "depth": frozenset(depth)} for name, depth in depths.items()}
    text = told(compare(assays, read_rules()))
    assert "apart: depth [" in text
    assert "0.1" not in text


@pytest.mark.parametrize(
    ("changes", "told_of"),
    [
        ({"engine_parameters": "--confidence 0.5"}, "engine_parameters"),
        ({"engine_parameters": None}, "engine_parameters (one does not say)"),
        ({"engine_version": "2.1.3"}, "engine_version"),
        ({"confidence_cutoff": 0.9}, "confidence_cutoff"),
        ({"confidence_cutoff": None}, "confidence_cutoff (one does not say)"),
        (
            {"engine_version": "2.1.3", "confidence_cutoff": 0.9},
            "engine_version, confidence_cutoff",
        ),
        ({}, None),
    ],
)
@pytest.mark.parametrize("assay", ["amplicon", "metagenome"])
def test_programs_and_parameters_that_differ_are_told_and_leave_the_level(assay, changes, told_of):
    stated = {"engine_version": "2.1.2", "engine_parameters": "--confidence 0"}
    one = {**(V4 if assay == "amplicon" else WGS), **stated, "confidence_cutoff": 0.0}
    (pair,) = compare({"one": one, "other": {**one, **changes}}, read_rules())
    found = [rule.because for rule in pair.rules if rule.name == "parameters-differ"]
    assert [one.rpartition(": ")[2] for one in found] == ([told_of] if told_of else [])
    assert pair.level == "feature"


def test_a_user_can_have_other_depths_kept_apart(tmp_path):
    path = tmp_path / "rules.tsv"
    path.write_text("rule\tfinest\tbecause\tsource\ndepth-differs\tpresence\tours\tours\n")
    assays = {"one": V4, "other": {**V4, "depth": frozenset({"0-0.2 m"})}}
    (pair,) = compare(assays, read_rules(path))
    assert pair.level == "presence"


def test_profiles_of_metagenomes_are_not_said_to_have_sequences():
    profile = {
        **{"library_strategy": "WGS", "engine": "kraken2", "abundance": "sequence"},
        **{"reference": "k2", "reference_version": "1", "reference_sha256": "ab"},
    }
    text = told(compare({"one": profile, "other": profile}, read_rules()))
    assert text.startswith("one and other: taxon by taxon")
    assert "by their sequences" not in text


def test_a_version_that_neither_states_is_not_said_to_be_the_same():
    profile = {"library_strategy": "WGS", "engine": "kraken2", "reference": "k2"}
    profile["reference_version"] = "not stated"
    one, other = ({**profile, "reference_sha256": digest} for digest in ("ab", "cd"))
    (pair,) = compare({"one": one, "other": other}, read_rules())
    assert "reference" in pair.common
    assert not {"reference_version", "reference_sha256"} & {*pair.common}


def test_of_many_pairs_with_the_same_reasons_some_are_named():
    assays = {f"a{place:02d}": V4 for place in range(12)}
    lines = told(compare(assays, read_rules())).splitlines()
    assert lines[10] == "and 56 other pairs: by their sequences"
    assert lines[11].startswith("  both say the same of: engine, engine_parameters, ")
    assert len(lines) == 13
    every = told(compare(assays, read_rules()), shown=None).splitlines()
    assert len([line for line in every if line.startswith("a")]) == 12 * 11 // 2


@pytest.mark.parametrize(
    ("changes", "expected", "rules"),
    [
        ({"engine": "kaiju"}, "presence", ["profiler-differs"]),
        ({"reference_version": "2"}, "genus", ["database-differs"]),
        ({"engine_parameters": "k=21"}, "feature", []),
    ],
)
def test_profiles_of_metagenomes_are_no_sequences(changes, expected, rules):
    profile = {"library_strategy": "WGS", "engine": "kraken2", "reference_version": "1"}
    (pair,) = compare({"one": profile, "other": {**profile, **changes}}, read_rules())
    assert (pair.level, of_level(pair)) == (expected, rules)


ITS1 = {**V4, "target_gene": "ITS", "target_subfragment": "ITS1", "sh_version": "08FU"}


@pytest.mark.parametrize(
    ("changes", "expected", "rules"),
    [
        ({}, "sh", ["species-hypothesis"]),
        ({"target_gene": "ITS2", "target_subfragment": ""}, "sh", ["species-hypothesis"]),
        ({"engine": "uparse"}, "sh", ["species-hypothesis", "engine-differs"]),
        ({"sh_version": "09FU"}, "genus", ["region-differs"]),
        ({"sh_version": ""}, "genus", ["region-differs"]),
    ],
)
def test_hypotheses_of_one_version_of_unite_are_finer_than_genera(changes, expected, rules):
    other = {**ITS1, "method_fingerprint": "b", "target_subfragment": "ITS2", **changes}
    (pair,) = compare({"one": ITS1, "other": other}, read_rules())
    assert (pair.level, of_level(pair)) == (expected, rules)


def own_rules(tmp_path, *lines: tuple[str, str]):
    path = tmp_path / "rules.tsv"
    rows = [f"{rule}\t{finest}\tours\tour house" for rule, finest in lines]
    path.write_text("\n".join(["rule\tfinest\tbecause\tsource", *rows]) + "\n")
    return read_rules(path)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "sheet-missing"),
        (b"", "sheet-header"),
        (b"rule,finest,because,source\nengine-differs,genus,our,X\n", "sheet-separator"),
        (b"rule\tfinest\nengine-differs\tgenus\n", "column-missing"),
        (b"rule\tfinest\tbecause\tsource\nengine-differs\tgenus\tB\xf6den\tX\n", "sheet-encoding"),
    ],
)
def test_a_table_of_rules_that_cannot_be_read_is_told(tmp_path, raw, code):
    path = tmp_path / "rules.tsv"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        read_rules(path)
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_table_of_rules_may_come_from_a_spreadsheet(tmp_path, encoding):
    path = tmp_path / "rules.tsv"
    text = "rule\tfinest\tbecause\tsource\r\nengine-differs\tgenus\tBöden\tX\r\n"
    path.write_bytes(text.encode(encoding))
    assert read_rules(path)["engine-differs"].because == "Böden"


@pytest.mark.parametrize(
    ("rule", "finest", "changes", "expected"),
    [
        ("merged-before", "refused", {"merged_by": "phylum"}, "refused"),
        ("merged-before", "genus", {"merged_by": "phylum"}, "phylum"),
        # Beside the point of the first that differs, yet the user's.
        (
            *("primers-differ", "refused"),
            {"target_subfragment": "V3", "pcr_primer_forward": "GTGCCAGCMGCCGCGGTAA"},
            "refused",
        ),
        ("engine-differs", "refused", {"target_gene": "ITS", "engine": "dada2"}, "refused"),
        ("depth-differs", "refused", {"target_gene": "ITS", "depth": "1"}, "refused"),
        ("profiler-differs", "refused", {"engine": "dada2"}, "feature"),  # of metagenomes only
    ],
)
def test_a_rule_of_one_s_own_applies_wherever_its_fields_differ(
    tmp_path, rule, finest, changes, expected
):
    rules = own_rules(tmp_path, (rule, finest))
    other = {**V4, "method_fingerprint": "b", **changes}
    (pair,) = compare({"one": V4, "other": other}, rules)
    assert pair.level == expected
    if expected == "refused":
        assert "by a rule of your own" in told([pair])
        assert sound_level([pair]) == "refused"


@pytest.mark.parametrize("finest", ["family", "presence", "refused"])
def test_no_window_tree_or_hypothesis_takes_the_place_of_a_rule_of_one_s_own(tmp_path, finest):
    rules = own_rules(tmp_path, ("region-differs", finest))
    other = {**V4, "method_fingerprint": "b", "target_subfragment": "V3-V4"}
    windows = {"one": "16S rRNA", "other": "16S rRNA"}
    (pair,) = compare({"one": V4, "other": other}, rules, windows, ("one", "other"))
    assert pair.level == finest
    (pair,) = compare(
        {"one": ITS1, "other": {**ITS1, "method_fingerprint": "b", "target_subfragment": "ITS2"}},
        rules,
    )
    assert pair.level == finest


@pytest.mark.parametrize(
    ("finest", "placed", "expected"),
    [
        ("placement", (), "genus"),
        ("placement", ("one",), "genus"),
        ("placement", ("one", "other"), "placement"),
        ("sh", ("one", "other"), "species"),
    ],
)
def test_a_level_that_is_out_of_reach_is_the_next_coarser(tmp_path, finest, placed, expected):
    rules = own_rules(tmp_path, ("engine-differs", finest))
    other = {**V4, "method_fingerprint": "b", "engine": "dada2"}
    pairs = compare({"one": V4, "other": other}, rules, None, placed)
    assert (pairs[0].level, sound_level(pairs)) == (expected, expected)


def test_what_is_kept_side_by_side_by_a_rule_of_one_s_own_shares_no_feature_below_genus(tmp_path):
    rules = own_rules(tmp_path, ("engine-differs", "presence"))
    other = {**V4, "method_fingerprint": "b", "engine": "dada2"}
    pairs = compare({"one": V4, "two": V4, "other": other}, rules)
    assert sound_level(pairs) == "genus"
    # By nature nothing is the same of two genes, so that each stays as fine as it is.
    other = {**other, "target_gene": "ITS"}
    assert sound_level(compare({"one": V4, "two": V4, "other": other}, rules)) == "feature"


def test_rules_of_soils_are_not_asked_of_controls_alone():
    one, other = {**V4, "depth": frozenset({"0-0.1 m"})}, {**V4, "depth": frozenset({"1 m"})}
    (pair,) = compare({"one": one, "other": other}, read_rules())
    assert "depth-differs" in {rule.name for rule in pair.rules}
    blank = {**V4, "has_soils": False}
    (pair,) = compare({"one": one, "other": blank}, read_rules())
    assert "depth-differs" not in {rule.name for rule in pair.rules}


@pytest.mark.parametrize(
    ("layout", "expected"), [("", "lib_layout (one does not say)"), ("single", "lib_layout")]
)
def test_of_what_one_does_not_say_it_is_not_said_that_they_differ(layout, expected):
    one, other = {**V4, "lib_layout": "paired"}, {**V4, "lib_layout": layout}
    (pair,) = compare({"one": one, "other": other}, read_rules())
    (rule,) = (rule for rule in pair.rules if rule.name == "sequencing-differs")
    assert rule.because.rpartition(": ")[2] == expected
