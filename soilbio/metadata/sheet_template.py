"""What an empty sheet for a laboratory holds: columns, which of them are needed, help, examples.

The columns follow from the assays and from the archives that the data are meant for. Soil
properties have a sheet of their own, in the words of `soilbio.metadata.soil`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from soilbio.errors import Problems
from soilbio.metadata.assays import Assay, known_assays
from soilbio.metadata.crosswalk.convert import TARGETS, target_named
from soilbio.metadata.crosswalk.files import to_tsv
from soilbio.standards import envo, wrb
from soilbio.standards.aliases import recognise
from soilbio.standards.darwin_core import LICENCES
from soilbio.standards.ena import PLATFORMS
from soilbio.standards.fields import FIELDS, Field
from soilbio.standards.insdc import COUNTRIES
from soilbio.standards.mixs import SLOTS
from soilbio.standards.procedures import PROCEDURES
from soilbio.standards.samp_taxa import SOIL, TAXA
from soilbio.standards.soil_properties import SOIL_PROPERTIES
from soilbio.standards.units import UNITS

SHOTGUN = "shotgun"
# What people call an archive, and which of our targets it is.
TARGET_NAMES = {**{name: name for name in TARGETS}, "gbif": "dwc"}
REQUIRED, RECOMMENDED, OPTIONAL = "required", "recommended", "optional"
_ORDER = (REQUIRED, RECOMMENDED, OPTIONAL)
# Groups of fields that a laboratory fills for each sample; the others are of the soil sheet, of
# the configuration, or written by the workflow.
_GROUPS = (
    *("identity", "when", "where", "sampling", "management", "profile", "climate", "lab"),
    *("sequencing", "rights"),
)
_NOT_ASKED = frozenset(
    {"agreement_id", "coordinate_generalisation", "library_strategy", "library_source"}
    | {"library_selection", "lib_reads_seqd", "associated_sequences", "samp_category"}
)
# Columns of the sheet that make up a joined value which a target demands.
_PARTS = {
    "lat_lon": ("decimal_latitude", "decimal_longitude"),
    "depth": ("depth_upper", "depth_lower"),
    "geo_loc_name": ("country",),
}
_AMPLICON = ("target_gene", "target_subfragment", "pcr_primer_forward", "pcr_primer_reverse")
_UNIT_LABELS = {"Cel": "°C"}
# Defaults stand in for these where they are empty.
_HAVE_DEFAULTS = frozenset({"geodetic_datum"})
_URL = "https://doi.org/10.1000/our-protocol"
_EXAMPLES = {
    "samp_name": "Eichmoos-07",
    "samp_title": "Agricultural soil, Eichmoos, 0-20 cm, April 2024",
    "samp_category": "sample",
    "soil_horizon": "A horizon",
    "profile_position": "footslope",
    "drainage_class": "well",
    "source_mat_id": "IGSN:10.60471/ABC123",
    "project_name": "Soil life of the Eichmoos fields",
    "samp_taxon_id": str(SOIL),
    "collection_date": "2024-04-16",
    "decimal_latitude": "48.1364",
    "decimal_longitude": "11.2871",
    "geodetic_datum": "EPSG:4326",
    "coordinate_uncertainty_m": "10",
    "country": "Germany",
    "region_locality": "Bavaria, Eichmoos",
    "elev": "512",
    "depth_upper": "0",
    "depth_lower": "0.2",
    "env_broad_scale": "cropland biome [ENVO:01000245]",
    "env_local_scale": "agricultural field [ENVO:00000114]",
    "env_medium": "agricultural soil [ENVO:00002259]",
    "cur_land_use": "row crops",
    "cur_vegetation": "winter wheat",
    "previous_land_use": "meadow;2015",
    "crop_rotation": "yes;R2/2017-01-01/2018-12-31/P6M",
    "tillage": "chisel",
    "agrochem_addition": "calcium ammonium nitrate;60 kg/ha;2024-03-20",
    "irrigation": "none",
    "flooding": "2013-06-05",
    "fire": "2003-07",
    "extreme_event": "2018-07",
    "experimental_factor": "agricultural practice [AGRO:00000001]",
    "samp_collect_device": "soil corer",
    "samp_collect_method": "five cores along a W, mixed",
    "samp_size": "500",
    "n_cores_pooled": "5",
    "sieving": "2",
    "samp_mat_process": "sieved, stones and roots removed",
    "store_cond": "frozen;P2M",
    "samp_store_temp": "-80",
    "wrb_rsg": "Cambisols",
    "soil_type": "cambisol [ENVO:00002235]",
    "local_class": "Braunerde",
    "slope_gradient": "3",
    "slope_aspect": "180",
    "annual_temp": "8.9",
    "annual_precpt": "840",
    "temp": "11",
    "samp_vol_we_dna_ext": "0.25",
    "nucl_acid_ext": _URL,
    "nucl_acid_ext_kit": "kit, maker, catalogue number",
    "dna_concentration": "24.5",
    "pool_dna_extracts": "no",
    "neg_cont_type": "DNA-free PCR mix",
    "pos_cont_type": "mock community of ten bacteria",
    "pcr_cond": "initial denaturation:95_3;denaturation:95_0.5;annealing:50_0.5;elongation:72_1;30",
    "seq_meth": "Illumina MiSeq",
    "lib_layout": "paired",
    "permit_id": "ABSCH-IRCC-DE-000001-1",
    "permit_type": "Collecting Permit",
    "permit_status": "Permit not required",
    "license": "CC-BY-4.0",
    "rights_holder": "Institute of Soil Biology",
    "recorded_by": "A. Muster",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: `need` is `required`, `recommended` or `optional`.

    `for_targets` name who demands it; `choices` are offered, other values are not forbidden.
    """

    name: str
    header: str
    need: str
    for_targets: tuple[str, ...]
    help: str
    is_number: bool
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    example: str


