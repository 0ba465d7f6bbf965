"""What a folder of FASTQ files holds: libraries, runs, controls, and the assay of each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from pathlib import Path

from soilbio.errors import InputError, Problems, problem_of
from soilbio.metadata.assays import Assay, known_assays
from soilbio.metadata.pairing import (
    ENDINGS,
    Pair,
    Pairing,
    fastq_below,
    guess_control,
    pair_files,
    to_id,
)
from soilbio.metadata.reads import FirstRecords, read_first
from soilbio.metadata.recognise import Starts, recognise, recognise_removed, rivals
from soilbio.metadata.same_reads import note_ends_apart

# Instrument, run number, flow cell: what an Illumina header begins with.
_FLOWCELL = re.compile(r"[^:\s]+:\d+:(?:0+-)?([A-Za-z0-9-]+):\d+:\d+:\d+:\d+")
# The run of all reads whose names tell none, as archives and other sequencers write them.
RUN_NOT_TOLD = "run1"
_LANE = re.compile(r"(.*?)_?(L[0-9]{3})?")
_PRIMER_ERROR_RATE = 0.1
_LEAST_SHARE = 0.3
# What a new project calls the assays of whole metagenomes, and what its user may call them.
WGS, WGS_LONG = "wgs", "wgs-long"
METAGENOMES = (WGS, WGS_LONG)
_CALLED = frozenset({"wgs", "shotgun", "metagenome", "wgs-long"})
# An assay, and whether its primers are in the reads; a metagenome has none that could be gone.
_Vote = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """One library as its files show it; a numbered sample is of a name that others have, too."""

    library_id: str
    sample_id: str
    run: str
    first: Path
    second: Path | None
    control_type: str
    assay: str
    has_primers: bool
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Explored:
    """The libraries in order of their files, and files that are left out, as `Pairing` has them."""

    libraries: tuple[Seen, ...]
    left_out: tuple[Path, ...]
    beside: tuple[Path, ...]

    @property
    def without_primers(self) -> list[str]:
        """The assays whose primers were removed from the reads before."""
        return sorted({library.assay for library in self.libraries if not library.has_primers})

    @property
    def metagenomes(self) -> list[str]:
        """The assays of whole metagenomes."""
        return sorted({library.assay for library in self.libraries} & {*METAGENOMES})


def explore(folder: Path, assay_id: str | None = None) -> Explored:
    """Find libraries, runs, controls and primers in a folder of FASTQ files and below.

    Libraries without known primers whose reads begin anywhere are those of whole metagenomes.

    Parameters
    ----------
    folder : Path
        The reads.
    assay_id : str, optional
        The assay of all libraries, where it is known; `wgs` for whole metagenomes.

    Raises
    ------
    InputError
        With all files that cannot be read or paired, or are two ends of one library and not named
        so; where the primers are not recognised.

    """
    is_metagenome = assay_id is not None and assay_id.casefold() in _CALLED
    named = None if assay_id is None or is_metagenome else _known(assay_id)
    _look_into(folder)
    paths = fastq_below(folder)
    if not paths:
        raise problem_of(
            "reads-none",
            str(folder),
            expected=f"a folder with FASTQ files ({', '.join(ENDINGS)})",
            fix="Name the folder that holds the reads; none in it, or below, has such a name",
        )
    problems = Problems(str(folder))
    records, unread = _read_all(paths)
    pairing = pair_files(paths, records)
    for path in sorted(unread.keys() - {*pairing.left_out, *pairing.beside}):
        problems.extend(unread[path].problems)
    _note_unpaired(pairing, problems)
    problems.raise_if_any()
    fitting: list[Assay] = []
    if is_metagenome:
        assays: list[_Vote | None] = [_metagenome(records[pair.first]) for pair in pairing.pairs]
    else:
        assays, fitting = _assays(pairing.pairs, records, named)
    libraries = _libraries(pairing.pairs, records, assays, folder)
    singles = [(one.first, one.assay, records[one.first]) for one in libraries if not one.second]
    note_ends_apart(singles, problems)
    problems.raise_if_any()
    if fitting:
        raise _ambiguous(fitting)
    return Explored(tuple(libraries), pairing.left_out, pairing.beside)


def _assays(
    pairs: Sequence[Pair], records: Mapping[Path, FirstRecords], named: Assay | None
) -> tuple[list[_Vote | None], list[Assay]]:
    """Name the assay of each library: as it was named for all, else as the reads show it.

    Also those that single reads fit equally well, if nothing decides between them.
    """
    starts = [
        Starts(records[pair.first], records[pair.second] if pair.second else None) for pair in pairs
    ]
    if named is not None:
        return _as_named(starts, named), []
    seen = [_recognised(one, records[pair.first]) for pair, one in zip(pairs, starts, strict=True)]
    settled_by_others = _of_others(pairs, seen)
    votes = [None if place in settled_by_others else vote for place, vote in enumerate(seen)]
    settled, fitting = _with_both_ends(votes, starts)
    return _settled(settled, [records[pair.first].are_long() for pair in pairs]), fitting


def _of_others(pairs: Sequence[Pair], seen: Sequence[_Vote | None]) -> set[int]:
    """Give the places of controls that are of the assay that the others are of.

    What a control holds may begin anywhere: a blank of amplicons holds anything. A mock community
    is what the soils are: of a metagenome, where soils are metagenomes too.
    """
    metagenomes = {place for place, vote in enumerate(seen) if vote and vote[0] in METAGENOMES}
    if not any(vote and place not in metagenomes for place, vote in enumerate(seen)):
        return set()
    controls = {place: guess_control(pair.sample) for place, pair in enumerate(pairs)}
    has_soils = any(not controls[place] for place in metagenomes)
    return {
        place
        for place in metagenomes
        if controls[place].endswith("_blank") or (controls[place] and not has_soils)
    }


def _with_both_ends(
    votes: Sequence[_Vote | None], starts: Sequence[Starts]
) -> tuple[list[_Vote | None], list[Assay]]:
    """Let pairs decide for single reads, which show one primer; without pairs nothing does."""
    known = known_assays()
    of_pairs = Counter(
        vote for vote, one in zip(votes, starts, strict=True) if vote and one.second is not None
    )
    settled, doubtful = list(votes), []
    for place, (vote, one) in enumerate(zip(votes, starts, strict=True)):
        if vote is None or one.second is not None or vote[0] in METAGENOMES or not vote[1]:
            continue
        fitting = [known[vote[0]], *rivals(one, known[vote[0]], known.values())]
        names = {(assay.assay_id, True) for assay in fitting}
        paired = next((each for each, _ in of_pairs.most_common() if each in names), None)
        if len(names) > 1 and paired is None:
            doubtful = fitting
        settled[place] = paired or vote
    return settled, doubtful


def _ambiguous(fitting: Sequence[Assay]) -> InputError:
    return problem_of(
        "assay-ambiguous",
        "--assay",
        found=f"single reads that begin with {fitting[0].forward_primer}",
        expected="reads of both ends, or the name of the assay: this primer is used for several"
        f" regions ({', '.join(sorted(assay.assay_id for assay in fitting))})",
        fix="Name the one that was amplified with --assay",
    )


def _metagenome(records: FirstRecords) -> _Vote:
    """Tell metagenomes of long reads from those of short ones: they are trimmed differently."""
    return (WGS_LONG if records.are_long() else WGS, True)


def _look_into(folder: Path) -> None:
    """Make sure that the folder is one and can be read."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise problem_of(
            "reads-none",
            str(folder),
            found=error.strerror,
            expected="a folder that can be read",
            fix="Correct the path or its permissions",
        ) from error


