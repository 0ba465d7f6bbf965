from __future__ import annotations

import gzip
import os
from dataclasses import replace

import pytest
import yaml

from soilbio.metadata.check import check_project, inspect_project, summary_of
from tests.unit.metadata.conftest import ASSAY, FORWARD, REVERSE, fastq, write_gzip


def found(project, *, is_deep=False) -> list[tuple[str, int | None, str | None]]:
    """Code, row and column of all errors (MIxS slots that are empty everywhere are a warning)."""
    problems = check_project(project.config, is_deep=is_deep)
    return [(p.code, p.row, p.column) for p in problems if p.code != "sample-recommended"]


def test_a_sound_project_has_no_problem(project):
    assert found(project) == []
    assert found(project, is_deep=True) == []


def test_the_summary_counts_libraries_samples_assays_controls_and_agreements(project):
    told = summary_of(inspect_project(project.config))
    assert "3 of 2 samples" in told
    assert "16S-V4-515FY-806RB (3)" in told
    assert "pcr_blank (1)" in told
    assert "soil-demo-open@1.0 (3)" in told


def test_facts_hold_lengths_and_primers_of_the_first_records(project):
    facts = inspect_project(project.config).facts[0]
    assert (facts.length_1_bp, facts.length_2_bp) == (200, 200)
    assert (facts.primer_1_percent, facts.primer_2_percent) == (100.0, 100.0)


def test_problems_of_all_files_are_told_together(project):
    project.change(project.config, "agreements: agreements", "agreements: agreements\ntitel: x")
    project.change(project.sheet, "run1", "run 1")
    project.change(project.samples, "6.5", "6,5")
    project.change(
        project.folder / "config/agreements/soil-demo-open-1.0.yaml", "licence:", "licens:"
    )
    project.reads("L2", 1).unlink()
    assert {code for code, _, _ in found(project)} >= {
        "config-key",
        "id-format",
        "number-comma",
        "agreement-field",
        "fastq-missing",
    }


def test_an_agreement_with_problems_is_not_also_unknown(project):
    project.change(
        project.folder / "config/agreements/soil-demo-open-1.0.yaml", "licence:", "licens:"
    )
    assert {code for code, _, _ in found(project)} == {"agreement-field"}


SPOIL = {
    "fastq-missing": lambda path: path.unlink(),
    "fastq-unreadable": lambda path: (path.unlink(), path.mkdir()),
    "fastq-not-gzip": lambda path: path.write_bytes(fastq(FORWARD)),
    "fastq-not-gzip_nothing": lambda path: path.write_bytes(b""),
    "fastq-truncated": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "fastq-damaged": lambda path: path.write_bytes(path.read_bytes()[:10] + b"\xff" * 900),
    "fastq-format": lambda path: write_gzip(path, b">read1\nACGT\n"),
    "fastq-format_cut": lambda path: write_gzip(path, fastq(FORWARD)[:-220]),
    "fastq-format_qualities": lambda path: write_gzip(path, b"@read1\nACGT\n+\nIII\n"),
    "fastq-format_bases": lambda path: write_gzip(path, b"@read1\nAC!T\n+\nIIII\n"),
    "fastq-format_rna": lambda path: write_gzip(path, b"@read1\nACUT\n+\nIIII\n"),
    "fastq-counts": lambda path: write_gzip(path, b""),
    "fastq-names": lambda path: write_gzip(path, fastq(FORWARD, name="other")),
}


@pytest.mark.parametrize("case", SPOIL)
def test_a_spoilt_file_is_named_with_row_and_column(project, case):
    SPOIL[case](project.reads("L2", 1))
    column = "fastq_2" if case == "fastq-names" else "fastq_1"
    assert found(project) == [(case.split("_")[0], 3, column)]


def test_a_plain_file_with_packed_content_is_named(project):
    plain = project.reads("L2", 1).with_suffix("")
    project.reads("L2", 1).rename(plain)
    project.change(project.sheet, "L2_R1.fastq.gz", "L2_R1.fastq")
    assert found(project) == [("fastq-packed", 3, "fastq_1")]


def test_plain_fastq_is_accepted(project):
    plain = project.reads("L2", 1).with_suffix("")
    plain.write_bytes(gzip.decompress(project.reads("L2", 1).read_bytes()))
    project.change(project.sheet, "L2_R1.fastq.gz", "L2_R1.fastq")
    assert found(project) == []


def test_gzip_of_several_members_is_read_through(project):
    content = fastq(FORWARD)
    half = content.index(b"@read20 ")
    project.reads("L1", 1).write_bytes(
        gzip.compress(content[:half]) + gzip.compress(content[half:])
    )
    assert found(project, is_deep=True) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(project):
    project.reads("L2", 1).chmod(0)
    assert found(project) == [("fastq-unreadable", 3, "fastq_1")]


