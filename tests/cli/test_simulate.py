import gzip
import random
import re
import shlex
from pathlib import Path

import pytest
import yaml

from soilbio.cli.main import main
from soilbio.simulate.design import to_design
from soilbio.simulate.metagenome_design import MadeUp, Metagenomes

ROOT = Path(__file__).parents[2]
REFERENCES = ROOT / "tests" / "data" / "references" / "valid"
DOCS = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
SMALL = [
    "--sequences",
    str(REFERENCES / "v4.fasta"),
    "--lineages",
    str(REFERENCES / "v4.tsv"),
    "--taxa",
    "30",
]


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCS, re.DOTALL)


def simulate(out, *words):
    return main(["simulate", *SMALL, "--out", str(out), *words])


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_folder_holds_reads_of_one_design_and_its_truth_tells_of_all(tmp_path, capsys):
    words = ["--group", "a=2", "--mock", "5", "--pairs", "60"]
    assert simulate(tmp_path, *words) == 0
    whole = contents(tmp_path)
    assert simulate(tmp_path, *words, "--only", "mock") == 0
    assert contents(tmp_path) == whole
    assert simulate(tmp_path, *words, "--seed", "2", "--only", "mock") == 1
    assert simulate(tmp_path, "--group", "a=1", "--pairs", "60") == 1
    assert "a-2_R1.fastq.gz, a-2_R2.fastq.gz, mock_R1.fastq.gz" in capsys.readouterr().err
    assert contents(tmp_path) == whole
    assert simulate(tmp_path, *words, "--seed", "2") == 0
    assert contents(tmp_path).keys() == whole.keys()
    # As an earlier version left it: only the truth tells what was simulated.
    (tmp_path / "simulated.json").unlink()
    (tmp_path / "b-1_R1.fastq.gz").touch()
    assert simulate(tmp_path, *words) == 1
    (tmp_path / "b-1_R1.fastq.gz").unlink()
    assert simulate(tmp_path, *words) == 0
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("name", ["mock_R1.fastq.gz", "soil.fastq", "B_R2.FQ.GZ"])
def test_reads_that_were_not_simulated_stay(tmp_path, capsys, name):
    (tmp_path / name).write_bytes(b"real")
    assert simulate(tmp_path, "--mock", "5", "--pairs", "60") == 1
    told = capsys.readouterr()
    assert "[simulate-folder]" in told.err
    assert told.out == ""
    assert contents(tmp_path) == {name: b"real"}


def test_a_simulation_that_was_stopped_is_started_again(tmp_path):
    words = ["--group", "a=2", "--pairs", "60"]
    assert simulate(tmp_path, *words) == 0
    whole = contents(tmp_path)
    for name in ("truth.tsv", "a-2_R1.fastq.gz"):  # both come after the first library
        (tmp_path / name).unlink()
    assert simulate(tmp_path, *words) == 0
    assert contents(tmp_path) == whole


@pytest.mark.parametrize("name", ["libraries.tsv", "samples.tsv"])
def test_a_sheet_that_says_something_else_is_not_written_over(tmp_path, capsys, name):
    words = ["--mock", "5", "--pairs", "60", "--sheets", str(tmp_path / "config")]
    assert simulate(tmp_path / "reads", *words) == 0
    assert simulate(tmp_path / "reads", *words) == 0
    sheet = tmp_path / "config" / name
    mine = sheet.read_text().rstrip("\n") + "\tmine\n"  # as a cell that was filled in
    sheet.write_text(mine)
    reads = contents(tmp_path / "reads")
    assert simulate(tmp_path / "reads", *words) == 1
    told = capsys.readouterr().err
    assert f"{name}: " in told
    assert "[simulate-folder]" in told
    assert sheet.read_text() == mine
    assert contents(tmp_path / "reads") == reads


def test_reads_and_truth_are_the_same_every_time(tmp_path, capsys):
    words = ["--group", "arable=2", "--mock", "5", "--blank", "20", "--pairs", "150", "--seed", "9"]
    assert simulate(tmp_path / "one", *words) == 0
    table = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[:2] for row in table[1:]] == [
        ["arable-1", "150"],
        ["arable-2", "150"],
        ["mock", "150"],
        ["blank", "20"],
    ]
    assert simulate(tmp_path / "two", *words) == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert simulate(tmp_path / "some", *words, "--only", "mock", "arable-2") == 0
    some = contents(tmp_path / "some")
    assert sorted(some) == [
        "arable-2_R1.fastq.gz",
        "arable-2_R2.fastq.gz",
        "mock_R1.fastq.gz",
        "mock_R2.fastq.gz",
        "simulated.json",
        "truth.tsv",
    ]
    for name in set(some) - {"truth.tsv"}:
        assert some[name] == (tmp_path / "one" / name).read_bytes()