def _known(assay_id: str) -> Assay:
    """Find a known assay by its id."""
    assays = known_assays()
    if assay_id not in assays:
        like = get_close_matches(assay_id, assays, n=1, cutoff=0.5)
        raise problem_of(
            "assay-unknown",
            "--assay",
            found=assay_id,
            expected=f"{WGS} for whole metagenomes, or one of {', '.join(assays)}",
            fix=f"Did you mean '{like[0]}'? Correct the name" if like else "Correct the name",
        )
    return assays[assay_id]


def _read_all(
    paths: Iterable[Path],
) -> tuple[dict[Path, FirstRecords], dict[Path, InputError]]:
    """Read the first records of files; what is wrong with others matters if they are used."""
    records, unread = {}, {}
    for path in paths:
        try:
            records[path] = read_first(path)
        except InputError as error:
            unread[path] = error
    return records, unread


def _note_unpaired(pairing: Pairing, problems: Problems) -> None:
    for path in pairing.unpaired:
        problems.add(
            "reads-unpaired",
            source=str(path),
            expected="one other file whose name differs in R1 and R2 only",
            fix="Rename files so that pairs show, move this one away, or write the sheet by hand",
        )


def _settled(seen: Sequence[_Vote | None], are_long: Sequence[bool]) -> list[_Vote | None]:
    """Settle near twins of one region by most amplicons, and what shows nothing by most of all.

    Long reads cannot be of an assay of short ones: they are what most long ones are, and, where
    the others are all short, a metagenome.
    """
    votes = Counter(vote for vote in seen if vote is not None)
    of_long = Counter(
        vote for vote, is_long in zip(seen, are_long, strict=True) if vote is not None and is_long
    )
    amplicons = Counter({vote: n for vote, n in votes.items() if vote[0] not in METAGENOMES})
    most = _commonest(votes)
    most_long = _commonest(of_long) or (most and (WGS_LONG, True))
    common = _commonest(amplicons)
    return [
        _near(vote, common) if vote is not None else most_long if is_long else most
        for vote, is_long in zip(seen, are_long, strict=True)
    ]


def _commonest(votes: Counter[_Vote]) -> _Vote | None:
    return votes.most_common(1)[0][0] if votes else None


