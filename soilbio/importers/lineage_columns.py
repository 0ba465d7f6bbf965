"""Which columns of text tell of features: lineages in one or in many, sequences, supports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.forms import are_lineages, are_sequences, is_nothing
from soilbio.importers.rank_columns import NUMBERED, Ranks, lineages_in, rank_of, supports_in
from soilbio.importers.ranked_names import is_absent, positional, prefixed, scientific

# Headers of one column that holds the whole lineage, and of the ranks where each has its own.
LINEAGE = re.compile(
    r"^(?:taxonomy|taxon|taxa|tax|lineage|consensus ?lineage|taxpath|taxonomic.*path|"
    r"classification)$",
    re.IGNORECASE,
)
# Others may be such: `OTUConTaxonomy`, `Taxonomy (SILVA)`, `blast_lineage`.
_LIKE_LINEAGE = re.compile(r"tax(?:on|a|path|$|[_ .])|lineage|classif", re.IGNORECASE)
_CONFIDENCE = re.compile(r"^(?:confidence|consensus|boot(?:strap)?s?)$", re.IGNORECASE)
SEQUENCE = re.compile(
    r"^(?:sequences?|seq|(?:dna|asv|otu|rep\w*|nucleotide|consensus)[_ .]?seq(?:uence)?)$",
    re.IGNORECASE,
)
# DADA2's addSpecies, as ampliseq writes it beside the species of assignTaxonomy.
_EXACT = re.compile(r"^species[ _.]exact$", re.IGNORECASE)
# UNITE's species hypotheses, which a lineage has behind its names.
_HYPOTHESIS = re.compile(r"(?:sh__)?(SH\d{6,8}\.\d{2}FU)")
_CALLED_HYPOTHESIS = re.compile(
    r"^(?:sh|species[ _.]hypothes[ie]s)(?:[ _.]?(?:id|code))?$", re.IGNORECASE
)
_LOOKED_AT = 2000  # cells by which columns are told apart


def is_of_features(header: str) -> bool:
    """Tell whether a header is one of a lineage or rank, by its word alone."""
    return bool(rank_of(header) or LINEAGE.match(header.strip()))


def is_beside_lineages(header: str) -> bool:
    """Tell whether a header is one of what is told of features beside lineages, by its word."""
    words = (SEQUENCE, _CONFIDENCE, _EXACT, _CALLED_HYPOTHESIS)
    return any(word.match(header.strip()) for word in words)


def is_called_lineage(header: str) -> bool:
    """Tell whether a header is one of lineages, by its word or by one alike."""
    return bool(LINEAGE.match(header.strip()) or _LIKE_LINEAGE.search(header))


@dataclass(frozen=True, slots=True)
class Columns:
    """Headers: of the whole lineage, of ranks (by column), of ranks by number; sequence, support.

    Beside a whole lineage those of ranks count where it says nothing.
    `more` are those of ranks of other classifiers or databases.
    `lowest` are GBIF's scientificName, a name of any rank, and taxonRank; `hypothesis` is UNITE's
    SH, `exact` the species of sequences that are the same. `supports` are those of each rank, where
    there is no one of all (`confidence`). `beside` hold lineages, too, and are not taken.
    """

    whole: str = ""
    ranks: Ranks = ()
    more: tuple[Ranks, ...] = ()
    numbered: tuple[str, ...] = ()
    lowest: tuple[str, str] = ("", "")
    sequence: str = ""
    confidence: str = ""
    hypothesis: str = ""
    exact: str = ""
    supports: Ranks = ()
    beside: tuple[str, ...] = ()

    @property
    def has_lineages(self) -> bool:
        """Whether there is a lineage in them, whole or by rank."""
        return bool(self.whole or self.ranks or self.numbered or self.lowest[0] or self.hypothesis)

    @property
    def taken(self) -> set[str]:
        """Headers of what is taken."""
        one = {self.whole, self.sequence, self.confidence, self.hypothesis, self.exact}
        one |= {*self.lowest, *self.numbered}
        ranks = (self.ranks, self.supports, *self.more)
        return one | {name for columns in ranks for name, _ in columns}


def columns_of(texts: Mapping[str, Sequence[str]], source: str = "") -> Columns:
    """Tell columns of text by their headers, and by what is in them.

    Raises
    ------
    InputError
        If a column by its header holds lineages and does not, or several may be it.

    """
    wholes = [name for name in texts if LINEAGE.match(name)]
    lowest = _by_name(texts, "scientificname"), _by_name(texts, "taxonrank")
    ranks, *others_of_ranks = lineages_in(texts) or [()]
    numbered = _numbered(texts)
    fitting = [name for name in wholes if _holds_lineages(texts[name], is_said=True)]
    has_ranks = bool(ranks or numbered or lowest[0])
    if wholes and not fitting and not has_ranks and any(told_cells(texts[wholes[0]])):
        raise _no_ranks(source, wholes[0], texts[wholes[0]])
    others = _others(texts, [*fitting, *numbered, *(name for name, _ in ranks)])
    if len(others) > 1 and not has_ranks and not fitting:
        raise _several(source, others)
    whole = (fitting or ([] if has_ranks else others) or [""])[0]
    beside = [name for name in (*fitting, *others) if name != whole]
    if not has_ranks and not whole and _first_numbered(texts):
        first = _first_numbered(texts)
        raise _no_ranks(source, first, texts[first])
    support = next((name for name in texts if _CONFIDENCE.match(name)), "")
    return Columns(
        whole,
        ranks,
        () if whole else tuple(others_of_ranks),
        () if whole or ranks else numbered,
        lowest,
        _sequence(texts, source),
        support,
        next((name for name, cells in texts.items() if _are_hypotheses(cells)), ""),
        next((name for name in texts if _EXACT.match(name) and _has_species(ranks, name)), ""),
        () if support or not ranks else supports_in(texts),
        tuple(beside),
    )


def _has_species(ranks: Ranks, beside: str) -> bool:
    """Tell whether columns of ranks have one of species, beside another one of such."""
    return any(rank == "species" and name != beside for name, rank in ranks)


def _by_name(texts: Mapping[str, Sequence[str]], wanted: str) -> str:
    return next((name for name in texts if name.lower() == wanted), "")


def _are_hypotheses(cells: Sequence[str]) -> bool:
    filled = told_cells(cells)
    return bool(filled) and all(_HYPOTHESIS.fullmatch(cell.strip()) for cell in filled)


def told_cells(cells: Sequence[str]) -> list[str]:
    """Give the cells that tell something, the first of them."""
    filled = (cell for cell in cells if not is_nothing(cell))
    return [cell for cell, _ in zip(filled, range(_LOOKED_AT), strict=False)]


def _holds_lineages(cells: Sequence[str], *, is_said: bool) -> bool:
    return are_lineages(told_cells(cells), is_said=is_said)


def _numbered(texts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Give columns of ranks that have numbers, if their first one is of domains or kingdoms."""
    kinds: dict[str, dict[int, str]] = {}
    for name in texts:
        if found := NUMBERED.match(name):
            kinds.setdefault(found[1].lower(), {}).setdefault(int(found[2]), name)
    for names in kinds.values():
        ordered = [names[number] for number in sorted(names)]
        filled = [told_cells(texts[name]) for name in ordered]
        is_single = all(not re.search("[;|,]", cell) for cells in filled for cell in cells)
        if is_single and are_lineages(filled[0]):
            return tuple(ordered)
    return ()