def test_truth_of_each_library_sums_to_its_pairs_less_chimeras(tmp_path, capsys):
    assert simulate(tmp_path, "--group", "soil=2", "--pairs", "200", "--chimeras", "0.2") == 0
    sums = {}
    for line in (tmp_path / "truth.tsv").read_text().splitlines()[1:]:
        library, *_, reads = line.split("\t")
        sums[library] = sums.get(library, 0) + int(reads)
    for line in capsys.readouterr().out.splitlines()[1:]:
        library, pairs, chimeric, _ = line.split("\t")
        assert sums[library] == int(pairs) - int(chimeric) < 200


def test_pairs_have_the_same_names_in_the_same_order(tmp_path):
    assert simulate(tmp_path, "--group", "soil=1", "--pairs", "60", "--binned-quality") == 0
    first, second = (
        gzip.decompress((tmp_path / f"soil-1_R{end}.fastq.gz").read_bytes()).decode().split("\n")
        for end in (1, 2)
    )
    assert len(first) == len(second) == 60 * 4 + 1
    names = [line.split(" ")[0] for line in first[:-1:4]]
    assert names == [line.split(" ")[0] for line in second[:-1:4]]
    assert len(set(names)) == 60
    assert set("".join(first[3::4])) <= set("#-8F")


def test_another_region_and_reference(tmp_path):
    words = ["simulate", "--out", str(tmp_path), "--pairs", "40", "--read-length", "300"]
    words += ["--sequences", str(REFERENCES / "v3v4.fasta")]
    words += ["--lineages", str(REFERENCES / "v3v4.tsv")]
    words += ["--forward", "CCTACGGGNGGCWGCAG", "--reverse", "GACTACHVGGGTATCTAATCC"]
    assert main(words) == 0
    rows = [line.split("\t") for line in (tmp_path / "truth.tsv").read_text().splitlines()[1:]]
    assert {len(row[2]) for row in rows} == {421}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--pairs", "-5"], "design-value"),
        (["--pairs", "0"], "design-value"),
        (["--chimeras", "1.5"], "design-value"),
        (["--group", "soil=many"], "design-value"),
        (
            ["--forward", "ACGTACGTACGTACGTA", "--reverse", "TTTTTTTTTTTTTTTTT"],
            "simulate-no-amplicon",
        ),
        (["--forward", "GTGYCAGCMGCCGCGGTAA", "--reverse", "XYZXYZXYZ"], "design-value"),
        (["--lineages", "none.tsv"], "reference-file-missing"),
        (["--only", "nobody"], "simulate-library-unknown"),
        (["--design", "none.yaml"], "design-unreadable"),
        (["--used-share", "2"], "design-value"),
    ],
)
def test_what_cannot_be_simulated_is_told_and_nothing_is_written(tmp_path, words, code, capsys):
    assert simulate(tmp_path / "out", *words) == 1
    assert f"[{code}]" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.fixture
