"""How laboratories were measured against soils, as a methods section tells it, with citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from soilbio import __version__
from soilbio.diversity.design import SAMPLE
from soilbio.diversity.laboratories import Gene
from soilbio.diversity.restricted import FREELY, WHOLE, WITHIN
from soilbio.report.content import listed, plural
from soilbio.report.references import References

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
    cite = References()
    paragraphs = [f"**{gene.gene}.** {text}" for gene, text in told_of_genes(genes, asked, cite)]
    cited = "\n".join(f"{place}. {one}" for place, one in enumerate(cite.listed, start=1))
    blocks = ["# What drives the differences", *paragraphs]
    return "\n\n".join([*blocks, *(["## References", cited] if cited else [])]) + "\n"


def told_of_genes(
    genes: Sequence[Gene], asked: Mapping[str, Any], cite: References
) -> Iterator[tuple[Gene, str]]:
    """Yield what was done with the libraries that may be compared, of each gene."""
    for gene in genes:
        yield gene, " ".join(_of_gene(gene, asked, cite))


def _of_gene(gene: Gene, asked: Mapping[str, Any], cite: References) -> Iterator[str]:
    standard = gene.standard
    drawn = _RAREFYING if standard.coverage is None else _COVERAGE
    seed = "" if standard.shares_of else f" (seed {asked['seed']}){cite.said(drawn)}"
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
        f"Dissimilarities are Bray-Curtis of shares{cite.said(_BRAY_CURTIS)}, drawn as principal"
        f" coordinates{cite.said(_COORDINATES)} (scikit-bio{cite.used('scikit-bio')}), of which the"
        f" first two hold {100 * first:.1f} % and {100 * second:.1f} % of the variation."
    )
    yield from _of_tests(gene, asked, cite)
    yield from _of_parts(gene, cite)


def _of_tests(gene: Gene, asked: Mapping[str, Any], cite: References) -> Iterator[str]:
    """Tell what was tested, and how labels were permuted."""
    ways: dict[str, dict[str, None]] = {}
    for row in gene.tests:
        if row.get("p_value") is not None:
            is_soil = row["column"] == SAMPLE and row["permuted"] == WITHIN
            way = _WITHIN_MAKERS if is_soil else _PERMUTED[row["permuted"]]
            ways.setdefault(way, {})[str(row["column"])] = None
    if not ways:
        return
    tested = cite.said(_PERMANOVA)
    strata = cite.said(_STRATA) if _has_blocks(gene) else ""
    told = [f"{listed(list(own), _SHOWN)} {way}" for way, own in ways.items()]
    yield (
        f"Differences were tested by PERMANOVA{tested}, with one library of each sample, laboratory"
        f" and method (the deepest) and {asked['permutations']:,} permutations (seed"
        f" {asked['seed']}), or all there are if these are fewer; labels were permuted{strata}:"
        f" {'; '.join(told)}."
    )


def _of_parts(gene: Gene, cite: References) -> Iterator[str]:
    columns = [str(row["column"]) for row in _parted(gene)]
    if not columns:
        return
    yield (
        f"By {listed(columns, _SHOWN)}, variation was parted{cite.said(_PARTED)} into what"
        " laboratory alone, soils alone, both together and neither explain, on all principal"
        f" coordinates with a positive eigenvalue{cite.said(_ON_COORDINATES)}, as adjusted"
        f" R2{cite.said(_ADJUSTED)}{_BY_PERMUTING if _has_blocks(gene) else ''}."
    )


def _has_blocks(gene: Gene) -> bool:
    """Tell whether soils have several libraries, so that these are not permuted freely."""
    return any(row.get("permuted") in (WITHIN, WHOLE) for row in gene.tests)


def _parted(gene: Gene) -> list[Mapping[str, Any]]:
    return [row for row in gene.parts if "unexplained" in row]
