"""The archive's submission service: where it is, who asks, and one request at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from soilbio.archives.ena.receipts import Receipt, parse_receipt
from soilbio.errors import InputError, problem_of

_TEST = "https://wwwdev.ebi.ac.uk/ena/submit/drop-box/submit/"
_PRODUCTION = "https://www.ebi.ac.uk/ena/submit/drop-box/submit/"
_UPLOAD = "ftps://webin2.ebi.ac.uk"
_SAFE = ("https", "ftps")
_HERE = ("127.0.0.1", "localhost", "::1")
# Seconds to connect, and to wait for an answer: thousands of samples take the archive minutes.
_CONNECT_S, _ANSWER_S = 30.0, 900.0


class UnansweredError(Exception):
    """A submission was sent, and nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account at the archive; the password is never shown."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """A submission service and the area that files are uploaded to; addresses end without path."""

    name: str
    url: str
    upload_url: str
    timeout_s: float = _ANSWER_S

    @classmethod
    def test(cls, environment: Mapping[str, str]) -> Service:
        """Give the test service; what it accepts is discarded after a day."""
        return _service("test", environment.get("SOILBIO_ENA_TEST_URL", _TEST), environment)

    @classmethod
    def production(cls, environment: Mapping[str, str]) -> Service:
        """Give the service whose records stay."""
        return _service("production", environment.get("SOILBIO_ENA_URL", _PRODUCTION), environment)


def _service(name: str, url: str, environment: Mapping[str, str]) -> Service:
    upload = environment.get("SOILBIO_ENA_UPLOAD_URL", _UPLOAD)
    for address in (url, upload):
        _check_address(address)
    return Service(name, url, upload, float(environment.get("SOILBIO_ENA_TIMEOUT_S", _ANSWER_S)))


def _check_address(url: str) -> None:
    """Refuse to send a password where others can read it."""
    parts = urlsplit(url)
    is_here = parts.hostname in _HERE and parts.scheme in ("http", "ftp")
    if parts.scheme not in _SAFE and not is_here:
        raise problem_of(
            "ena-address",
            "environment",
            found=url.rpartition("@")[2],
            expected="an address that begins with https:// or ftps://",
            fix="Correct the address in the environment, or remove it to have the archive's own",
        )


def credentials_of(environment: Mapping[str, str]) -> Credentials:
    """Take the account from the environment, the only place that it is looked for.

    Raises
    ------
    InputError
        If one of the two is not set.

    """
    user, password = environment.get("ENA_WEBIN", ""), environment.get("ENA_WEBIN_PASSWORD", "")
    if not user or not password:
        missing = "ENA_WEBIN" if not user else "ENA_WEBIN_PASSWORD"
        raise problem_of(
            "ena-credentials",
            "environment",
            column=missing,
            expected="your account (Webin-12345) in ENA_WEBIN, its password in ENA_WEBIN_PASSWORD",
            fix="Set both in the environment of this command, for example with"
            " `read -s ENA_WEBIN_PASSWORD; export ENA_WEBIN_PASSWORD`",
        )
    return Credentials(user, password)


def post(service: Service, credentials: Credentials, files: Mapping[str, bytes]) -> Receipt:
    """Send the XML of a submission in one request.

    Parameters
    ----------
    service, credentials : Service, Credentials
        Where to, and who.
    files : mapping of str to bytes
        XML by the archive's name of its field: SUBMISSION, PROJECT, SAMPLE, EXPERIMENT, RUN.

    Raises
    ------
    InputError
        If the service cannot be reached or does not know the account: nothing was added then.
    UnansweredError
        If the request went out and no receipt came back.

    """
    import requests

    parts = {name: (f"{name.lower()}.xml", content, "text/xml") for name, content in files.items()}
    try:
        # Redirects are not followed: a password is for the address that was meant.
        answer = requests.post(
            service.url,
            files=parts,
            auth=(credentials.user, credentials.password),
            timeout=(_CONNECT_S, service.timeout_s),
            allow_redirects=False,
        )
    except requests.exceptions.ConnectTimeout as error:
        raise _unreachable(service, "no connection in time") from error
    except requests.exceptions.ConnectionError as error:
        if _was_never_connected(error):
            raise _unreachable(service, "no connection") from error
        raise UnansweredError("the connection broke") from error
    except requests.exceptions.RequestException as error:
        raise UnansweredError(type(error).__name__) from error
    if answer.status_code in (401, 403):
        raise problem_of(
            "ena-login",
            service.url,
            found=f"HTTP {answer.status_code} for {credentials.user}",
            expected="an account of the archive with its password",
            fix="Correct ENA_WEBIN and ENA_WEBIN_PASSWORD; nothing was added",
        )
    receipt = parse_receipt(answer.content)
    if receipt is None:
        raise UnansweredError(f"HTTP {answer.status_code} without a receipt")
    return receipt


def _was_never_connected(error: BaseException) -> bool:
    """Tell a connection that was never made from one that broke after the request."""
    from urllib3.exceptions import MaxRetryError, NewConnectionError

    reason = error.args[0] if error.args else None
    cause = reason.reason if isinstance(reason, MaxRetryError) else reason
    return isinstance(cause, NewConnectionError)


def _unreachable(service: Service, found: str) -> InputError:
    return problem_of(
        "ena-unreachable",
        service.url,
        found=found,
        expected="an answer of the archive's service",
        fix="Check the network and its proxy, and run the same command again; nothing was added",
    )
