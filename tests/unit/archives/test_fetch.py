from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from ena_project import fastq
from ena_server import Archive

from soilbio.archives.ena.fetch import Plan, get_reads, plan_fetch
from soilbio.archives.ena.model import Attribute
from soilbio.archives.ena.portal import Portal, parse_report, parse_samples
from soilbio.archives.ena.sheets import sample_row, write_sheets
from soilbio.archives.ena.tables import tsv
from soilbio.errors import InputError

STUDY, SAMPLE = "PRJEB77", "SAMEA100"
HEADER = (
    "run_accession\tsample_accession\tstudy_accession\tlibrary_strategy\tfastq_ftp\tfastq_md5"
    "\tfastq_bytes\n"
)
SAMPLES = f"""<SAMPLE_SET><SAMPLE accession="ERS100" alias="plot 7">
<IDENTIFIERS><PRIMARY_ID>ERS100</PRIMARY_ID>
<EXTERNAL_ID namespace="BioSample">{SAMPLE}</EXTERNAL_ID>
</IDENTIFIERS><TITLE>soil of plot 7</TITLE>
<SAMPLE_NAME><TAXON_ID>410658</TAXON_ID><SCIENTIFIC_NAME>soil metagenome</SCIENTIFIC_NAME>
</SAMPLE_NAME><SAMPLE_ATTRIBUTES>
<SAMPLE_ATTRIBUTE><TAG>geographic location (latitude)</TAG><VALUE>48.1</VALUE><UNITS>DD</UNITS>
</SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>geographic location (longitude)</TAG><VALUE>11.5</VALUE><UNITS>DD</UNITS>
</SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>geographic location (country and/or sea)</TAG><VALUE>Germany</VALUE>
</SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>collection date</TAG><VALUE>2020-05</VALUE></SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>elevation</TAG><VALUE>520</VALUE><UNITS>m</UNITS></SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>pH</TAG><VALUE>6.5</VALUE></SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>moon phase</TAG><VALUE>=full</VALUE></SAMPLE_ATTRIBUTE>
</SAMPLE_ATTRIBUTES></SAMPLE></SAMPLE_SET>"""


def add_run(archive: Archive, run: str, ends: tuple[str, ...]) -> None:
    contents = {end: fastq(run, int(end or 1), 40) for end in ends}
    paths = {end: f"/vol1/fastq/{run}{f'_{end}' if end else ''}.fastq.gz" for end in ends}
    archive.files.update({paths[end]: contents[end] for end in ends})
    line = "\t".join(
        (
            run,
            SAMPLE,
            STUDY,
            "AMPLICON",
            ";".join(f"ftp.sra.ebi.ac.uk{paths[end]}" for end in ends),
            ";".join(hashlib.md5(contents[end]).hexdigest() for end in ends),
            ";".join(str(len(contents[end])) for end in ends),
        )
    )
    archive.reports[STUDY] = archive.reports.get(STUDY, HEADER) + line + "\n"


@pytest.fixture
def archive(server: tuple[Archive, dict[str, str]]) -> Archive:
    archive, _ = server
    add_run(archive, "ERR100001", ("1", "2"))
    add_run(archive, "ERR100002", ("", "1", "2"))
    add_run(archive, "ERR100003", ("",))
    archive.samples = SAMPLES
    return archive


@pytest.fixture
def plan(server: tuple[Archive, dict[str, str]], tmp_path: Path) -> Callable[..., Plan]:
    def run(*accessions: str, is_online: bool = True, keeps: bool = True) -> Plan:
        portal = Portal.of(server[1])
        return plan_fetch(
            accessions or (STUDY,),
            tmp_path,
            portal,
            wait=lambda _: None,
            is_online=is_online,
            keeps=keeps,
        )

    return run


def get(plan: Plan, folder: Path) -> None:
    get_reads(plan.reads, folder, lambda _: None, lambda _: None)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def codes(error: InputError) -> list[str]:
    return [problem.code for problem in error.problems]


