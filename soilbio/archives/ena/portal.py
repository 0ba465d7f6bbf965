"""The archive's public interfaces: which files a run has, and what is known of its sample."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from soilbio.archives.ena.model import Attribute
from soilbio.errors import InputError, Problems, problem_of

if TYPE_CHECKING:
    import requests

_API = "https://www.ebi.ac.uk/ena/portal/api"
_BROWSER = "https://www.ebi.ac.uk/ena/browser/api"
_FILES = "https://ftp.sra.ebi.ac.uk"
ACCESSION = re.compile(r"[EDS]R[RXSP]\d{6,}|PRJ[EDN][A-Z]\d+|SAM(EA|N|D)[A-Z]?\d+")
_RUN = re.compile(r"[EDS]RR\d{6,}")
_MD5 = re.compile(r"[0-9a-f]{32}")
# Samples asked for at once; more make an address too long.
_AT_ONCE = 100
_TRIES = 5
_TIMEOUT_S = (30.0, 120.0)
_AGAIN = (429, 500, 502, 503, 504)
Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Portal:
    """Addresses of the interfaces, without a slash at the end."""

    api: str = _API
    browser: str = _BROWSER
    files: str = _FILES

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Portal:
        """Take the addresses, of a mirror for example, from the environment."""
        return cls(
            environment.get("SOILBIO_ENA_PORTAL_URL", _API).rstrip("/"),
            environment.get("SOILBIO_ENA_BROWSER_URL", _BROWSER).rstrip("/"),
            environment.get("SOILBIO_ENA_FILES_URL", _FILES).rstrip("/"),
        )

    def report_url(self, accession: str) -> str:
        """Give the address of the list of an accession's runs and files."""
        query = {"accession": accession, "result": "read_run", "fields": "all", "format": "tsv"}
        return f"{self.api}/filereport?{urlencode(query)}&limit=0"

    def samples_url(self, accessions: Iterable[str]) -> str:
        """Give the address of samples with all their attributes."""
        return f"{self.browser}/xml/{','.join(accessions)}"

    def file_url(self, path: str) -> str:
        """Give the address of a file that a report lists as host and path."""
        path = path if "//" in path else f"//{path}"
        return f"{self.files}{urlsplit(path).path}"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of reads in the archive and its name here; `size` is bytes."""

    name: str
    url: str
    md5: str
    size: int


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as the archive lists it; one file, or two for pairs; none where it has no FASTQ."""

    run: str
    sample: str
    study: str
    files: tuple[RemoteFile, ...]
    left_out: tuple[str, ...]
    fields: Mapping[str, str]


def check_accessions(accessions: Iterable[str]) -> None:
    """Refuse what is no accession of reads, before anything is asked.

    Raises
    ------
    InputError
        With all that are none.

    """
    problems = Problems("fetch")
    for text in accessions:
        if not ACCESSION.fullmatch(text):
            problems.add(
                "fetch-accession",
                found=text,
                expected="an accession of a run, experiment, sample or study, such as ERR1234567"
                " or PRJEB12345",
                fix="Correct it",
            )
    problems.raise_if_any()


def parse_report(content: bytes, portal: Portal, source: str) -> list[RunEntry]:
    """Read the list of runs of an accession, sorted by run.

    Raises
    ------
    InputError
        If it is none, lists no run, or says of a file what cannot be.

    """
    text = content.decode("utf-8", "replace")
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or "run_accession" not in rows[0] or "fastq_ftp" not in rows[0]:
        raise problem_of(
            "fetch-nothing",
            source,
            found=text.strip()[:60] or None,
            expected="a list of runs with their files",
            fix="Check the accession in the archive's browser; data may be private, or assembled",
        )
    problems = Problems(source)
    entries = [_entry(row, portal, problems) for row in rows]
    problems.raise_if_any()
    return sorted(entries, key=lambda entry: entry.run)