def long_pair(project) -> None:
    """Reads of L2 that go far beyond the first block."""
    for end, primer in ((1, FORWARD), (2, REVERSE)):
        write_gzip(project.reads("L2", end), fastq(primer, count=3000))


def test_damage_beyond_the_first_records_is_found_by_the_deep_check_only(project):
    long_pair(project)
    path = project.reads("L2", 2)
    path.write_bytes(path.read_bytes()[:-100])
    assert found(project) == []
    assert found(project, is_deep=True) == [("fastq-truncated", 3, "fastq_2")]


def test_damaged_bytes_in_the_middle_are_found_by_the_deep_check(project):
    long_pair(project)
    path = project.reads("L2", 1)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    ((code, row, column),) = found(project, is_deep=True)
    assert code in {"fastq-damaged", "fastq-format"}
    assert (row, column) == (3, "fastq_1")


def test_a_file_with_fewer_reads_is_found_by_the_deep_check(project):
    long_pair(project)
    write_gzip(project.reads("L2", 2), fastq(REVERSE, count=2990))
    assert found(project, is_deep=True) == [("fastq-counts", 3, "fastq_2")]


def test_other_names_late_in_a_file_are_found_by_the_deep_check(project):
    long_pair(project)
    text = fastq(REVERSE, count=3000).replace(b"@read2500 ", b"@elsewhere ")
    write_gzip(project.reads("L2", 2), text)
    ((code, row, column),) = found(project, is_deep=True)
    assert (code, row, column) == ("fastq-names", 3, "fastq_2")


def test_reads_without_their_qualities_are_a_warning(project):
    alike = fastq(REVERSE).replace(b"I" * 199 + b"H", b"?" * 200)
    # Archives mark reads that did not pass a sequencer's filter with another quality.
    text = alike.replace(b"?" * 200, b"$" * 200, 5)
    write_gzip(project.reads("L2", 2), text)
    assert found(project) == [("fastq-qualities-alike", 3, "fastq_2")]
    assert [p.is_warning for p in check_project(project.config) if p.row == 3] == [True]
    write_gzip(project.reads("L2", 2), text.replace(b"?\n", b"I\n", 1))
    assert found(project) == []


def test_an_empty_library_is_a_warning(project):
    for end in (1, 2):
        write_gzip(project.reads("L2", end), b"")
    (problem,) = [p for p in check_project(project.config) if p.code == "fastq-empty"]
    assert problem.is_warning
    assert problem.row == 3


def primer_problem(project):
    (problem,) = [p for p in check_project(project.config) if p.code.startswith("primers")]
    return problem


def test_absent_primers_are_told_with_percentages_and_the_pair_that_is_there(project):
    write_gzip(project.reads("L2", 1), fastq("CCTACGGGAGGCAGCAG"))
    write_gzip(project.reads("L2", 2), fastq("GACTACAAGGGTATCTAATCC"))
    problem = primer_problem(project)
    assert (problem.code, problem.row, problem.column) == ("primers-absent", 3, "assay")
    assert "515F-Y in 0%" in problem.found
    assert "16S-V3V4-341F-805R" in problem.fix


def test_primers_that_were_removed_lead_to_the_option(project):
    for library in ("L1", "L2", "NTC"):
        write_gzip(project.reads(library, 1), fastq("TACGTAGGGTGCAAGCGTT", seed=library))
        write_gzip(project.reads(library, 2), fastq("CCTGTTTGCTCCCCACGCTT", seed=library))
    problems = [p for p in check_project(project.config) if p.code == "primers-absent"]
    assert [p.row for p in problems] == [2, 3, 4]
    assert all(f"`assays: {{{ASSAY}: {{primers_in_reads: false}}}}`" in p.fix for p in problems)
    assert all(f"right behind the primers of {ASSAY}" in p.fix for p in problems)


