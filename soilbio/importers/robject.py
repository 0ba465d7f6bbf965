"""Objects of R (.rds, .RData) as tables of text; R itself reads them."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BufferedIOBase
from pathlib import Path

from soilbio.errors import InputError, Problem, problem_of
from soilbio.standards import shipped

ENDS = (".rds", ".rdata", ".rda")
# How the file ends that is made of an otu_table: its features are in rows.
COUNTS = " (counts)"
_PACKED: dict[bytes, Callable[[Path], BufferedIOBase]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
# The package that classes are of, or the part that each such object has.
_PHYLOSEQ = (b"phyloseq", b"otu_table")
_BLOCK = 1 << 20
_MOST_BYTES = 4_000_000_000


def is_of_phyloseq(source: Path) -> bool:
    """Tell whether an object is one of phyloseq's, by the words in it: it is not run for that."""
    try:
        with source.open("rb") as handle:
            start = handle.read(8)
        how = (opener for mark, opener in _PACKED.items() if start.startswith(mark))
        with next(how, lambda path: path.open("rb"))(source) as handle:
            return _has_word(handle)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return False  # what is wrong with it, R says when it reads it


def _has_word(handle: BufferedIOBase) -> bool:
    end = b""
    for _ in range(_MOST_BYTES // _BLOCK):
        block = handle.read(_BLOCK)
        if any(word in end + block for word in _PHYLOSEQ):
            return True
        if not block:
            break
        end = block[-16:]
    return False


@contextmanager
def as_text(sources: Sequence[Path]) -> Iterator[list[Path]]:
    """Give files as they are, objects of R as the tables in them, while the block lasts.

    Raises
    ------
    InputError
        If R is not there, or an object holds no table.

    """
    with tempfile.TemporaryDirectory() as folder:
        texts: list[Path] = []
        made: dict[Path, Path] = {}
        for number, source in enumerate(sources):
            if source.name.lower().endswith(ENDS):
                own = _tables(source, Path(folder) / str(number))
                made |= dict.fromkeys(own, source)
                texts += own
            else:
                texts.append(source)
        try:
            yield texts
        except InputError as error:
            raise InputError([_renamed(one, made) for one in error.problems]) from error


def _renamed(problem: Problem, made: Mapping[Path, Path]) -> Problem:
    """Name the object of R, and the table in it, in the place of the files that we made of it."""
    texts = [problem.source, problem.found or "", problem.expected]
    for text, source in made.items():
        # The file is called after the object already: its folder and ending are ours.
        for name, own in ((str(text), f"{source.parent / text.stem}"), (text.name, text.stem)):
            texts = [one.replace(name, own) for one in texts]
    place, found, expected = texts
    return replace(
        problem,
        source=place,
        found=None if problem.found is None else found,
        expected=expected,
    )


def _called_after(source: Path, text: Path) -> Path:
    """Call a table after the object that it is of: messages and notes have its name."""
    what = re.sub(r"^\d_", "", text.stem)
    return text.rename(text.with_name(f"{source.name} ({what}){text.suffix}"))


def _tables(source: Path, target: Path) -> list[Path]:
    if not shutil.which("Rscript"):
        raise problem_of(
            "import-r-missing",
            str(source),
            expected="R, to read an object of R",
            fix="Install it (Debian: r-base-core; conda: r-base), or write the tables as text in R:"
            " write.table(seqtab, 'seqtab.tsv', sep='\\t', quote=FALSE)",
        )
    target.mkdir()
    script = shipped("workflow/scripts/write_r_object.R")
    done = subprocess.run(
        ["Rscript", "--vanilla", script, source.resolve(), target],
        capture_output=True,
        text=True,
        check=False,
    )
    tables = sorted(target.iterdir())
    if done.returncode and "no package Biostrings" in done.stderr:
        raise problem_of(
            "import-r-missing",
            str(source),
            expected="Bioconductor's Biostrings in R, since the object has sequences",
            fix="Install it (Debian: r-bioc-biostrings; conda: bioconductor-biostrings); or where"
            " it is, take them out: writeXStringSet(ps@refseq, 'refseq.fasta'); ps@refseq <- NULL;"
            " saveRDS(ps, 'ps.rds'); and name both files",
        )
    if done.returncode or not tables:
        said = [line for line in done.stderr.splitlines() if line.strip(" ") != "Execution halted"]
        told = " ".join(" ".join(said).split()) or "no table in it"
        raise problem_of(
            "import-r-object",
            str(source),
            found=told[:200],
            expected="a matrix of DADA2 (sequence table, taxa) or a phyloseq object",
            fix="Save the object itself with saveRDS, and name that file",
        )
    return [_called_after(source, text) for text in tables]
