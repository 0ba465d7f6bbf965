from __future__ import annotations

import csv
import random

import pytest
import yaml

from soilbio.agreements.parse import parse_agreement
from soilbio.cli.main import main
from soilbio.metadata.check import check_project
from soilbio.references.manifest import references_root
from tests.unit.metadata.conftest import FORWARD, REVERSE, fastq, write_gzip

HEADER = "M00967:43:000000000-A3JHG:1:1101:18327:"


@pytest.fixture
def reads(tmp_path):
    """Two soils, one of them on two lanes, and a blank, as an Illumina sequencer names them."""
    folder = tmp_path / "reads"
    folder.mkdir()
    for name in ("A_S1_L001", "A_S1_L002", "B_S2_L001", "NTC_S3_L001"):
        for end, primer in ((1, FORWARD), (2, REVERSE)):
            content = fastq(primer, name=HEADER, seed=name)
            write_gzip(folder / f"{name}_R{end}_001.fastq.gz", content)
    return folder


def init(reads, target, *more: str) -> int:
    return main(["init", str(reads), "--out", str(target), *more])


def sheet(target) -> list[dict[str, str]]:
    with (target / "config" / "libraries.tsv").open(newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def codes(target) -> set[str]:
    problems = check_project(target / "config" / "config.yaml")
    return {problem.code for problem in problems if not problem.is_warning}


def test_a_project_is_written_that_lacks_only_what_the_user_alone_knows(reads, tmp_path, capsys):
    target = tmp_path / "project"
    assert init(reads, target) == 0
    assert codes(target) == {"sample-incomplete"}
    assert [(row["library_id"], row["sample_id"], row["run"]) for row in sheet(target)] == [
        ("A_L001", "A", "A3JHG"),
        ("A_L002", "A", "A3JHG"),
        ("B", "B", "A3JHG"),
        ("NTC", "NTC", "A3JHG"),
    ]
    assert {row["assay"] for row in sheet(target)} == {"16S-V4-515F-806R"}
    assert [row["control_type"] for row in sheet(target)] == ["", "", "", "pcr_blank"]
    told = capsys.readouterr()
    assert "NTC is a control (pcr_blank)" in told.err
    assert "samples.tsv" in told.out


def test_filled_in_it_passes_the_check(reads, tmp_path):
    target = tmp_path / "project"
    assert init(reads, target) == 0
    path = target / "config" / "samples.tsv"
    with path.open(newline="") as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    for row in rows:
        if row["sample_id"] != "NTC":
            row.update(lat_lon="48.1 11.2", geo_loc_name="Germany", collection_date="2024-04-16")
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0], delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    assert main(["check", "--config", str(target / "config" / "config.yaml")]) == 0


def test_the_agreement_that_is_written_gives_nothing_to_the_public(reads, tmp_path):
    target = tmp_path / "My Soils (2024)"
    assert init(reads, target) == 0
    (path,) = (target / "config" / "agreements").iterdir()
    agreement = parse_agreement(path.read_text(), str(path))
    assert path.name == f"{agreement.id}-{agreement.version}.yaml"
    assert {grant.recipient for grant in agreement.grants} == {"consortium"}
    assert {row["agreement"] for row in sheet(target)} == {agreement.name}
    assert "My Soils (2024)" in agreement.title


def test_removed_primers_are_recognised_and_said_in_the_configuration(reads, tmp_path, capsys):
    for path in reads.iterdir():
        begin = "TACGTAGGGTGCAAGCG" if "_R1_" in path.name else "CCTGTTTGCTCCCCACG"
        write_gzip(path, fastq(begin, name=HEADER, seed=path.name[:9]))
    target = tmp_path / "project"
    assert init(reads, target) == 0
    content = yaml.safe_load((target / "config" / "config.yaml").read_text())
    assert content["assays"] == {"16S-V4-515F-806R": {"primers_in_reads": False}}
    assert codes(target) == {"sample-incomplete"}
    assert "16S-V4-515FY-806RB" in capsys.readouterr().err


