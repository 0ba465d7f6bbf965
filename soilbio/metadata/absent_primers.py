"""Why reads lack the primers of their assay: what is there instead, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from soilbio.errors import Problems
from soilbio.metadata.assays import Assay, changed
from soilbio.metadata.recognise import PrimerShares, Starts, recognise, recognise_removed
from soilbio.metadata.sheet import Library
from soilbio.standards.iupac import reverse_complement

# Below this share the assay is wrong; above it, much is lost but something is left.
_ABSENT = 0.1
# What more reads than this have is what the library was made with.
MOST = 0.5
# What explains one library most likely explains the next, if its reads bear it out.
BORNE_OUT = 0.3
# After so many libraries of an assay that nothing explains, no more are searched.
_MOST_UNEXPLAINED = 10
_PRIMERS = ("forward_primer", "reverse_primer")
_FEW_FIX = (
    "Reads without them are discarded and counted; if these are too many, look at them in the"
    " quality report"
)


@dataclass(frozen=True, slots=True)
class Absent:
    """A library's reads of which most lack the primers of their assay, or what lies behind them."""

    assay: Assay
    shares: PrimerShares
    starts: Starts


@dataclass(frozen=True, slots=True)
class _Cause:
    """The assay that the reads are of, with its primers or after they were removed."""

    assay: Assay
    has_primers: bool
    # The keys of the assay whose primers are given on the wrong strand; `assay` has them right.
    turned: tuple[str, ...] = ()

    def explains(self, starts: Starts) -> bool:
        if self.has_primers:
            return starts.shares(self.assay, 0.1).both >= BORNE_OUT
        return starts.follows(self.assay) >= BORNE_OUT

    def told(self, starts: Starts) -> str:
        """Say in words what the reads show."""
        if self.has_primers:
            return f"{starts.shares(self.assay, 0.1).told(self.assay)} ({self.assay.assay_id})"
        return f"{starts.follows(self.assay):.0%} begin right behind the primers of " + (
            self.assay.assay_id
        )

    def fix(self, assay: Assay) -> str:
        """Say what to write where the reads are not what the assay says."""
        if self.turned:
            right = ", ".join(f"{key}: {getattr(self.assay, key)}" for key in self.turned)
            return (
                "The configuration gives the reverse complement of what the reads begin with:"
                f" write primers 5' to 3', `assays: {{{self.assay.assay_id}: {{{right}}}}}`"
            )
        if self.has_primers:
            return (
                f"The reads begin with {self.assay.forward_name} and"
                f" {self.assay.reverse_name}: write {self.assay.assay_id} in the column assay"
            )
        is_own = self.assay.assay_id == assay.assay_id
        change = "" if is_own else f", and write {self.assay.assay_id} in the column assay"
        return (
            f"The reads begin right behind the primers of {self.assay.assay_id}, which were"
            f" removed before: say so in the configuration, `{_setting(self.assay)}`{change}"
        )