@pytest.mark.parametrize("has_most", [True, False])
def test_where_some_libraries_have_primers_and_some_do_not_the_remedy_is_right_for_all(
    project, has_most
):
    def begin(library, has_primers):
        starts = (FORWARD, REVERSE) if has_primers else ("TACGTAGGGTGCAAGCG", "CCTGTTTGCTCCCCACG")
        for end, start in enumerate(starts, start=1):
            write_gzip(project.reads(library, end), fastq(start, seed=library))

    for library in ("L1", "L2", "NTC"):
        begin(library, has_most if library != "L2" else not has_most)
    if not has_most:
        project.change(
            project.config,
            "agreements: agreements",
            f"agreements: agreements\nassays: {{{ASSAY}: {{primers_in_reads: false}}}}",
        )
    problem = primer_problem(project)
    assert problem.row == 3
    written = problem.fix.split("`")[1]
    name = f"{ASSAY}-{'trimmed' if has_most else 'untrimmed'}"
    assert f"write {name} in the column" in problem.fix
    # Done as it says, nothing is wrong any more.
    content = yaml.safe_load(project.config.read_text())
    content["assays"] = content.get("assays", {}) | yaml.safe_load(written)["assays"]
    project.config.write_text(yaml.safe_dump(content))
    project.change(project.sheet, f"L2\tS-L2\t{ASSAY}\t", f"L2\tS-L2\t{name}\t")
    assert found(project) in ([], [("control-none", 3, "control_type")])


def test_unknown_primers_leave_both_ways_open(project):
    write_gzip(project.reads("L2", 1), fastq("TTTTGGGGTTTTGGGG"))
    write_gzip(project.reads("L2", 2), fastq("GGTTGGTTGGTTGGTT"))
    problem = primer_problem(project)
    assert "No known primers" in problem.fix
    assert "primers_in_reads: false" in problem.fix


def test_turned_reads_and_spacers_before_a_primer_are_recognised(project):
    write_gzip(project.reads("L1", 1), fastq(REVERSE))
    write_gzip(project.reads("L1", 2), fastq(FORWARD))
    write_gzip(project.reads("L2", 1), fastq("ACGTTGCATG" + FORWARD))
    write_gzip(project.reads("L2", 2), fastq(REVERSE[3:]))
    assert found(project) == []


def test_primers_at_a_minority_of_reads_are_a_warning(project):
    half = fastq(FORWARD, count=15) + fastq("TTTT", count=40).replace(b"@read", b"@late")
    other = fastq(REVERSE, count=15) + fastq("TTTT", count=40).replace(b"@read", b"@late")
    write_gzip(project.reads("L2", 1), half)
    write_gzip(project.reads("L2", 2), other)
    problem = primer_problem(project)
    assert problem.code == "primers-few"
    assert problem.is_warning
    assert "27%" in problem.found


def test_absent_primers_of_a_control_are_a_warning(project):
    write_gzip(project.reads("NTC", 1), fastq("TTTT"))
    assert primer_problem(project).is_warning


def test_primers_that_are_there_though_the_assay_says_removed_are_named(project):
    override = "agreements\nassays: {16S-V4-515FY-806RB: {primers_in_reads: false}}"
    project.change(project.config, "agreements: agreements", f"agreements: {override}")
    assert {code for code, _, _ in found(project)} == {"primers-present"}


@pytest.mark.parametrize(
    ("starts", "is_warning"),
    [
        (("CTTGGTCATTTAGAGGAAGTAA", "GCTGCGTTCTTCATCGATGC"), False),  # ITS1F, ITS2
        (("AAGTCGTAACAAGG", "CAAGCCAAGAGATCCGTTG"), True),  # what lies behind them
        (("GCTACTACCGATTGAACGTTTTAGTG", "TTCACCGTGGGATTTTGCAA"), None),  # nobody's
    ],
)
def test_reads_of_another_assay_are_named_though_primers_were_removed(project, starts, is_warning):
    override = f"agreements\nassays: {{{ASSAY}: {{primers_in_reads: false}}}}"
    project.change(project.config, "agreements: agreements", f"agreements: {override}")
    for library in ("L1", "L2", "NTC"):
        for end, start in enumerate(("TACGTAGGGTGCAAGCGTT", "CCTGTTTGCTCCCCACGCTT"), start=1):
            write_gzip(project.reads(library, end), fastq(start, seed=library))
    assert found(project) == []
    for end, start in enumerate(starts, start=1):
        write_gzip(project.reads("L2", end), fastq(start, seed="L2"))
    told = [p for p in check_project(project.config) if p.code == "reads-other-assay"]
    assert [(p.row, p.is_warning) for p in told] == (
        [] if is_warning is None else [(3, is_warning)]
    )
    assert all("write ITS1-" in p.fix and "100%" in p.found for p in told)


@pytest.mark.parametrize("name", ["Corg, 0-10 cm", "Texture: field", "bag #", "sieve_mm"])
def test_the_remedy_for_a_column_of_ones_own_is_yaml(project, name):
    project.change(project.samples, "sample_id", f"{name}\tsample_id")
    (told,) = [p for p in check_project(project.config) if p.code == "column-unknown"]
    assert yaml.safe_load(told.fix.split("`")[1]) == {"columns": {told.column: "environment"}}


