"""What the machine does to a tool is an error of the run; what reads do, a verdict on a library."""

from __future__ import annotations

import errno
import gzip
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.metadata import reads as metadata_reads
from soilbio.metadata.genome_files import Genome
from soilbio.profile import ssu
from soilbio.profile.clean import Account, Cleaned, Trimming, clean
from soilbio.profile.contaminants import Rule, remove, write_index
from soilbio.profile.prepare import Filters, Reads, prepare_filtered, prepare_unique
from soilbio.profile.quality import measure
from soilbio.profile.shotgun import kraken2
from soilbio.profile.tools import Pipe, ToolFailed, run_tool, streaming
from tests.unit.references.test_versions import kraken2 as database  # noqa: F401  a fixture

# How a tool may end that says nothing of what it read: the command in its place.
ENDS = {
    "killed": "kill -9 $$",
    "terminated": "kill -15 $$",
    "crashed": "kill -6 $$",
    "its-child-killed": "exit 137",
    "no-memory": "echo 'Fatal error: Unable to allocate enough memory.' >&2; exit 1",
    "no-memory-cpp": "echo 'what():  std::bad_alloc' >&2; exit 1",
    "no-library": "echo 'error while loading shared libraries: libz.so' >&2; exit 127",
    "no-threads": "echo 'Resource temporarily unavailable' >&2; exit 1",
    "disk-fails": "echo 'Input/output error' >&2; exit 1",
}
VERDICT = "echo 'Fatal error: Invalid line 3 in FASTQ file' >&2; exit 1"


@pytest.fixture
def pair(tmp_path) -> Reads:
    rng = random.Random(1)
    pieces = ["".join(rng.choices("ACGT", k=180)) for _ in range(50)]
    turned = str.maketrans("ACGT", "TGCA")
    for end, texts in enumerate(([p[:120] for p in pieces], [p[:-121:-1] for p in pieces]), 1):
        bases = texts if end == 1 else [text.translate(turned) for text in texts]
        records = "".join(f"@r{n}\n{text}\n+\n{'I' * 120}\n" for n, text in enumerate(bases))
        (tmp_path / f"{end}.fastq.gz").write_bytes(gzip.compress(records.encode(), mtime=0))
    return Reads("L", tmp_path / "1.fastq.gz", tmp_path / "2.fastq.gz")


def steps(pair: Reads, folder: Path) -> dict[str, object]:
    """What is done to a library, by the tools that do it."""
    single = Reads("L", pair.forward, None)
    two = Cleaned(folder / "c_1.fastq.gz", folder / "c_2.fastq.gz")
    one = Cleaned(folder / "c_1.fastq.gz", None)
    dada2 = [folder / "f_1.fastq.gz", folder / "f_2.fastq.gz"]
    left, report = folder / "u.fasta.gz", folder / "r.json"
    return {
        "vsearch": lambda: prepare_unique(pair, None, Filters(), left),
        "vsearch-single": lambda: prepare_unique(single, None, Filters(), left),
        "fastp": lambda: clean(pair, two, report, Trimming(50)),
        "fastp-quality": lambda: measure(pair.forward, pair.reverse, report),
        "python-dada2": lambda: prepare_filtered(pair, None, Filters(), dada2),
        "python-long": lambda: clean(single, one, report, Trimming(50, is_long=True)),
    }


def put_in_place(tool: str, command: str, folder: Path, monkeypatch) -> None:
    """Put a command where a tool would be found, or Python, which runs cutadapt."""
    stand_in = folder / "bin" / tool
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\n{command}\n")
    stand_in.chmod(0o755)
    if tool == "python":
        monkeypatch.setattr(sys, "executable", str(stand_in))
        words = (str(stand_in), "-m", "cutadapt")
        monkeypatch.setattr("soilbio.profile.prepare._CUTADAPT", words)
    else:
        monkeypatch.setenv("PATH", f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}")


STEPS = ("vsearch", "vsearch-single", "fastp", "fastp-quality", "python-dada2", "python-long")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("end", ENDS)
def test_what_the_machine_does_to_a_tool_is_no_verdict(tmp_path, monkeypatch, pair, step, end):
    put_in_place(step.partition("-")[0], ENDS[end], tmp_path, monkeypatch)
    with pytest.raises(InputError) as caught:
        steps(pair, tmp_path)[step]()
    assert [problem.code for problem in caught.value.problems] == ["tool-failed"]


