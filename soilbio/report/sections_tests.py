"""Tests of groups of libraries, within the section on differences between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from soilbio.report.content import Block, grid, plural, write
from soilbio.report.material import Material, readable
from soilbio.report.results import Row, number

METRICS = ("bray_curtis", "jaccard", "robust_aitchison", "weighted_unifrac", "unweighted_unifrac")


def tests_blocks(material: Material) -> Iterator[Block]:
    """Show the tests that may be shown, in words and as a table."""
    rows: list[tuple[object, ...]] = []
    for assay_id, one in material.results.diversity.items():
        for row in one.tests:
            if row["column"] in material.view.columns:
                rows.append((assay_id, *_test_cells(row)))
    hidden = sorted(set(material.view.hidden_columns))
    if hidden:
        yield (
            f"Groups by {_named(hidden)} are not shown: the agreement withholds them from this "
            "recipient."
        )
    if not rows:
        yield "No test of groups was made, or none that may be shown."
        return
    yield from _tests_text(material)
    columns = ("assay", "distance", "column", "test", "n", "statistic", "R²", "p", "permutations")
    note = (
        "PERMANOVA asks whether groups differ in composition; R² is the share of variation that "
        "they explain. PERMDISP asks whether they differ in spread: where p is small, a PERMANOVA "
        "result may come from spread alone. n is the number of libraries. With few libraries p "
        "cannot become small, whatever the soils."
    )
    first = 0 if len(material.assay_ids) > 1 else 1
    end = None if any(row[-1] for row in rows) else -1
    yield grid(
        "Tests of groups",
        (*columns, "note")[first:end],
        [row[first:end] for row in rows],
        note=note,
        is_folded=False,
    )


def _named(columns: Sequence[str]) -> str:
    """Name the standard's columns and count a laboratory's own, whose names may tell something."""
    from soilbio.standards.mixs import SLOTS

    known = [readable(column) for column in columns if column in SLOTS]
    own = len(columns) - len(known)
    return ", ".join([*known, *([plural(own, "column") + " of its own"] if own else [])])


def _tests_text(material: Material) -> Iterator[str]:
    """Say in words what the first metric's PERMANOVA found, column by column."""
    for assay_id, one in material.results.diversity.items():
        done = [r for r in one.tests if r["test"] == "permanova" and number(r.get("p_value"))]
        first = next((metric for metric in METRICS if any(r["metric"] == metric for r in done)), "")
        for row in done:
            if row["metric"] == first and row["column"] in material.view.columns:
                yield _test_sentence(row, assay_id if len(material.assay_ids) > 1 else "")


def _test_sentence(row: Row, assay_id: str) -> str:
    p_value, share = number(row["p_value"]), number(row.get("r2"))
    verdict = "differ" if (p_value or 1) < 0.05 else "are not shown to differ"
    explained = "" if share is None else f"; they explain {100 * share:.0f} % of the variation"
    where = f" ({assay_id})" if assay_id else ""
    return (
        f"By {readable(row['column'])}{where}, groups {verdict} in composition "
        f"({readable(row['metric'])}, PERMANOVA, p = {write(p_value)}, "
        f"{write(_whole(row, 'permutations'))} permutations, "
        f"n = {write(_whole(row, 'n_libraries'))}){explained}."
    )


def _whole(row: Row, name: str) -> int | None:
    value = number(row.get(name))
    return None if value is None else int(value)


def _test_cells(row: Row) -> tuple[object, ...]:
    return (
        readable(row["metric"]),
        readable(row["column"]),
        readable(row["test"]),
        _whole(row, "n_libraries"),
        number(row.get("statistic")),
        number(row.get("r2")),
        number(row.get("p_value")),
        _whole(row, "permutations"),
        row.get("note", ""),
    )
