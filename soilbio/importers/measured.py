"""Columns of numbers that are no library and no feature: told by names, places and values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from soilbio.errors import Problems
from soilbio.importers.forms import is_given, is_sequence, is_whole_lineage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from soilbio.importers.grid import Grid
    from soilbio.importers.stated import Stated

_UNIT = (
    r"(?:[ _.(\[]*(?:%|percent|pct|cm|mm?|bp|nt|°?c|h2o|water|ca(?:cl2)?|kcl|"
    r"[mµu]?[sg][ ./].*)[)\]]*)?"
)
# Headers of what is measured of a sample or feature: a number, but of no library and no feature.
_MEASURED = re.compile(
    r"^(?:ph|depth|upper_depth|lower_depth|elev|elevation|altitude|temp|temperature|lat|latitude|"
    r"lon|long|longitude|year|month|day|block|replicate|toc|tic|tn|som|soc|cec|ec|moisture|"
    r"(?:sequencing|seq|read)[ _.-]?depth|rainfall|precipitation|dna[ _.-]?(?:yield|conc\w*)|"
    r"water_content|clay|silt|sand|c_?n(?:_ratio)?|(?:rel(?:ative)?[ _.]?)?abundance|count|counts|"
    r"reads|n_?reads|read_?count|frequency|prevalence|occurrence|percent(?:age)?|fraction|rank|"
    r"mean|median|sd|richness|shannon|"
    rf"otu_?number|q_?cov(?:s|hsp|us)?|[qs]_?(?:start|end|len)|gc){_UNIT}$",
    re.IGNORECASE,
)
# The same with anything in front: `blast_perc_identity`, `alignment length`.
_MEASURE = re.compile(
    r"(?:^|[ _.-])(?:length|len|p?ident(?:ity)?|similarity|[ep][ _.-]?values?|bit[ _.-]?score|"
    r"score|coverage|cover|mis[ _.-]?match(?:es)?|gap[ _.-]?(?:s|open(?:s|ings?)?)|"
    r"gc[ _.]?content|quality|probability|"
    rf"confidence|bootstrap|support){_UNIT}$",
    re.IGNORECASE,
)
# Headers of a design, or of the laboratory's work: what no feature is called.
_DESIGN = re.compile(
    r"^(?:plots?|site|rep(?:licate|licat|lication)?|treatment|trt|farm|field|row|column|transect|core|"
    r"horizon|layer|date|time|day|week|month|season|group|batch|run|lane|plate|well|qubit|ct|cq|copies|"
    r"copy[ _.-]?number|age|slope|aspect|sample|subsample|number|nr|no|code|barcode|tube|cow|"
    r"tree|plant|species|stand|station|zone|region|location|parcel|subplot|quadrat|strip|pit|"
    r"parzelle|standort|wiederholung|tiefe|datum|jahr|variante|probe|biomass|yield|cover|extraction|"
    r"dna|conc(?:entration)?|volume|weight|mass|status|factor|level|dose|rate)"
    r"(?:[ _.-]?(?:id|no|nr|num|number|code|name))?$",
    re.IGNORECASE,
)
_MANY = 10  # rows: of fewer nothing is told by their values
_APART = 2.0  # the largest count of a library is more than so many times its smallest


def check_measured(
    names: Sequence[str], libraries: Collection[str], problems: Problems, *, side: str = "column"
) -> None:
    """Note columns, or rows, that by their names were measured, not counted."""
    for name in names:
        if name not in libraries and (_MEASURED.match(name) or _MEASURE.search(name)):
            _note(problems, name, "by its name this is something measured", side)


def is_of_design(name: str, *, is_column: bool) -> bool:
    """Tell whether a name is one of a design (Plot, Treatment, Horizon): no feature has it.

    A letter is one (N, P, K) only above a column: rows are called by letters, too.
    """
    return bool(_DESIGN.match(name.strip())) or (is_column and name.strip() in ("N", "P", "K"))


def check_places(
    header: Sequence[str],
    numbers: Sequence[int],
    between: Collection[int],
    libraries: Collection[str],
    problems: Problems,
) -> None:
    """Note columns of numbers that columns of text part from the others: they tell of rows.

    `between` are the places of columns of text. Names that are alike but for numbers belong
    together wherever they stand.
    """
    blocks: list[list[str]] = []
    for at, place in enumerate(numbers):
        is_parted = not at or any(one in between for one in range(numbers[at - 1] + 1, place))
        if is_parted:
            blocks.append([])
        blocks[-1].append(header[place])
    most = max(map(len, blocks), default=0)
    largest = [block for block in blocks if len(block) == most]
    alike = {shape_of(name) for name in largest[0]} if len(largest) == 1 else set()
    every = [header[place] for place in numbers]
    if len(blocks) < 2 or len({*map(shape_of, every)}) == 1:
        return
    for name in every:
        is_in = len(largest) == 1 and name in largest[0]
        if not is_in and shape_of(name) not in alike and name not in libraries:
            _note(problems, name, "columns of text part this one from the others")


def check_values(grid: Grid, told: Stated, problems: Problems, *, features_are_rows: bool) -> None:
    """Note columns, and rows, of which the numbers are others than those of most."""
    import numpy as np

    _check_fractions(grid, told, problems)
    if problems.errors or len(grid.rows) < _MANY:
        return
    order = np.lexsort((grid.row_of, grid.column_of))
    columns = np.split(
        grid.values[order],
        np.searchsorted(grid.column_of[order], np.arange(1, len(grid.columns))),
    )
    odd: dict[str, str] = {}
    for name, values in zip(grid.columns, columns, strict=True):
        if reason := _reason(values, len(grid.rows), features_are_rows=features_are_rows):
            odd[name] = reason
    # Of many that are such each is one of a kind: communities made of equal parts.
    if 2 * len(odd) <= len(grid.columns):
        for name, reason in odd.items():
            if name not in told.libraries:
                _note(problems, name, reason)


def _reason(values: NDArray[np.float64], height: int, *, features_are_rows: bool) -> str:
    """Say why numbers of a column are no counts; empty if they may be."""
    import numpy as np

    if values.size >= height - 1 and bool((np.diff(values) == 1).all()) and values[0] <= 1:
        return "its numbers count the rows"
    if features_are_rows and values.size == height and values.max() < _APART * values.min():
        return f"all its numbers are {values.min():g} to {values.max():g}, as lengths may be"
    return ""


def _check_fractions(grid: Grid, told: Stated, problems: Problems) -> None:
    """Note columns and rows with decimals where most have none: reads are whole numbers."""
    import numpy as np

    if "shares" in told.values or "percent" in told.values:
        return
    parted = grid.values != np.round(grid.values)
    for names, place_of in ((grid.columns, grid.column_of), (grid.rows, grid.row_of)):
        places = np.unique(place_of[parted])
        sums = np.bincount(place_of, grid.values, minlength=len(names))
        whole = np.delete(sums, places)
        is_share = any(np.allclose(whole, one, rtol=0.01) for one in (1, 100))
        if 2 * places.size > len(names) or is_share:
            continue
        for place in places:
            if names[place] not in told.libraries:
                side = "column" if names is grid.columns else "row"
                _note(problems, names[place], "it has decimals, and most others have none", side)


def _note(problems: Problems, name: str, reason: str, side: str = "column") -> None:
    # Nobody should be advised to throw away what is a feature by its name.
    is_feature = is_given(name) or is_sequence(name) or is_whole_lineage(name)
    problems.add(
        "import-column",
        column=name,
        found=name,
        expected=f"numbers of a library or feature; {reason}",
        fix=f"Correct its numbers: by its name this {side} is a feature"
        if is_feature
        else f"Say `table: {{ignore_{side}s: ['{name}']}}` in --method; or, if it is a"
        " library, name it in the sheet `libraries`",
    )


def shape_of(name: str) -> str:
    """Write a name with one digit in the place of each number."""
    return re.sub(r"\d+", "0", name)


def shown(names: Iterable[str], most: int = 12) -> str:
    """Name libraries, first those that are called as no other is: they may be none."""
    names = list(names)
    shapes = Counter(map(shape_of, names))
    ordered = sorted(names, key=lambda name: shapes[shape_of(name)])
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(ordered[:most]) + more