def _first_numbered(texts: Mapping[str, Sequence[str]]) -> str:
    """Give the first of columns that are called Rank1, Rank2 …; empty if there is one at most."""
    names = [name for name in texts if re.match(r"rank[._ -]?\d$", name, re.IGNORECASE)]
    return sorted(names)[0] if len(names) > 1 else ""


def _others(texts: Mapping[str, Sequence[str]], known: Sequence[str]) -> list[str]:
    """Find columns of lineages by what is in them; those that are called alike come first."""
    names = [
        name
        for name in texts
        if name not in known
        and not rank_of(name)
        and _holds_lineages(texts[name], is_said=bool(_LIKE_LINEAGE.search(name)))
        and _has_several(texts[name])
    ]
    return [name for name in names if _LIKE_LINEAGE.search(name)] or names


def _has_several(cells: Sequence[str]) -> bool:
    """Tell whether there are several ranks in a cell: else it is the column of one."""
    return any(re.search("[;|,]", cell) for cell in told_cells(cells))


def _sequence(texts: Mapping[str, Sequence[str]], source: str) -> str:
    """Find the column of sequences, by its header or by what is in it."""
    said = next((name for name in texts if SEQUENCE.match(name)), "")
    if said and any(_is_bases(cell) for cell in texts[said]):
        return said
    found = [name for name, cells in texts.items() if are_sequences(told_cells(cells))]
    if len(found) > 1:
        raise problem_of(
            "import-sequence",
            source,
            found=", ".join(found),
            expected="one column of sequences",
            fix="Call the right one `sequence`, or say `table: {ignore_columns: [name]}` of the"
            " others",
        )
    return found[0] if found else ""


def _is_bases(text: str) -> bool:
    return len(text) > 5 and bool(re.fullmatch("[ACGTUNRYSWKMBDHV]+", text.strip(), re.IGNORECASE))


def _no_ranks(source: str, column: str, cells: Sequence[str]) -> InputError:
    return problem_of(
        "import-lineages",
        source,
        column=column,
        found=(told_cells(cells) or [""])[0][:60],
        expected="lineages from domain or kingdom down, or names with their ranks (`g__Bacillus`)",
        fix="Call the column by the rank of the names in it (Phylum, Genus …); or leave it out"
        + ("" if ".biom" in source else f": `table: {{ignore_columns: ['{column}']}}`"),
    )


def _several(source: str, names: Sequence[str]) -> InputError:
    return problem_of(
        "import-lineages",
        source,
        found=", ".join(names),
        expected="one column of lineages, or one that is called `taxonomy`",
        fix="Say which are not to be taken: `table: {ignore_columns: [name]}` in --method",
    )


