from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import json
from dataclasses import replace

import pytest
from ena_project import make_project
from example_dataset import AGREEMENTS, EXTRA_COLUMNS, PROVENANCE, example_dataset, example_tables
from lxml import etree

from soilbio.archives.ena.files import read_files
from soilbio.archives.ena.instruments import find_instrument
from soilbio.archives.ena.model import Study
from soilbio.archives.ena.prepare import alias_of, contents_of, write_submission
from soilbio.archives.ena.source import material_of_dataset, material_of_project, project_config
from soilbio.dataset.write import write_dataset, write_tables
from soilbio.errors import InputError, Problems, Refused
from soilbio.metadata.sheet import read_sheet

DAY = dt.date(2026, 11, 23)
STUDY = Study("meadows", "Soils of two meadows in Bavaria", "Who lives in two meadows of Bavaria.")


def codes(error: InputError) -> list[str]:
    return [problem.code for problem in error.problems]


def values(content: bytes, alias: str) -> dict[str, tuple[str, str]]:
    root = etree.fromstring(content)
    sample = next(one for one in root if one.get("alias") == alias)
    return {
        one.findtext("TAG"): (one.findtext("VALUE"), one.findtext("UNITS") or "")
        for one in sample.iter("SAMPLE_ATTRIBUTE")
    }


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode().splitlines(), delimiter="\t"))


def test_every_library_becomes_an_experiment_and_a_run_with_its_files(prepared):
    found = prepared()
    assert [one.alias for one in found.samples] == ["blank-1", "meadow-1", "meadow-2"]
    assert [one.is_paired for one in found.experiments] == [True, True, False]
    assert {(one.platform, one.instrument) for one in found.experiments} == {
        ("ILLUMINA", "Illumina MiSeq")
    }
    assert {(one.strategy, one.source, one.selection) for one in found.experiments} == {
        ("AMPLICON", "METAGENOMIC", "PCR")
    }
    assert [[file.name for file in one.files] for one in found.runs] == [
        ["meadows_B1_1.fastq.gz", "meadows_B1_2.fastq.gz"],
        ["meadows_L1_1.fastq.gz", "meadows_L1_2.fastq.gz"],
        ["meadows_L2.fastq.gz"],
    ]


def test_checksums_are_those_of_the_files(prepared):
    file = prepared().runs[1].files[0]
    content = file.path.read_bytes()
    assert (file.md5, file.sha256, file.size) == (
        hashlib.md5(content).hexdigest(),
        hashlib.sha256(content).hexdigest(),
        len(content),
    )


def test_every_value_has_its_unit_a_missing_one_too(prepared):
    content = contents_of(prepared())["sample.xml"]
    first, second = values(content, "meadow-1"), values(content, "meadow-2")
    assert first["depth"] == ("0.1", "m")
    assert first["elevation"] == ("524", "m")
    assert first["ENA-CHECKLIST"] == ("ERC000022", "")
    assert second["elevation"] == ("not collected", "m")
    assert second["collection date"] == ("2024-04", "")


def test_a_control_says_that_it_is_one_where_a_soil_has_a_place(prepared):
    content = contents_of(prepared())["sample.xml"]
    of_blank = values(content, "blank-1")
    assert of_blank["geographic location (latitude)"] == ("missing: control sample", "DD")
    assert of_blank["project name"][0]


def test_the_same_project_gives_the_same_bytes(prepared):
    first, second = contents_of(prepared()), contents_of(prepared())
    first.pop("files.tsv"), second.pop("files.tsv")
    assert first == second


def test_tables_hold_what_the_xml_holds(prepared):
    contents = contents_of(prepared())
    samples = {row["alias"]: row for row in rows_of(contents["sample.tsv"])}
    assert samples["meadow-1"]["elevation (m)"] == "524"
    assert samples["meadow-2"]["elevation (m)"] == "not collected"
    assert len(rows_of(contents["run.tsv"])) == 5
    assert contents["checksums.md5"].decode().splitlines() == sorted(
        f"{row['file_checksum']}  {row['file_name']}" for row in rows_of(contents["run.tsv"])
    )
    found = {one["name"]: one for one in json.loads(contents["biosamples.json"])}
    assert found["meadow-1"]["taxId"] == 410658
    assert found["meadow-1"]["characteristics"]["depth"] == [{"text": "0.1", "unit": "m"}]


