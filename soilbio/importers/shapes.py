"""Tables of programs that are known by their headers: what is beside the counts in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from soilbio.errors import InputError, problem_of
from soilbio.importers.long_headers import long_places
from soilbio.importers.rank_columns import rank_of

# FROGS, biom_to_tsv: the first header has a # in front.
_FROGS = frozenset(
    {
        *("comment", "status", "rdp_tax_and_bootstrap", "blast_subject", "blast_perc_identity"),
        *("blast_perc_query_coverage", "blast_evalue", "blast_aln_length", "seed_id"),
    }
)
_FROGS_TAKEN = frozenset({"blast_taxonomy", "seed_sequence", "observation_name", "observation_sum"})
# FUNGuild and FUNGuildR, without spaces and marks, which R writes as points.
_FUNGUILD = frozenset(
    {
        *("taxonlevel", "taxonomiclevel", "trophicmode", "guild", "growthmorphology", "growthform"),
        *("trait", "confidenceranking", "notes", "citationsource"),
    }
)
# Centrifuge's own report, and Centrifuger's: a row for a taxon, of one library.
_CENTRIFUGE = ("name", "taxID", "taxRank", "genomeSize", "numReads", "numUniqueReads")


@dataclass(frozen=True, slots=True)
class Shape:
    """Whose table it is, headers beside its counts, and the header above the names of rows."""

    name: str = ""
    beside: tuple[str, ...] = ()
    names: str = ""

    def notes(self) -> list[str]:
        """Say what is not taken."""
        told = ", ".join(self.beside)
        return [f"{self.name}: {told} are beside the counts, and not taken"] if told else []


def shape_of(header: Iterable[str]) -> Shape:
    """Tell a table of FROGS, EPI2ME or FUNGuild by its header; another one has no name."""
    names = [name.strip() for name in header]
    bare = {_without_mark(name): name for name in names}
    if {"observation_name", "blast_subject"} <= bare.keys() or (
        {"observation_name", "rdp_tax_and_bootstrap"} <= bare.keys()
    ):
        return _of_frogs(bare)
    # Its report has the lowest rank in front, and `tax` behind the other ranks.
    is_report = bool({"superkingdom", "tax"} <= bare.keys() and rank_of(names[0]))
    if {"tax", "total"} <= bare.keys() and (names[0] == "tax" or is_report):
        ranks = [name for name in names if rank_of(name)]
        return Shape("a table of EPI2ME (wf-16s, wf-metagenomics)", tuple(ranks), "tax")
    plain = {name: re.sub(r"[\W_]", "", name.lower()) for name in names}
    if {"trophicmode", "guild"} <= set(plain.values()):
        has_level = bool({"taxonlevel", "taxonomiclevel"} & set(plain.values()))
        known = _FUNGUILD | ({"taxon"} if has_level else set())
        beside = tuple(name for name, word in plain.items() if word in known)
        return Shape("a table of FUNGuild", beside)
    return Shape()


def _without_mark(name: str) -> str:
    return name.removeprefix("#").strip()


def _of_frogs(bare: dict[str, str]) -> Shape:
    beside = _FROGS - (set() if "blast_taxonomy" in bare else {"rdp_tax_and_bootstrap"})
    return Shape(
        "a table of FROGS (biom_to_tsv)",
        tuple(name for word, name in bare.items() if word in beside),
        bare["observation_name"],
    )


def is_of_centrifuge(header: Sequence[str]) -> bool:
    """Tell whether a header is that of Centrifuge's own report."""
    return tuple(header[: len(_CENTRIFUGE)]) == _CENTRIFUGE


def check_centrifuge(header: Sequence[str], source: str) -> None:
    """Stop at Centrifuge's own report, whose columns of numbers are no libraries.

    It counts reads that go to several taxa once for each.

    Raises
    ------
    InputError
        Then.

    """
    if is_of_centrifuge(header):
        raise problem_of(
            "import-profile",
            source,
            found=", ".join(header)[:100],
            expected="a report in Kraken's form; in this one of Centrifuge's own, a read of several"
            " taxa counts for each",
            fix="Run `centrifuge-kreport -x INDEX S1.out > S1.kreport` (Centrifuger:"
            " `centrifuger-kreport`) and import that as `kraken2`",
        )


def check_libraries(shape: Shape, header: Sequence[str], source: str) -> None:
    """Stop where a table has no libraries: FROGS' list of hits, or Centrifuge's own report.

    Raises
    ------
    InputError
        Then.

    """
    check_centrifuge(header, source)
    taken = [name for name in header if name not in shape.beside]
    if "FROGS" in shape.name and {_without_mark(name) for name in taken} <= _FROGS_TAKEN:
        raise _no_libraries(source, header)


def _no_libraries(source: str, header: Sequence[str]) -> InputError:
    return problem_of(
        "import-table-count",
        source,
        found=", ".join(header)[:100],
        expected="columns of libraries behind those of FROGS",
        fix="Name the table of abundances that FROGS' biom_to_tsv writes, not that of multi-hits",
    )


def place_of_names(header: Sequence[str], stated: str) -> int:
    """Tell in which column the names of rows are; `stated` is the header that the user names."""
    places = long_places(header)
    if not stated and places:
        return places[0]
    names = stated or shape_of(header).names
    return header.index(names) if names in header else 0
