"""taxpasta as a command: what it is given, and what it says, in words that tell what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from soilbio.errors import InputError, problem_of
from soilbio.importers.libraries import check_paths
from soilbio.importers.profiles import library_of, wrong
from soilbio.importers.shapes import check_centrifuge
from soilbio.importers.text import open_text

# Newer ones of pandera, which taxpasta 0.7 allows, are not for the pandas that it asks for.
_INSTALL = (
    "(pip install taxpasta 'pandera<0.19' in an environment of its own; conda: bioconda taxpasta)"
)
# Its messages are laid out for a screen, with the place in its own source at the right; behind the
# file's name stands the head of pandera's table, and the number of the first row in it.
_LAYOUT = re.compile(r"standardise\.py:\d+|CRITICAL|\s+")
_HEAD = re.compile(
    r"^schema_context\s+column\s+(?:check\s+)?(?:check_number\s+)?(?:\.\.\.\s+)?failure_case\s+index"
    r"\s+0\s+Column\s+"
)


def standardised(source: Path, profiler: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Let taxpasta read a profile; give libraries and the tables that it writes of them.

    Raises
    ------
    InputError
        If taxpasta is not there, does not start, or refuses the profile.

    """
    command = _command()
    if not command:
        raise _missing(source, profiler, "Install it")
    for place, (library, profile) in enumerate(_profiles(source, profiler, folder)):
        target = folder / f"{place}.tsv"
        done = subprocess.run(
            [command, "standardise", "--profiler", profiler, "--output", target, profile],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            _check_starts(source, profiler, command)
            raise _refusal(source, profiler, done.stdout + done.stderr)
        yield library, target


def _missing(source: Path, profiler: str, mend: str, found: str | None = None) -> InputError:
    own = _beside()
    return problem_of(
        "import-taxpasta-missing",
        str(source),
        found=found,
        expected=f"the command taxpasta, which reads this profiler, on the path or as {own}",
        fix=f"{mend} {_INSTALL}, or run `taxpasta standardise -p {profiler}` elsewhere and import"
        " what it writes",
    )


def _check_starts(source: Path, profiler: str, command: str) -> None:
    """Tell a taxpasta that cannot start from one that refuses a profile; the last line says why."""
    done = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stdout + done.stderr).strip().rpartition("\n")[2].strip()
        found = f"{command}, which does not start: {reason[:200]}"
        raise _missing(source, profiler, "Install it anew", found)


def _command() -> str | None:
    """Find taxpasta: on the path, or in an environment of its own beside ours."""
    own = _beside()
    return shutil.which("taxpasta") or (str(own) if own.exists() else None)


def _beside() -> Path:
    return Path(sys.prefix) / "taxpasta" / "bin" / "taxpasta"


def _refusal(source: Path, profiler: str, said: str) -> InputError:
    reason = " ".join(_LAYOUT.sub(" ", said).split()).rpartition("'. ")[2]
    return problem_of(
        "import-profile",
        str(source),
        found=_HEAD.sub("", reason)[:200],
        expected=f"a profile of {profiler} as taxpasta reads it, one library a file",
        fix="This is taxpasta's own message: look at the column that it names. Name files of this"
        " profiler only, as it writes them, or import a table of counts as `table`",
    )


def _profiles(source: Path, profiler: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the libraries of a file and the profile of each, in the form that taxpasta reads."""
    if profiler == "kaiju":
        yield from _of_kaiju(source, folder)
    elif profiler == "centrifuge":
        with open_text(source) as handle:
            check_centrifuge(handle.readline().rstrip().split("\t"), str(source))
        yield library_of(source), source
    elif profiler == "megan6":
        yield library_of(source), _of_megan(source, folder)
    else:
        yield library_of(source), source


def _of_kaiju(source: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Part a table of several libraries (`kaiju2table … a.out b.out`), as its first column says."""
    with open_text(source) as handle:
        header, *lines = handle.readlines() or [""]
    parts: dict[str, list[str]] = {}
    rows: dict[str, int] = {}
    for number, line in enumerate(lines, start=2):
        name = line.partition("\t")[0]
        parts.setdefault(name, []).append(line)
        rows.setdefault(name, number)
    if len(parts) < 2 or not header.startswith("file\t"):
        yield library_of(source), source
        return
    named = ((row, library_of(Path(name)), name) for name, row in rows.items())
    check_paths(source, "file", named)
    for place, (name, own) in enumerate(parts.items()):
        path = folder / f"{place}.kaiju"
        path.write_text("".join([header, *own]), encoding="utf-8")
        yield library_of(Path(name)), path


def _of_megan(source: Path, folder: Path) -> Path:
    """Write reads with decimals, as taxpasta wants them, and what MEGAN could not assign under 0.

    MEGAN numbers that -1 (no hits), -2 (not assigned) and -3 (low complexity).
    """
    counted: dict[int, float] = {}
    with open_text(source) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.split()
            if not cells or line.startswith("#"):
                continue
            try:
                taxid, reads = int(cells[0]), float(cells[1])
            except (IndexError, ValueError) as error:
                raise wrong(source, number, line.strip(), "a taxon's number, and reads") from error
            own = max(taxid, 0)
            counted[own] = counted.get(own, 0.0) + reads
    path = folder / "megan.txt"
    path.write_text("".join(f"{taxid}\t{reads}\n" for taxid, reads in counted.items()))
    return path