def _entry(row: Mapping[str, str], portal: Portal, problems: Problems) -> RunEntry:
    fields = {name: value or "" for name, value in row.items() if name}
    run = fields["run_accession"]
    paths, sums, sizes = (
        [part for part in fields.get(name, "").split(";") if part]
        for name in ("fastq_ftp", "fastq_md5", "fastq_bytes")
    )
    is_sound = (
        _RUN.fullmatch(run) is not None
        and len(paths) == len(sums) == len(sizes)
        and all(_MD5.fullmatch(one) for one in sums)
        and all(one.isdecimal() for one in sizes)
    )
    if not is_sound:
        problems.add(
            "fetch-report",
            found=run,
            expected="a run with an address, an MD5 and a size of each file",
            fix="Try again later; the archive's list is incomplete",
        )
        return RunEntry(run, "", "", (), (), fields)
    found = {_end(path): (path, sums[n], int(sizes[n])) for n, path in enumerate(paths)}
    wanted = ("1", "2") if {"1", "2"} <= found.keys() else tuple(sorted(found))[:1]
    files = tuple(
        RemoteFile(
            f"{run}_{end}.fastq.gz" if len(wanted) == 2 else f"{run}.fastq.gz",
            portal.file_url(found[end][0]),
            *found[end][1:],
        )
        for end in wanted
    )
    left_out = tuple(found[end][0].rpartition("/")[2] for end in sorted(found) if end not in wanted)
    sample = fields.get("sample_accession") or fields.get("secondary_sample_accession", "")
    return RunEntry(run, sample, fields.get("study_accession", ""), files, left_out, fields)


def _end(path: str) -> str:
    """Tell which reads a file holds: `1`, `2`, or empty for single ones."""
    match = re.search(r"_([12])\.f(?:ast)?q\.gz$", path)
    return match[1] if match else ""


def parse_samples(content: bytes) -> dict[str, tuple[Attribute, ...]]:
    """Read the attributes of samples by their BioSamples accession, or the archive's own."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return {}
    found = {}
    for sample in root.iter("SAMPLE"):
        external = [one.text for one in sample.iter("EXTERNAL_ID") if one.text]
        name = external[0] if external else sample.get("accession", "")
        found[name] = tuple(_attributes(sample))
    return found


def _attributes(sample: object) -> Iterable[Attribute]:
    """List what the archive holds of a sample, its name and taxon first, verbatim."""
    get = sample.findtext  # type: ignore[attr-defined]
    yield Attribute("alias", sample.get("alias", ""))  # type: ignore[attr-defined]
    for label, path in (
        ("title", "TITLE"),
        ("taxon_id", "SAMPLE_NAME/TAXON_ID"),
        ("scientific_name", "SAMPLE_NAME/SCIENTIFIC_NAME"),
        ("sample_description", "DESCRIPTION"),
    ):
        if text := " ".join((get(path) or "").split()):
            yield Attribute(label, text)
    for one in sample.iter("SAMPLE_ATTRIBUTE"):  # type: ignore[attr-defined]
        texts = [" ".join((one.findtext(tag) or "").split()) for tag in ("TAG", "VALUE", "UNITS")]
        if texts[0] and texts[1]:
            yield Attribute(*texts)


def get_bytes(url: str, wait: Wait) -> bytes:
    """Get a small answer whole.

    Raises
    ------
    InputError
        If the archive does not know what was asked for, or does not answer.

    """
    answer = get(url, wait)
    return bytes(answer.content)


def get(
    url: str, wait: Wait, *, is_stream: bool = False, headers: Mapping[str, str] | None = None
) -> requests.Response:
    """Ask once more, later, where the network or a busy service is to blame.

    Raises
    ------
    InputError
        If no try was answered, or the answer is that there is no such thing.

    """
    import requests

    said = ""
    for number in range(_TRIES):
        if number:
            wait(min(2.0**number, 60.0))
        try:
            answer = requests.get(
                url, timeout=_TIMEOUT_S, stream=is_stream, headers=dict(headers or {})
            )
        except requests.exceptions.RequestException as error:
            said = type(error).__name__
            continue
        if answer.status_code < 400 or answer.status_code == 416:
            return answer
        said = f"HTTP {answer.status_code}"
        answer.close()
        if answer.status_code not in _AGAIN:
            break
    raise _unanswered(url, said)


def _unanswered(url: str, said: str) -> InputError:
    return problem_of(
        "fetch-unanswered",
        url,
        found=said,
        expected="an answer of the archive",
        fix="Check accession, network and proxy, and run the same command again; what is there"
        " stays. Without a network, --offline lists what to carry in",
    )


def samples_at_once(accessions: Iterable[str]) -> list[list[str]]:
    """Cut a list of samples into as many as can be asked for in one request."""
    listed = sorted({one for one in accessions if one})
    return [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]
