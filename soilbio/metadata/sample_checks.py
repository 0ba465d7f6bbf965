"""What only several cells of a sample's row show, or several rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from soilbio.errors import Problem, Problems
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS

Rows = dict[int, dict[str, str]]
_PLACES = ("lat_lon", "decimal_latitude", "decimal_longitude", "geo_loc_name", "country")
_OF_PLACE = (*_PLACES, "coordinate_uncertainty_m", "coordinate_generalisation")
_TRIAD = ("env_broad_scale", "env_local_scale", "env_medium")
_PRIMERS = ("pcr_primers", "pcr_primer_forward", "pcr_primer_reverse")
_PAIR = re.compile(r"FWD:([A-Z]+);REV:([A-Z]+)")
_IUPAC = re.compile(r"[ACGTURYSWKMBDHVNI]+")
_CONTROL = re.compile(r"(?i)control|blank|mock|negative|positive|standard")


def check_together(rows: Rows, header_of: Mapping[str, str], problems: Problems) -> None:
    """Note what only several cells of a row show; rows that are alike there are judged once."""
    from soilbio.metadata.environment_terms import check_taxa, check_triad
    from soilbio.metadata.places import check_places

    checks: tuple[tuple[Callable[..., None], tuple[str, ...]], ...] = (
        (check_triad, _TRIAD),
        (check_taxa, ("samp_taxon_id",)),
        (check_places, _OF_PLACE),
        (_check_layer, ("depth_upper", "depth_lower")),
        (_check_demanded, (*_PLACES, "collection_date")),
        (_check_primers, ("target_gene", *_PRIMERS)),
    )
    controls = {number for number, row in rows.items() if is_control(row)}
    for check, columns in checks:
        judged: dict[tuple[object, ...], list[Problem]] = {}
        for number, row in rows.items():
            values = tuple(row.get(column, "") for column in columns)
            key = (number in controls, *values)
            if key not in judged:
                found = Problems(problems.source)
                one = {**dict(zip(columns, values, strict=True)), "samp_name": "x"}
                check({number: one}, found, frozenset({"x"} if number in controls else ()))
                judged[key] = found.found
            problems.extend(
                replace(one, row=number, column=header_of.get(one.column or "", one.column))
                for one in judged[key]
            )


def is_control(row: Mapping[str, str]) -> bool:
    """Tell whether a row says that it is a control."""
    said = row.get("control_type") or row.get("samp_category") or row.get("neg_cont_type") or ""
    said = said or row.get("pos_cont_type", "")
    return bool(said) and not is_missing(said) and _CONTROL.search(said) is not None


def _check_layer(rows: Rows, problems: Problems, _: frozenset[str]) -> None:
    """Note a layer whose upper end is not above its lower one."""
    for number, row in rows.items():
        try:
            upper, lower = (float(row[name].split()[0]) for name in ("depth_upper", "depth_lower"))
        except (ValueError, IndexError):
            continue
        if upper > lower:
            problems.add(
                "depth-order",
                row=number,
                column="depth_upper",
                found=f"{row['depth_upper']} to {row['depth_lower']}",
                expected="upper before lower; depths count downwards",
                fix="Swap the two values",
            )


def _check_primers(rows: Rows, problems: Problems, _: frozenset[str]) -> None:
    """Note primers that no known assay has, and a gene that is not the one they amplify."""
    from soilbio.metadata.assays import known_assays

    assays = known_assays().values()
    for number, row in rows.items():
        match = _PAIR.fullmatch(row["pcr_primers"].upper().replace(" ", ""))
        pair = match.groups() if match else (row[_PRIMERS[1]].upper(), row[_PRIMERS[2]].upper())
        if not all(pair) or any(is_missing(one) for one in pair):
            continue
        column = _PRIMERS[0] if match else _PRIMERS[1]
        if not all(_IUPAC.fullmatch(one) for one in pair):
            problems.add(
                "primers-letters",
                row=number,
                column=column,
                found=row[column],
                expected="primers in the letters of IUPAC: A C G T, I, and R Y S W K M B D H V N",
                fix="Write the bases from 5' to 3', without names or modifications",
            )
            continue
        known = [one for one in assays if (one.forward_primer, one.reverse_primer) == pair]
        genes = sorted({one.target_gene for one in known})
        gene = row["target_gene"]
        if not known:
            problems.add(
                "primers-unknown",
                row=number,
                column=column,
                found=row[column],
                expected="a pair of primers that soilbio knows, forward and reverse, 5' to 3'",
                fix="Nothing, if they are right; look whether they are swapped, reverse complements"
                " or have adapters before them",
                is_warning=True,
            )
        elif gene and not is_missing(gene) and not any(_is_gene(gene, one) for one in genes):
            problems.add(
                "primers-gene",
                row=number,
                column="target_gene",
                found=gene,
                expected=f"{' or '.join(genes)}, which the primers amplify",
                fix="Correct the gene or the primers",
                is_warning=True,
            )


def _is_gene(stated: str, known: str) -> bool:
    """Tell whether a gene is the known one; ITS1 and ITS2 are parts of ITS, 16S is 16S rRNA."""
    one, other = (name.casefold().split()[0] for name in (stated, known))
    return one.startswith(other) or other.startswith(one)


def _check_demanded(rows: Rows, problems: Problems, controls: frozenset[str]) -> None:
    """Note samples without place, country or time; controls need none."""
    for number, row in rows.items():
        if row["samp_name"] in controls:
            continue
        has_place = row["lat_lon"] or (row["decimal_latitude"] and row["decimal_longitude"])
        wanted = {
            "lat_lon": has_place,
            "geo_loc_name": row["geo_loc_name"] or row["country"],
            "collection_date": row["collection_date"],
        }
        for column, value in wanted.items():
            if not value:
                problems.add(
                    "sample-incomplete",
                    row=number,
                    column=column,
                    expected=f"{_WORDS[column]} of every sample that is no control",
                    fix="Fill it in; where it is not known write 'not collected', where it may"
                    " not be told 'restricted access'",
                )


_WORDS = {
    "lat_lon": "the place (lat_lon, or latitude and longitude)",
    "geo_loc_name": "the country, such as 'Germany: Bavaria, Eichmoos',",
    "collection_date": "the date, such as 2024-04-16,",
}


def check_twins(rows: Rows, column: str, problems: Problems) -> None:
    """Note samples that are the same in all but their names."""
    first: dict[tuple[tuple[str, str], ...], int] = {}
    names = ("samp_name", "samp_title", "source_mat_id", "library_id")
    for number, row in rows.items():
        content = tuple((k, v) for k, v in row.items() if v and k not in names)
        measured = [v for k, v in content if (slot := SLOTS.get(k)) and slot.is_numeric]
        # Replicates share place, day and treatment; measured values tell them apart.
        if len(measured) < 2 or (other := first.setdefault(content, number)) == number:
            continue
        problems.add(
            "sample-twin",
            row=number,
            column=column,
            found=row.get("samp_name"),
            expected=f"another sample than row {other}; all but the name is the same",
            fix="Remove the row if it was entered twice; true replicates have values of their own",
            is_warning=True,
        )