def test_a_study_becomes_reads_and_two_sheets(archive, plan, tmp_path):
    found = plan()
    get(found, tmp_path)
    write_sheets(found, tmp_path, assay="", agreement="open")
    libraries = rows_of(tmp_path / "libraries.tsv")
    assert [row["fastq_1"] for row in libraries] == [
        "reads/ERR100001_1.fastq.gz",
        "reads/ERR100002_1.fastq.gz",
        "reads/ERR100003.fastq.gz",
    ]
    assert [bool(row["fastq_2"]) for row in libraries] == [True, True, False]
    assert {row["accession"] for row in libraries} == {"ERR100001", "ERR100002", "ERR100003"}
    assert rows_of(tmp_path / "samples.tsv") == [
        {
            "sample_id": SAMPLE,
            "collection_date": "2020-05",
            "elev": "520",
            "geo_loc_name": "Germany",
            "lat_lon": "48.1 11.5",
            "ph": "6.5",
            "samp_taxon_id": "soil metagenome [NCBITaxon:410658]",
            "samp_title": "soil of plot 7",
        }
    ]
    for name, content in archive.files.items():
        if not name.endswith("ERR100002.fastq.gz"):
            assert (tmp_path / "reads" / Path(name).name).read_bytes() == content


def test_reads_without_a_mate_are_left_out_and_told(archive, plan):
    assert [entry.left_out for entry in plan().entries] == [(), ("ERR100002.fastq.gz",), ()]


def test_all_attributes_are_kept_verbatim(archive, plan, tmp_path):
    found = plan()
    get(found, tmp_path)
    write_sheets(found, tmp_path, assay="", agreement="")
    listed = {row["label"]: row for row in rows_of(tmp_path / "attributes.tsv")}
    assert listed["alias"]["value"] == "plot 7"
    assert listed["moon phase"] == {
        "sample_id": SAMPLE,
        "label": "moon phase",
        "value": "'=full",
        "unit": "",
        "column": "",
    }
    assert listed["pH"]["column"] == "ph"


def test_nothing_is_got_twice(archive, plan, tmp_path):
    get(plan(), tmp_path)
    assert plan().reads == []


def test_a_sheet_that_somebody_worked_on_stays(archive, plan, tmp_path):
    found = plan()
    get(found, tmp_path)
    (tmp_path / "samples.tsv").write_text("mine")
    paths = write_sheets(found, tmp_path, assay="", agreement="")
    assert (tmp_path / "samples.tsv").read_text() == "mine"
    assert tmp_path / "samples.new.tsv" in paths


def test_a_broken_download_goes_on_where_it_stopped(archive, plan, tmp_path):
    archive.download_faults = ["cut"]
    found = plan("PRJEB77")
    found.reads[1:] = []
    get(found, tmp_path)
    size = found.reads[0].size
    assert archive.ranges == ["", f"bytes={size // 2}-"]


@pytest.mark.parametrize("faults", [["busy", "busy"], ["damaged"], ["cut", "damaged", "busy"]])
def test_what_passes_is_waited_for(archive, plan, tmp_path, faults):
    archive.download_faults = faults
    found = plan()
    found.reads[1:] = []
    get(found, tmp_path)
    assert found.reads[0] not in plan().reads


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        (["busy"] * 5, "fetch-unanswered"),
        (["damaged"] * 5, "fetch-checksum"),
        (["cut"] * 12, "fetch-incomplete"),
    ],
)
def test_what_does_not_pass_is_told(archive, plan, tmp_path, faults, code):
    archive.download_faults = faults
    found = plan()
    found.reads[1:] = []
    if code == "fetch-incomplete":
        found.reads[0] = found.reads[0].__class__(
            found.reads[0].name, found.reads[0].url, found.reads[0].md5, 10**6
        )
    with pytest.raises(InputError) as caught:
        get(found, tmp_path)
    assert codes(caught.value) == [code]
    assert not (tmp_path / "reads" / found.reads[0].name).exists()


def test_one_file_that_fails_does_not_keep_the_others(archive, plan, tmp_path):
    found = plan()
    del archive.files["/vol1/fastq/ERR100001_2.fastq.gz"]
    with pytest.raises(InputError) as caught:
        get(found, tmp_path)
    assert len(caught.value.problems) == 1
    assert len(list((tmp_path / "reads").glob("*.gz"))) == 4


def test_a_trial_leaves_nothing_behind(archive, plan, tmp_path):
    assert len(plan(keeps=False).reads) == 5
    assert list(tmp_path.iterdir()) == []


