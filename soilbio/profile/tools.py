"""Run command-line tools and pipes of them; a failing tool tells its own last words."""

from __future__ import annotations

import errno
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeVar

from soilbio.errors import InputError, disk_full, problem_of

# Small enough that the allocator keeps it, instead of asking the system for every block.
_BLOCK = 1 << 16
_LAST_LINES = 3
# What died is seen as dead after its pipe is seen as closed.
_PATIENCE_S = 2.0
# Colours, and what clears a line (ECMA-48); other signs that print nothing, but for ends of lines.
_FOR_TERMINALS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.?|[\x00-\x08\x0e-\x1a\x7f]")
# Exit codes of shells: what cannot be run, what is not found; signals are told from 128 on.
_NOT_STARTED, _SHELLS_SIGNAL = (126, 127), 128
# What tools say where the machine, not their input, is to blame: of the system, of libraries.
_OF_RUN = (
    *(
        os.strerror(code)
        for code in (
            *(errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE),
            *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTCONN, errno.ENOTDIR),
        )
    ),
    *("out of memory", "MemoryError", "bad_alloc", "bad alloc", "unable to allocate"),
    *("failed to allocate", "could not allocate", "start new thread", "No module named"),
    *("error while loading shared libraries", "command not found"),
)
Drained = TypeVar("Drained")


class ToolFailed(Exception):  # noqa: N818  a verdict about a process
    """A tool ended with an error; carries its name, what it last said, and its exit code.

    A negative code is the signal that ended it; 126 and 127 are of what could not be started; with
    0 it ended well, and what it wrote is not whole.
    """

    def __init__(self, tool: str, said: str, code: int | None = None) -> None:
        self.tool, self.code = Path(tool).name, code
        number = _signal_of(code)
        if number:
            name = signal.strsignal(number) or "unknown"
            said = f"ended by signal {number} ({name}){f': {said}' if said else ''}"
        self.said = said or f"exit code {code}"
        super().__init__(f"{tool} failed: {self.said}")

    @property
    def is_disk_full(self) -> bool:
        """Whether the tool found no room to write, on the disk or in the user's share of it."""
        return any(os.strerror(code) in self.said for code in (errno.ENOSPC, errno.EDQUOT))

    @property
    def has_lost_reader(self) -> bool:
        """Whether it ended since nobody read what it wrote: another one is to blame."""
        is_told = any(word in self.said for word in ("Broken pipe", "BrokenPipe"))
        return is_told or _signal_of(self.code) == signal.SIGPIPE

    @property
    def is_of_run(self) -> bool:
        """Whether the machine is to blame, and not what the tool was given to read.

        No room, no memory, a file or disk that cannot be read, a tool that is not there, or one
        that was killed or crashed: on another machine, or the next time, the same reads may do.
        """
        if self.is_disk_full or self.code in (0, *_NOT_STARTED):
            return True
        if (number := _signal_of(self.code)) and number != signal.SIGPIPE:
            return True
        said = self.said.casefold()
        return any(word.casefold() in said for word in _OF_RUN)

    def as_input_error(self, source: str) -> InputError:
        """Tell the user, with the place the tool was working on."""
        if self.is_disk_full:
            return disk_full(source)
        fix = "See the message; if it does not help, run again with the files that it names"
        if self.code in _NOT_STARTED:
            fix = "Install it, on a cluster on every node, or activate the environment that has it"
        elif self.is_of_run:
            fix = (
                "Start again: finished work stays. What the system kills mostly wants for memory"
                " (more: --set-resources RULE:mem_mb=…); if the same reads end it each time, take"
                " their library out of the sheet"
            )
        return problem_of(
            "tool-failed", source, found=self.said, expected=f"{self.tool} to finish", fix=fix
        )

    @classmethod
    def to_start(cls, command: str, error: OSError) -> ToolFailed:
        """Say that a tool could not even be started."""
        if isinstance(error, FileNotFoundError):
            return cls(command, f"the command '{command}' is not on PATH", _NOT_STARTED[1])
        return cls(command, f"{command} cannot be started: {error.strerror}", _NOT_STARTED[0])


