from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from soilbio.errors import InputError
from soilbio.runner.progress import follow
from soilbio.runner.start import only_run, runs_here

# Says so and waits; nothing but a signal ends it in time.
WAITS = "import time; print('Error in rule here:', flush=True); time.sleep(60)"
# Starts another, ends after it as Snakemake does, and does not listen itself.
PARENT = (
    "import signal, subprocess, sys\n"
    "signal.signal(signal.SIGTERM, lambda *_: None)\n"
    f"sys.exit(subprocess.run([sys.executable, '-c', {WAITS!r}]).returncode)"
)


def heard_first(act):
    """Listen, and act once at the first word."""
    done = []

    def tell(text, is_passing):
        if not done:
            done.append(text)
            act()

    return tell


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_what_was_started_and_what_that_started(tmp_path, number):
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)]
    start = time.monotonic()
    command = [sys.executable, "-c", PARENT]
    act = heard_first(lambda: signal.raise_signal(number))
    with pytest.raises(KeyboardInterrupt), only_run(tmp_path) as lock:
        follow(command, tmp_path / "log", act, lock=lock)
    assert time.monotonic() - start < 20
    assert is_free(tmp_path)
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGHUP)] == before


def is_free(folder) -> bool:
    try:
        with only_run(folder):
            return True
    except InputError as error:
        return [problem.code for problem in error.problems] != ["run-locked"]


def test_a_cluster_s_jobs_are_left_to_snakemake_which_is_interrupted(tmp_path):
    # Its own processes are those with which it takes jobs back.
    command = [sys.executable, "-c", CLUSTER, str(tmp_path / "taken-back")]
    act = heard_first(lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(KeyboardInterrupt):
        follow(command, tmp_path / "log", act, has_jobs_here=False)
    assert (tmp_path / "taken-back").read_text() == "all"


CLUSTER = """
import subprocess, sys, time
try:
    print("Error in rule here:", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    take = "import sys, time; time.sleep(1); open(sys.argv[1], 'w').write('all')"
    subprocess.run([sys.executable, "-c", take, sys.argv[1]], check=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_who_has_a_signal_ignored_goes_on(tmp_path, number):
    before = signal.signal(number, signal.SIG_IGN)
    try:
        tell = heard_first(lambda: signal.raise_signal(number))
        command = [sys.executable, "-c", "print('Error in rule here:')"]
        assert follow(command, tmp_path / "log", tell) == 0
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)


def test_a_run_goes_on_where_nobody_listens_any_more(tmp_path):
    def gone(text, is_passing):
        raise BrokenPipeError

    command = [sys.executable, "-c", "print('Error in rule here:\\nmore')"]
    assert follow(command, tmp_path / "log", gone) == 0
    assert (tmp_path / "log").read_text() == "Error in rule here:\nmore\n"


def test_whatever_stops_the_front_ends_what_it_started(tmp_path):
    def fails(text, is_passing):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), only_run(tmp_path) as lock:
        follow([sys.executable, "-c", PARENT], tmp_path / "log", fails, lock=lock)
    assert is_free(tmp_path)


def test_the_folder_is_held_by_whatever_was_started_in_it(tmp_path):
    with only_run(tmp_path) as lock:
        # What is started through others holds it too, and finds nothing to read.
        words = "import sys, time; assert not sys.stdin.read(); print(flush=True); time.sleep(60)"
        words = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {words!r}])"
        child = subprocess.Popen(
            [sys.executable, "-c", words],
            stdin=lock,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        child.stdout.readline()
        assert not is_free(tmp_path)
    assert not is_free(tmp_path)
    child.kill()
    child.wait()
    child.stdout.close()
    assert not is_free(tmp_path)
    os.killpg(child.pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while not is_free(tmp_path):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("profile", "flags", "is_here"),
    [
        ("default", [], True),
        ("slurm", [], False),
        ("default", ["--executor", "lsf"], False),
        ("slurm", ["--executor=local"], True),
    ],
)
def test_where_the_jobs_of_a_run_are(profile, flags, is_here):
    assert runs_here(profile, flags) == is_here
