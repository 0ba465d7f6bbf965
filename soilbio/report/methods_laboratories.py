"""How laboratories were measured against soils, as a methods section tells it, with citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from soilbio import __version__
from soilbio.diversity.design import SAMPLE
from soilbio.diversity.laboratories import Gene
from soilbio.diversity.restricted import FREELY, WHOLE, WITHIN
from soilbio.report.citations import citations_of
from soilbio.report.content import listed, plural

_RAREFYING = "Hurlbert 1971, Ecology 52:577"
_COVERAGE = "Chao & Jost 2012, Ecology 93:2533"
_BRAY_CURTIS = "Bray & Curtis 1957, Ecol. Monogr. 27:325"
_COORDINATES = "Gower 1966, Biometrika 53:325"
_PERMANOVA = "Anderson 2001, Austral Ecol. 26:32"
_STRATA = "Anderson & ter Braak 2003, J. Stat. Comput. Simul. 73:85"
_PARTED = "Borcard et al. 1992, Ecology 73:1045"
_ON_COORDINATES = "Legendre & Anderson 1999, Ecol. Monogr. 69:1"
_ADJUSTED = "Peres-Neto et al. 2006, Ecology 87:2614"
_BY_PERMUTING = (
    ", which where soils have several libraries is adjusted by what the same permutations explain"
    " on average"
)
_WITHIN_MAKERS = "within laboratory and method"
_PERMUTED = {
    WITHIN: "within soils",
    WHOLE: "as whole soils, with all their libraries",
    FREELY: "freely, among soils of one library each",
}
_SHOWN = 12


def methods_of_laboratories(genes: Sequence[Gene], asked: Mapping[str, Any]) -> str:
    """Write what was done to tell laboratories from soils in Markdown, with what to cite.

    Parameters
    ----------
    genes : sequence of Gene
    asked : mapping
        The settings of the command: `seed`, `permutations`, `by`.

    """
    paragraphs = [f"**{gene.gene}.** {text}" for gene, text in told_of_genes(genes, asked)]
    cited = "\n".join(f"{place}. {one}" for place, one in enumerate(literature_of(genes), start=1))
    blocks = ["# What drives the differences", *paragraphs]
    return "\n\n".join([*blocks, *(["## References", cited] if cited else [])]) + "\n"


def told_of_genes(genes: Sequence[Gene], asked: Mapping[str, Any]) -> Iterator[tuple[Gene, str]]:
    """Yield what was done with the libraries that may be compared, of each gene."""
    for gene in genes:
        yield gene, " ".join(_of_gene(gene, asked))


def literature_of(genes: Sequence[Gene]) -> list[str]:
    """List what to cite, in the order of what was done: of what was done, and nothing else."""
    found: list[str] = []
    measured = [gene for gene in genes if gene.points]
    for gene in measured:
        if not gene.standard.shares_of:
            found.append(_RAREFYING if gene.standard.coverage is None else _COVERAGE)
    if measured:
        found += [_BRAY_CURTIS, _COORDINATES]
    tested = [row for gene in genes for row in gene.tests if row.get("p_value") is not None]
    if tested:
        found.append(_PERMANOVA)
    if any(row.get("permuted") in (WITHIN, WHOLE) for row in tested):
        found.append(_STRATA)
    if any(_parted(gene) for gene in genes):
        found += [_PARTED, _ON_COORDINATES, _ADJUSTED]
    return list(dict.fromkeys([*found, *(citations_of("scikit-bio") if measured else [])]))


def _of_gene(gene: Gene, asked: Mapping[str, Any]) -> Iterator[str]:
    standard = gene.standard
    seed = "" if standard.shares_of else f" (seed {asked['seed']})"
    yield (
        f"{plural(len(standard.libraries), 'library', 'libraries')} of"
        f" {listed(gene.assays, _SHOWN)} were compared with soilbio {__version__},"
        f" {standard.told}{seed}; {plural(len(standard.left_out), 'library', 'libraries')}, with"
        " too few reads or controls, took no part."
    )
    if not gene.points:
        yield from (f"{note[0].upper()}{note[1:]}." for note in gene.notes)
        return
    first, second = gene.explained
    yield (
        "Dissimilarities are Bray-Curtis of shares, drawn as principal coordinates, of which the"
        f" first two hold {100 * first:.1f} % and {100 * second:.1f} % of the variation."
    )
    yield from _of_tests(gene, asked)
    yield from _of_parts(gene)


def _of_tests(gene: Gene, asked: Mapping[str, Any]) -> Iterator[str]:
    """Tell what was tested, and how labels were permuted."""
    ways: dict[str, dict[str, None]] = {}
    for row in gene.tests:
        if row.get("p_value") is not None:
            is_soil = row["column"] == SAMPLE and row["permuted"] == WITHIN
            way = _WITHIN_MAKERS if is_soil else _PERMUTED[row["permuted"]]
            ways.setdefault(way, {})[str(row["column"])] = None
    if not ways:
        return
    told = [f"{listed(list(own), _SHOWN)} {way}" for way, own in ways.items()]
    yield (
        "Differences were tested by PERMANOVA, with one library of each sample, laboratory and"
        f" method (the deepest) and {asked['permutations']:,} permutations (seed {asked['seed']}),"
        f" or all there are if these are fewer; labels were permuted: {'; '.join(told)}."
    )


def _of_parts(gene: Gene) -> Iterator[str]:
    columns = [str(row["column"]) for row in _parted(gene)]
    if not columns:
        return
    yield (
        f"By {listed(columns, _SHOWN)}, variation was parted into what laboratory alone, soils"
        " alone, both together and neither explain, on all principal coordinates with a positive"
        f" eigenvalue, as adjusted R2{_BY_PERMUTING if _has_blocks(gene) else ''}."
    )


def _has_blocks(gene: Gene) -> bool:
    """Tell whether soils have several libraries, so that these are not permuted freely."""
    return any(row.get("permuted") in (WITHIN, WHOLE) for row in gene.tests)


def _parted(gene: Gene) -> list[Mapping[str, Any]]:
    return [row for row in gene.parts if "unexplained" in row]