def test_links_to_folders_are_followed_and_each_folder_is_taken_once(reads, tmp_path):
    (tmp_path / "linked").mkdir()
    run = tmp_path / "linked" / "run1"
    run.symlink_to(reads)
    (tmp_path / "linked" / "again").symlink_to(run)
    (reads / "back").symlink_to(tmp_path / "linked")
    assert init(tmp_path / "linked", tmp_path / "by-link") == 0
    assert init(reads, tmp_path / "by-name") == 0
    names = [row["library_id"] for row in sheet(tmp_path / "by-name")]
    assert names == ["A_L001", "A_L002", "B", "NTC"]
    assert [row["library_id"] for row in sheet(tmp_path / "by-link")] == names
    assert codes(tmp_path / "by-link") == {"sample-incomplete"}


def test_primers_that_are_there_show_their_gene_beside_others_that_were_removed(reads, tmp_path):
    its = "CTTGGTCATTTAGAGGAAGTAA", "GCTGCGTTCTTCATCGATGC"
    for path in reads.iterdir():
        end = int("_R2_" in path.name)
        begin = ("TACGTAGGGTGCAAGCG", "CCTGTTTGCTCCCCACG")[end]
        start = its[end] if path.name.startswith("B") else begin
        write_gzip(path, fastq(start, name=HEADER, seed=path.name[:9]))
    target = tmp_path / "project"
    assert init(reads, target) == 0
    assays = {row["library_id"]: row["assay"] for row in sheet(target)}
    assert assays["B"] == "ITS1-ITS1F-ITS2"
    assert {assays[name] for name in ("A_L001", "A_L002", "NTC")} == {"16S-V4-515F-806R"}
    assert codes(target) == {"sample-incomplete"}


def test_a_named_assay_is_taken(reads, tmp_path):
    target = tmp_path / "project"
    assert init(reads, target, "--assay", "16S-V4-515FY-806RB") == 0
    assert {row["assay"] for row in sheet(target)} == {"16S-V4-515FY-806RB"}
    assert codes(target) == {"sample-incomplete"}


def test_an_unknown_assay_is_named_with_the_nearest(reads, tmp_path, capsys):
    assert init(reads, tmp_path / "project", "--assay", "16S-V4-515FY") == 1
    assert "Did you mean '16S-V4-515F" in capsys.readouterr().err


def test_nothing_is_overwritten(reads, tmp_path, capsys):
    target = tmp_path / "project"
    assert init(reads, target) == 0
    before = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    assert init(reads, target) == 1
    assert "[project-exists]" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == before


def test_all_files_without_their_pair_are_listed(reads, tmp_path, capsys):
    (reads / "A_S1_L001_R2_001.fastq.gz").unlink()
    (reads / "B_S2_L001_R1_001.fastq.gz").unlink()
    assert init(reads, tmp_path / "project") == 1
    told = capsys.readouterr().err
    assert "A_S1_L001_R1_001.fastq.gz" in told
    assert "B_S2_L001_R2_001.fastq.gz" in told
    assert told.count("[reads-unpaired]") == 2
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [("_F", "_R"), ("_forward", "_reverse"), ("_r1", "_r2"), ("_R1_trimmed", "_R2_trimmed")],
)
def test_pairs_of_other_names_are_paired(reads, tmp_path, first, second):
    for path in list(reads.iterdir()):
        end = first if "_R1_" in path.name else second
        path.rename(reads / f"{path.name.split('_R')[0]}{end}.FASTQ.GZ")
    target = tmp_path / "project"
    assert init(reads, target) == 0
    assert len(sheet(target)) == 4
    assert codes(target) == {"sample-incomplete"}


def test_single_files_that_are_the_ends_of_one_library_are_refused(reads, tmp_path, capsys):
    for path in list(reads.iterdir()):
        end = "left" if "_R1_" in path.name else "right"
        content = fastq(
            FORWARD if end == "left" else REVERSE, name=f"{HEADER}{path.name[:9]}", seed=path.name
        )
        path.unlink()
        write_gzip(reads / f"{path.name.split('_R')[0]}_{end}.fastq.gz", content)
    assert init(reads, tmp_path / "project") == 1
    assert capsys.readouterr().err.count("[fastq-ends-apart]") == 4
    assert not (tmp_path / "project").exists()