def documented(tmp_path, monkeypatch):
    """A folder with what the examples of the docs use, in small."""
    installed = tmp_path / "references" / "greengenes-13_8"
    installed.mkdir(parents=True)
    for source, target in (("v4.fasta", "sequences.fasta.gz"), ("v4.tsv", "lineages.tsv.gz")):
        packed = gzip.compress((REFERENCES / source).read_bytes(), mtime=0)
        (installed / target).write_bytes(packed)
    (installed / "reference.json").write_text('{"version": "1", "sha256": "0"}')
    for end in ("fasta", "tsv"):
        (tmp_path / f"mine.{end}").write_bytes((REFERENCES / f"v3v4.{end}").read_bytes())
    design = yaml.safe_load(blocks("yaml")[0])
    (tmp_path / "design.yaml").write_text(yaml.safe_dump(design))
    (tmp_path / "resources/simulate").mkdir(parents=True)
    for name in ("demo.yaml", "demo-shotgun.yaml"):
        demo = yaml.safe_load((ROOT / "resources/simulate" / name).read_text(encoding="utf-8"))
        demo["mock"].pop("genera")
        if "metagenomes" in demo:
            demo["metagenomes"] |= {"pairs": 60}
        (tmp_path / "resources/simulate" / name).write_text(yaml.safe_dump(demo))
    (tmp_path / "genomes").mkdir()
    with (tmp_path / "genomes.tsv").open("w") as table:
        for number in range(15):
            bases = "".join(random.Random(number).choices("ACGT", k=3_000))
            (tmp_path / "genomes" / f"g{number}.fa").write_text(f">c1\n{bases}\n")
            table.write(f"g{number}\td__Bacteria;p__P;c__C;o__O;f__F;g__G{number};s__G{number} a\n")
    monkeypatch.setenv("SOILBIO_REFERENCES", str(tmp_path / "references"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_examples_of_the_docs_run(documented):
    lines = [line for block in blocks("bash") for line in block.splitlines()]
    assert all(line.startswith("soilbio ") for line in lines)
    ran = 0
    for line in lines:
        words = shlex.split(line)[1:]
        if words[0] == "simulate":
            assert main([*words, "--pairs", "30", "--taxa", "20", "--strains", "4"]) == 0, line
            ran += 1
        elif words[:2] == ["reference", "build"]:
            assert main(words) == 0, line
            ran += 1
    assert ran >= 6
    assert (documented / "project" / "libraries.tsv").is_file()
    demo = documented / "demo-shotgun" / "reads"
    assert (demo / "MOCK_R1.fastq.gz").is_file()
    assert (demo / "MOCK-wgs_R2.fastq.gz").is_file()
    truth = (documented / "reads-wgs" / "truth-metagenomes.tsv").read_text().splitlines()
    assert {line.split("\t")[0] for line in truth[1:]} == {"mock-wgs"}
    left_out = (documented / "reads-wgs" / "left-out.txt").read_text().split()
    assert len(left_out) == 3
    known = dict(line.split("\t")[1::5] for line in truth[1:])
    assert {name for name, rank in known.items() if rank != "species"} <= set(left_out)


def test_metagenomes_alone_are_the_same_as_with_the_others(documented):
    words = ["simulate", "--genomes", "genomes", "--genome-lineages", "genomes.tsv"]
    words += ["--group", "soil=2", "--pairs", "50", "--out"]
    assert main([*words, "one"]) == 0
    assert main([*words, "two"]) == 0
    assert main([*words, "some", "--only", "soil-2-wgs"]) == 0
    assert contents(documented / "one") == contents(documented / "two")
    some = contents(documented / "some")
    assert [name for name in some if name.endswith(".gz")] == [
        "soil-2-wgs_R1.fastq.gz",
        "soil-2-wgs_R2.fastq.gz",
    ]
    for name in (name for name in some if name.endswith(".gz")):
        assert some[name] == (documented / "one" / name).read_bytes()


def test_the_defaults_of_metagenomes_in_the_docs_are_those_of_the_code():
    section = yaml.safe_load(blocks("yaml")[1])["metagenomes"]
    default = Metagenomes()
    for name in set(section) - {"genomes", "lineages", "libraries"}:
        assert section[name] == getattr(default, name), name
    made_up = MadeUp()
    for number in (made_up.genus_identity, made_up.strain_identity, made_up.min_gc):
        assert f"{number:g}" in DOCS
    for number in (made_up.min_length_bp, made_up.max_length_bp):
        assert f"({number:,})" in DOCS
    assert f"{made_up.core:.0%}".replace("%", " % (`core`)") in DOCS


def test_the_defaults_in_the_docs_are_those_of_the_code():
    written = yaml.safe_load(blocks("yaml")[0])
    bare = {"groups": {"soil": {}}, "mock": {}, "blank": {}}
    default = to_design(bare, "design", Path())
    design = to_design(written, "design", Path())
    for name in (
        "reference",
        "read_length_bp",
        "forward",
        "reverse",
        "region",
        "chimeras",
        "errors",
    ):
        assert getattr(design, name) == getattr(default, name), name
    for name in written["community"]:
        if name not in ("phyla", "other_phyla"):
            assert getattr(design.community, name) == getattr(default.community, name), name
    assert (design.blank.taxa, design.blank.carry_over) == (
        default.blank.taxa,
        default.blank.carry_over,
    )
    assert design.mock.members == default.mock.members
