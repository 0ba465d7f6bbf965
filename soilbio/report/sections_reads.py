"""Sections on reads: where they were lost, and how good they were."""

from __future__ import annotations

from collections.abc import Sequence

from soilbio.report.content import Block, Choice, Grid, Panel, Plot, Section, grid, percent, plural
from soilbio.report.figures_reads import MOST_LINES, STEPS, ReadsOf, quality_curves, read_loss
from soilbio.report.material import Material
from soilbio.report.view import Subject, sorted_by_group
from soilbio.standards.sharing_classes import SharingClass as Share

MOST_ROWS = 60
_COLOURS = {1: "#0072B2", 2: "#D55E00"}


def reads_section(material: Material) -> Section:
    """Show the reads left after every step."""
    view = material.view
    if not view.audience.sees(Share.COUNTS):
        return Section("reads", "Reads", ("The agreement withholds numbers of reads.",))
    subjects = sorted_by_group(
        view.sequenced_once(view.subjects), view.columns[0] if view.columns else None
    )
    if not subjects:
        return Section("reads", "Reads", ("The dataset holds no library.",))
    unread = sum(one.is_unread for one in subjects)
    text = f"{kept_text(subjects, material.reads_unit)}."
    blocks: list[Block] = []
    # What was lost is known where it is known what there was.
    if followed := [one for one in subjects if one.is_raw_stated or one.is_unread]:
        text += " The rest was lost as shown."
        blocks.append(_loss_panel(followed))
    text += picked_text(subjects)
    if unread:
        text += f" Not counted: {plural(unread, 'library', 'libraries')} that could not be read."
    return Section("reads", "Reads", (text, *blocks, _loss_table(subjects)))


def kept_text(subjects: Sequence[Subject], unit: str) -> str:
    """Say how many of how many reads were kept, as far as it is stated how many there were."""
    followed = [one for one in subjects if one.is_raw_stated or one.is_unread]
    others = [one for one in subjects if one not in followed]
    told = []
    if followed:
        raw = sum(one.reads_left()[0] for one in followed)
        kept = sum(one.reads_kept for one in followed)
        is_partial = any(one.status == "failed" and not one.reads_left()[0] for one in followed)
        of = " of the libraries that could be read" if is_partial else ""
        told.append(f"{kept:,} of {raw:,} {unit}{of} ({percent(kept, raw)}) were kept")
    counted = [one for one in others if any(reads is not None for reads in one.reads)]
    if counted:
        kept = sum(one.reads_kept for one in counted)
        told.append(
            f"{kept:,} {unit} of {plural(len(counted), 'library', 'libraries')} are in the dataset"
            " (how many were sequenced is not stated)"
        )
    if uncounted := len(others) - len(counted):
        told.append(f"for {plural(uncounted, 'library', 'libraries')} no number of reads is stated")
    text = "; ".join(told)
    return text[:1].upper() + text[1:]


def picked_text(subjects: Sequence[Subject]) -> str:
    """Say of metagenomes of which nothing but rRNA reads was named how many these are."""
    picked = [one for one in subjects if one.reads_picked is not None]
    if not picked:
        return ""
    reads = sum(one.reads_picked or 0 for one in picked)
    return (
        f" Of {plural(len(picked), 'metagenome')} only reads of rRNA genes are named:"
        f" {reads:,} of {sum(one.reads_kept for one in picked):,}."
    )


def _loss_panel(subjects: list[Subject]) -> Panel:
    note = ""
    shown = subjects
    if len(subjects) > MOST_ROWS:
        worst = sorted(subjects, key=_share_kept)[:MOST_ROWS]
        shown = [one for one in subjects if one in worst]
        note = (
            f"Of {len(subjects):,} libraries the {MOST_ROWS} that kept the smallest share of their "
            "reads are drawn."
        )
    column = next(iter(shown[0].groups), None)
    bars = [
        ReadsOf(
            one.label,
            one.group(column),
            one.reads_left(),
            failed=one.reads_failed,
            removed=one.reads_removed,
        )
        for one in shown
    ]
    options = ("share of raw reads", "number of reads")
    variants: dict[tuple[str, ...], object] = {
        (option,): read_loss(bars, is_share=option == options[0]) for option in options
    }
    description = (
        "A bar per library, split into reads kept and reads lost for want of primers, "
        "in filtering, merging, denoising and as chimeras."
    )
    plot = Plot("read-loss", "Reads kept and lost per library", description, variants)
    return Panel("panel-read-loss", (plot,), (Choice("show", options),), note)


def _share_kept(subject: Subject) -> tuple[float, str]:
    left = subject.reads_left()
    return (subject.reads_kept / left[0] if left[0] else 0.0, subject.label)


def _loss_table(subjects: list[Subject]) -> Grid:
    order = _order_of_steps(subjects)
    names = list(STEPS.values())
    rows = [
        (
            *(one.label, one.sample),
            *(one.reads[place] for place in order),
            percent(one.reads_kept, one.reads_left()[0]),
        )
        for one in subjects
    ]
    columns = ("library", "sample", *(names[place] for place in order), "kept")
    table = grid("Reads left after each step", columns, rows)
    return Grid(
        table.title, table.columns, table.rows, table.numeric | {"kept"}, table.note, is_folded=True
    )


def _order_of_steps(subjects: list[Subject]) -> list[int]:
    """Order the steps as they were done: engines merge before or after they filter and denoise.

    No step adds reads, so those between the first two and the last came in the order of what they
    left.
    """
    left = [sum(reads) for reads in zip(*(one.reads_left() for one in subjects), strict=True)]
    first, last = [0, 1], len(STEPS) - 1
    between = sorted(range(len(first), last), key=lambda place: (-left[place], place))
    return [*first, *between, last]


def quality_section(material: Material) -> Section:
    """Show the mean quality along the reads."""
    title = "Read quality"
    if not material.view.audience.sees(Share.DERIVED):
        return Section("quality", title, ("The agreement withholds derived values.",))
    labels = material.view.sequenced_labels()
    known = {key: value for key, value in material.results.quality.items() if key in labels}
    if not known:
        return Section("quality", title, ("There are no read-quality reports to draw.",))
    plots, rows = [], []
    for read, colour in _COLOURS.items():
        curves = {labels[key]: value[read] for key, value in sorted(known.items()) if read in value}
        if not curves:
            continue
        rows += [
            (label, f"R{read}", len(curve), sum(curve) / len(curve), min(curve), curve[-1])
            for label, curve in sorted(curves.items())
        ]
        plots.append(
            Plot(
                f"quality-r{read}",
                f"Read {read}",
                f"Mean Phred quality at each position of read {read}, one line per library, "
                "and their median.",
                {(): quality_curves(curves, colour)},
            )
        )
    note = ""
    if len(known) > MOST_LINES:
        note = "With so many libraries a band holds nine in ten of them instead of their lines."
    columns = ("library", "read", "length, bp", "mean quality", "lowest", "at the end")
    blocks: tuple[Block, ...] = (
        "Mean quality of the raw reads by position. Q20 is one error in 100 bases, "
        "Q30 one in 1,000.",
        Panel("panel-quality", tuple(plots), (), note),
        grid("Quality per library", columns, rows),
    )
    return Section("quality", title, blocks)
