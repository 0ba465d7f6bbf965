"""Samples → the sheets of FAIRe for environmental DNA; names of its fields only."""

from __future__ import annotations

from functools import cache

from soilbio.metadata.crosswalk.model import Demand, Rows, Sample, Tables, name_of
from soilbio.metadata.crosswalk.normal import quantity, split_quantity
from soilbio.metadata.crosswalk.reasons import Reason, common_reason
from soilbio.standards.faire import FAIRE
from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import is_missing
from soilbio.standards.mixs import SLOTS

SAMPLES, PROJECT, RUNS = "sampleMetadata", "projectMetadata", "experimentRunMetadata"
# Of our columns those that FAIRe splits; the others have a field each.
_DEPTHS = ("minimumDepthInMeters", "maximumDepthInMeters")
_PLACE = ("decimalLatitude", "decimalLongitude")
_SPLIT = ("lat_lon", "depth")
_NAMES = {"tot_org_carb": "tot_org_carb", "samp_name": "samp_name"}


@cache
def _fields() -> dict[str, str]:
    """Name the field for each column."""
    same = {name: name for name in FAIRE if name in SLOTS or name in FIELDS}
    of_fields = {
        one.mixs_slot if one.mixs_slot in SLOTS else one.name: one.faire_slot
        for one in FIELDS.values()
        if one.faire_slot in FAIRE and one.mixs_slot not in _SPLIT
    }
    primers = {name: name for name in FIELDS if name.startswith("pcr_primer_") and name in FAIRE}
    found = same | of_fields | primers | _NAMES
    # A field that two columns claim is the one's that bears its name, else the first one's.
    owners: dict[str, str] = {}
    for column, field in found.items():
        if field not in owners or column == field:
            owners[field] = column
    return {column: field for field, column in owners.items()}


DEMANDS = (
    Demand("samp_name", ("samp_name",)),
    Demand("samp_category", ("samp_category",)),
    *(Demand(name, ("lat_lon",)) for name in _PLACE),
    Demand("eventDate", ("collection_date",)),
    Demand("geo_loc_name", ("geo_loc_name",)),
    *(Demand(name, (name,)) for name in ("env_broad_scale", "env_local_scale", "env_medium")),
    Demand("neg_cont_type", ("neg_cont_type",)),
    Demand("pos_cont_type", ("pos_cont_type",)),
    Demand("pcr_primer_forward", ("pcr_primer_forward",)),
    Demand("pcr_primer_reverse", ("pcr_primer_reverse",)),
    Demand("recordedBy", ("recorded_by",)),
    *(
        Demand(name, (), f"FAIRe asks for it on its sheet {FAIRE[name].sheets[0]}")
        for name in ("project_id", "project_contact", "assay_name", "assay_type", "checkls_ver")
    ),
)


def tables_of(rows: Rows) -> Tables:
    """Write three sheets; what a project has once is on the project's only where all agree."""
    tables: Tables = {SAMPLES: [], PROJECT: [], RUNS: []}
    project = _of_project(rows)
    tables[PROJECT] = [
        {"term_name": name, "project_level": value} for name, value in sorted(project.items())
    ]
    for number, row in rows.items():
        name = name_of(number, row)
        found = _cells({key: value for key, value in row.items() if key != "samp_name"})
        of_sample = {key: value for key, value in found.items() if SAMPLES in _sheets(key)}
        tables[SAMPLES].append({"samp_name": name, **of_sample})
        run = {key: value for key, value in found.items() if _sheets(key)[:1] == (RUNS,)}
        if run:
            tables[RUNS].append({"samp_name": name, **run})
    for sheet in (SAMPLES, RUNS):
        columns = sorted({key for row in tables[sheet] for key in row} - {"samp_name"})
        tables[sheet] = [
            {key: row.get(key, "") for key in ("samp_name", *columns)} for row in tables[sheet]
        ]
    return tables


def _sheets(field: str) -> tuple[str, ...]:
    return FAIRE[field].sheets


def _of_project(rows: Rows) -> Sample:
    """Find the fields of the project that all samples have the same value for."""
    several = [_cells(row) for row in rows.values()]
    first = several[0] if several else {}
    return {
        name: value
        for name, value in first.items()
        if _sheets(name)[0] == PROJECT
        and SAMPLES not in _sheets(name)
        and all(other.get(name) == value for other in several)
    }


def _cells(row: Sample) -> Sample:
    """Put a row's values under FAIRe's names; units have fields of their own, where there are."""
    cells = {}
    for column, field in _fields().items():
        if column not in row:
            continue
        number, other, unit = split_quantity(column, row[column])
        if not number or f"{field}_unit" not in FAIRE:
            is_own = number and unit == SLOTS[column].unit and column in _BARE
            cells[field] = row[column] if not number or is_own else _stated(number, other, unit)
        else:
            cells[field] = f"{number}-{other}" if other else number
            cells[f"{field}_unit"] = unit
    place = row.get("lat_lon", "")
    ends = [place, place] if is_missing(place) else place.split()
    if len(ends) == 2:
        cells |= dict(zip(_PLACE, ends, strict=True))
    number, other, unit = split_quantity("depth", row.get("depth", ""))
    if number and unit == "m":
        cells |= dict(zip(_DEPTHS, (number, other or number), strict=True))
    elif is_missing(row.get("depth", "")):
        cells |= dict.fromkeys(_DEPTHS, row["depth"])
    return cells


# Fields whose unit is fixed, and not written.
_BARE = frozenset({"ph", "elev", "temp", "alt", "n_cores_pooled", "lib_reads_seqd"})


def _stated(number: str, other: str, unit: str) -> str:
    return f"{number}-{other} {unit}" if other else f"{number} {unit}"


def read_back(tables: Tables) -> dict[str, Sample]:
    """Read the sheets into samples by name."""
    columns = {field: column for column, field in _fields().items()}
    project = {row["term_name"]: row["project_level"] for row in tables[PROJECT]}
    found: dict[str, Sample] = {}
    for row in (*tables[SAMPLES], *tables[RUNS]):
        cells = {**project, **{key: value for key, value in row.items() if value}}
        sample = found.setdefault(row["samp_name"], {})
        for field, value in cells.items():
            if field in columns:
                unit = cells.get(f"{field}_unit", "")
                sample[columns[field]] = quantity(columns[field], value, unit)
        for name, ends, mark in (("lat_lon", _PLACE, " "), ("depth", _DEPTHS, "-")):
            several = [cells[end] for end in ends if end in cells]
            if len(several) == 2:
                is_one = several[0] == several[1] and (name == "depth" or is_missing(several[0]))
                sample[name] = several[0] if is_one else mark.join(several)
    return found


def reason_of(name: str, value: str) -> Reason:
    """Say why a value was lost."""
    field = _fields().get(name)
    if field and PROJECT in _sheets(field):
        return "no-place", "FAIRe has it once for a project, and the samples differ"
    return common_reason(name, value, "FAIRe")
