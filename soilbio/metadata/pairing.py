"""Which FASTQ files of a folder belong together, by the names that sequencers and archives give."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from unicodedata import combining, normalize

from soilbio.metadata.reads import FirstRecords, names_match

ENDINGS = (".fastq.gz", ".fq.gz", ".fastq", ".fq")
# Words that say which end the reads are of, with the end.
_ENDS = {"1": "1", "r1": "1", "f": "1", "fwd": "1", "forward": "1"}
_ENDS |= {"2": "2", "r2": "2", "r": "2", "rev": "2", "reverse": "2"}
_LETTERS = "(?i:r[12]|f|r|fwd|rev|forward|reverse)"
# A sample's name; what a sequencer adds to it (the number in the sheet, or a barcode's); the lane.
_PATTERNS = (
    r"(?P<sample>.+)_(?P<index>[^_]+)_(?P<lane>L\d{3})_R(?P<end>[12])(?:_\d{3})?",
    r"(?P<sample>.+)_(?P<index>S\d+)_R(?P<end>[12])(?:_\d{3})?",
    r"(?P<sample>.+?)[._-]R(?P<end>[12])(?:_\d{3})?",
    rf"(?P<sample>.+?)[._-](?P<end>[12]|{_LETTERS})",
    rf"(?P<end>{_LETTERS})[._-](?P<sample>.+)",
    r"(?P<sample>.+?)[._-](?P<end>[12]|(?i:r[12]))(?P<rest>[._-].+)",
    # Trimmomatic's, whose 1U and 2U lost their mates.
    r"(?P<sample>.+)[._-](?P<end>[12])P",
)
# What programs that trim and filter add to a name; Trim Galore numbers the ends once more.
_DONE = re.compile(
    r"([._-](clean(ed)?|trim(med)?|filt(ered)?|qc|paired|cutadapt|fastp|no_?primers?|val_[12]))+$",
    re.IGNORECASE,
)
# Words of programs for reads of pairs that lost their mates, or became one read.
_WORDS = "unpaired|orphans?|singles?|singletons?|unmatched|merged|joined|(un)?assembled|discarded"
_BESIDE = re.compile(rf"[._-]({_WORDS}|extendedfrags|notcombined)(?=[._-]|$)", re.IGNORECASE)
_BESIDE_FOLDER = re.compile(_WORDS, re.IGNORECASE)
_BESIDE_NUMBER = re.compile(r"[._-][12]U$")
_OF_PAIRS = re.compile(r"[._-]paired(?=[._-]|$)", re.IGNORECASE)
# Ends that number nothing else; any other may be a replicate's, or a word of the sample's name.
_SURE = re.compile(r".*[._-](R[12](_\d{3})?|(?i:forward|reverse))")
_NOT_READS = re.compile(r"Undetermined_.*|.*_I[12](_\d{3})?")
_CONTROLS = {
    "mock": ("mock", "zymo", "zymobiomics", "positive", "posctrl", "pos"),
    "pcr_blank": ("ntc", "pcrblank", "pcrneg"),
    "field_blank": ("fieldblank",),
    "extraction_blank": ("blank", "blk", "neg", "negative", "negctrl", "ebc", "water", "extblank"),
}
# Beside these words alone water is that of a laboratory.
_OF_WATER = frozenset(
    {"water", "control", "ctrl", "neg", "negative", "blank", "pcr", "dna", "ext", "extraction"}
    | {"kit", "milli", "nuclease", "free", "sterile", "run", "rep", "plate", "sample"}
)


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A FASTQ file and what its name says; `end` is empty where it says nothing of ends."""

    path: Path
    sample: str
    index: str
    lane: str
    end: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The files of one library; `second` is None for single reads."""

    sample: str
    suffix: str
    first: Path
    second: Path | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs and single files, in order of their names; files left over, and files left out.

    `left_out` are index reads and reads of no sample, `beside` what programs wrote beside a pair:
    its reads that lost their mates, or that were merged.
    """

    pairs: tuple[Pair, ...]
    unpaired: tuple[Path, ...]
    left_out: tuple[Path, ...]
    beside: tuple[Path, ...] = ()


