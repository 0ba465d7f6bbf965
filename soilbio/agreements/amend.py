"""A new version of an agreement in the place of the one that a dataset names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from soilbio.agreements.folder import fits
from soilbio.agreements.model import Agreement
from soilbio.agreements.parse import parse_agreement
from soilbio.agreements.signatures import has_signed
from soilbio.errors import Problems


def check_amendment(text: str, source: str, texts: Mapping[str, str]) -> tuple[Agreement, str]:
    """Tell which agreement of a dataset a new one replaces, and that it may.

    Whoever had to sign the former version must have signed the new one, with the key that the
    former names: else everybody who holds a dataset could write themselves a wider agreement.

    Parameters
    ----------
    text, source : str
        The new agreement and where it was read.
    texts : mapping of agreement id@version to its text
        The agreements that rows of the dataset name.

    Returns
    -------
    tuple of Agreement and str
        The new agreement, and the id@version that it replaces.

    Raises
    ------
    InputError
        With all that keeps the new agreement from replacing another.

    """
    problems = Problems(source)
    new = parse_agreement(text, source)
    if new.name in texts:
        is_same = texts[new.name] == text
        problems.add(
            "agreement-in-force" if is_same else "agreement-immutable",
            column="version",
            found=new.name,
            expected="a version that no row of the dataset names yet"
            if is_same
            else f"the text of {new.name} as it lies in the dataset: a version never changes",
            fix="Nothing is to be done" if is_same else "Give the changed text a new version",
        )
    elif new.amends not in texts or new.amends.partition("@")[0] != new.id:
        own = sorted(name for name in texts if name.partition("@")[0] == new.id)
        problems.add(
            "agreement-not-amending",
            column="amends",
            found=new.amends,
            expected=f"an earlier version that rows of the dataset name: {', '.join(own) or 'none'}"
            f" (the dataset has {', '.join(sorted(texts))})",
            fix="Name in `amends` the version that this one replaces, as id@version",
        )
    else:
        _check_signed(parse_agreement(texts[new.amends], new.amends), text, problems)
    for party in new.unsigned:
        problems.add(
            "agreement-unsigned",
            column="signed_by",
            found=party,
            expected="a sound signature: without it the new version would permit nothing",
            fix=f"Let them sign: soilbio agreement sign {source} --party {party} --key KEY",
        )
    problems.raise_if_any()
    return new, new.amends


def _check_signed(former: Agreement, text: str, problems: Problems) -> None:
    keys = {party.id: party.key for party in former.parties}
    for party in former.signed_by:
        if not has_signed(text, party, keys[party]):
            problems.add(
                "amendment-unsigned",
                column="signatures",
                found=party,
                expected=f"their signature, with the key that {former.name} names: who had to sign"
                " the former version has to agree to the change",
                fix=f"Let them sign: soilbio agreement sign FILE --party {party} --key KEY",
            )


def check_coverage(agreement: Agreement, samples: Iterable[str], problems: Problems) -> None:
    """Note the samples that a new version shall rule and says that it does not."""
    for sample in sorted(samples):
        if not fits(sample, agreement.samples):
            problems.add(
                "agreement-not-covering",
                column="covers",
                found=sample,
                expected=f"an agreement that covers the sample, which {agreement.amends} rules",
                fix="Make a version whose `covers` includes it",
            )