def test_files_that_cannot_be_read_are_listed(reads, tmp_path, capsys):
    (reads / "B_S2_L001_R1_001.fastq.gz").write_bytes(b"no gzip")
    assert init(reads, tmp_path / "project") == 1
    assert "[fastq-not-gzip]" in capsys.readouterr().err


def test_unknown_primers_ask_for_the_assay(reads, tmp_path, capsys):
    for path in reads.iterdir():
        write_gzip(path, fastq("TTTTTTTT", name=HEADER))
    assert init(reads, tmp_path / "project") == 1
    told = capsys.readouterr().err
    assert "[assay-unrecognised]" in told
    assert "--assay" in told


FORWARD_Y = "GTGTCAGCAGCCGCGGTAA"  # of V4 with 806RB, of V4 to V5 with 926R


def test_single_reads_whose_primer_is_of_several_regions_ask_for_the_assay(tmp_path, capsys):
    folder = tmp_path / "reads"
    folder.mkdir()
    write_gzip(folder / "A.fastq.gz", fastq(FORWARD_Y, name=HEADER))
    assert init(folder, tmp_path / "project") == 1
    told = capsys.readouterr().err
    assert "[assay-ambiguous]" in told
    assert "16S-V4-515FY-806RB" in told
    assert "16S-V4V5-515FY-926R" in told
    assert init(folder, tmp_path / "project", "--assay", "16S-V4-515FY-806RB") == 0
    assert {row["assay"] for row in sheet(tmp_path / "project")} == {"16S-V4-515FY-806RB"}


def test_pairs_tell_of_which_region_single_reads_are(tmp_path):
    folder = tmp_path / "reads"
    folder.mkdir()
    for end, primer in ((1, FORWARD_Y), (2, "GGACTACAAGGGTATCTAAT")):
        write_gzip(folder / f"B_R{end}.fastq.gz", fastq(primer, name=HEADER, seed="B"))
    write_gzip(folder / "A.fastq.gz", fastq(FORWARD_Y, name=HEADER))
    assert init(folder, tmp_path / "project") == 0
    assert {row["assay"] for row in sheet(tmp_path / "project")} == {"16S-V4-515FY-806RB"}


@pytest.mark.parametrize(
    ("names", "samples"),
    [
        (("M\u00fcller", "M\u00f6ller"), ["Moller", "Muller"]),
        (("site 1 a", "site_1 a"), ["site_1_a", "site_1_a-2"]),
        (("plate1/A1_S1_L001", "plate2/A1_S1_L001"), ["A1", "A1-2"]),
        (("run1/A1_S1_L001", "run2/A1_S1_L002"), ["A1", "A1"]),
        (("x1", "X1"), ["X1", "x1-2"]),
    ],
)
def test_two_soils_never_become_one_sample(tmp_path, names, samples):
    for name in names:
        for end, primer in ((1, FORWARD), (2, REVERSE)):
            path = tmp_path / "reads" / f"{name}_R{end}_001.fastq.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_gzip(path, fastq(primer, name=HEADER, seed=name))
    assert init(tmp_path / "reads", tmp_path / "project") == 0
    found = sheet(tmp_path / "project")
    assert sorted(row["sample_id"] for row in found) == samples
    assert len({row["library_id"].casefold() for row in found}) == 2


def test_a_folder_without_reads_is_named(tmp_path, capsys):
    assert init(tmp_path, tmp_path / "project") == 1
    assert "[reads-none]" in capsys.readouterr().err