def assays_named(names: Iterable[str], problems: Problems) -> list[Assay | None]:
    """Find the assays; None stands for shotgun sequencing."""
    found: list[Assay | None] = []
    for name in names:
        known = known_assays().get(name)
        if known is None and name != SHOTGUN:
            like = get_close_matches(name, [*known_assays(), SHOTGUN], n=1, cutoff=0.3)
            problems.add(
                "template-assay",
                column="--assay",
                found=name,
                expected=f"an assay that is known, or '{SHOTGUN}'",
                fix=f"Did you mean '{like[0]}'? docs/usage.md lists them"
                if like
                else "See docs/usage.md for the list",
            )
            continue
        found.append(known)
    return found


def targets_named(names: Iterable[str], problems: Problems) -> list[str]:
    """Find the targets that the names of archives mean."""
    found = []
    for name in names:
        if name.casefold() not in TARGET_NAMES:
            problems.add(
                "template-target",
                column="--target",
                found=name,
                expected=f"one of {', '.join(sorted(TARGET_NAMES))}",
                fix="Name the archives that the data will go to, with commas between",
            )
            continue
        found.append(TARGET_NAMES[name.casefold()])
    return list(dict.fromkeys(found))


def sample_columns(
    assays: Sequence[Assay | None], targets: Sequence[str], *, is_full: bool = False
) -> list[Column]:
    """List the columns of the samples' sheet, those that are required first in each group.

    Parameters
    ----------
    assays : sequence of Assay or None
        None for shotgun sequencing.
    targets : sequence of str
        Keys of `TARGETS`.
    is_full : bool
        Whether columns that nobody demands or recommends are there, too.

    """
    demanded = _demanded(targets)
    found = []
    for group in _GROUPS:
        columns = [
            _column(field, demanded, assays)
            for field in FIELDS.values()
            if field.group == group and field.name not in _NOT_ASKED
        ]
        columns += [
            _column(field, demanded, assays)
            for field in FIELDS.values()
            if group == "identity" and field.name == "samp_category" and "faire" in targets
        ]
        if not any(assays):
            columns = [one for one in columns if not _is_of_amplicons(one.name)]
        kept = [one for one in columns if is_full or one.need != OPTIONAL]
        found += sorted(kept, key=lambda one: _ORDER.index(one.need))
    return found


def _is_of_amplicons(name: str) -> bool:
    return name in _AMPLICON or name.startswith("pcr_")


def _demanded(targets: Sequence[str]) -> dict[str, list[str]]:
    """Name for each column the targets that demand it."""
    found: dict[str, list[str]] = {}
    for target in targets:
        for demand in target_named(target).DEMANDS:
            for slot in demand.columns:
                for name in _PARTS.get(slot, (slot,)):
                    if target not in found.setdefault(name, []):
                        found[name].append(target)
    return found


def _column(field: Field, demanded: dict[str, list[str]], assays: Sequence[Assay | None]) -> Column:
    slot = field.mixs_slot if field.mixs_slot in SLOTS else field.name
    by = tuple(demanded.get(field.name, demanded.get(slot, ())))
    is_required = bool(by) or (field.requirement == "M" and field.name not in _HAVE_DEFAULTS)
    is_required = is_required or (field.condition == "amplicon" and any(assays))
    need = REQUIRED if is_required else RECOMMENDED if field.requirement in "RM" else OPTIONAL
    return Column(
        name=field.name,
        header="sample_id" if field.name == "samp_name" else _header(field),
        need=need,
        for_targets=by,
        help=field.help,
        is_number=field.kind in ("number", "integer", "latitude", "longitude", "depth"),
        minimum=field.minimum,
        maximum=field.maximum,
        choices=_choices(field),
        example=_of_assay(field.name, assays) or _EXAMPLES.get(field.name, ""),
    )