class Explainer:
    """Notes absent primers with their cause; libraries come in the order of the sheet."""

    def __init__(self, assays: Mapping[str, Assay]) -> None:
        self._assays = assays
        self._last: dict[str, _Cause] = {}
        self._unexplained = Counter[str]()

    def note(self, library: Library, absent: Absent, problems: Problems) -> bool:
        """Say that the primers are absent, or at few reads, and what is there instead.

        Of reads whose primers were removed before: that they are of another assay, if they are.
        Tell whether they are of their own assay, its primers removed.
        """
        is_few = absent.assay.primers_in_reads and absent.shares.both >= _ABSENT
        cause = None if is_few else self._cause(absent)
        if not absent.assay.primers_in_reads:
            self._note_other(library, absent, cause, problems)
            return cause is None
        problems.add(
            "primers-few" if is_few else "primers-absent",
            row=library.row,
            column="assay",
            found=absent.shares.told(absent.assay),
            expected=f"the primers of {absent.assay.assay_id} at the start of most reads",
            fix=_FEW_FIX if is_few else self._fix(absent, cause),
            is_warning=is_few or bool(library.control_type),
        )
        return cause == _Cause(absent.assay, has_primers=False)

    @staticmethod
    def _note_other(
        library: Library, absent: Absent, cause: _Cause | None, problems: Problems
    ) -> None:
        """Note reads that begin with the primers of another assay, or are of another gene."""
        gene = absent.assay.target_gene
        if cause is None or (not cause.has_primers and cause.assay.target_gene == gene):
            return
        problems.add(
            "reads-other-assay",
            row=library.row,
            column="assay",
            found=cause.told(absent.starts),
            expected=f"reads of {absent.assay.assay_id}, whose primers were removed",
            fix=cause.fix(absent.assay),
            is_warning=bool(library.control_type) or not cause.has_primers,
        )

    def _fix(self, absent: Absent, cause: _Cause | None) -> str:
        one_primer = one_primer_fix(absent.assay, absent.shares)
        if one_primer and not (cause and cause.has_primers):
            return one_primer
        if cause is None and absent.starts.are_anywhere():
            own = " or ".join(name for name, one in self._assays.items() if one.is_shotgun)
            return (
                "These reads begin anywhere, as those of a whole metagenome do: if they are, write"
                f" {own or 'an assay of your own'} (`library_strategy: WGS`) in the column assay;"
                " else correct the assay or its primers"
            )
        if cause is None:
            return (
                "No known primers begin these reads: correct the assay or its primers; if the"
                " primers were removed before, say so in the configuration,"
                f" `{_setting(absent.assay)}`"
            )
        return cause.fix(absent.assay)

    def _cause(self, absent: Absent) -> _Cause | None:
        """Find the cause; first try the one that the last library of the assay had."""
        name = absent.assay.assay_id
        last = self._last.get(name)
        if last is not None and last.explains(absent.starts):
            return last
        if self._unexplained[name] >= _MOST_UNEXPLAINED:
            return None
        cause = self._search(absent)
        if cause is None:
            self._unexplained[name] += 1
        else:
            self._last[name] = cause
        return cause

    def _search(self, absent: Absent) -> _Cause | None:
        for cause in _turned(absent.assay):
            if cause.explains(absent.starts):
                return cause
        own = _Cause(absent.assay, has_primers=False)
        others = [
            one
            for one in self._assays.values()
            if one.assay_id != absent.assay.assay_id and not one.is_shotgun
        ]
        there = recognise(absent.starts, others)
        if there:
            return _Cause(there, has_primers=True)
        if own.explains(absent.starts):
            return own
        removed = recognise_removed(absent.starts, others)
        return _Cause(removed, has_primers=False) if removed else None


def _turned(assay: Assay) -> Iterator[_Cause]:
    """Give the assay with one or both of its primers on the other strand."""
    for keys in (_PRIMERS[1:], _PRIMERS[:1], _PRIMERS):
        right = {key: reverse_complement(getattr(assay, key)) for key in keys}
        yield _Cause(changed(assay, right), has_primers=True, turned=keys)


def one_primer_fix(assay: Assay, shares: PrimerShares) -> str:
    """Say what to do about reads that have one primer of the two; else nothing."""
    if shares.turned >= MOST:
        return (
            f"These begin with {assay.reverse_name or 'the reverse primer'}, as reverse reads do:"
            " name the forward reads as fastq_1 (and these as fastq_2)"
        )
    if shares.second is None or (shares.first >= MOST) == (shares.second >= MOST):
        return ""
    which = "first" if shares.first >= MOST else "second"
    return (
        f"Only the {which} reads begin with a primer: if the other one was cut off before, take the"
        f" reads as they were sequenced, or cut off both and write `{_setting(assay)}`; if it is"
        " another primer, correct the assay"
    )


def _setting(assay: Assay) -> str:
    return f"assays: {{{assay.assay_id}: {{primers_in_reads: false}}}}"
