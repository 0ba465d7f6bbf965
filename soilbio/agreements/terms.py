"""What an agreement says beside its clauses: permits, communities' labels, passing on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches

from soilbio.agreements.limits import onward_duty
from soilbio.agreements.model import (
    AGREEMENT_ONLY,
    CLOSING_DUTIES,
    DUTIES,
    Agreement,
    AppliedLabel,
    Permit,
)
from soilbio.errors import Problems
from soilbio.standards.local_contexts import LABELS, find_label

# Since the Nagoya Protocol is in force GGBN does not accept `Unknown` any more.
_NAGOYA = date(2014, 10, 12)
# What Article 17(4) of the protocol wants in an internationally recognised certificate.
_CERTIFICATE = ("authority", "issued", "holder", "subject", "use", "consent", "terms")
_OWN_LICENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_IRCC = re.compile(r"ABSCH-IRCC-[A-Z]{2}-\d{6}-\d+")
# From open to closed; what one of them covers may also be had under those after it.
LICENCES = ("CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0")
_COMMERCIAL = ("CC0-1.0", "CC-BY-4.0")
_NON_COMMERCIAL = frozenset({"bcnc", "tknc", "bcr"})


def parse_day(value: str | None, place: str, problems: Problems) -> date | None:
    """Read a day; note what is none."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        problems.add(
            "agreement-dates",
            column=place,
            found=value,
            expected="a date as YYYY-MM-DD",
            fix="Write year, month and day",
        )
        return None


def parse_permit(place: str, content: Mapping[str, str], problems: Problems) -> Permit:
    """Read a permit and note what it lacks."""
    accessed = parse_day(content.get("accessed"), f"{place}.accessed", problems)
    parse_day(content.get("issued"), f"{place}.issued", problems)
    if content["status"] == "Unknown" and (accessed is None or accessed >= _NAGOYA):
        problems.add(
            "agreement-permit",
            column=f"{place}.status",
            found="Unknown",
            expected=f"a known status for what was accessed on or after {_NAGOYA.isoformat()}",
            fix="Find out whether a permit is required; else state the earlier day as `accessed`",
        )
    number = content.get("id", "")
    if number.startswith("ABSCH"):
        _check_certificate(place, content, problems)
    known = ("status", "country", "accessed", "use", "third_parties", "sequence_data")
    details = tuple(sorted((key, value) for key, value in content.items() if key not in known))
    return Permit(
        content["status"],
        content["country"],
        accessed,
        content.get("use", ""),
        content.get("third_parties", ""),
        content.get("sequence_data", ""),
        details,
    )


def _check_certificate(place: str, content: Mapping[str, str], problems: Problems) -> None:
    missing = [key for key in _CERTIFICATE if key not in content]
    refused = [key for key in ("consent", "terms") if content.get(key) == "no"]
    if missing or refused:
        problems.add(
            "agreement-permit",
            column=f"{place}.id",
            found=content["id"],
            expected="all that Article 17(4) of the Nagoya Protocol wants in a certificate",
            fix=f"Add {', '.join(missing)}" if missing else f"A certificate says yes to {refused}",
        )
    elif not _IRCC.fullmatch(content["id"]) or content["id"][11:13] != content["country"]:
        problems.add(
            "agreement-permit",
            column=f"{place}.id",
            found=content["id"],
            expected=f"a number such as ABSCH-IRCC-{content['country']}-123456-1",
            fix="Compare it with the ABS Clearing-House",
            is_warning=True,
        )


def parse_label(place: str, content: Mapping[str, str], problems: Problems) -> AppliedLabel:
    """Read a label of Local Contexts; note one that is none."""
    label = find_label(content["label"])
    if label is None:
        like = get_close_matches(content["label"].lower(), LABELS, n=1)
        problems.add(
            "agreement-label",
            column=f"{place}.label",
            found=content["label"],
            expected="a code of Local Contexts, such as bcnc or tka",
            fix=f"Did you mean '{like[0]}'?" if like else "Take the code from the Hub's project",
        )
    code = label.code if label else ""
    return AppliedLabel(
        code, content["applied_by"], content["hub_project"], content.get("consent", "")
    )


def check_licence(licence: str, column: str, problems: Problems) -> None:
    """Note a licence that is no expression of SPDX, written as SPDX writes it."""
    if licence in LICENCES or not licence or _OWN_LICENCE.fullmatch(licence):
        return
    from license_expression import get_spdx_licensing

    spdx = get_spdx_licensing()
    found = spdx.validate(licence)
    if not found.errors and found.normalized_expression == licence:
        return
    known = {key.casefold(): key for key in spdx.known_symbols}
    like = get_close_matches(licence.casefold(), known, n=1)
    meant = found.normalized_expression or (known[like[0]] if like else "")
    problems.add(
        "licence-unknown",
        column=column,
        found=licence,
        expected="an SPDX expression such as CC-BY-4.0, or LicenseRef- and a name of your own",
        fix=f"Did you mean '{meant}'?" if meant else f"Write {AGREEMENT_ONLY} if there is none",
    )


def check_terms(agreement: Agreement, problems: Problems) -> None:
    """Note terms that cannot hold together: licences, duties, labels, passing on."""
    check_licence(agreement.licence, "licence", problems)
    for number, grant in enumerate(agreement.grants):
        if grant.licence:
            check_licence(grant.licence, f"grants.{number}.licence", problems)
    licences = {agreement.licence, *(g.licence for g in agreement.grants if g.licence)}
    others = sorted(licences - {AGREEMENT_ONLY})
    if len(others) > 1 and not set(others) <= set(LICENCES):
        problems.add(
            "agreement-licence",
            column="licence",
            found=", ".join(others),
            expected=f"licences that fit together: one, or of {', '.join(LICENCES)}",
            fix="Choose one licence for all clauses",
        )
    labels = sorted({x.code for x in agreement.labels if x.code in _NON_COMMERCIAL})
    open_to_trade = sorted(licences & set(_COMMERCIAL))
    if labels and open_to_trade:
        problems.add(
            "agreement-licence",
            column="licence",
            found=", ".join(open_to_trade),
            expected=f"a licence that keeps to the label {', '.join(labels)}: no commercial use",
            fix="Choose CC-BY-NC-4.0, or an agreement-only licence",
        )
    for place, who, licence, kinds in _bound(agreement):
        for kind in sorted(kinds & CLOSING_DUTIES):
            problems.add(
                "agreement-licence",
                column=place,
                found=licence,
                expected=f"no licence for everybody beside the duty '{kind}' ({DUTIES[kind]})"
                f" of {who}",
                fix=f"Write {AGREEMENT_ONLY} there, or leave the duty to other clauses",
            )


def _bound(agreement: Agreement) -> Iterator[tuple[str, str, str, set[str]]]:
    """List clauses under a licence for everybody: place, recipient, licence, kinds of duties."""
    of_all = {duty.kind for duty in (*agreement.duties, *onward_duty(agreement))}
    for number, grant in enumerate(agreement.grants):
        licence = grant.licence or agreement.licence
        if licence in LICENCES:
            kinds = of_all | {duty.kind for duty in grant.duties}
            yield f"grants.{number}", grant.recipient, licence, kinds