def test_the_same_reads_give_the_same_files(reads, tmp_path):
    one, two = tmp_path / "1" / "project", tmp_path / "2" / "project"
    assert init(reads, one) == init(reads, two) == 0
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*") if path.is_file())
    assert names
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_all_files_empty_asks_for_the_assay_and_takes_it(reads, tmp_path):
    for path in reads.iterdir():
        write_gzip(path, b"")
    assert init(reads, tmp_path / "one") == 1
    assert init(reads, tmp_path / "two", "--assay", "ITS1-ITS1F-ITS2") == 0
    assert {row["run"] for row in sheet(tmp_path / "two")} == {"run1"}


def test_reads_whose_names_tell_no_run_are_of_none_of_the_others(reads, tmp_path, capsys):
    for end, primer in ((1, FORWARD), (2, REVERSE)):
        content = fastq(primer, name="SRR22100.", seed="archived")
        write_gzip(reads / f"B_S2_L001_R{end}_001.fastq.gz", content)
        write_gzip(reads / f"NTC_S3_L001_R{end}_001.fastq.gz", b"")
    assert init(reads, tmp_path / "project") == 0
    runs = {row["library_id"]: row["run"] for row in sheet(tmp_path / "project")}
    assert runs == {"A_L001": "A3JHG", "A_L002": "A3JHG", "B": "run1", "NTC": "A3JHG"}
    told = capsys.readouterr().err
    assert "no sequencing run: 1 libraries, such as B. They are one run, run1" in told


def test_runs_that_reads_tell_are_not_remarked(reads, tmp_path, capsys):
    assert init(reads, tmp_path / "project") == 0
    assert "run1" not in capsys.readouterr().err


def test_each_gene_has_a_reference_of_its_own(reads, tmp_path, capsys):
    its = tmp_path / "its"
    its.mkdir()
    for end, primer in ((1, "CTTGGTCATTTAGAGGAAGTAA"), (2, "GCTGCGTTCTTCATCGATGC")):
        write_gzip(its / f"F_S9_L001_R{end}_001.fastq.gz", fastq(primer, name=HEADER))
    assert init(its, tmp_path / "one") == 0
    config = tmp_path / "one" / "config" / "config.yaml"
    assert yaml.safe_load(config.read_text())["taxonomy"] == {"reference": "unite-10"}
    assert "unite-10 (`soilbio reference get NAME`)" in capsys.readouterr().err
    for path in its.iterdir():
        path.rename(reads / path.name)
    assert init(reads, tmp_path / "both") == 0
    config = tmp_path / "both" / "config" / "config.yaml"
    assert yaml.safe_load(config.read_text())["taxonomy"] == {
        "reference": "greengenes-13_8",
        "by_assay": {"ITS1-ITS1F-ITS2": {"reference": "unite-10"}},
    }


def test_reads_that_are_links_keep_their_names(reads, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    for number, path in enumerate(sorted(reads.iterdir())):
        path.rename(store / f"{number:032x}")
        path.symlink_to(store / f"{number:032x}")
    target = tmp_path / "project"
    assert init(reads, target) == 0
    assert sheet(target)[2]["fastq_1"] == "../../reads/B_S2_L001_R1_001.fastq.gz"
    assert codes(target) == {"sample-incomplete"}


@pytest.fixture
def metagenomes(tmp_path, monkeypatch):
    """Two soils and a blank, whose reads begin anywhere; no database is installed."""
    monkeypatch.setenv("SOILBIO_MEMORY_GB", "16")
    # The reference of rRNA genes is that of all tests.
    (tmp_path / "root").mkdir()
    name = "greengenes-13_8"
    (tmp_path / "root" / name).symlink_to(references_root() / name)
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "root"))
    folder = tmp_path / "wgs"
    folder.mkdir()
    for name in ("C_S1", "D_S2", "NTC-wgs_S3"):
        for end in (1, 2):
            content = fastq("", name=HEADER, seed=f"{name}{end}", count=80)
            write_gzip(folder / f"{name}_L001_R{end}_001.fastq.gz", content)
    return folder


