"""Reads and sample metadata of the archive → a folder with the two sheets of a project.

What the archive says is kept as it came, in `ena/`: lists of runs by accession, samples as XML.
Reads go to `reads/`, under their runs' names. Nothing that is there and whole is got again, so a
run that was stopped, or files that were carried in, are simply gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from soilbio.archives.ena.download import download, is_there
from soilbio.archives.ena.model import Attribute
from soilbio.archives.ena.portal import (
    Portal,
    RemoteFile,
    RunEntry,
    Wait,
    check_accessions,
    get_bytes,
    parse_report,
    parse_samples,
    samples_at_once,
)
from soilbio.errors import InputError, Problems
from soilbio.references.disk import atomic_bytes

REPORTS, READS = "ena", "reads"
_THREADS = 3


@dataclass(frozen=True, slots=True)
class Need:
    """A file to get: from where, to which path in the folder; `md5` and `size` where known."""

    url: str
    path: str
    md5: str = ""
    size: int | None = None


@dataclass(slots=True)
class Plan:
    """What the archive has, and what of it is not here yet.

    `attributes` are those of the samples, by accession; `reports` and `reads` are needed still.
    """

    entries: list[RunEntry] = field(default_factory=list)
    attributes: dict[str, tuple[Attribute, ...]] = field(default_factory=dict)
    reports: list[Need] = field(default_factory=list)
    reads: list[RemoteFile] = field(default_factory=list)

    @property
    def without_reads(self) -> list[str]:
        """The runs that have no FASTQ files in the archive."""
        return [entry.run for entry in self.entries if not entry.files]

    def needs(self) -> list[Need]:
        """List all that is to be got."""
        reads = [Need(one.url, f"{READS}/{one.name}", one.md5, one.size) for one in self.reads]
        return [*self.reports, *reads]


def plan_fetch(
    accessions: Sequence[str],
    folder: Path,
    portal: Portal,
    *,
    wait: Wait,
    is_online: bool,
    keeps: bool = True,
) -> Plan:
    """Find out what accessions consist of and what is here.

    Parameters
    ----------
    accessions : sequence of str
        Of runs, experiments, samples or studies.
    folder : Path
        Where all goes.
    portal : Portal
        The archive's addresses.
    wait : callable
        Waits some seconds between two tries.
    is_online : bool
        Whether to ask the archive; else only what was carried in is looked at.
    keeps : bool
        Whether to keep what the archive says; a trial leaves nothing behind.

    Raises
    ------
    InputError
        If an accession is none or unknown, or the archive does not answer.

    """
    check_accessions(accessions)
    plan = Plan()
    entries: dict[str, RunEntry] = {}
    for accession in dict.fromkeys(accessions):
        path = folder / REPORTS / f"{accession}.tsv"
        url = portal.report_url(accession)
        content = _content(url, path, wait, is_online=is_online)
        if content is None:
            plan.reports.append(Need(url, f"{REPORTS}/{path.name}"))
            continue
        for entry in parse_report(content, portal, str(path) if not is_online else url):
            entries[entry.run] = entry
        if is_online and keeps:
            _keep(path, content)
    plan.entries = [entries[run] for run in sorted(entries)]
    if keeps:
        _plan_samples(plan, folder, portal, wait, is_online=is_online)
    files = [file for entry in plan.entries for file in entry.files]
    with ThreadPoolExecutor(_THREADS) as pool:
        here = list(pool.map(lambda file: is_there(file, folder / READS), files))
    plan.reads = [file for file, is_here in zip(files, here, strict=True) if not is_here]
    return plan


def _content(url: str, path: Path, wait: Wait, *, is_online: bool) -> bytes | None:
    if is_online:
        return get_bytes(url, wait)
    return path.read_bytes() if path.is_file() else None


def _keep(path: Path, content: bytes) -> None:
    with atomic_bytes(path) as handle:
        handle.write(content)


def _plan_samples(plan: Plan, folder: Path, portal: Portal, wait: Wait, *, is_online: bool) -> None:
    """Read what is here of the samples, and get the others."""
    number = 0
    for path in sorted((folder / REPORTS).glob("samples-*.xml")):
        plan.attributes.update(parse_samples(path.read_bytes()))
        number = max(number, int(path.stem.partition("-")[2] or 0))
    wanted = {entry.sample for entry in plan.entries} - plan.attributes.keys()
    for group in samples_at_once(wanted):
        number += 1
        path = folder / REPORTS / f"samples-{number}.xml"
        url = portal.samples_url(group)
        if not is_online:
            plan.reports.append(Need(url, f"{REPORTS}/{path.name}"))
            continue
        content = get_bytes(url, wait)
        found = parse_samples(content)
        plan.attributes.update(found)
        if found:
            _keep(path, content)


def get_reads(
    files: Iterable[RemoteFile], folder: Path, wait: Wait, tell: Callable[[str], None]
) -> None:
    """Get files of reads, some at a time; one that fails does not keep the others.

    Raises
    ------
    InputError
        With all files that could not be got.

    """
    listed = list(files)
    target = folder / READS
    target.mkdir(parents=True, exist_ok=True)
    problems = Problems(str(target))

    def one(file: RemoteFile) -> InputError | None:
        try:
            download(file, target, wait)
        except InputError as error:
            return error
        return None

    with ThreadPoolExecutor(_THREADS) as pool:
        for number, (file, error) in enumerate(
            zip(listed, pool.map(one, listed), strict=True), start=1
        ):
            if error is None:
                tell(f"Got {file.name}, {file.size / 1e6:,.1f} MB ({number} of {len(listed)}).")
            else:
                problems.extend(error.problems)
    problems.raise_if_any()