def pair_files(paths: Iterable[Path], first_records: dict[Path, FirstRecords]) -> Pairing:
    """Pair the FASTQ files of a project.

    Parameters
    ----------
    paths : iterable of Path
        All FASTQ files.
    first_records : mapping of Path to FirstRecords
        Where the names differ only in what may as well tell samples apart (`_1` and `_2`, `_F` and
        `_R`), the names of the reads decide. Files without an entry are taken at their name.

    """
    listed = sorted(paths)
    left_out = tuple(path for path in listed if _NOT_READS.fullmatch(_stem(path)))
    files = [path for path in listed if path not in left_out]
    lost = _lost(files, first_records)
    pairs, unpaired, others = _grouped([path for path in files if path not in lost], first_records)
    if not any(pair.second for pair in pairs) and all(_named(p).end == "1" for p in unpaired):
        # Forward reads only, all through: single-end libraries.
        pairs.extend(_pair(_named(path), path, None) for path in unpaired)
        unpaired = []
    ordered = tuple(sorted(pairs, key=lambda pair: pair.first))
    return Pairing(ordered, tuple(sorted(unpaired)), left_out, tuple(sorted([*lost, *others])))


def _grouped(
    paths: Iterable[Path], records: dict[Path, FirstRecords]
) -> tuple[list[Pair], list[Path], list[Path]]:
    """Pair files; give what is left over, and what has no end beside a pair of the same name.

    The latter is what archives add to a pair (`SRR1.fastq.gz`): reads without mates.
    """
    groups: defaultdict[tuple[str, ...], list[NamedFile]] = defaultdict(list)
    for file in _with_index([_named(path) for path in paths]):
        groups[(str(file.path.parent), file.sample, file.index, file.lane)].append(file)
    pairs: list[Pair] = []
    unpaired: list[Path] = []
    for group in groups.values():
        ends = {file.end: file.path for file in group if file.end}
        whole = ends.keys() == {"1", "2"} and sum(bool(file.end) for file in group) == 2
        if whole and _belong(ends["1"], ends["2"], records):
            pairs.append(_pair(group[0], ends["1"], ends["2"]))
        elif all(not file.end or _is_bare(file) for file in group):
            pairs.extend(_single(file) for file in group)
        else:
            unpaired.extend(file.path for file in group)
    whole_ones = {(pair.first.parent, pair.sample) for pair in pairs if pair.second}
    # A number may be an end of one sample, and the last word of another's name.
    names: list[tuple[Path, tuple[str, ...]]] = [
        (pair.first, (pair.sample, _undone(pair.first))) for pair in pairs if not pair.second
    ]
    names += [
        (file.path, (file.sample,)) for group in groups.values() for file in group if not file.end
    ]
    beside = {
        path for path, told in names if any((path.parent, name) in whole_ones for name in told)
    }
    return [pair for pair in pairs if pair.first not in beside], unpaired, sorted(beside)


def _lost(files: list[Path], records: dict[Path, FirstRecords]) -> set[Path]:
    """Find what its name says is of a pair that is there, but no pair itself."""
    told = {path: sample for path in files if (sample := _beside(path))}
    if not told:
        return set()
    whole = [
        pair for pair in _grouped([p for p in files if p not in told], records)[0] if pair.second
    ]
    samples = {_OF_PAIRS.sub("", pair.sample) for pair in whole}
    proven = {
        path
        for pair in _grouped(told, records)[0]
        if pair.second and _match(pair.first, pair.second, records)
        for path in (pair.first, pair.second)
    }
    return {path for path, sample in told.items() if sample in samples} - proven


def _beside(path: Path) -> str:
    """Name the sample of a file whose name, or folder, says it is of reads beside a pair."""
    stem = _undone(path)
    plain = _BESIDE_NUMBER.sub("", _BESIDE.sub("", stem))
    if plain != stem or _BESIDE_FOLDER.fullmatch(path.parent.name):
        found = _parse(path, plain)
        return _OF_PAIRS.sub("", found.sample if found else plain)
    return ""


