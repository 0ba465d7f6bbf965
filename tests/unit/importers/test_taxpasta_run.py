"""Profiles that taxpasta alone would refuse, or take for less than they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.importers.found import Found
from soilbio.importers.profile_names import names_in
from soilbio.importers.registry import detect, read

# As taxpasta 0.7 says it of a profile of which a column is of another type.
REFUSAL = """\
[20:24:11] CRITICAL Error in sample 'S1' with profile         standardise.py:214
                    '/here/S1.txt'.
           CRITICAL   schema_context      column              standardise.py:217
                    check check_number failure_case index
                    0         Column  read_count
                    dtype('int64')         None      float64
                    None
"""
KAIJU = "file\tpercent\treads\ttaxon_id\ttaxon_name\n"
MOTUS = "# git tag version 3.1.0 |  motus version 3.1.0\n# call: motus profile -p -c -n S1\n"
NUMBERED = f"{MOTUS}#consensus_taxonomy\tNCBI_tax_id"


@pytest.fixture
def taxpasta(tmp_path, monkeypatch) -> None:
    """Stand in for taxpasta: it reads Kaiju's and MEGAN's tables, and refuses others."""
    stand_in(
        tmp_path,
        monkeypatch,
        "[ $1 = --version ] && exit\n"
        f'case $3 in kaiju|megan6) ;; *) cat <<"END"\n{REFUSAL}END\nexit 1;; esac\n'
        'printf "taxonomy_id\\tcount\\n" > "$5"\n'
        'awk -F"\\t" -v kind=$3 \'kind == "kaiju" && NR > 1 { print $4 "\\t" $3 }'
        ' kind != "kaiju" { print $1 "\\t" int($2) }\' "$6" >> "$5"\n',
    )


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    command = tmp_path / "bin" / "taxpasta"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\n{script}")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    return command


def written(tmp_path: Path, text: str, name: str = "S1.txt") -> Path:
    (tmp_path / name).write_text(text)
    return tmp_path / name


def numbers(found: Found) -> dict[tuple[str, str], float]:
    return {(library, feature): value for library, feature, value in found.counts.iter_rows()}


@pytest.mark.usefixtures("taxpasta")
def test_what_taxpasta_says_is_told_without_its_layout(tmp_path):
    with pytest.raises(InputError) as caught:
        read("taxpasta", [written(tmp_path, "x\n")], {"profiler": "kmcp"})
    (problem,) = caught.value.problems
    assert problem.found == "read_count dtype('int64') None float64 None"
    assert "--detect" not in problem.fix


def test_a_taxpasta_that_does_not_start_is_told_and_not_the_profile_blamed(tmp_path, monkeypatch):
    said = "x.py:25: UserWarning: old\nTraceback (most recent call last):\nAttributeError: no X\n"
    command = stand_in(tmp_path, monkeypatch, f'cat >&2 <<"END"\n{said}END\nexit 1\n')
    with pytest.raises(InputError) as caught:
        read("taxpasta", [written(tmp_path, f"{KAIJU}a\t60\t3\t562\tE\n")], {"profiler": "kaiju"})
    (problem,) = caught.value.problems
    assert problem.code == "import-taxpasta-missing"
    assert problem.found == f"{command}, which does not start: AttributeError: no X"
    assert "'pandera<0.19'" in problem.fix


@pytest.mark.usefixtures("taxpasta")
def test_a_table_of_kaiju_of_several_files_has_a_library_for_each(tmp_path):
    text = f"{KAIJU}a.kaiju.out\t60\t3\t562\tE\na.kaiju.out\t40\t2\t287\tP\nb.out\t100\t7\t562\tE\n"
    found = read("taxpasta", [written(tmp_path, text)], {"profiler": "kaiju"})
    assert numbers(found) == {("a", "ncbi:562"): 3, ("a", "ncbi:287"): 2, ("b", "ncbi:562"): 7}


@pytest.mark.usefixtures("taxpasta")
def test_files_of_kaiju_of_one_name_in_several_folders_are_refused(tmp_path):
    text = f"{KAIJU}S1/kaiju.out\t60\t3\t562\tE\nS1/kaiju.out\t40\t2\t287\tP\n"
    path = written(tmp_path, f"{text}S2/kaiju.out\t100\t7\t562\tE\n")
    with pytest.raises(InputError) as caught:
        read("taxpasta", [path], {"profiler": "kaiju"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.row, problem.column) == ("import-library-twice", 4, "file")
    assert problem.found == "S2/kaiju.out"


@pytest.mark.usefixtures("taxpasta")
def test_a_table_of_kaiju_of_one_file_is_called_by_its_own_name(tmp_path):
    text = f"{KAIJU}/data/a.out\t60\t3\t562\tE\n"
    found = read("taxpasta", [written(tmp_path, text)], {"profiler": "kaiju"})
    assert found.libraries == ("S1",)


@pytest.mark.usefixtures("taxpasta")
@pytest.mark.parametrize(
    ("names", "lineages"),
    [
        (("Bacteria;Bacillota;Bacilli;", "Viruses", "unclassified"),
         ("Bacteria;Bacillota;Bacilli", "d__Viruses", "")),
        (("Bacillus", "Viruses", "cannot be assigned to a (non-viral) genus"),
         ("g__Bacillus", "d__Viruses", "")),
        (("taxonid:91061", "Viruses", "unclassified"), ("", "d__Viruses", "")),
    ],
    ids=["lineages", "one rank", "numbers"],
)  # fmt: skip
def test_names_of_kaiju_s_table_stay(tmp_path, names, lineages):
    numbers = (91061, 10239, 0)
    rows = [f"a.out\t1\t3\t{own}\t{name}\n" for own, name in zip(numbers, names, strict=True)]
    path = written(tmp_path, KAIJU + "".join(rows))
    found = read("taxpasta", [path], {"profiler": "kaiju"})
    known = {taxon.taxon_id: taxon.lineage for taxon in found.features.values()}
    assert known == {f"ncbi:{own}": one for own, one in zip(numbers, lineages, strict=True)}


def test_names_of_krakenuniq_s_report_have_those_above(tmp_path):
    path = written(
        tmp_path,
        "# KrakenUniq v1.0\n%\treads\ttaxReads\tkmers\tdup\tcov\ttaxID\trank\ttaxName\n"
        "3\t5\t5\t5\t1\tNA\t0\tno rank\tunclassified\n"
        "9\t9\t0\t5\t1\tNA\t1\tno rank\troot\n"
        "5\t5\t0\t5\t1\tNA\t2\tsuperkingdom\t  Bacteria\n"
        "5\t5\t5\t5\t1\tNA\t1386\tgenus\t    Bacillus\n"
        "4\t4\t4\t5\t1\tNA\t10239\tsuperkingdom\t  Viruses\n",
    )
    found = names_in(path, "krakenuniq")
    assert found["1386"]["lineage"] == "root;Bacteria;Bacillus"
    assert found["1386"]["rank_lineage"] == "no rank;superkingdom;genus"
    assert found["10239"]["lineage"] == "root;Viruses"
    assert "0" not in found


def test_genomes_and_sequences_of_krakenuniq_s_are_of_the_taxon_above_them(tmp_path):
    path = written(
        tmp_path,
        "# KrakenUniq v1.0\n%\treads\ttaxReads\tkmers\tdup\tcov\ttaxID\trank\ttaxName\n"
        "9\t9\t1\t5\t1\tNA\t1\tno rank\troot\n"
        "9\t9\t2\t5\t1\tNA\t374\tgenus\t  Bradyrhizobium\n"
        "9\t9\t0\t5\t1\tNA\t1000000001\tassembly\t    ASM1 strain\n"
        "9\t9\t6\t5\t1\tNA\t1000000002\tsequence\t      NZ_1 strain\n",
    )
    found = names_in(path, "krakenuniq")
    for number in ("374", "1000000001", "1000000002"):
        assert found[number]["taxonomy_id"] == "374"
        assert found[number]["lineage"] == "root;Bradyrhizobium"


CENTRIFUGE = (
    "name\ttaxID\ttaxRank\tgenomeSize\tnumReads\tnumUniqueReads\tabundance\n"
    "Bacillus subtilis\t1423\tspecies\t8729887\t872\t436\t0.01\n"
)


@pytest.mark.usefixtures("taxpasta")
@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("table", {"rows": "features", "ignore_columns": ["abundance"]}),
        ("taxpasta", {}),
        ("taxpasta", {"profiler": "centrifuge"}),
    ],
)
def test_centrifuge_s_own_report_is_refused_with_what_to_run(tmp_path, form, options):
    path = written(tmp_path, CENTRIFUGE, "S1_report.tsv")
    with pytest.raises(InputError) as caught:
        read(form, [path], options)
    (problem,) = caught.value.problems
    assert problem.code == "import-profile"
    assert "centrifuge-kreport" in problem.fix
    assert [name for name, _ in detect(path)] == ["taxpasta"]
    assert "centrifuge-kreport" in detect(path)[0][1]


KMCP = "taxonomy_id\tlineage\tcount\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{KMCP}1873916548\tBacteria;Bradyrhizobium;Bradyrhizobium elkanii\t5\n",
        f"{KMCP}9\tBacteria;Gp1-AA17;Gp1-AA17 sp003141435\t5\n",
        "taxonomy_id\tcount\n1873916548\t5\n",
    ],
    ids=["hash", "name", "bare"],
)
def test_numbers_of_other_taxonomies_are_asked_for_where_names_are_in_lineages(tmp_path, text):
    path = written(tmp_path, text, "S1.tsv")
    with pytest.raises(InputError, match=r"taxids: own.*\[import-profile\]"):
        read("taxpasta", [path], {})
    assert read("taxpasta", [path], {"taxids": "gtdb"}).features


@pytest.mark.parametrize(
    ("profiler", "text", "known"),
    [
        ("centrifuge", "100.00\t9\t0\tD\t2\tBacteria\n100.00\t9\t9\tG\t1386\t  Bacillus\n",
         {"2": "d__Bacteria", "1386": "d__Bacteria; g__Bacillus"}),
        ("kmcp", "ref\ttaxid\ttaxname\ttaxpath\nx\t1386\tBacillus\tBacteria;Bacillus\n",
         {"1386": "Bacteria;Bacillus"}),
        ("diamond", "r1\t562\t1e-9\n", {}),
    ],
)  # fmt: skip
def test_profiles_that_have_names_keep_them(tmp_path, profiler, text, known):
    found = names_in(written(tmp_path, text), profiler)
    assert {number: row["lineage"] for number, row in found.items()} == known


@pytest.mark.usefixtures("taxpasta")
def test_what_megan_could_not_assign_is_unclassified(tmp_path):
    path = written(tmp_path, "0\t10.0\n-2\t4.0\n-1\t1.0\n562\t3.0\n")
    found = read("taxpasta", [path], {"profiler": "megan6"})
    assert numbers(found) == {("S1", "ncbi:0"): 15, ("S1", "ncbi:562"): 3}


@pytest.mark.parametrize(
    ("text", "profiler"),
    [("r1\t0\t1e-1\nr2\t562\t1e-9\n", "diamond"), ("0\t10.0\n-2\t4.0\n", "megan6")],
)
def test_profiles_without_a_header_are_recognised(tmp_path, text, profiler):
    form, reason = detect(written(tmp_path, text))[0]
    assert form == "taxpasta"
    assert f"{{profiler: {profiler}}}" in reason


SPECIES = (
    "Vibrio natriegens [ref_mOTU_v31_00026]\t691\t5\n"
    "Pseudomonas putida [ref_mOTU_v31_00198]\t303\t4\n"
    "Pseudomonas putida [ref_mOTU_v31_00193]\t303\t3\n"
    "Chryseobacterium artocarpi/ureilyticum [ref_mOTU_v31_7]\tNA\t2\n"
    "Acidobacteriaceae species incertae sedis [ext_mOTU_v31_1]\tNA\t40\n"
    "unassigned\tNA\t10\n"
)


def test_motus_are_features_by_their_own_ids(tmp_path):
    path = written(tmp_path, f"{NUMBERED}\tS9\n{SPECIES}", "S1.motus.out")
    found = read("taxpasta", [path], {"profiler": "motus"})
    assert found.libraries == ("S1",)
    assert {name: value for (_, name), value in numbers(found).items()} == {
        "motus:ref_mOTU_v31_00026": 5,
        "motus:ref_mOTU_v31_00198": 4,
        "motus:ref_mOTU_v31_00193": 3,
        "motus:ref_mOTU_v31_7": 2,
        "motus:ext_mOTU_v31_1": 40,
        "ncbi:0": 10,
    }
    assert {name: taxon.lineage for name, taxon in found.features.items() if taxon.lineage} == {
        "motus:ref_mOTU_v31_00026": "g__Vibrio; s__Vibrio natriegens",
        "motus:ref_mOTU_v31_00198": "g__Pseudomonas; s__Pseudomonas putida",
        "motus:ref_mOTU_v31_00193": "g__Pseudomonas; s__Pseudomonas putida",
        "motus:ref_mOTU_v31_7": "g__Chryseobacterium; s__Chryseobacterium artocarpi/ureilyticum",
        "motus:ext_mOTU_v31_1": "f__Acidobacteriaceae",
    }
    assert any("motus profile -q" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "lineage"),
    [
        ("Firmicutes species incertae sedis", "p__Firmicutes"),
        ("Actinobacteria species incertae sedis", "p__Actinobacteria"),
        ("Acidobacteriia species incertae sedis", "c__Acidobacteriia"),
        ("Nitrospira species incertae sedis", "c__Nitrospira"),
        ("Nitrospira defluvii", "g__Nitrospira; s__Nitrospira defluvii"),
        ("Candidatus Saccharibacteria species incertae sedis", "p__Saccharibacteria"),
        ("Candidatus Eremiobacteraeota species incertae sedis", "p__Eremiobacteraeota"),
        ("Verrucomicrobia bacterium", "p__Verrucomicrobia"),
        ("Proteobacteria sp.", "p__Proteobacteria"),
        ("unknown Acidobacteria", "p__Acidobacteria"),
        ("uncultured Clostridium sp.", "g__Clostridium"),
        ("Candidatus Nitrosotalea species incertae sedis", "g__Candidatus Nitrosotalea"),
        ("[Ruminococcus] gnavus", "g__[Ruminococcus]; s__[Ruminococcus] gnavus"),
        ("candidate division WOR-3 species incertae sedis", ""),
    ],
)
def test_motus_not_described_have_the_rank_of_what_they_are_called_by(tmp_path, name, lineage):
    text = f"{MOTUS}#consensus_taxonomy\tS1\n{name} [meta_mOTU_v3_1]\t3\n"
    found = read("taxpasta", [written(tmp_path, text)], {"profiler": "motus"})
    assert found.features["motus:meta_mOTU_v3_1"].lineage == lineage


def of_motus(tmp_path: Path, **values: tuple[str, str]) -> list[Path]:
    return [
        written(tmp_path, f"{MOTUS}#consensus_taxonomy\t{library}\n{rows}", f"{library}.motus")
        for library, (one, rest) in values.items()
        for rows in [f"Vibrio natriegens [ref_mOTU_1]\t{one}\nunassigned\t{rest}\n"]
    ]


def test_motus_of_shares_keep_their_names(tmp_path):
    sources = of_motus(tmp_path, S1=("0.7500000000", "0.2500000000"), S2=("0.0", "1.0"))
    found = read("taxpasta", sources, {"profiler": "motus"})
    assert (found.shares, found.is_counted, found.whole) == (True, False, 1)
    assert numbers(found)["S1", "motus:ref_mOTU_1"] == 0.75
    assert found.features["motus:ref_mOTU_1"].lineage == "g__Vibrio; s__Vibrio natriegens"


def test_motus_of_reads_beside_shares_are_refused(tmp_path):
    sources = of_motus(tmp_path, S1=("0.75", "0.25"), S2=("5", "5"))
    with pytest.raises(InputError) as caught:
        read("taxpasta", sources, {"profiler": "motus"})
    (problem,) = caught.value.problems
    assert (problem.source, problem.found) == (str(sources[0]), "shares, and reads in S2.motus")


def test_merged_tables_of_motus_and_all_ranks_are_read(tmp_path):
    text = f"{MOTUS}#mOTU\tconsensus_taxonomy\tA\tB\nref_mOTU_1\tk__Bacteria|s__X y\t1\t2\n"
    found = read("taxpasta", [written(tmp_path, text)], {"profiler": "motus"})
    assert numbers(found) == {("A", "motus:ref_mOTU_1"): 1, ("B", "motus:ref_mOTU_1"): 2}
    assert found.features["motus:ref_mOTU_1"].lineage == "k__Bacteria|s__X y"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{NUMBERED}\tS1\nVibrio x [ref_mOTU_1]\t691\tfew\n", "a number, 0 or more, in S1"),
        ("name\tS1\nVibrio\t3\n", "#consensus_taxonomy"),
    ],
)
def test_what_is_no_profile_of_motus_reads_is_refused(tmp_path, text, expected):
    with pytest.raises(InputError) as caught:
        read("taxpasta", [written(tmp_path, text)], {"profiler": "motus"})
    assert expected in caught.value.problems[0].expected