def test_one_file_in_both_columns_is_told_once_and_of_primers_nothing(project):
    project.change(project.sheet, "L1_R2.fastq.gz", "L1_R1.fastq.gz")
    assert found(project) == [("fastq-duplicate", 2, "fastq_2")]


@pytest.mark.parametrize("is_said_removed", [False, True])
@pytest.mark.parametrize(
    ("starts", "fix"),
    [
        ((FORWARD, "CCTGTTTGCTCCCCACGCTT"), "Only the first reads begin with a primer"),
        (("TACGTAGGGTGCAAGCGTT", REVERSE), "Only the second reads begin with a primer"),
        ((REVERSE,), "These begin with 806RB, as reverse reads do"),
    ],
)
def test_reads_with_one_primer_of_the_two_are_never_taken(project, starts, fix, is_said_removed):
    for library in ("L1", "L2"):
        for end, start in enumerate(starts, start=1):
            write_gzip(project.reads(library, end), fastq(start, seed=library))
        if len(starts) == 1:
            project.change(project.sheet, f"../reads/{library}_R2.fastq.gz", "")
    for end, start in enumerate(("TACGTAGGGTGCAAGCGTT", "CCTGTTTGCTCCCCACGCTT"), start=1):
        write_gzip(project.reads("NTC", end), fastq(start))
    if is_said_removed:
        override = f"agreements\nassays: {{{ASSAY}: {{primers_in_reads: false}}}}"
        project.change(project.config, "agreements: agreements", f"agreements: {override}")
    code = "primers-present" if is_said_removed else "primers-absent"
    problems = [p for p in check_project(project.config) if p.code == code and p.row in (2, 3)]
    assert [(p.row, p.is_warning) for p in problems] == [(2, False), (3, False)]
    assert all(p.fix.startswith(fix) for p in problems)


def test_single_reads_are_judged_by_the_forward_primer(project):
    for library in ("L1", "L2", "NTC"):
        project.change(project.sheet, f"../reads/{library}_R2.fastq.gz", "")
    assert found(project) == []


@pytest.mark.parametrize(
    ("length_bp", "code"), [(240, None), (150, "reads-overlap-some"), (140, "reads-overlap")]
)
def test_reads_too_short_to_overlap_are_named(project, length_bp, code):
    for end, primer in ((1, FORWARD), (2, REVERSE)):
        write_gzip(project.reads("L2", end), fastq(primer, length_bp=length_bp))
    project.change(
        project.config,
        "agreements: agreements",
        "agreements: agreements\nassays: {16S-V4-515FY-806RB: {min_length_bp: 230}}",
    )
    assert [found_code for found_code, _, _ in found(project)] == ([code] if code else [])


def test_a_sample_in_other_capitals_is_proposed_and_none_that_has_libraries(project):
    project.change(project.samples, "S-L2\t", "s-l2\t")
    problems = {p.code: p for p in check_project(project.config)}
    assert problems["sample-undescribed"].fix.startswith("Did you mean 's-l2'?")
    project.change(project.samples, "s-l2\t", "meadow\t")
    problems = {p.code: p for p in check_project(project.config)}
    assert "Did you mean" not in problems["sample-undescribed"].fix  # S-L1 is another one


def test_a_library_without_metadata_is_wrong_and_a_control_needs_none(project):
    project.change(project.samples, "S-L2\t", "S-L2b\t")
    problems = {p.code: p for p in check_project(project.config)}
    assert problems["sample-undescribed"].row == 3
    assert "S-L2b" in problems["sample-undescribed"].fix
    assert problems["sample-unsequenced"].is_warning
    assert problems["sample-unsequenced"].row == 3


@pytest.mark.parametrize("said", ["negative control", "Negative Control", "pcr_blank"])
def test_a_sample_that_is_called_a_control_needs_its_kind(project, said):
    text = project.samples.read_text().splitlines()
    lines = [f"{line}\t{said if 'S-L2' in line else 'sample'}" for line in text[1:]]
    project.samples.write_text("\n".join([f"{text[0]}\tsamp_category", *lines]) + "\n")
    assert ("control-unstated", 3, "control_type") in found(project)
    project.change(project.samples, f"\t{said}", "\tsample")
    assert found(project) == []