def _header(field: Field) -> str:
    """Name the column, with its unit where one may follow a name."""
    plain = recognise(field.name)
    header = f"{field.name} [{_UNIT_LABELS.get(field.unit, field.unit)}]"
    found = recognise(header) if field.unit and not field.name.endswith("_m") else None
    is_known = found and plain and (found.column, found.unit) == (plain.column, field.unit)
    return header if is_known and field.unit != "deg" else field.name


def _choices(field: Field) -> tuple[str, ...]:
    if field.name in envo.BRANCH_OF_SLOT:
        terms = (str(one) for one in envo.TERMS.values() if field.name in one.lists)
        return tuple(sorted(terms, key=str.casefold))
    slot = SLOTS.get(field.name)
    lists = {
        "country": tuple(sorted(COUNTRIES)),
        "samp_taxon_id": tuple(str(one) for one in TAXA.values() if one.is_metagenome),
        "seq_meth": tuple(sorted({model for models in PLATFORMS.values() for model in models})),
        "wrb_rsg": tuple(one.plural for one in wrb.GROUPS if one.is_current),
        "license": tuple(LICENCES),
        "lib_layout": ("paired", "single"),
        "soil_type": (),
    }
    return lists.get(field.name, field.allowed or (slot.allowed if slot else ()))


def _of_assay(name: str, assays: Sequence[Assay | None]) -> str:
    """Give what the first assay with primers says."""
    assay = next((one for one in assays if one), None)
    if assay is None:
        return ""
    return {
        "target_gene": assay.target_gene,
        "target_subfragment": assay.target_subfragment,
        "pcr_primer_forward": assay.forward_primer,
        "pcr_primer_reverse": assay.reverse_primer,
        "pcr_primer_name_forward": assay.forward_name,
        "pcr_primer_name_reverse": assay.reverse_name,
    }.get(name, "")


def soil_columns() -> list[Column]:
    """List the columns of the soil sheet, one value a row."""
    codes = tuple(sorted(PROCEDURES))
    rows: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
        (
            "sample_id",
            RECOMMENDED,
            "The samples that were taken from the profile, with '|' between; once a profile.",
            (),
            "Eichmoos-07",
        ),
        ("site", RECOMMENDED, "The site, by a name of your own.", (), "Eichmoos"),
        ("profile", REQUIRED, "The soil profile, pit or core, by a name of your own.", (), "P1"),
        ("layer", OPTIONAL, "The layer or horizon, as it was named in the field.", (), "Ap"),
        ("upper_depth", REQUIRED, "Where the layer begins; 0 is the mineral surface.", (), "0"),
        ("lower_depth", REQUIRED, "Where the layer ends, deeper than it begins.", (), "20"),
        ("depth_unit", REQUIRED, "The unit of both depths.", ("cm", "m"), "cm"),
        ("property", REQUIRED, "What was measured.", tuple(SOIL_PROPERTIES), "tot_org_carb"),
        ("value", REQUIRED, "The value; '<0.02' below a limit of detection.", (), "1.35"),
        ("unit", REQUIRED, "The unit of the value, by its UCUM code.", tuple(UNITS), "%"),
        (
            "procedure",
            REQUIRED,
            "How it was measured: a GLOSIS code, an ISO standard, or a usual name.",
            codes,
            "OrgC_dc",
        ),
    )
    return [
        Column(
            name=name,
            header=name,
            need=need,
            for_targets=(),
            help=text,
            is_number=name.endswith("er_depth"),
            minimum=0 if name.endswith("er_depth") else None,
            maximum=None,
            choices=choices,
            example=example,
        )
        for name, need, text, choices, example in rows
    ]


def tables_of_template(columns: Sequence[Column]) -> dict[str, bytes]:
    """Write the sheets as empty tables, and a table that explains the columns of both."""
    soil = soil_columns()
    explained = [
        {
            "sheet": sheet,
            "column": one.header,
            "need": one.need,
            "demanded by": ", ".join(one.for_targets),
            "help": one.help,
            "example": one.example,
        }
        for sheet, several in (("samples", columns), ("soil", soil))
        for one in several
    ]
    return {
        "samples.tsv": to_tsv([], [one.header for one in columns]),
        "soil.tsv": to_tsv([], [one.header for one in soil]),
        "columns.tsv": to_tsv(explained),
    }