def lineages_of(texts: Mapping[str, Sequence[str]], columns: Columns) -> list[str]:
    """Write the lineage of each row, with prefixes where columns are of ranks.

    Where the column of whole lineages says nothing of a row, that of its ranks counts.
    """
    lineages = _lineages(texts, columns)
    if not columns.hypothesis:
        return lineages
    told = (_HYPOTHESIS.fullmatch(cell.strip()) for cell in texts[columns.hypothesis])
    return [
        "; ".join(filter(None, (lineage, f"sh__{one[1]}")))
        if one and one[1] not in lineage
        else lineage
        for lineage, one in zip(lineages, told, strict=True)
    ]


def supports_of(texts: Mapping[str, Sequence[str]], columns: Columns) -> list[str]:
    """Give the support of each row's lineage: of those of ranks that of the deepest name."""
    number = len(next(iter(texts.values()), ()))
    if columns.confidence or not columns.supports:
        return [*texts[columns.confidence]] if columns.confidence else [""] * number
    column_of = {rank: name for name, rank in columns.supports}
    supports = [""] * number
    for name, rank in columns.ranks:
        for at, cell in enumerate(texts[name]):
            if not is_absent(cell) and not is_nothing(cell):
                supports[at] = texts[column_of[rank]][at] if rank in column_of else ""
    return supports


def further_lineages_of(
    texts: Mapping[str, Sequence[str]], columns: Columns
) -> list[tuple[str, ...]]:
    """Write the lineages that other classifiers or databases give each row; those that say any."""
    columns_by_rank = [_lineages(texts, Columns(ranks=ranks)) for ranks in columns.more]
    if columns.exact and not columns.whole:
        columns_by_rank.append(_differing(texts, columns))
    return [tuple(filter(_is_named, others)) for others in zip(*columns_by_rank, strict=True)]


def _differing(texts: Mapping[str, Sequence[str]], columns: Columns) -> list[str]:
    """Write the lineages of rows of which the exact species is another than their species."""
    species = next(name for name, rank in columns.ranks if rank == "species")
    ranks = tuple(
        (columns.exact if name == species else name, rank) for name, rank in columns.ranks
    )
    lineages = _lineages(texts, Columns(ranks=ranks))
    told = zip(texts[species], texts[columns.exact], strict=True)
    are_two = [
        not is_absent(own) and not is_absent(exact) and _epithet(own) != _epithet(exact)
        for own, exact in told
    ]
    return [one if differs else "" for one, differs in zip(lineages, are_two, strict=True)]


def _epithet(species: str) -> str:
    return re.split("[ _]", species.strip())[-1]


def _lineages(texts: Mapping[str, Sequence[str]], columns: Columns) -> list[str]:
    number = len(next(iter(texts.values()), ()))
    if columns.whole:
        by_rank = _lineages(texts, replace(columns, whole=""))
        return [
            ranks if is_nothing(whole) and _is_named(ranks) else whole
            for whole, ranks in zip(texts[columns.whole], by_rank, strict=True)
        ]
    if columns.numbered:
        return [positional([texts[name][at] for name in columns.numbered]) for at in range(number)]
    lineages = []
    for at in range(number):
        parts = [
            prefixed(rank, texts[_filled(texts, columns, (name, rank), at)][at])
            for name, rank in columns.ranks
        ]
        if columns.lowest[0] and "species" not in {rank for _, rank in columns.ranks}:
            names = {rank: texts[name][at] for name, rank in columns.ranks}
            rank = texts[columns.lowest[1]][at] if columns.lowest[1] else ""
            parts.append(scientific(texts[columns.lowest[0]][at], rank, names))
        lineages.append("; ".join(filter(None, parts)))
    return lineages


def _filled(
    texts: Mapping[str, Sequence[str]], columns: Columns, own: tuple[str, str], at: int
) -> str:
    """Give the column of a rank, or where it has no species the one of exact ones."""
    name, rank = own
    is_empty = bool(columns.exact) and rank == "species" and is_absent(texts[name][at])
    return columns.exact if is_empty else name


def _is_named(lineage: str) -> bool:
    """Tell whether there is a name behind any rank."""
    return any(not is_nothing(re.sub(r"^\w{1,3}__", "", part)) for part in lineage.split("; "))


def sequences_of(
    names: Sequence[str], texts: Mapping[str, Sequence[str]], columns: Columns, source: str
) -> list[str]:
    """Give the sequence of each row, from its column; what is none of bases is told.

    Raises
    ------
    InputError
        With all cells that hold something else.

    """
    problems = Problems(source)
    sequences = []
    for name, cell in zip(names, texts[columns.sequence], strict=True):
        text = "" if is_absent(cell) else cell.strip().upper().replace("U", "T")
        if text and not _is_bases(text) and len(problems.found) < _LOOKED_AT:
            problems.add(
                "import-sequence",
                column=name,
                found=cell[:40],
                expected=f"bases in the letters of IUPAC, in '{columns.sequence}'",
                fix="Remove gaps and other marks, or call the column otherwise",
            )
        sequences.append(text)
    problems.raise_if_any()
    return sequences