def test_a_library_called_as_another_one_with_its_profiler_is_named(project):
    text = project.config.read_text()
    wgs = "assays: {wgs: {library_strategy: WGS, profilers: [ssu]}}\n"
    project.config.write_text(text + wgs)
    project.change(project.sheet, f"L1\tS-L1\t{ASSAY}", "L1\tS-L1\twgs")
    project.change(project.sheet, "L2\tS-L2\t", "L1-ssu\tS-L2\t")
    assert ("id-duplicate", 2, "library_id") in found(project)
    project.change(project.sheet, "L1-ssu\tS-L2\t", "L2\tS-L2\t")
    assert "id-duplicate" not in {code for code, _, _ in found(project)}
    both = "assays: {wgs: {library_strategy: WGS, profilers: [ssu]}, "
    both += "wgs-ssu: {library_strategy: WGS, profilers: [ssu]}}\n"
    project.config.write_text(text + both)
    assert ("id-duplicate", 2, "assay") in found(project)


def test_a_run_without_a_blank_gets_a_warning_at_its_first_library(project):
    project.change(project.sheet, "\tpcr_blank\t", "\tmock\t")
    (problem,) = [p for p in check_project(project.config) if p.code == "control-none"]
    assert problem.is_warning
    assert (problem.row, problem.column) == (2, "control_type")
    assert "16S-V4-515FY-806RB in run run1" in problem.expected


@pytest.mark.parametrize(("country", "rows"), [("DE", []), ("KE", [2, 3])])
def test_the_permit_is_of_the_country_of_the_sample(project, country, rows):
    with (project.folder / "config/agreements/soil-demo-open-1.0.yaml").open("a") as agreement:
        agreement.write(f"permits: [{{status: Permit not required, country: {country}}}]\n")
    assert found(project) == [("permit-country", row, "geo_loc_name") for row in rows]


@pytest.mark.parametrize("column", ["lat_lon", "geo_loc_name", "collection_date"])
def test_a_soil_without_place_or_time_is_wrong_but_a_missing_term_is_right(project, column):
    value = {"lat_lon": "48.1365 11.2872", "collection_date": "2024-04-16"}.get(
        column, "Germany: Bavaria, Eichmoos"
    )
    project.change(project.samples, f"\t{value}\t", "\t\t")
    row = 3 if column == "lat_lon" else 2
    assert found(project) == [("sample-incomplete", row, column)]
    text = project.samples.read_text().replace("\t\t", "\trestricted access\t", 1)
    project.samples.write_text(text)
    assert found(project) == []


def test_an_unknown_agreement_is_named_with_those_that_are_there(project):
    project.change(project.sheet, "soil-demo-open@1.0", "soil-demo@1.0")
    (problem,) = [p for p in check_project(project.config) if p.code == "agreement-unknown"]
    assert (problem.row, problem.column) == (2, "agreement")
    assert "soil-demo-open@1.0" in problem.expected


def test_a_project_without_any_agreement_says_so_once(project):
    (project.folder / "config/agreements/soil-demo-open-1.0.yaml").unlink()
    assert found(project) == [("agreement-none", 3, "agreements")]


def test_an_agreement_that_is_no_utf_8_is_a_problem_not_a_traceback(project):
    path = project.folder / "config/agreements/soil-demo-open-1.0.yaml"
    path.write_bytes(path.read_text().replace("Open", "Öffen").encode("latin-1"))
    assert {code for code, _, _ in found(project)} == {"agreement-unreadable"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("truth: nowhere.tsv", "config-file-missing"),
        ("taxonomy: {reference: x, sequences: a.fa, lineages: a.tsv}", "config-file-missing"),
        ("diversity: {groups: [cur_landuse]}", "config-group-unknown"),
    ],
)
def test_files_and_columns_that_the_configuration_names_must_be_there(project, text, code):
    project.config.write_text(project.config.read_text() + text + "\n")
    assert {found_code for found_code, _, _ in found(project)} == {code}


SEQUENCES, LINEAGES = ">a x\nACGT\n>b\nACGG\n", "b\tk__Bacteria\na\tk__Archaea\n"


