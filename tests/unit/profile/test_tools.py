from __future__ import annotations

import os
import subprocess
import sys

import pytest

from soilbio.profile.tools import Pipe, ToolFailed, last_words, run_tool, tool_version

COPY = "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"


def read_all(end: int) -> bytes:
    with os.fdopen(end, "rb") as stream:
        return stream.read()


def test_a_failing_tool_tells_its_last_words():
    with pytest.raises(ToolFailed) as caught:
        run_tool([sys.executable, "-c", "import sys; sys.exit('no such thing')"])
    assert caught.value.said == "no such thing"


def test_a_tool_that_is_not_there_is_named():
    with pytest.raises(ToolFailed) as caught:
        run_tool(["no-such-tool-anywhere"])
    assert caught.value.tool == "no-such-tool-anywhere"
    assert tool_version(["no-such-tool-anywhere", "--version"]) == "unknown"


def test_the_failed_process_is_blamed_not_the_one_that_lost_its_reader():
    pipe = Pipe()
    flood = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    source = pipe.start([sys.executable, "-c", flood])
    end = pipe.start([sys.executable, "-c", "import sys; sys.exit('full')"], stdin=source)
    read_all(end)
    with pytest.raises(ToolFailed) as caught:
        pipe.finish()
    assert caught.value.said == "full"


def test_uneven_writing_and_reading_of_two_streams_ends():
    """One side writes all of the first stream before the second; the other reads them by turns."""
    pipe = Pipe()
    write_1, read_1 = pipe.buffered_pipe()
    write_2, read_2 = pipe.buffered_pipe()
    sender = (
        f"import os\nfor fd in ({write_1}, {write_2}):\n"
        "    with os.fdopen(fd, 'wb') as end: end.write(b'x' * 3_000_000)"
    )
    receiver = (
        f"import os\na, b = os.fdopen({read_1}, 'rb'), os.fdopen({read_2}, 'rb')\n"
        "n = 0\nwhile True:\n    one, two = a.read(10_000), b.read(10_000)\n"
        "    n += len(one) + len(two)\n    if not one and not two: break\nprint(n)"
    )
    os.close(pipe.start([sys.executable, "-c", sender], ends=[write_1, write_2]))
    end = pipe.start([sys.executable, "-c", receiver], ends=[read_1, read_2])
    assert read_all(end) == b"6000000\n"
    pipe.finish()


def test_the_version_of_a_tool_is_its_own():
    assert tool_version(["vsearch", "--version"]).startswith("2.")


def test_a_tool_that_is_asked_for_its_version_does_not_wait_for_our_input():
    """As FastTree does without arguments, where standard input is a pipe that stays open."""
    question = "from soilbio.profile.tools import tool_version; print(tool_version(['cat']))"
    process = subprocess.Popen(
        [sys.executable, "-c", question], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.wait(timeout=30) == 0
        assert process.stdout.read() == "unknown\n"
    finally:
        process.kill()
        process.stdin.close()
        process.stdout.close()


def test_last_words_hold_nothing_that_moves_a_cursor():
    said = "\x1b[31mloading\x1b[0m\r\x1b[K\r\x1b[KERROR: no\x07 such\x08 file\n\x1b[2J\x1b[1;1H"
    assert last_words(said) == "loading / ERROR: no such file"
