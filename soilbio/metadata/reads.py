"""The first records of a FASTQ file, fast: one small block of each, whatever its size."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from soilbio.errors import InputError, problem_of

# No sequencer of short reads gives longer ones.
LONGEST_SHORT_BP = 600
# Enough for about a hundred records, little enough to read from thousands of files in seconds.
_BLOCK_BYTES = 24_000
# What is read in turn until there are records enough: the longest reads have some million bases.
_BLOCKS_BYTES = (_BLOCK_BYTES, 20 * _BLOCK_BYTES, 1000 * _BLOCK_BYTES)
_MAX_RECORDS = 150
# Of larger blocks so many, as long reads of thousands of files are held at once.
_FEW_RECORDS = 10
# Of a block that unpacks to far more than reads do, the rest is left.
_MOST_UNPACKED = 16
_UNPACKED_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_OTHER_PACKERS = {
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
# From quality 0 to 40, written from '@' on; newer ones are written from '!' on, seldom above 'J'.
_OLD_QUALITIES = bytes(range(ord("@"), ord("h") + 1))
_HIGHEST_NEW = ord("K")
_BASES = b"ACGTNRYSWKMBDHVacgtnryswkmbdhv."


# Records that tell a file from any other, unless it is a copy.
_TELLING = _FEW_RECORDS
# What is not the reads' fault: of a library nothing is known then.
UNREACHABLE = ("fastq-missing", "fastq-unreadable")


@dataclass(frozen=True, slots=True)
class FirstRecords:
    """Names (whole header lines without '@') and sequences of a file's first records."""

    names: tuple[str, ...]
    sequences: tuple[bytes, ...]
    qualities: tuple[bytes, ...] = ()

    def has_old_qualities(self) -> bool:
        """Tell whether the qualities can only be those of Illumina before 1.8, which begin at 64.

        Source: Cock et al. 2010, Nucleic Acids Research 38, 1767-1771.
        """
        text = b"".join(self.qualities)
        return not text.translate(None, _OLD_QUALITIES) and max(text, default=0) > _HIGHEST_NEW

    def lack_qualities(self) -> bool:
        """Tell whether each read has one quality throughout, as archives give it for none.

        SRA Lite has 30 for reads that passed the sequencer's filter, and 3 for others.
        """
        return all(text.count(text[:1]) == len(text) for text in self.qualities)

    def digest(self) -> bytes:
        """Give what tells the file's beginning from that of any other; empty without reads.

        Of so many records only that any block of a file has them, however it was compressed.
        """
        parts = (part[:_TELLING] for part in (self.sequences, self.qualities))
        text = b"\n".join(b"\n".join(part) for part in parts)
        names = "\n".join(self.names[:_TELLING]).encode()
        return hashlib.sha256(text + names).digest() if self.names else b""

    def length_bp(self) -> int:
        """Give the length that nine of ten reads do not exceed; 0 without reads.

        Adapter dimers and reads that were cut make medians too small.
        """
        lengths = sorted(len(sequence) for sequence in self.sequences)
        return lengths[(len(lengths) - 1) * 9 // 10] if lengths else 0

    def longest_bp(self) -> int:
        """Give the length of the longest read; 0 without reads."""
        return max(map(len, self.sequences), default=0)

    def are_long(self) -> bool:
        """Tell whether these are of a sequencer of long reads, which one read is enough for."""
        return self.longest_bp() > LONGEST_SHORT_BP


def read_ahead(path: Path) -> None:
    """Make the system fetch what `read_first` will read, from a remote disk say; tells nothing."""
    with suppress(OSError):
        # A pipe that nobody writes to would be waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            os.pread(handle, _BLOCK_BYTES, 0)
        finally:
            os.close(handle)


def read_first(path: Path) -> FirstRecords:
    """Read the first records of a FASTQ file, plain or gzip.

    Raises
    ------
    InputError
        With one problem, whose source is the path; a damage beyond the first block is not seen.

    """
    for size in _BLOCKS_BYTES:
        block, is_whole = _read_block(path, size)
        if path.suffix.lower() == ".gz":
            text, is_whole = _unpack(path, block, is_whole)
        else:
            _refuse_packed(path, block)
            text = block
        most = _MAX_RECORDS if size == _BLOCK_BYTES else _FEW_RECORDS
        records = _parse(path, text, is_whole, most)
        if is_whole or len(records.names) >= _FEW_RECORDS:
            return records
    if not records.names:
        raise format_fault(path, 1, f"no whole record in its first {len(text):,} bytes")
    return records


def _read_block(path: Path, size: int) -> tuple[bytes, bool]:
    """Read the first bytes; tell whether these are all."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise problem_of(
                "fastq-unreadable",
                str(path),
                found=path.name,
                expected="a file",
                fix="Name a FASTQ file; this is a folder, a pipe or a device",
            )
        with path.open("rb", buffering=0) as handle:
            block = handle.read(size)
    except OSError as error:
        raise _unreachable(path, error) from error
    return block or b"", len(block or b"") < size


def _unreachable(path: Path, error: OSError) -> InputError:
    """Say that the system does not give a file's bytes, whatever they are."""
    if isinstance(error, FileNotFoundError):
        return problem_of(
            "fastq-missing",
            str(path),
            found=path.name,
            expected="a FASTQ file that exists",
            fix=f"Correct the path; it was looked for at {path}",
        )
    return problem_of(
        "fastq-unreadable",
        str(path),
        found=path.name,
        expected="a file that can be read",
        fix=f"{error.strerror}: correct the path or its permissions",
    )


def _unpack(path: Path, block: bytes, is_whole: bool) -> tuple[bytes, bool]:
    """Unpack as much as the block holds; tell whether the text ends there."""
    from isal import isal_zlib

    if block[:2] != _GZIP:
        kind = next((name for magic, name in _OTHER_PACKERS.items() if block.startswith(magic)), "")
        what = (
            f"{kind} file" if kind else "plain text" if block[:1] in (b"@", b">") else "other data"
        )
        raise problem_of(
            "fastq-not-gzip",
            str(path),
            found=f"{path.name}: {what if block else 'nothing'}",
            expected="a gzip file, as the name says",
            fix="Compress it with gzip, or take '.gz' off its name if it is plain text",
        )
    unpacked = io.BytesIO()
    rest, is_ended, left = block, False, max(_MOST_UNPACKED * len(block), _UNPACKED_BYTES)
    try:
        while rest[:2] == _GZIP:
            member = isal_zlib.decompressobj(31)
            left -= unpacked.write(member.decompress(rest, left))
            if left <= 0:
                return unpacked.getvalue(), False
            is_ended, rest = member.eof, member.unused_data
    except isal_zlib.error as error:  # type: ignore[misc]
        if not unpacked.tell():
            raise _damaged(path, str(error)) from error
    if is_whole and not is_ended:
        raise truncated(path)
    return unpacked.getvalue(), is_whole


def truncated(path: Path) -> InputError:
    """Say that a gzip file ends too early."""
    return problem_of(
        "fastq-truncated",
        str(path),
        found=path.name,
        expected="a whole gzip file; this one ends in the middle",
        fix="Copy or download it again, and compare its size or checksum with the source",
    )


def _damaged(path: Path, what: str) -> InputError:
    return problem_of(
        "fastq-damaged",
        str(path),
        found=f"{path.name}: {what}",
        expected="a gzip file that can be unpacked",
        fix="Copy or download it again, and compare its size or checksum with the source",
    )


def _refuse_packed(path: Path, block: bytes) -> None:
    packers = {_GZIP: "gzip", **_OTHER_PACKERS}
    kind = next((name for magic, name in packers.items() if block.startswith(magic)), "")
    if kind:
        raise problem_of(
            "fastq-packed",
            str(path),
            found=f"{path.name}: {kind} file",
            expected="plain text, as the name says",
            fix="Add '.gz' to its name" if kind == "gzip" else "Unpack it, or compress with gzip",
        )


def _parse(path: Path, text: bytes, is_whole: bool, most: int) -> FirstRecords:
    """Take the first records that are whole; a broken one is an error unless the block cut it."""
    lines = text.replace(b"\r\n", b"\n").split(b"\n")
    # Behind the last line break is nothing; an empty line there is more than tools take.
    if not is_whole or not lines[-1]:
        lines.pop()
    names, sequences, qualities = [], [], []
    for number in range(0, len(lines), 4):
        record = lines[number : number + 4]
        if len(record) < 4 and not is_whole:
            break
        fault = _fault_of(record)
        if fault:
            raise format_fault(path, number + 1, fault)
        names.append(record[0][1:].decode("ascii", "replace"))
        sequences.append(record[1])
        qualities.append(record[3])
        if len(names) == most:
            break
    return FirstRecords(tuple(names), tuple(sequences), tuple(qualities))


def format_fault(path: Path, line: int | None, fault: str) -> InputError:
    """Say that a file is no FASTQ."""
    where = f", line {line}" if line else ""
    return problem_of(
        "fastq-format",
        str(path),
        found=f"{path.name}{where}: {fault}",
        expected="FASTQ records of four lines: @name, bases, +, qualities",
        fix="Give the reads as the sequencer wrote them; FASTA and other formats will not do",
    )


def _fault_of(record: list[bytes]) -> str:
    """Name what is wrong with the lines of a record; empty if nothing."""
    if record[0][:1] != b"@":
        begin = record[0][:20].decode("ascii", "replace")
        return f"begins with '{begin}', not with '@'" if record[0] else "an empty line"
    if len(record) < 4:
        return "ends in the middle of a record"
    if record[2][:1] != b"+":
        return "the third line of a record does not begin with '+'"
    if len(record[1]) != len(record[3]):
        return f"{len(record[1])} bases but {len(record[3])} qualities"
    return "letters that are no bases of DNA" if record[1].translate(None, _BASES) else ""


# The reverse reads of older kits are the third ones, behind those of the barcode.
_MATES = (("1", "2"), ("2", "1"), ("1", "3"), ("3", "1"))


def names_match(name: str, other: str) -> bool:
    """Tell whether two headers are of a pair: alike up to the first space, but for /1 and /2.

    A number behind a sign is that of the mate; the last digit of a longer one is another read's.
    """
    name, other = (name.split(None, 1) or [""])[0], (other.split(None, 1) or [""])[0]
    if name == other:
        return True
    ends = (name[-1:], other[-1:])
    return name[:-1] == other[:-1] and not name[-2:-1].isalnum() and ends in _MATES


def iterate_whole(path: Path) -> Iterator[str]:
    """Read all of a file, record by record, and give the names.

    Raises
    ------
    InputError
        At the first damage, with one problem whose source is the path.

    """
    import dnaio
    from isal import isal_zlib

    try:
        with dnaio.open(path, mode="r", fileformat="fastq", open_threads=0) as reader:
            for record in reader:
                yield record.name
    except (dnaio.FileFormatError, EOFError, isal_zlib.error, OSError) as error:  # type: ignore[misc]
        if isinstance(error, OSError) and error.errno:
            raise _unreachable(path, error) from error
        # A gzip that was damaged on its way unpacks to nonsense before it is seen to be damaged.
        check_packing(path)
        raise format_fault(path, None, str(error)) from error


def check_packing(path: Path) -> None:
    """Unpack a gzip file to its end; a file that is not named so is not looked at.

    Raises
    ------
    InputError
        If it is cut off or damaged, with one problem whose source is the path.

    """
    if path.suffix.lower() == ".gz":
        count_records(path)


def count_records(path: Path) -> float:
    """Count the records of a FASTQ file by its lines, a quarter each; gzip is unpacked to its end.

    Raises
    ------
    InputError
        If a gzip file is cut off or damaged, or a file cannot be read (a code of `UNREACHABLE`),
        with one problem whose source is the path.

    """
    from isal import igzip, isal_zlib

    lines, last = 0, b"\n"
    try:
        with igzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as handle:
            while block := handle.read(_UNPACKED_BYTES):
                lines += block.count(b"\n")
                last = block[-1:]
    except EOFError as error:
        raise truncated(path) from error
    except (isal_zlib.error, OSError) as error:  # type: ignore[misc]
        if isinstance(error, OSError) and error.errno:
            raise _unreachable(path, error) from error
        raise _damaged(path, str(error)) from error
    return (lines + (last != b"\n")) / 4