@pytest.mark.parametrize(
    ("sequences", "lineages", "codes"),
    [
        (SEQUENCES, LINEAGES, set()),
        (SEQUENCES, "other\tk__Bacteria\n" * 300_000 + LINEAGES, set()),
        (LINEAGES, SEQUENCES, {"reference-file-unreadable", "reference-lineage-format"}),
        (SEQUENCES, SEQUENCES, {"reference-lineage-format"}),
        (SEQUENCES, "b\tk__Bacteria\n", {"reference-lineage-missing"}),
        (SEQUENCES, "c\tk__Bacteria\nd\tk__Archaea\n", {"reference-lineage-missing"}),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_reference_of_one_s_own_is_looked_into(project, sequences, lineages, codes, is_packed):
    for name, text in (("a.fa", sequences), ("a.tsv", lineages)):
        data = gzip.compress(text.encode()) if is_packed else text.encode()
        project.config.with_name(name).write_bytes(data)
    told = "taxonomy: {reference: x, sequences: a.fa, lineages: a.tsv}"
    project.config.write_text(project.config.read_text() + told + "\n")
    assert {code for code, _, _ in found(project)} == codes


@pytest.mark.parametrize("name", ["libraries", "samples"])
def test_a_missing_sheet_is_named_with_the_place_where_it_was_looked_for(project, name):
    project.change(project.config, f"{name}.tsv", "nowhere.tsv")
    (problem,) = [p for p in check_project(project.config) if p.code == "sheet-missing"]
    assert str(project.folder / "config" / "nowhere.tsv") in problem.fix


@pytest.mark.parametrize("text", ["", "[", "libraries: 1\n", "\0", "libraries: libraries.tsv\n"])
def test_nothing_that_a_configuration_may_hold_raises(project, text):
    project.config.write_text(text)
    assert check_project(project.config)


@pytest.mark.parametrize("field", range(9))
@pytest.mark.parametrize("value", ["", " ", "\0", '"', "a\tb", "../..", "x" * 5000, "ä", "\ufeff"])
def test_nothing_that_a_sheet_may_hold_raises(project, field, value):
    lines = project.sheet.read_text().splitlines()
    cells = lines[2].split("\t")
    cells[field] = value
    project.sheet.write_text("\n".join([*lines[:2], "\t".join(cells), *lines[3:]]) + "\n")
    check_project(project.config)


def test_problems_are_the_same_however_the_threads_run(project):
    for library in ("L1", "L2", "NTC"):
        project.reads(library, 1).write_bytes(b"no gzip")
    first = check_project(project.config)
    assert [p.row for p in first if p.code == "fastq-not-gzip"] == [2, 3, 4]
    assert [replace(p) for p in first] == check_project(project.config)


def test_all_rows_of_an_id_that_comes_twice_are_looked_at(project):
    lines = project.sheet.read_text().splitlines()
    first = lines[1].split("\t")
    again = [first[0], *first[1:4], "absent_R1.fastq.gz", "", *first[6:]]
    project.sheet.write_text("\n".join([lines[0], "\t".join(again), *lines[1:]]) + "\n")
    codes = {(problem.code, problem.row) for problem in check_project(project.config)}
    assert {("fastq-missing", 2), ("id-duplicate", 3)} <= codes


def test_an_agreement_that_is_no_yaml_is_told_once_and_no_row_is_blamed(project):
    path = project.folder / "config/agreements/soil-demo-open-1.0.yaml"
    path.write_text("id: [")
    codes = [p.code for p in check_project(project.config) if not p.is_warning]
    assert len(codes) == 1
    assert codes[0].startswith("agreement-")
    assert codes[0] != "agreement-unknown"


def test_a_pipe_in_the_place_of_reads_is_told_and_not_waited_for(project):
    path = project.reads("L1", 1)
    path.unlink()
    os.mkfifo(path)
    (problem,) = [p for p in check_project(project.config) if not p.is_warning]
    assert (problem.code, problem.row, problem.column) == ("fastq-unreadable", 2, "fastq_1")


@pytest.mark.parametrize(
    ("export", "code"),
    [
        ('recipient: publc, purpose: "DUO:0000042"', "recipient-unknown"),
        ('recipient: public, purpose: "DUO:42"', "purpose-unknown"),
        ('recipient: public, purpose: "DUO:0000042", date: "2024-02-30"', "date-format"),
    ],
)
def test_an_export_that_cannot_be_is_told_before_anything_runs(project, export, code):
    rows = len(project.config.read_text().splitlines())
    with project.config.open("a") as handle:
        handle.write(f"exports:\n  - {{target: dwca, {export}}}\n")
    (problem,) = [p for p in check_project(project.config) if not p.is_warning]
    assert (problem.code, problem.row) == (code, rows + 2)


def test_an_export_that_no_agreement_permits_is_warned_of(project):
    with project.config.open("a") as handle:
        handle.write(
            'exports:\n  - {target: dwca, recipient: public, purpose: "soil:commercial"}\n'
        )
    warned = [p.code for p in check_project(project.config) if p.is_warning]
    assert "export-refused" in warned


def test_a_workbook_is_named_as_one(project):
    project.sheet.write_bytes(b"PK\x03\x04 and so on")
    (problem,) = [p for p in check_project(project.config) if not p.is_warning]
    assert problem.code == "sheet-workbook"


def test_a_sheet_as_excel_writes_unicode_text_is_read(project):
    for path in (project.sheet, project.samples):
        path.write_bytes(path.read_text().replace("\n", "\r\n").encode("utf-16"))
    assert found(project) == []


def test_a_copied_or_linked_file_is_not_taken_for_another_library(project):
    for end in (1, 2):
        project.reads("L2", end).write_bytes(project.reads("L1", end).read_bytes())
    assert found(project) == [("fastq-copy", 3, "fastq_1"), ("fastq-copy", 3, "fastq_2")]
    for end in (1, 2):
        project.reads("L2", end).unlink()
        os.link(project.reads("L1", end), project.reads("L2", end))
    assert found(project) == [("fastq-duplicate", 3, "fastq_1"), ("fastq-duplicate", 3, "fastq_2")]


def test_a_copy_that_was_compressed_anew_is_one_all_the_same(project):
    long_pair(project)
    for end in (1, 2):
        plain = gzip.decompress(project.reads("L2", end).read_bytes())
        project.reads("L1", end).write_bytes(gzip.compress(plain, 1))
    assert ("fastq-copy", 3, "fastq_1") in found(project)


def as_singles(project, *, name: str = "", assay: str = "") -> None:
    """Make two single libraries of the two ends of L2."""
    rows = project.sheet.read_text().splitlines()
    cells = rows[2].split("\t")
    first, second = list(cells), list(cells)
    second[0], second[2], second[4] = "L2b", assay or cells[2], cells[5]
    first[5] = second[5] = ""
    rows[2:3] = ["\t".join(first), "\t".join(second)]
    project.sheet.write_text("\n".join(rows) + "\n")
    for end, primer in ((1, FORWARD), (2, REVERSE)):
        write_gzip(project.reads("L2", end), fastq(primer, seed="L2", name=name or "M1:2:3:"))


def test_the_two_ends_of_a_library_are_not_two_libraries(project):
    as_singles(project)
    assert ("fastq-ends-apart", 4, "fastq_1") in found(project)


def test_ends_are_known_by_names_with_slashes_too(project):
    as_singles(project)
    for end in (1, 2):
        path = project.reads("L2", end)
        text = gzip.decompress(path.read_bytes()).replace(b" 1:N:0:1", b"/%d" % end)
        write_gzip(path, text)
    assert ("fastq-ends-apart", 4, "fastq_1") in found(project)


@pytest.mark.parametrize("spoiled", [{"name": "read"}, {"assay": "16S-V4-515F-806R"}])
def test_names_that_only_count_and_other_assays_prove_nothing(project, spoiled):
    as_singles(project, **spoiled)
    assert "fastq-ends-apart" not in {code for code, *_ in found(project)}


def test_a_copy_of_single_reads_is_told_as_a_copy_alone(project):
    as_singles(project)
    project.reads("L2", 2).write_bytes(project.reads("L2", 1).read_bytes())
    codes = {code for code, *_ in found(project)}
    assert "fastq-copy" in codes
    assert "fastq-ends-apart" not in codes


def test_reverse_reads_that_are_a_copy_of_the_forward_ones_are_told(project):
    project.reads("L2", 2).write_bytes(project.reads("L2", 1).read_bytes())
    assert ("fastq-copy", 3, "fastq_2") in found(project)


def test_a_file_is_told_by_the_name_that_the_sheet_gives_it(project):
    project.reads("L2", 1).unlink()
    project.reads("L2", 1).symlink_to(project.folder / "nowhere.fastq.gz")
    (problem,) = [p for p in check_project(project.config) if p.code == "fastq-missing"]
    assert problem.found == "L2_R1.fastq.gz"


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("reads", (3, "fastq_1")),
        ("agreements", (3, "agreements")),
        ("samples.tsv", (2, "samples")),
        ("truth.tsv", (4, "truth")),
        ("project", (None, None)),
    ],
)
def test_words_in_braces_in_a_path_are_told(project, where, place):
    if where == "project":
        # Once, though all files are in it.
        other = project.folder.rename(project.folder.with_name("pro{j}"))
        project = replace(project, folder=other)
    elif where == "reads":
        path = project.reads("L2", 1)
        path.rename(path.with_name("{L2}_R1.fastq.gz"))
        project.change(project.sheet, path.name, "{L2}_R1.fastq.gz")
    elif where == "truth.tsv":
        project.config.write_text(project.config.read_text() + "truth: '../{a,b+}/truth.tsv'\n")
    else:
        path = project.config.with_name(where)
        path.rename(path.with_name("{x}" + where))
        project.change(project.config, f": {where}", f": '{{x}}{where}'")
    assert [one for one in found(project) if one[0] == "path-braces"] == [("path-braces", *place)]


