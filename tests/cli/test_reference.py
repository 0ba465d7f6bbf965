import gzip
import random
import subprocess
import sys
import threading
import time

import pytest
import yaml

from soilbio.cli.main import main
from soilbio.references.manifest import read_manifest
from tests.reference_server import Server


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "references"))
    return tmp_path / "references"


def test_known_references_are_listed(capsys):
    assert main(["reference", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    columns = lines[0].split("\t")
    assert columns[:5] == ["name", "version", "licence", "installed", "engine"]
    rows = {
        line.split("\t")[0]: dict(zip(columns, line.split("\t"), strict=True)) for line in lines
    }
    assert set(rows) == {"name", *read_manifest()}
    assert rows["kraken2-standard-8"]["checksum"] == "md5-list"
    assert "no checksum" in rows["sylph-gtdb-r220-c200"]["not_known"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["get", "nothing"], "reference-unknown"),
        (["get", "greengenes-13_8", "--from", "none.tar.gz"], "reference-file-missing"),
        (["build", "greengenes-13_8", "--out", "x.fasta"], "reference-missing"),
        (["build", "--sequences", "a.fasta", "--out", "x.fasta"], "reference-choice"),
        (["build", "--out", "x.fasta"], "reference-choice"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_code(words, code, capsys):
    assert main(["reference", *words]) == 1
    assert f"[{code}]" in capsys.readouterr().err


def test_own_files_become_what_sintax_reads(tmp_path, capsys):
    (tmp_path / "s.fasta").write_text(">a\nACGT\n>b\nGGGG\n")
    (tmp_path / "l.tsv").write_text("a\tk__Bacteria; g__X\nb\tk__Bacteria\n")
    (tmp_path / "ids").write_text("b\n")
    words = ["reference", "build", "--for", "sintax", "--out", str(tmp_path / "o.fasta.gz")]
    words += ["--sequences", str(tmp_path / "s.fasta"), "--lineages", str(tmp_path / "l.tsv")]
    assert main([*words, "--exclude", str(tmp_path / "ids")]) == 0
    packed = (tmp_path / "o.fasta.gz").read_bytes()
    assert gzip.decompress(packed) == b">a;tax=d:Bacteria,g:X;\nACGT\n"
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "1 sequences written" in captured.err


FASTA, LINEAGES = ">a x\nacgu\n>b\nGG\nGG\n", "a\tk__Bacteria; p__P; c__; g__X\nb\tk__Fungi;p__Q\n"


def add(tmp_path, *more, fasta=FASTA, lineages=LINEAGES, name="mine-1"):
    (tmp_path / "s.fasta").write_text(fasta)
    (tmp_path / "l.tsv").write_text(lineages)
    files = ["--sequences", str(tmp_path / "s.fasta"), "--lineages", str(tmp_path / "l.tsv")]
    return main(["reference", "add", name, *files, "--version", "1", "--licence", "CC0-1.0"])


def test_files_that_are_carried_in_are_installed_and_found(tmp_path, root, capsys):
    assert add(tmp_path) == 0
    folder = root / "mine-1"
    assert gzip.decompress((folder / "sequences.fasta.gz").read_bytes()) == b">a\nACGT\n>b\nGGGG\n"
    first = (folder / "reference.json").read_bytes()
    assert add(tmp_path) == 0
    assert (folder / "reference.json").read_bytes() == first
    capsys.readouterr()
    assert main(["reference", "list"]) == 0
    assert "mine-1\t1\t" in capsys.readouterr().out
    assert main(["reference", "verify"]) == 0
    assert capsys.readouterr().out == "mine-1\twhole\n"


def test_a_damaged_reference_is_told(tmp_path, root, capsys):
    add(tmp_path)
    with (root / "mine-1" / "lineages.tsv.gz").open("ab") as handle:
        handle.write(b"x")
    capsys.readouterr()
    assert main(["reference", "verify", "mine-1"]) == 1
    assert capsys.readouterr().out == "mine-1\tdamaged\n"
    assert main(["reference", "verify", "none"]) == 1
    assert "[reference-missing]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "greengenes-13_8"}, "reference-name"),
        ({"name": "a b"}, "reference-name"),
        ({"fasta": ">a\nACGT\n>c\nACGT\n"}, "reference-lineage-missing"),
        ({"fasta": ">a\nACGT\n>a\nACGT\n"}, "reference-duplicate"),
        ({"fasta": ""}, "reference-file-unreadable"),
        ({"lineages": "a k__Bacteria\n"}, "reference-lineage-format"),
    ],
)
def test_what_cannot_be_added_leaves_nothing(tmp_path, root, change, code, capsys):
    assert add(tmp_path, **change) == 1
    assert f"[{code}]" in capsys.readouterr().err
    assert not list(root.glob("*/*"))


def test_other_content_does_not_take_a_name_in_use(tmp_path, root, capsys):
    add(tmp_path)
    before = (root / "mine-1" / "reference.json").read_bytes()
    assert add(tmp_path, fasta=">a\nTTTT\n") == 1
    assert "[reference-taken]" in capsys.readouterr().err
    assert (root / "mine-1" / "reference.json").read_bytes() == before


def test_a_training_set_of_dada2_ends_before_the_first_rank_without_a_name(tmp_path):
    add(tmp_path)
    target = tmp_path / "train.fa"
    assert main(["reference", "build", "mine-1", "--for", "dada2", "--out", str(target)]) == 0
    assert target.read_text() == ">Bacteria;P;\nACGT\n>Fungi;Q;\nGGGG\n"


HEADERS = b">Bacteria;Bacillota;\nACGU\n"


@pytest.fixture
def own_manifest(tmp_path, monkeypatch):
    """A laboratory's own manifest, served on 127.0.0.1."""
    server = Server(files={"/own.fa": HEADERS})
    running = server.start()
    file = {"name": "own.fa", "urls": [f"{server.url}/own.fa"]}
    entry = {"title": "Own", "version": "1", "licence": "CC-BY-4.0", "attribution": "Our lab"}
    entry |= {"kind": "files", "layout": "dada2", "engine": "amplicons", "files": [file]}
    (tmp_path / "manifest.yaml").write_text(yaml.safe_dump({"own-1": entry}))
    monkeypatch.setenv("SOILBIO_MANIFEST", str(tmp_path / "manifest.yaml"))
    yield server
    running.shutdown()
    running.server_close()


def test_a_reference_of_a_laboratorys_own_manifest_is_got_and_held_to(own_manifest, root, capsys):
    assert main(["reference", "get", "own-1"]) == 1
    assert "[reference-unverified]" in capsys.readouterr().err
    assert main(["reference", "get", "own-1", "--accept-unverified"]) == 0
    said = capsys.readouterr()
    assert "Licence: CC-BY-4.0" in said.err
    assert "To be named: Our lab" in said.err
    assert said.out.strip() == str(root / "own-1")
    assert main(["reference", "get", "own-1"]) == 0
    assert "Already installed" in capsys.readouterr().err
    assert main(["reference", "list"]) == 0
    # The manifest says no size: what is installed has one.
    row = ("own-1", "1", "CC-BY-4.0", str(root / "own-1"), "amplicons", "", "<0.001", "")
    assert "\t".join(row) in capsys.readouterr().out


def test_two_processes_get_one_reference_at_once_and_one_of_them_downloads(own_manifest, root):
    own_manifest.gate = threading.Event()
    words = ["-m", "soilbio", "reference", "get", "own-1", "--accept-unverified"]
    running = [
        subprocess.Popen([sys.executable, *words], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    while not (root / ".own-1.part").exists():
        time.sleep(0.05)
    time.sleep(1)
    own_manifest.gate.set()
    said = "".join(process.communicate()[1] for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert said.count("Installed, its SHA-256 noted") == 1
    assert said.count("Already installed") == 1
    assert len(own_manifest.asked) == 1


@pytest.mark.parametrize(
    ("shotgun", "memory", "code", "states"),
    [
        ("{kraken2_database: kraken2-standard-8}", "24", 0, {"to get"}),
        ("{kraken2_database: kraken2-standard-8}", "4", 1, {"to get"}),
        ("{kraken2_database: nowhere}", "24", 1, {"not there"}),
        ("{}", "24", 1, {"not named"}),
    ],
)
def test_a_plan_says_what_is_needed_and_what_fits(
    tmp_path, monkeypatch, capsys, shotgun, memory, code, states
):
    monkeypatch.setenv("SOILBIO_MEMORY_GB", memory)
    (tmp_path / "l.tsv").write_text(
        "library_id\tsample_id\tassay\trun\tfastq_1\tagreement\nL1\tS1\tw\tR1\tno.fq\ta-1\n"
    )
    (tmp_path / "config.yaml").write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "assays: {w: {library_strategy: WGS, profilers: [kraken2, ssu]}}\n"
        f"shotgun: {shotgun}\n"
    )
    assert main(["reference", "plan", "--config", str(tmp_path / "config.yaml")]) == code
    said = capsys.readouterr()
    columns, *rows = [line.split("\t") for line in said.out.splitlines()]
    found = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    assert found.pop("phix")["state"] == "to get"
    assert found.pop("greengenes-13_8")["used_by"] == "w"
    assert {row["state"] for row in found.values()} == states
    assert "would fit" in said.err or code == 0


@pytest.mark.parametrize(("memory", "code"), [("24", 0), ("4", 1)])
def test_a_plan_counts_the_memory_of_genomes_to_be_removed(
    tmp_path, monkeypatch, capsys, memory, code
):
    monkeypatch.setenv("SOILBIO_MEMORY_GB", memory)
    host = tmp_path / "host.fa"
    with host.open("wb") as handle:
        handle.write(b">h\n")
        handle.truncate(600_000_000)
    (tmp_path / "l.tsv").write_text(
        "library_id\tsample_id\tassay\trun\tfastq_1\tagreement\nL1\tS1\tw\tR1\tno.fq\ta-1\n"
    )
    (tmp_path / "config.yaml").write_text(
        "title: T\nlibraries: l.tsv\nsamples: s.tsv\nagreements: a\n"
        "assays: {w: {library_strategy: WGS, profilers: [ssu]}}\n"
        "taxonomy: {reference: unite-10}\n"
        "shotgun: {remove: [{name: host, fasta: host.fa}], remove_phix: false}\n"
    )
    assert main(["reference", "plan", "--config", str(tmp_path / "config.yaml")]) == code
    said = capsys.readouterr()
    (row,) = [line.split("\t") for line in said.out.splitlines() if line.startswith("host")]
    assert row[1:3] == ["genome", "shotgun.remove"]
    assert "4.9" in row[6]  # 2 GB for trimming, half a GB for reads, four bytes a base
    assert row[7] == ("no" if code else "yes")
    assert "Memory: 4.9 GB for the largest job" in said.err
    assert "unite-10, of unknown size" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["add", "x", "--version", "1", "--licence", "C"],
        ["add", "x", "--version", "1", "--licence", "C", "--database", "d"],
        ["build", "--genomes", "g", "--lineages", "l", "--out", "o"],
        ["build", "--genomes", "g", "--for", "sylph", "--out", "o"],
        ["build", "x", "--for", "sylph", "--k", "51", "--out", "o"],
    ],
)
def test_half_a_choice_is_told(words, capsys):
    assert main(["reference", *words]) == 1
    assert "[reference-choice]" in capsys.readouterr().err


GENOMES = {"one.fa": 4000, "two.fa": 4000, "tiny.fa": 8}


@pytest.fixture
def genomes(tmp_path) -> list[str]:
    """Two genomes and one that is too short for a k-mer, with their lineages."""
    draw = random.Random(1)
    folder = tmp_path / "genomes"
    folder.mkdir()
    for name, length in GENOMES.items():
        (folder / name).write_text(f">c\n{''.join(draw.choices('ACGT', k=length))}\n")
    lines = [f"{name.removesuffix('.fa')}\td__Bacteria;s__S {name[:3]}\n" for name in GENOMES]
    (tmp_path / "lineages.tsv").write_text("".join(lines))
    return ["--genomes", str(folder), "--lineages", str(tmp_path / "lineages.tsv")]


@pytest.mark.parametrize("engine", ["kraken2", "sylph", "sourmash"])
def test_genomes_that_are_too_short_for_a_k_mer_are_counted(tmp_path, genomes, engine, capsys):
    more = ["--no-masking"] if engine == "kraken2" else ["--scaled", "10"]
    words = ["--for", engine, *genomes, *more, "--out", str(tmp_path / "out")]
    assert main(["reference", "build", *words]) == 0
    assert "2 genomes in" in (said := capsys.readouterr().err)
    assert "1 too short for a k-mer" in said


@pytest.mark.parametrize("engine", ["kraken2", "sylph", "sourmash"])
def test_proteins_are_no_genome(tmp_path, genomes, engine, capsys):
    (tmp_path / "genomes" / "two.fa").write_text(">c\nMKLEINQWWFDSTPLV\n")
    words = ["--for", engine, *genomes, "--no-masking", "--out", str(tmp_path / "out")]
    assert main(["reference", "build", *words]) == 1
    said = capsys.readouterr().err
    assert "two.fa" in said
    assert "[reference-no-dna]" in said
    assert not (tmp_path / "out").exists()


def test_reads_shorter_than_a_k_mer_are_refused(tmp_path, genomes, capsys):
    words = ["--for", "kraken2", *genomes, "--no-masking", "--read-length-bp", "150", "20"]
    assert main(["reference", "build", *words, "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "reads of 20 bases" in said
    assert "[kmer-read-length]" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--scaled", "-5"],
        ["--scaled", "0"],
        ["--threads", "0"],
        ["--read-length-bp", "0"],
        ["--max-size-gb", "nan"],
        ["--max-size-gb", "-1"],
    ],
)
def test_numbers_that_are_none_are_told(tmp_path, genomes, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["reference", "build", "--for", "kraken2", *genomes, *words, "--out", "o"])
    assert stopped.value.code == 2
    assert words[0] in capsys.readouterr().err
