"""The page on a harmonised dataset: what was merged and why so, and what drives its differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from soilbio.dataset.history import ORIGINS, PLACEMENT, merges_of, pairs_of
from soilbio.diversity.comparable import slug_of
from soilbio.diversity.design import LABORATORY, METHOD, SAMPLE
from soilbio.diversity.laboratories import Gene, Row
from soilbio.report.content import Block, Bullets, Cards, Choice, Panel, Plot, Section, grid, write
from soilbio.report.figures_diversity import Point, ordination
from soilbio.report.methods_laboratories import told_of_genes
from soilbio.report.page import render_page
from soilbio.report.references import References

_FRACTIONS = ("laboratory_only", "soil_only", "shared", "unexplained")
_MOST_IN_MATRIX = 12
# What is seen as often by chance is no finding.
_BY_CHANCE = 0.05
# Groups of the picture that have no colour of their own.
_OF_ONE, _NOT_STATED = "soils of one laboratory", "not stated"
_FOR = "the holders of this dataset; not to be passed on"


def build_laboratories_page(
    title: str,
    history: Mapping[str, Any],
    whole: Mapping[str, Sequence[Row]],
    genes: Sequence[Gene],
    asked: Mapping[str, Any],
) -> str:
    """Make the page of a merged dataset.

    Parameters
    ----------
    title : str
    history : mapping
        `provenance/harmonised.json`.
    whole : mapping of name to rows
        `laboratories`, `controls` and `genera`, as `soilbio.diversity` gives them.
    genes : sequence of Gene
    asked : mapping
        The settings of the command.

    """
    sections = [
        Section("brought", "Who brought what", tuple(_brought(whole, history))),
        Section("level", "What can be compared", tuple(_level(history)), "Comparability"),
        Section("lost", "What was lost where", tuple(_lost(history)), "Losses"),
        Section("genera", "Genera that are there", tuple(_genera(whole["genera"])), "Genera"),
    ]
    for gene in genes:
        sections += list(_gene_sections(gene, _level_of(gene, history)))
    sections.append(Section("methods", "Methods", tuple(_methods(genes, asked)), "Methods"))
    return render_page(title, _FOR, sections)


def _methods(genes: Sequence[Gene], asked: Mapping[str, Any]) -> Iterator[Block]:
    yield (
        "What was done for this page, for a methods section (methods.md beside it); soilbio methods"
        " tells how the dataset was made and merged."
    )
    cite = References()
    yield from [f"{gene.gene}: {text}" for gene, text in told_of_genes(genes, asked, cite)]
    if cite.listed:
        numbered = enumerate(cite.listed, start=1)
        yield Bullets("References", tuple(f"[{place}] {one}" for place, one in numbered))


def _brought(whole: Mapping[str, Sequence[Row]], history: Mapping[str, Any]) -> Iterator[Block]:
    rows = whole["laboratories"]
    reads, libraries = (sum(row[name] for row in rows) for name in ("reads", "libraries"))
    yield Cards(
        (
            (write(len(rows)), "laboratories"),
            (write(libraries), "libraries"),
            (write(reads), "reads"),
            (str(history["level"]), "level of merging"),
        )
    )
    columns = (LABORATORY, "libraries", "samples", "assays", "reads", "controls", "agreements")
    table = [[row[name] for name in columns] for row in rows]
    note = "Controls are what each laboratory sent of them; none means that nothing can be said."
    yield grid("Laboratories", columns, table, note=note, is_folded=False)
    if whole["controls"]:
        names = tuple(whole["controls"][0])
        told = [[row[name] for name in names] for row in whole["controls"]]
        note = "Of a clean blank there is little; what it shares with soils may have come of them."
        yield grid("Controls", names, told, note=note, is_folded=False)


def _level(history: Mapping[str, Any]) -> Iterator[Block]:
    yield (
        f"Merged by {history['level']}: the finest level that is sound for all assays whose"
        " numbers can be compared, or the coarser one that was asked for."
        " Each pair has its reasons."
    )
    rows = [
        [
            *(pair["one"], pair["other"], pair["level"], "; ".join(_because(pair))),
            ", ".join(pair.get("common", ())),
        ]
        for pair in pairs_of(history)
    ]
    yield from _matrix(pairs_of(history))
    columns = ("assay", "with", "finest level", "because", "both say the same of")
    yield grid("Pairs of assays", columns, rows, is_folded=False)
    for merging in merges_of(history):
        yield from _compared_with(merging)


def _compared_with(merging: Mapping[str, Any]) -> Iterator[Block]:
    """Tell to what sequences were cut, or where they were placed, in one of the mergings."""
    for gene, window in merging.get("common_regions", {}).items():
        least, most = window["length_bp"]
        pair = [window[name] for name in ("forward_primer", "reverse_primer")]
        region = f"the region between {' and '.join(pair)}" if all(pair) else "a common region"
        yield (
            f"{gene}: sequences were trimmed to {region}, {least} to {most} bases, placed on"
            f" {window['references_with_all_primers']:,} references that hold all primers."
        )

    if known := merging.get("classified"):
        yield (
            f"Sequences were classified anew with {known['classifier']} and {known['reference']}"
            f" {known['reference_version']}."
        )
    for length in sorted(set(merging.get("common_lengths", {}).values())):
        names = [name for name, own in merging["common_lengths"].items() if own == length]
        yield f"{', '.join(sorted(names))}: sequences were cut to {length:,} bases."
    for name, (start, end) in sorted(merging.get("common_ends", {}).items()):
        yield (
            f"{name}: sequences were cut by {start:,} bases at their start and {end:,} at their"
            " end, where those of other assays begin and end."
        )
    if placed := merging.get("placement"):
        yield (
            f"{', '.join(placed['assays'])}: sequences were placed on a tree of {placed['tips']:,}"
            f" genes (RAxML {placed['programs']['RAxML']}, {placed['model']}), cut into"
            f" {placed['clades']:,} clades whose tips are at most {placed['clade_diameter']:g}"
            f" apart; each is of the clade that has {placed['least_weight']:g} of its likelihood"
            f" at the least, if {placed['least_like']:g} of it is as in one of the clade's tips."
            " provenance/placement.tsv lists them all, and why one is of no clade."
        )


def _matrix(pairs: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    """Show the finest level of all pairs at a glance, unless they are too many for a page."""
    names = sorted({pair[side] for pair in pairs for side in ("one", "other")})
    if not 2 < len(names) <= _MOST_IN_MATRIX:
        return
    level_of = {frozenset((pair["one"], pair["other"])): pair["level"] for pair in pairs}
    rows = [[one, *(level_of.get(frozenset((one, other))) for other in names)] for one in names]
    yield grid("Finest sound level", ("assay", *names), rows, is_folded=False)


def _because(pair: Mapping[str, Any]) -> list[str]:
    return [f"{rule['because']} ({rule['source']})" for rule in pair["rules"]]


def _lost(history: Mapping[str, Any]) -> Iterator[Block]:
    columns = ("dataset", "features", "features_after", "reads", "reads_after", "without_name")
    for merging in merges_of(history):
        rows = [
            [_cell(name, row.get(name)) for name in columns] for row in merging.get("losses", ())
        ]
        title = "Before and after" if merging is history else "Before and after, earlier"
        if rows:
            note = (
                "Without name: the share of reads that has no name at the level of merging, or that"
                " is of no clade."
            )
            title += f": by {merging['level']}"
            yield grid(title, columns, rows, note=note, is_folded=False)
        notes = sorted(merging["notes"].items())
        yield Bullets(
            "" if merging is history else "Merged before",
            tuple(f"{name.replace('_', ' ')}: {number:,}" for name, number in notes),
        )
    yield (
        f"What each dataset said of its features, verbatim, is in {ORIGINS}; what fell outside a"
        " common region is listed in provenance/outside_window.tsv."
    )


def _cell(name: str, value: object) -> object:
    """Write a share as percent, and what is not there (reads of shares) as such."""
    if value is None:
        return "none"
    is_share = name == "without_name" and isinstance(value, (int, float))
    return f"{100 * float(str(value)):.1f} %" if is_share else value


def _genera(rows: Sequence[Row]) -> Iterator[Block]:
    yield (
        "Where counts cannot be compared (another gene, metagenomes, shares), which genera are"
        " there can. Controls and flagged features are left out."
    )
    columns = ("one", "other", "one_genera", "other_genera", "in_common")
    yield grid("Genera", columns, [[row[name] for name in columns] for row in rows])


def _level_of(gene: Gene, history: Mapping[str, Any]) -> str:
    """Give the level by which a gene was merged: others than the ITS have no hypotheses, say."""
    level = str(history["level"])
    placed = history.get(PLACEMENT, {}).get("assays", gene.assays)
    is_other = level == "sh" and "ITS" not in gene.gene.upper()
    return "feature" if is_other or not {*placed} & {*gene.assays} else level


def _gene_sections(gene: Gene, level: str) -> Iterator[Section]:
    slug = slug_of(gene.gene.lower())
    is_plain = level == "feature"
    yield Section(
        f"{slug}-differences",
        f"{gene.gene}: what drives the differences",
        tuple(_drivers(gene, slug)),
        f"{gene.gene}: differences",
    )
    overlap = [[row["one"], row["other"], row["features"], row["genera"]] for row in gene.overlap]
    table = grid(
        "Shared by laboratories",
        ("laboratory", "with", "features" if is_plain else f"taxa by {level}", "genera"),
        overlap,
        is_folded=False,
    )
    text = "Features and genera of soils, controls and flagged features left out."
    if not is_plain:
        text += (
            f" The dataset was merged by {level}: taxa, named or not at that level, are counted,"
            f" and no sequences; which of these several laboratories have, {ORIGINS} tells."
        )
    yield Section(
        f"{slug}-overlap",
        f"{gene.gene}: what laboratories share",
        (text, table),
        f"{gene.gene}: overlap",
    )


def _drivers(gene: Gene, slug: str) -> Iterator[Block]:
    out = len(gene.standard.left_out)
    yield (
        f"Of {', '.join(gene.assays)}, whose numbers may be compared; others stand beside them."
        f" {len(gene.standard.libraries)} libraries, {gene.standard.told}; {out} are left out, with"
        " too few reads or as controls. Bray-Curtis of shares. Raw counts stay in the dataset;"
        " nothing is corrected."
    )
    yield from (f"{note[0].upper()}{note[1:]}." for note in gene.notes)
    if gene.points:
        yield _panel(gene, slug)
    yield from _words(gene)
    if gene.tests:
        doubt = ("p_may_be",) if any("p_may_be" in row for row in gene.tests) else ()
        how = ("permuted", "permutations", "n_libraries", "note")
        columns = ("column", "r2", "p_value", *doubt, *how)
        rows = [[row.get(name) for name in columns] for row in gene.tests]
        note = (
            "One library a sample, laboratory and method. Permuted freely where each soil has one;"
            " else within soils what differs in them, within laboratories which soil it is, and"
            " whole soils, with all their libraries, by what soils differ in."
        )
        yield grid("PERMANOVA", columns, rows, note=note, is_folded=False)
    if gene.parts:
        fractions = ("column", "libraries", "soils", *_FRACTIONS, "note", "remark")
        rows = [[row.get(name) for name in fractions] for row in gene.parts]
        note = "Adjusted R2: below 0 is less than chance gives; others are too high then."
        yield grid("Variation parted", fractions, rows, note=note, is_folded=False)


def _panel(gene: Gene, slug: str) -> Panel:
    columns = [name for name in gene.points[0] if name not in ("library_id", "pc1", "pc2")]
    variants: dict[tuple[str, ...], Any] = {(name,): _picture(gene, name) for name in columns}
    plot = Plot(
        f"{slug}-ordination",
        "Libraries, near where they are alike",
        "Principal coordinates of Bray-Curtis; each point is a library, coloured by group. Its sign"
        " is its laboratory's.",
        variants,
    )
    # Colours of soils and signs of laboratories show in one picture which of the two are together.
    first = next((name for name in columns if name not in (LABORATORY, METHOD)), LABORATORY)
    return Panel(f"panel-{slug}", (plot,), (Choice("colour", tuple(columns), first),))


def _picture(gene: Gene, column: str) -> Any:
    groups: dict[str, list[Point]] = {}
    makers: dict[str, set[str]] = {}
    for row in gene.points:
        makers.setdefault(row[column], set()).add(row[LABORATORY])
    for row in sorted(gene.points, key=lambda row: (row[column], row["library_id"])):
        point = Point(row["library_id"], row["pc1"], row["pc2"], row[LABORATORY])
        name = row[column] or _NOT_STATED
        if column == SAMPLE and len(makers[row[column]]) == 1:
            name = _OF_ONE
        groups.setdefault(name, []).append(point)
    grey = [name for name in (_OF_ONE, _NOT_STATED) if name in groups]
    groups |= {name: groups.pop(name) for name in grey}
    return ordination(groups, gene.explained, grey)


def _words(gene: Gene) -> Iterator[Block]:
    """Say which explains more, in a sentence a column."""
    for row in gene.parts:
        if "unexplained" not in row:
            yield f"{row['column']}: {row['note']}."
            continue
        laboratory, soil = (
            min(1.0, max(0.0, row[name])) for name in ("laboratory_only", "soil_only")
        )
        if row["note"]:
            yield f"{row['column']}: {row['note']}. No sentence on either can be defended."
            continue
        tested = {name: _test_of(gene, name) for name in (LABORATORY, row["column"])}
        remark = f" ({row['remark']})" if row.get("remark") else ""
        yield f"{row['column']}{remark}: {_which(laboratory, soil)} {_chance(tested)}"


def _which(laboratory: float, soil: float) -> str:
    """Say which of two shares is more."""
    if not max(laboratory, soil):
        return "neither laboratory nor soil explains more of the differences than chance does."
    more, less = ("laboratory", "soil") if laboratory > soil else ("soil", "laboratory")
    shares = [f"{100 * share:.1f} %" for share in sorted((laboratory, soil), reverse=True)]
    return (
        f"{more} alone explains more of the differences than {less} alone"
        f" ({' against '.join(shares)})."
    )


def _test_of(gene: Gene, column: str) -> Row:
    """Give the test of a column: of soils of several laboratories, if they are enough to tell."""
    rows = [row for row in gene.tests if row["column"] == column and row.get("p_value") is not None]
    enough = [row for row in rows if row.get("least_p", 0) <= _BY_CHANCE]
    return next(iter((*enough, *rows)), {})


def _chance(tested: Mapping[str, Row]) -> str:
    """Say whether laboratory and soil are told from chance, by PERMANOVA, as far as p is known."""
    known = {name: float(row["p_value"]) for name, row in tested.items() if row}
    told = ", ".join(
        f"{name} p = {known[name]:g}" if name in known else f"{name} not tested" for name in tested
    )
    wrong = {name: row["p_may_be"] for name, row in tested.items() if "p_may_be" in row}
    sure = [name for name in tested if name not in wrong]
    by_chance = [name for name in sure if known.get(name, 1.0) > _BY_CHANCE]
    if by_chance:
        found = f"Of {' and '.join(by_chance)} this may be chance (PERMANOVA: {told}): what it"
        found += " explains is no finding."
    elif not wrong:
        return f"Both differ by more than chance (PERMANOVA: {told})."
    else:
        found = "".join(f"{name} differs by more than chance." for name in sure)
        found += f"{' ' if sure else ''}PERMANOVA: {told}."
    if not wrong:
        return found
    ways = " and ".join(f"that of {name} {how}" for name, how in wrong.items())
    return (
        f"{found} Of {' and '.join(wrong)} it cannot be told whether this is chance or a finding"
        f" without knowing which samples are of one soil: p may be wrong ({ways}). Whoever merged"
        " the datasets and knows their soils can tell, by the same command."
    )