def test_no_path_of_this_machine_is_in_what_is_sent(prepared, tmp_path):
    contents = contents_of(prepared())
    sent = b"".join(content for name, content in contents.items() if name.endswith(".xml"))
    assert str(tmp_path).encode() not in sent
    assert b"_R1" not in sent


def test_a_withheld_name_is_nowhere_in_what_is_sent(prepared):
    contents = contents_of(prepared({"identity: allow": "identity: withhold"}))
    sent = b"".join(content for name, content in contents.items() if name != "files.tsv")
    for secret in (b"Hof Lindner", b"meadow-1", b"L1", b"run1", b"blank-1"):
        assert secret not in sent


def test_a_coarse_place_goes_out_coarse_and_says_so(prepared):
    found = contents_of(prepared({"location: allow": 'location: {generalise: "0.1"}'}))
    of_first = values(found["sample.xml"], "meadow-1")
    assert of_first["geographic location (latitude)"] == ("48.15", "DD")
    assert "grid cell" in of_first["data generalizations"][0]
    assert of_first["coordinate uncertainty"][1] == "m"
    assert b"48.1364" not in b"".join(found.values())
    assert any(row["what"] == "less exact" for row in rows_of(found["left_out.tsv"]))


def test_a_withheld_place_is_restricted_access(prepared):
    found = contents_of(prepared({"location: allow": "location: withhold"}))
    of_first = values(found["sample.xml"], "meadow-1")
    assert of_first["geographic location (latitude)"] == ("restricted access", "DD")
    assert of_first["elevation"] == ("restricted access", "m")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"raw_reads: allow": "raw_reads: withhold"}, "raw_reads"),
        ({"method: allow": "method: withhold"}, "method"),
        ({"CC-BY-4.0": "CC-BY-NC-4.0"}, "free of conditions"),
        ({"    classes:": "    until: 2027-01-01\n    classes:"}, "until 2027-01-01"),
        (
            {
                "grants:": "duties:\n  - {kind: deletion}\ngrants:",
                "licence: CC-BY-4.0": "licence: LicenseRef-agreement-only",
            },
            "duty of deletion",
        ),
    ],
)
def test_what_the_archive_cannot_keep_to_is_refused(prepared, changes, said):
    with pytest.raises(Refused, match=said):
        prepared(changes)


def test_reads_that_are_free_from_a_later_day_wait_for_it(prepared):
    later = "  - name: reads, later\n    recipient: public\n    purposes: [DUO:0000004]\n"
    later += "    from: 2028-01-01\n    classes:\n      raw_reads: allow\n"
    changes = {"      raw_reads: allow\n": "", "controls: allow\n": f"controls: allow\n{later}"}
    with pytest.raises(Refused, match="--hold"):
        prepared(changes)
    study = replace(STUDY, release="2028-01-01")
    found = contents_of(prepared(changes, study, dt.date(2028, 1, 1)))
    assert b'HoldUntilDate="2028-01-01"' in found["submission_first.xml"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"\t524\t": "\t\t"}, "ena-field-missing"),
        ({"soil metagenome [NCBITaxon:410658]": ""}, "ena-taxon"),
        ({"Illumina MiSeq": "our machine"}, "ena-instrument"),
        ({"\t6.6\t": "\t006.6\t"}, "ena-field-value"),
    ],
)
def test_what_the_archive_would_refuse_is_told_before(prepared, changes, code):
    with pytest.raises(InputError) as caught:
        prepared(changes)
    assert codes(caught.value) == [code]


def test_what_many_samples_lack_is_one_line(prepared):
    with pytest.raises(InputError) as caught:
        prepared({"soil metagenome [NCBITaxon:410658]": ""})
    assert [problem.found for problem in caught.value.problems] == ["meadow-1, meadow-2"]


def test_title_and_description_have_the_lengths_that_the_archive_wants(prepared):
    with pytest.raises(InputError) as caught:
        prepared(study=Study("x", "short", ""))
    assert codes(caught.value) == ["ena-study", "ena-study"]
    found = prepared(study=Study("x", "short", "", accession="PRJEB1"))
    contents = contents_of(found)
    assert "project.xml" not in contents
    assert b'STUDY_REF accession="PRJEB1"' in contents["experiment.xml"]