def test_offline_lists_what_to_carry_in_step_by_step(archive, plan, tmp_path):
    asked = len(archive.requests)
    first = plan(is_online=False)
    assert [need.path for need in first.needs()] == ["ena/PRJEB77.tsv"]
    (tmp_path / "ena").mkdir()
    (tmp_path / "ena" / "PRJEB77.tsv").write_text(archive.reports[STUDY])
    second = plan(is_online=False)
    assert [need.path for need in second.needs()][:2] == [
        "ena/samples-1.xml",
        "reads/ERR100001_1.fastq.gz",
    ]
    assert all(need.md5 for need in second.needs()[1:])
    (tmp_path / "ena" / "samples-1.xml").write_text(archive.samples)
    (tmp_path / "reads").mkdir()
    for need in second.needs()[1:]:
        content = archive.files[f"/vol1/fastq/{Path(need.path).name}"]
        (tmp_path / need.path).write_bytes(content)
    last = plan(is_online=False)
    assert last.needs() == []
    assert list(last.attributes) == [SAMPLE]
    assert len(archive.requests) == asked


def test_a_damaged_file_that_was_carried_in_is_asked_for_again(archive, plan, tmp_path):
    get(plan(), tmp_path)
    (tmp_path / "reads" / "ERR100003.fastq.gz").write_bytes(b"cut")
    assert [need.path for need in plan(is_online=False).needs()] == ["reads/ERR100003.fastq.gz"]


@pytest.mark.parametrize("accession", ["PRJ77", "ERR12", "../../etc", "GCA_000001", ""])
def test_what_is_no_accession_is_not_asked_for(server, plan, accession):
    with pytest.raises(InputError) as caught:
        plan(accession)
    assert codes(caught.value) == ["fetch-accession"]
    assert server[0].requests == []


def test_an_accession_without_runs_is_told(archive, plan):
    with pytest.raises(InputError) as caught:
        plan("PRJEB78")
    assert codes(caught.value) == ["fetch-nothing"]


@pytest.mark.parametrize(
    "line",
    [
        "ERR100001\tS\tP\tAMPLICON\tx_1.fastq.gz;x_2.fastq.gz\t" + "a" * 32 + "\t1;2",
        "../../x\tS\tP\tAMPLICON\tx.fastq.gz\t" + "a" * 32 + "\t1",
        "ERR100001\tS\tP\tAMPLICON\tx.fastq.gz\tnone\t1",
    ],
)
def test_a_list_that_contradicts_itself_is_told(line):
    with pytest.raises(InputError) as caught:
        parse_report(f"{HEADER}{line}\n".encode(), Portal(), "report")
    assert codes(caught.value) == ["fetch-report"]


def test_a_run_without_fastq_is_listed_without_files():
    line = "ERR100001\tS\tP\tAMPLICON\t\t\t"
    [entry] = parse_report(f"{HEADER}{line}\n".encode(), Portal(), "report")
    assert entry.files == ()


def test_files_come_from_the_archive_whatever_the_list_says():
    url = Portal(files="https://files.example").file_url("evil.example/vol1/x.fastq.gz")
    assert url == "https://files.example/vol1/x.fastq.gz"


@pytest.mark.parametrize(
    ("attributes", "row"),
    [
        ([("depth", "0.1", "m")], {"depth": "0.1"}),
        ([("lat_lon", "48.1 N 11.5 E", "")], {"lat_lon": "48.1 N 11.5 E"}),
        (
            [
                ("geographic location (latitude)", "not collected", ""),
                ("geographic location (longitude)", "not collected", ""),
            ],
            {"lat_lon": "not collected"},
        ),
        ([("geo_loc_name", "Germany: Bavaria", "")], {"geo_loc_name": "Germany: Bavaria"}),
    ],
)
def test_attributes_become_columns(attributes, row):
    assert sample_row([Attribute(*one) for one in attributes])[0] == row


@pytest.mark.parametrize(
    ("cell", "written"),
    [("-1.29 36.82", "-1.29 36.82"), ("-5", "-5"), ("=1+1", "'=1+1"), ("-2+cmd|x", "'-2+cmd|x")],
)
def test_cells_are_dead_and_places_are_places(cell, written):
    assert tsv([{"a": cell}]).decode().splitlines()[1] == written


def test_samples_that_cannot_be_read_are_none():
    assert parse_samples(b"<html>") == {}