@pytest.mark.parametrize("step", ["vsearch", "fastp", "fastp-quality"])
def test_a_tool_that_is_not_there_or_cannot_be_run_is_no_verdict(tmp_path, monkeypatch, pair, step):
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    for told in ("not on PATH", "cannot be started"):
        with pytest.raises(InputError, match=told) as caught:
            steps(pair, tmp_path)[step]()
        assert [problem.code for problem in caught.value.problems] == ["tool-failed"]
        (tmp_path / "none" / step.partition("-")[0]).write_bytes(b"\x7fELF is what it is not")
        (tmp_path / "none" / step.partition("-")[0]).chmod(0o755)


@pytest.mark.parametrize("step", ["vsearch", "fastp", "python-dada2", "python-long"])
def test_what_a_tool_says_of_the_reads_is_one(tmp_path, monkeypatch, pair, step):
    put_in_place(step.partition("-")[0], VERDICT, tmp_path, monkeypatch)
    left = steps(pair, tmp_path)[step]()
    assert left.status == "failed"
    assert "Invalid line 3" in left.status_reason


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOENT])
def test_files_that_cannot_be_read_now_are_no_verdict(tmp_path, monkeypatch, pair, code):
    def fails(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("isal.igzip.open", fails)
    with pytest.raises(InputError) as caught:
        metadata_reads.count_records(pair.forward)
    assert caught.value.problems[0].code in metadata_reads.UNREACHABLE
    with pytest.raises(InputError) as caught:
        steps(pair, tmp_path)["fastp"]()
    assert caught.value.problems[0].code in metadata_reads.UNREACHABLE
    put_in_place("vsearch", VERDICT, tmp_path, monkeypatch)
    with pytest.raises(InputError) as caught:
        steps(pair, tmp_path)["vsearch"]()
    assert caught.value.problems[0].code in metadata_reads.UNREACHABLE


@pytest.mark.parametrize("end", ["killed", "its-child-killed", "no-memory"])
@pytest.mark.parametrize("step", ["ssu", "remove", "kraken2"])
def test_profilers_that_are_killed_say_so(tmp_path, monkeypatch, pair, database, step, end):  # noqa: F811
    (tmp_path / "g.fa").write_text(">g\n" + "ACGTTGCA" * 100 + "\n")
    index = tmp_path / "short.mmi"
    write_index([Genome("g", tmp_path / "g.fa")], index, is_long=False, threads=1)
    reads = Cleaned(pair.forward, pair.reverse)
    put_in_place("kraken2" if step == "kraken2" else "minimap2", ENDS[end], tmp_path, monkeypatch)
    account = Account("L", reads_filtered=50)
    rule, target = Rule(0.5, 0.9), tmp_path / "out.tsv"
    do = {
        "ssu": lambda: ssu.profile(reads, index, index, 0.8, target),
        "remove": lambda: remove(account, reads, index, rule, is_long=False, threads=1),
        "kraken2": lambda: kraken2(reads, database, {}, target, threads=1),
    }
    with pytest.raises(InputError) as caught:
        do[step]()
    (problem,) = caught.value.problems
    assert problem.code == "tool-failed"
    assert problem.found.startswith("ended by signal 9") or end == "no-memory"
    assert not target.exists()


def test_in_a_pipe_the_killed_process_is_blamed_and_not_who_lost_it():
    pipe = Pipe()
    quiet = "import sys\ntry:\n    while True: print('x' * 9999)\nexcept OSError: sys.exit(1)"
    source = pipe.start([sys.executable, "-c", quiet])
    killed = pipe.start(["sh", "-c", "head -c 9 > /dev/null; kill -9 $$"], stdin=source)
    after = [sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit('no records')"]
    os.close(pipe.start(after, stdin=killed))
    with pytest.raises(ToolFailed) as caught:
        pipe.finish()
    assert (caught.value.code, caught.value.is_of_run) == (-signal.SIGKILL, True)


@pytest.mark.parametrize("code", [1, 2, 255, 128 + signal.SIGPIPE])
def test_codes_of_the_tools_own_are_not_taken_for_signals(code):
    with pytest.raises(ToolFailed) as caught:
        run_tool(["sh", "-c", f"echo bad reads >&2; exit {code}"])
    assert not caught.value.is_of_run


def test_output_that_cannot_be_read_is_the_failure_of_who_wrote_it():
    with (
        pytest.raises(ToolFailed, match="no memory") as caught,
        streaming(
            ["sh", "-c", "echo x; echo no memory >&2; exit 3"], stdin=subprocess.DEVNULL
        ) as run,
    ):
        int(run.stdout.readline())
    assert caught.value.code == 3