def test_a_brace_that_means_nothing_to_the_workflow_is_fine(project):
    other = project.folder.rename(project.folder.with_name("pro{} {j k} {"))
    assert found(replace(project, folder=other)) == []


def test_qualities_of_an_old_illumina_are_told(project):
    old = fastq(REVERSE).replace(b"I" * 199 + b"H", b"h" * 150 + b"B" * 50)
    write_gzip(project.reads("L2", 2), old)
    assert found(project) == [("fastq-quality", 3, "fastq_2")]


def test_a_ragged_metadata_row_hides_no_empty_cell_of_another(project):
    project.change(project.samples, "meadows", "meadows\ttoo much")
    project.change(project.samples, "48.1365 11.2872", "")
    assert found(project) == [("row-length", 2, None), ("sample-incomplete", 3, "lat_lon")]


def test_a_missing_key_hides_nothing_that_the_usual_files_hold(project):
    project.change(project.config, "samples: samples.tsv\n", "")
    project.change(project.samples, "6.5", "6,5")
    assert {code for code, _, _ in found(project)} == {"config-key-missing", "number-comma"}


def test_a_missing_key_is_all_where_there_is_no_usual_file(project):
    project.change(project.config, "samples: samples.tsv\n", "")
    project.samples.rename(project.samples.with_name("other.tsv"))
    assert {code for code, _, _ in found(project)} == {"config-key-missing"}