def _near(vote: _Vote, common: _Vote | None) -> _Vote:
    """Take the commonest amplicon for its near twins; others and metagenomes stay.

    Primers that are there show their region, whatever the others are. What lies behind primers
    that are gone is much the same in regions of one gene that begin alike, in no other gene.
    """
    if common is None or vote[0] in METAGENOMES:
        return vote
    region, of_most = _region(vote[0]), _region(common[0])
    is_shown = vote[1] or not common[1] or region[0] != of_most[0]
    return vote if is_shown and region != of_most else common


def _recognised(starts: Starts, first: FirstRecords) -> _Vote | None:
    """Recognise a library's assay, and whether its primers are still there."""
    if not len(starts.first):
        return None
    assays = known_assays().values()
    assay = recognise(starts, assays)
    if assay:
        return assay.assay_id, True
    assay = recognise_removed(starts, assays)
    if assay:
        return assay.assay_id, False
    return _metagenome(first) if starts.are_anywhere() else None


def _region(assay_id: str) -> tuple[str, str]:
    assay = known_assays()[assay_id]
    return assay.target_gene, assay.target_subfragment


def _as_named(starts: Sequence[Starts], assay: Assay) -> list[_Vote | None]:
    """Tell whether most libraries have the primers of the assay that was named."""
    shares = [s.shares(assay, _PRIMER_ERROR_RATE).both for s in starts if len(s.first)]
    has_primers = not shares or 2 * sum(share >= _LEAST_SHARE for share in shares) >= len(shares)
    return [(assay.assay_id, has_primers)] * len(starts)


def _libraries(
    pairs: Sequence[Pair],
    records: dict[Path, FirstRecords],
    assays: Sequence[_Vote | None],
    folder: Path,
) -> list[Seen]:
    """Name the libraries; several of one sample are told apart by lane, number or counting."""
    sample_ids = _sample_ids(pairs)
    files_of = Counter(sample_ids)
    flowcells = [_flowcell(records[pair.first]) for pair in pairs]
    commonest = Counter(cell for cell in flowcells if cell).most_common(1)
    taken = Counter[str]()
    libraries = []
    for pair, sample_id, assay, flowcell in zip(pairs, sample_ids, assays, flowcells, strict=True):
        if assay is None:
            raise _unrecognised(folder)
        has_suffix = files_of[sample_id] > 1 and pair.suffix
        library_id = to_id(f"{sample_id}_{pair.suffix}") if has_suffix else sample_id
        taken[library_id.casefold()] += 1
        number = taken[library_id.casefold()]
        is_empty = not records[pair.first].names
        libraries.append(
            Seen(
                library_id=library_id if number == 1 else f"{library_id}-{number}",
                sample_id=sample_id,
                # Without reads nothing is learnt from it; others are not of a run that is told.
                run=flowcell or (commonest[0][0] if commonest and is_empty else RUN_NOT_TOLD),
                first=pair.first,
                second=pair.second,
                control_type=guess_control(pair.sample),
                assay=assay[0],
                has_primers=assay[1],
                is_numbered=sample_id != to_id(pair.sample),
            )
        )
    return libraries


def _sample_ids(pairs: Sequence[Pair]) -> list[str]:
    """Give one id to each name in a folder, whose files are of one sample's lanes or indices.

    Also to other lanes of the same index in another folder, as BaseSpace has them. Ids that would
    be the same, or that only capitals tell apart, are numbered: two soils must not become one, and
    what is one after all is seen by its number.
    """
    given: dict[tuple[Path, str], str] = {}
    lanes: dict[tuple[str, str], dict[str, str]] = {}
    taken: set[str] = set()
    for pair in pairs:
        place = (pair.first.parent, pair.sample)
        index, lane = _LANE.fullmatch(pair.suffix).groups(default="")  # type: ignore[union-attr]
        others = lanes.setdefault((pair.sample, index), {})
        if place not in given and lane and others and lane not in others:
            given[place] = next(iter(others.values()))
        if place in given:
            others[lane] = given[place]
            continue
        base = to_id(pair.sample)
        names = (base if number == 1 else f"{base}-{number}" for number in count(1))
        given[place] = next(name for name in names if name.casefold() not in taken)
        taken.add(given[place].casefold())
        others[lane] = given[place]
    return [given[pair.first.parent, pair.sample] for pair in pairs]


def _flowcell(records: FirstRecords) -> str:
    """Take the flow cell out of an Illumina header: reads of one flow cell are one run."""
    match = _FLOWCELL.match(records.names[0]) if records.names else None
    return to_id(match[1]) if match else ""


def _unrecognised(folder: Path) -> InputError:
    return problem_of(
        "assay-unrecognised",
        str(folder),
        expected="reads that begin with primers that soilbio knows, or right behind them",
        fix=f"Name the assay with --assay, {WGS} (whole metagenomes) or one of"
        f" {', '.join(known_assays())}; if yours is none of these, name the most alike and describe"
        " your own in the configuration",
    )