def guess_control(sample: str) -> str:
    """Guess the kind of control from a sample's name; empty for a soil."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", sample)]
    joined = {*words, *("".join(pair) for pair in pairwise(words))}
    if not {word for word in words if len(word) > 2} <= _OF_WATER:
        joined.discard("water")  # a meadow's
    for control_type, names in _CONTROLS.items():
        if joined & set(names):
            return control_type
    return ""


def to_id(name: str) -> str:
    """Make a valid id of a name: letters lose their marks, what else must not be becomes '_'."""
    plain = "".join(c for c in normalize("NFKD", name) if not combining(c))
    cleaned = re.sub(r"[^A-Za-z0-9._-]", "_", plain)[:90]
    return cleaned if cleaned[:1].isalnum() else f"S{cleaned}"


def fastq_below(folder: Path) -> list[Path]:
    """List the files with names of reads in a folder and below, also where links lead.

    Each folder is looked at once, by its own name rather than by that of a link, which may lead
    back to where it lies.
    """
    found: list[Path] = []
    seen: set[str] = set()
    waiting = [folder]
    for top in waiting:
        for place, folders, names in os.walk(top):
            real = os.path.realpath(place)
            if real in seen:
                folders.clear()
                continue
            seen.add(real)
            found += [Path(place, name) for name in names if is_fastq(Path(name))]
            below = [Path(place, name) for name in sorted(folders)]
            waiting += [path for path in below if path.is_symlink()]
    return sorted(found)


def is_fastq(path: Path) -> bool:
    """Tell whether a file has the name of one with reads, in small or capital letters.

    Hidden files are none: macOS leaves `._A_R1.fastq.gz` beside each file on other disks.
    """
    return path.name.lower().endswith(ENDINGS) and not path.name.startswith(".")


def _stem(path: Path) -> str:
    ending = next((end for end in ENDINGS if path.name.lower().endswith(end)), "")
    return path.name[: len(path.name) - len(ending)]


def _undone(path: Path) -> str:
    """Give the name as the sequencer wrote it, where programs added what they did."""
    stem = _stem(path)
    added = _DONE.search(stem)
    return stem[: added.start()] if added and added.start() else stem


def _named(path: Path) -> NamedFile:
    return _parse(path, _undone(path)) or NamedFile(path, _stem(path), "", "", "")


def _parse(path: Path, stem: str) -> NamedFile | None:
    for pattern in _PATTERNS:
        match = re.fullmatch(pattern, stem)
        if match:
            parts = {"index": "", "lane": "", "rest": "", **match.groupdict()}
            sample, end = parts["sample"] + parts["rest"], _ENDS[parts["end"].lower()]
            return NamedFile(path, sample, parts["index"], parts["lane"], end)
    return None


def _with_index(files: list[NamedFile]) -> list[NamedFile]:
    """Drop the sequencer's number from names, unless it alone tells files apart.

    Some demultiplexers number the two files of a pair differently.
    """
    seen: defaultdict[tuple[str, ...], list[NamedFile]] = defaultdict(list)
    for file in files:
        seen[(str(file.path.parent), file.sample, file.lane, file.end)].append(file)
    several = {(key[0], key[1], key[2]) for key, group in seen.items() if len(group) > 1}
    return [
        file
        if (str(file.path.parent), file.sample, file.lane) in several
        else NamedFile(file.path, file.sample, "", file.lane, file.end)
        for file in files
    ]


def _is_bare(file: NamedFile) -> bool:
    """Tell whether what looks like an end may as well be part of a sample's name."""
    return _SURE.fullmatch(_undone(file.path)) is None


def _belong(first: Path, second: Path, records: dict[Path, FirstRecords]) -> bool:
    """Tell whether files whose names fit are a pair; only bare ends need a proof."""
    is_sure = not _is_bare(_named(first)) or first not in records or second not in records
    return is_sure or _match(first, second, records) is not False


def _match(first: Path, second: Path, records: dict[Path, FirstRecords]) -> bool | None:
    """Tell whether the first reads of two files are one fragment's; None if there are none."""
    both = [records[path].names for path in (first, second) if path in records]
    if len(both) < 2 or not all(both):
        return None
    return names_match(both[0][0], both[1][0])


def _pair(file: NamedFile, first: Path, second: Path | None) -> Pair:
    suffix = "_".join(part for part in (file.index, file.lane) if part)
    return Pair(file.sample, suffix, first, second)


def _single(file: NamedFile) -> Pair:
    """Take a file as a library by itself; the number in its name is part of the sample's."""
    return Pair(_stem(file.path), "", file.path, None)