def test_a_sheet_without_header_is_one_problem(project):
    project.sheet.write_text(project.sheet.read_text().split("\n", 1)[1])
    project.samples.write_text("Soils of the valley\n" + project.samples.read_text())
    assert found(project) == [("sheet-header", 1, None), ("sheet-header", 1, None)]


def test_an_agreement_under_another_ending_is_told(project):
    path = project.folder / "config/agreements/soil-demo-open-1.0.yaml"
    path.rename(path.with_suffix(".yml"))
    assert found(project) == [("agreement-suffix", None, None)]


def test_a_date_to_come_and_a_period_up_to_one_are_told(project):
    project.change(project.samples, "2024-04-16", "2142-04-16")
    project.change(project.samples, "2024-04-16", "2024-04/2142")
    expected = [("date-future", 2, "collection_date"), ("date-future", 3, "collection_date")]
    assert found(project) == expected


def test_a_latitude_that_no_swap_mends_is_not_said_to_be_swapped(project):
    project.change(project.samples, "48.1364 11.2871", "48.1364 1112.871")
    (problem,) = [p for p in check_project(project.config) if p.code == "place-range"]
    assert "Swap" not in problem.fix


def test_a_primer_given_on_the_wrong_strand_is_explained(project):
    override = f"agreements\nassays: {{{ASSAY}: {{reverse_primer: ATTAGATACCCBNGTAGTCC}}}}"
    project.change(project.config, "agreements: agreements", f"agreements: {override}")
    fixes = {p.fix for p in check_project(project.config) if p.code == "primers-absent"}
    assert len(fixes) == 1
    assert "reverse_primer: GGACTACNVGGGTATCTAAT" in fixes.pop()


def test_a_gzip_damaged_in_its_middle_is_called_damaged(project):
    content = bytearray(gzip.compress(fastq(REVERSE, count=3000), 1))
    content[len(content) // 2] ^= 0xFF
    write_gzip(project.reads("L2", 1), fastq(FORWARD, count=3000))
    project.reads("L2", 2).write_bytes(bytes(content))
    assert found(project, is_deep=True) == [("fastq-damaged", 3, "fastq_2")]


def test_a_sample_that_was_not_sequenced_needs_no_place(project):
    text = project.samples.read_text()
    width = text.splitlines()[0].count("\t")
    project.samples.write_text(f"{text}later{chr(9) * width}\n")
    codes = {p.code for p in check_project(project.config)}
    assert "sample-incomplete" not in codes


@pytest.mark.parametrize("engine", ["unoise", "dada2"])
def test_pairs_and_single_reads_of_one_assay_are_told_before_anything_runs(project, engine):
    with project.config.open("a") as handle:
        handle.write(f"amplicon: {{engine: {engine}}}\n")
    project.change(project.sheet, "../reads/L2_R2.fastq.gz", "")
    assert found(project) == [("layout-mixed", 3, "fastq_2")]


@pytest.mark.parametrize(("depth", "codes"), [("0-20", ["depth-unit"]), ("15", ["depth-unit"])])
def test_depths_that_are_centimetres_are_warned_of(project, depth, codes):
    text = project.samples.read_text()
    project.samples.write_text(text.replace("0-0.2", depth, 1))
    problems = check_project(project.config)
    assert [p.code for p in problems if p.column == "depth"] == codes
    assert not [p for p in problems if not p.is_warning]