@pytest.mark.parametrize("more", [[], ["--assay", "wgs"], ["--assay", "shotgun"]])
def test_a_folder_of_metagenomes_becomes_a_project(metagenomes, tmp_path, capsys, more):
    target = tmp_path / "project"
    assert init(metagenomes, target, *more) == 0
    assert {row["assay"] for row in sheet(target)} == {"wgs"}
    content = yaml.safe_load((target / "config" / "config.yaml").read_text())
    assert content["assays"] == {
        "wgs": {"library_strategy": "WGS", "profilers": ["sylph", "kraken2", "ssu"]}
    }
    assert content["shotgun"]["sylph_database"] == "sylph-gtdb-r226-c1000"
    assert content["shotgun"]["kraken2_database"] == "kraken2-pluspf-8"
    told = capsys.readouterr().err
    assert "3 libraries of whole metagenomes" in told
    assert "soilbio reference get" in told
    # Nothing but what has to be got, and what the user alone knows, is missing.
    assert codes(target) == {"sample-incomplete", "shotgun-database"}


def test_amplicons_and_metagenomes_of_one_folder_have_an_assay_each(reads, metagenomes, tmp_path):
    for path in metagenomes.iterdir():
        path.rename(reads / path.name)
    target = tmp_path / "project"
    assert init(reads, target) == 0
    # The blank of the metagenomes shows nothing: it is of the assay that most libraries have.
    assert {row["library_id"]: row["assay"] for row in sheet(target)} == {
        **dict.fromkeys(("A_L001", "A_L002", "B", "NTC", "NTC-wgs"), "16S-V4-515F-806R"),
        **dict.fromkeys(("C", "D"), "wgs"),
    }


@pytest.mark.parametrize("has_others", [True, False])
def test_long_reads_beside_short_ones_are_metagenomes(reads, metagenomes, tmp_path, has_others):
    for path in metagenomes.iterdir() if has_others else ():
        path.rename(reads / path.name)
    write_gzip(reads / "E.fastq.gz", fastq("", length_bp=5_000, count=12))
    target = tmp_path / "project"
    assert init(reads, target) == 0
    assays = {row["library_id"]: row["assay"] for row in sheet(target)}
    assert assays["E"] == "wgs-long"
    assert assays["A_L001"] == "16S-V4-515F-806R"
    assert assays.get("C", "wgs") == "wgs"
    assert codes(target) <= {"sample-incomplete", "shotgun-database"}


@pytest.mark.parametrize(("soils", "assay"), [("C_S1 D_S2", "wgs"), ("", "16S-V4-515F-806R")])
def test_a_mock_community_is_what_the_soils_are(reads, metagenomes, tmp_path, soils, assay):
    for path in metagenomes.iterdir():
        name = path.name.replace("NTC-wgs", "MOCK-wgs")
        if "MOCK" in name or any(soil in name for soil in soils.split()):
            path.rename(reads / name)
    target = tmp_path / "project"
    assert init(reads, target) == 0
    (mock,) = (row for row in sheet(target) if row["library_id"] == "MOCK-wgs")
    assert (mock["control_type"], mock["assay"]) == ("mock", assay)


def test_only_samples_of_one_name_are_told_as_numbered(metagenomes, tmp_path, capsys):
    for path in list(metagenomes.glob("D_*")):
        path.rename(metagenomes / path.name.replace("D_S2", "C-wgs_S2"))
    assert init(metagenomes, tmp_path / "one") == 0
    assert "Told apart by a number" not in capsys.readouterr().err
    (metagenomes / "more").mkdir()
    for end in (1, 2):
        other = fastq("", name=HEADER, seed=f"more{end}", count=80)
        write_gzip(metagenomes / "more" / f"C_S1_L001_R{end}_001.fastq.gz", other)
    assert init(metagenomes, tmp_path / "two") == 0
    assert "Told apart by a number, since their names are the same: C-2." in capsys.readouterr().err