def _signal_of(code: int | None) -> int:
    """Give the signal that ended a process, or what a shell started for it; 0 for none."""
    if code is None:
        return 0
    number = -code if code < 0 else code - _SHELLS_SIGNAL
    return number if 0 < number < signal.NSIG else 0


def last_words(text: str) -> str:
    """Shorten what a tool wrote to its last lines, on one line, without what moves a cursor."""
    plain = _FOR_TERMINALS.sub("", text)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    return " / ".join(lines[-_LAST_LINES:])[-600:]


def _environment() -> dict[str, str]:
    """Let commands that were installed beside this Python be found, after those on PATH."""
    own = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": os.pathsep.join((os.environ.get("PATH", ""), own))}


def run_tool(command: Sequence[str | Path], *, stdin: bytes | None = None) -> str:
    """Run one command to its end and return what it wrote on standard error.

    Raises
    ------
    ToolFailed
        If it ends with an exit code other than 0.

    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=stdin or b"", capture_output=True, check=False, env=_environment()
        )
    except OSError as error:
        raise ToolFailed.to_start(_called(words), error) from error
    said = done.stderr.decode(errors="replace")
    if done.returncode:
        raise ToolFailed(_called(words), last_words(said), done.returncode)
    return said


def _called(words: Sequence[str]) -> str:
    """Name what a command runs: of `python -m cutadapt` the module."""
    return words[2] if words[1:2] == ["-m"] else words[0]


def run_tool_into(
    command: Sequence[str | Path], target: Path, *, feed: Callable[[IO[bytes]], None] | None = None
) -> str:
    """Run one command to its end and write what comes out of it to a file.

    `feed` writes what the command reads. Returns what it wrote on standard error.

    For tools that do not notice when their own writing fails: vsearch ends well on a full disk,
    and what it could not write is missing.

    Raises
    ------
    ToolFailed
        If it ends with an exit code other than 0.
    OSError
        If the file cannot be written.

    """

    def copy(source: int) -> None:
        with os.fdopen(source, "rb") as stream, target.open("wb") as handle:
            shutil.copyfileobj(stream, handle, _BLOCK)

    return drain_tool(command, copy, feed=feed)[1]


def drain_tool(
    command: Sequence[str | Path],
    drain: Callable[[int], Drained],
    *,
    feed: Callable[[IO[bytes]], None] | None = None,
) -> tuple[Drained, str]:
    """Run one command to its end, with `drain` at the end of its pipe, which it closes.

    Returns what `drain` gave, and what the command wrote on standard error; raises as
    `run_tool_into` does.
    """
    pipe = Pipe()
    reading, writing = os.pipe() if feed else (None, None)
    try:
        source = pipe.start(command, stdin=reading)
    except ToolFailed:
        if writing is not None:
            os.close(writing)
        raise
    with ThreadPoolExecutor(max_workers=1) as thread:
        fed = thread.submit(_feed, feed, writing) if feed else None
        try:
            drained = drain(source)
        except OSError:
            with suppress(ToolFailed):  # it lost its reader
                pipe.finish()
            raise
    said = pipe.finish()[0]
    if fed:
        fed.result()
    return drained, said


def _feed(feed: Callable[[IO[bytes]], None], end: int | None) -> None:
    with suppress(BrokenPipeError), os.fdopen(end, "wb") as sink:  # type: ignore[arg-type]
        feed(sink)  # who ended before says so itself


@contextmanager
def streaming(command: Sequence[str | Path], *, stdin: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run one command whose output is read while it runs.

    Raises
    ------
    ToolFailed
        If there is none, if it ends with an exit code other than 0, or if what it wrote could not
        be read (an OSError or ValueError below), for which it may be to blame itself.

    """
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as said:

        def failure(code: int, why: str = "") -> ToolFailed:
            said.seek(0)
            last = last_words(said.read().decode(errors="replace"))
            return ToolFailed(_called(words), last or why, code)

        try:
            process = subprocess.Popen(
                words, stdin=stdin, stdout=subprocess.PIPE, stderr=said, env=_environment()
            )
        except OSError as error:
            raise ToolFailed.to_start(_called(words), error) from error
        with process:
            try:
                yield process
            except (OSError, ValueError) as error:
                raise failure(_ended(process), str(error)) from error
            except BaseException:
                process.kill()
                raise
            if code := process.wait():
                raise failure(code)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Give the exit code of a process that is no longer read: 1, if it went on all the same."""
    try:
        return process.wait(_PATIENCE_S) or 1
    except subprocess.TimeoutExpired:
        process.kill()
        return 1


def tool_version(command: Sequence[str]) -> str:
    """Ask a tool for its version; the first dotted number it prints, or `unknown`."""
    if shutil.which(command[0]) is None:
        return "unknown"
    # Asked nothing, some read what there is to read; on a cluster that may be an open pipe.
    done = subprocess.run(list(command), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    found = re.search(rb"\d+(?:\.\d+)+", done.stderr + done.stdout)
    return found.group().decode() if found else "unknown"


class Pipe:
    """Several processes that feed each other; all their standard errors are kept.

    Two streams of a pair may be read unevenly by the receiver, and a sender that waits on one of
    them would wait for ever; so `buffered_pipe` puts a buffer without limit between them. It holds
    what one side is ahead, a few blocks.
    """

    def __init__(self) -> None:
        self._running: list[tuple[str, subprocess.Popen[bytes], list[bytes]]] = []
        self._threads: list[threading.Thread] = []

    def buffered_pipe(self) -> tuple[int, int]:
        """Make a pipe with a buffer inside; return the end to write to and the end to read from."""
        sender_reads, sender_writes = os.pipe()
        receiver_reads, receiver_writes = os.pipe()
        blocks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._thread(_fill, sender_reads, blocks)
        self._thread(_drain, blocks, receiver_writes)
        return sender_writes, receiver_reads

    def start(
        self,
        command: Sequence[str | Path],
        *,
        stdin: int | None = None,
        ends: Sequence[int] = (),
    ) -> int:
        """Start one process and return the end to read its standard output from.

        `stdin` and `ends` (pipe ends that the command names as `/dev/fd/N`) become the process's
        own: our copies are closed, so that a writer notices when its reader is gone.

        Raises
        ------
        ToolFailed
            If there is no such command.

        """
        words = [str(word) for word in command]
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=tuple(ends),
                env=_environment(),
            )
        except OSError as error:
            for _, running, _ in self._running:  # nobody will read what they write
                running.kill()
                running.wait()
            raise ToolFailed.to_start(_called(words), error) from error
        finally:
            for end in (*ends, *(() if stdin is None else (stdin,))):
                os.close(end)
        said: list[bytes] = []
        self._running.append((_called(words), process, said))
        self._thread(_listen, process.stderr, said)
        assert process.stdout is not None  # noqa: S101  it was started with a pipe
        output = os.dup(process.stdout.fileno())
        process.stdout.close()
        return output

    def finish(self) -> list[str]:
        """Wait for all; return what each wrote on standard error, in the order of starting.

        Raises
        ------
        ToolFailed
            For one that was killed or could not work here, if there is one, for it makes others
            fail; else for the first that failed by itself. Those that only lost their reader come
            after the one that is to blame.

        """
        for thread in self._threads:
            thread.join()
        failed = []
        for tool, process, said in self._running:
            code = process.wait()
            if code:
                text = b"".join(said).decode(errors="replace")
                failed.append(ToolFailed(tool, last_words(text), code))
        if failed:
            blamed = [failure for failure in failed if not failure.has_lost_reader]
            of_run = [failure for failure in blamed if failure.is_of_run]
            raise (of_run or blamed or failed)[0]
        return [b"".join(said).decode(errors="replace") for _, _, said in self._running]

    def _thread(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)


def _fill(source: int, blocks: queue.SimpleQueue[bytes]) -> None:
    with os.fdopen(source, "rb", buffering=0) as handle:
        while block := handle.read(_BLOCK):
            blocks.put(block)
    blocks.put(b"")


def _drain(blocks: queue.SimpleQueue[bytes], target: int) -> None:
    is_open = True
    while block := blocks.get():
        view = memoryview(block)
        while is_open and view:
            try:
                view = view[os.write(target, view) :]
            except OSError as error:  # the receiver is gone; go on so that the sender can end
                if error.errno != errno.EPIPE:
                    raise
                is_open = False
    os.close(target)


def _listen(handle: object, said: list[bytes]) -> None:
    with handle as stream:  # type: ignore[attr-defined]
        said.extend(stream)