def test_reads_must_be_packed_whole_and_in_pairs(tmp_path):
    folder = make_project(tmp_path / "p")
    (folder / "L2_R1.fastq").write_bytes(gzip.decompress((folder / "L2_R1.fastq.gz").read_bytes()))
    (folder / "L1_R2.fastq.gz").write_bytes(gzip.compress(b"@L1:0 2\nAC\n+\nII\n"))
    (folder / "B1_R1.fastq.gz").unlink()
    sheet = folder / "libraries.tsv"
    sheet.write_text(sheet.read_text().replace("L2_R1.fastq.gz", "L2_R1.fastq"))
    problems = Problems(str(sheet))
    read_files(read_sheet(sheet), "s", problems)
    assert {(one.code, one.row) for one in problems.found} == {
        ("fastq-counts", 2),
        ("ena-reads-packed", 3),
        ("fastq-missing", 4),
    }


def test_a_dataset_whose_agreement_keeps_the_reads_is_refused(tmp_path):
    any_use = {
        name: text.replace("DUO:0000042", "DUO:0000004") for name, text in AGREEMENTS.items()
    }
    write_tables(example_tables(), any_use, tmp_path / "d", extra_columns=EXTRA_COLUMNS)
    with pytest.raises(Refused, match="raw_reads"):
        material_of_dataset(tmp_path / "d", {}, DAY, bytes(32))


def test_an_agreement_for_research_does_not_open_an_archive_for_any_use(tmp_path):
    with pytest.raises(Refused, match=r"any use \(DUO:0000004\)"):
        material_of_dataset(example_dataset(tmp_path), {}, DAY, bytes(32))


def test_a_dataset_gives_samples_and_the_sheet_their_reads(tmp_path):
    texts = {
        name: text.replace("method: allow", "method: allow\n      raw_reads: allow").replace(
            "DUO:0000042", "DUO:0000004"
        )
        for name, text in AGREEMENTS.items()
    }
    write_dataset(
        example_tables(),
        texts,
        tmp_path / "dataset",
        extra_columns=EXTRA_COLUMNS,
        provenance=PROVENANCE,
    )
    project = make_project(tmp_path / "p")
    libraries = read_sheet(project / "libraries.tsv")
    found = material_of_dataset(tmp_path / "dataset", libraries, DAY, bytes(32))
    # 'soil 3' is under the agreement that shares nothing; L1 and L2 are in the sheet, too.
    assert len(found.samples) == 4
    assert [library.library_id for library in found.reads.values()] == ["L1", "L2"]
    assert "L1" not in found.reads
    assert found.left_out["libraries without files"] == 3


def test_what_is_no_project_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        project_config(tmp_path)
    assert codes(caught.value) == ["ena-source"]
    folder = make_project(tmp_path / "p")
    assert material_of_project(project_config(folder), DAY, bytes(32)).title


def test_a_folder_with_something_else_is_left_alone(prepared, tmp_path):
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.txt").write_text("all of it")
    with pytest.raises(InputError) as caught:
        write_submission(prepared(), target)
    assert codes(caught.value) == ["ena-folder"]
    assert (target / "thesis.txt").read_text() == "all of it"


def test_a_submission_that_was_not_sent_is_replaced(prepared, folder):
    write_submission(prepared({"\t6.6\t": "\t6.5\t"}), folder)
    assert b">6.5<" in (folder / "sample.xml").read_bytes()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Illumina MiSeq", ("ILLUMINA", "Illumina MiSeq")),
        ("illumina miseq", ("ILLUMINA", "Illumina MiSeq")),
        ("MiSeq", ("ILLUMINA", "Illumina MiSeq")),
        ("Illumina MiSeq [OBI:0002003]", ("ILLUMINA", "Illumina MiSeq")),
        ("Illumina NextSeq 2000", ("ILLUMINA", "NextSeq 2000")),
        ("PacBio Sequel II", ("PACBIO_SMRT", "Sequel II")),
        ("MinION", ("OXFORD_NANOPORE", "MinION")),
        ("unspecified", None),
        ("our machine", None),
        ("", None),
    ],
)
def test_instruments_are_found_as_people_write_them(text, found):
    assert find_instrument(text) == found


def test_an_alias_is_made_of_plain_letters():
    assert alias_of("Böden: zwei Wiesen / 2024") == "boden-zwei-wiesen-2024"