def test_long_reads_have_an_assay_that_says_so(metagenomes, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOILBIO_MEMORY_GB", "64")
    for path in metagenomes.iterdir():
        path.unlink()
    write_gzip(metagenomes / "E.fastq.gz", fastq("", length_bp=5_000, count=12))
    target = tmp_path / "project"
    assert init(metagenomes, target, "--assay", "wgs") == 0
    content = yaml.safe_load((target / "config" / "config.yaml").read_text())
    assert content["assays"]["wgs-long"]["long_reads"] is True
    assert content["assays"]["wgs-long"]["profilers"] == ["kraken2", "ssu"]
    # sylph is of short reads: nothing of it is to be got.
    assert "kraken2_database" in content["shotgun"]
    assert "sylph" not in str(content) + capsys.readouterr().err
    assert codes(target) == {"sample-incomplete", "shotgun-database"}


def test_databases_that_are_there_are_taken_and_their_sizes_listed(metagenomes, tmp_path, capsys):
    bases = "".join(random.Random(1).choices("ACGT", k=20_000))
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "GCF_000000101.1.fna").write_text(f">c\n{bases}\n")
    (tmp_path / "l.tsv").write_text("RS_GCF_000000101.1\td__Bacteria;s__A b\n")
    for engine, more in (("sylph", ["--scaled", "20"]), ("kraken2", ["--no-masking"])):
        words = ["--genomes", str(tmp_path / "g"), "--lineages", str(tmp_path / "l.tsv")]
        built = str(tmp_path / engine)
        assert main(["reference", "build", *words, "--for", engine, "--out", built, *more]) == 0
        said = ["--version", "1", "--licence", "CC0-1.0"]
        words = ["add", f"mine-{engine}", "--engine", engine, "--database", built, *said]
        assert main(["reference", *words]) == 0
    capsys.readouterr()
    assert main(["reference", "list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    sizes = {row[0]: row[6:8] for row in lines if row[0].startswith("mine-")}
    assert sizes["mine-sylph"] == ["<0.001", "~4.5"]  # GB on the disk, and in memory
    assert sizes["mine-kraken2"][1] == "~0.5"
    target = tmp_path / "project"
    assert init(metagenomes, target) == 0
    content = yaml.safe_load((target / "config" / "config.yaml").read_text())
    assert content["shotgun"]["sylph_database"] == "mine-sylph"
    assert content["shotgun"]["kraken2_database"] == "mine-kraken2"
    assert codes(target) == {"sample-incomplete"}


def test_where_no_database_fits_reads_of_rrna_genes_are_named(metagenomes, tmp_path, monkeypatch):
    monkeypatch.setenv("SOILBIO_MEMORY_GB", "4")
    target = tmp_path / "project"
    assert init(metagenomes, target) == 0
    content = yaml.safe_load((target / "config" / "config.yaml").read_text())
    assert content["assays"]["wgs"]["profilers"] == ["ssu"]
    assert codes(target) == {"sample-incomplete"}


@pytest.mark.parametrize("orphans", [b"", fastq(FORWARD, name="SRR1.9 9", seed="o"), None])
def test_reads_without_mates_beside_an_archive_s_pair_are_left_out(tmp_path, capsys, orphans):
    folder = tmp_path / "reads"
    folder.mkdir()
    for run in ("SRR1", "SRR2"):
        for end, primer in ((1, FORWARD), (2, REVERSE)):
            content = fastq(primer, name=f"{run}.", seed=run)
            write_gzip(folder / f"{run}_{end}.fastq.gz", content)
    if orphans is None:  # nothing that could be read
        (folder / "SRR1.fastq.gz").write_bytes(b"no gzip")
    else:
        write_gzip(folder / "SRR1.fastq.gz", orphans)
    assert init(folder, tmp_path / "project") == 0
    rows = [(row["library_id"], row["fastq_2"][-15:]) for row in sheet(tmp_path / "project")]
    assert rows == [("SRR1", "SRR1_2.fastq.gz"), ("SRR2", "SRR2_2.fastq.gz")]
    told = capsys.readouterr().err
    assert "Left out, beside the pair of its name" in told
    assert str(folder / "SRR1.fastq.gz") in told
