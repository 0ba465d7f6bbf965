"""Columns, types, keys and sharing class of every table: the one place that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from soilbio.standards.controls import CONTROL_TYPES
from soilbio.standards.sharing_classes import SharingClass as Share

SCHEMA_VERSION = "1.1.0"
RANKS = ("domain", "kingdom", "phylum", "class", "order", "family", "genus", "species")

# What a library that is no sample is there for (`libraries.control_type`), and what became of it.
STATUSES = ("ok", "empty", "failed")
# What shares of an assay are of (Sun et al. 2021, Nat. Methods 18:618).
ABUNDANCES = ("marker", "sequence", "taxonomic")

# Types as Table Schema (Frictionless) names them; a dataset file holds no others.
ColumnType = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name is the field's standard term, its sharing class rules who sees it.

    An `is_id` column joins tables. It is never dropped from an export, but where its class is
    withheld its values are replaced by pseudonyms. `minimum` and `allowed` bind the values that are
    there; an empty value is always allowed unless the column `is_required`. A column that
    `is_later` than version 1.0.0 may be absent from a dataset of before; it is empty there.
    """

    name: str
    type: ColumnType
    sharing_class: Share
    description: str
    unit: str = ""
    is_required: bool = False
    is_id: bool = False
    minimum: int | None = None
    allowed: tuple[str, ...] = ()
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `key` identifies a row; rows are sorted by it.

    `has_slots` tables may hold more columns, all of them MIxS slots known to `standards.mixs`.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[tuple[str, str, str], ...] = ()  # (column, table, column there)
    has_slots: bool = False

    def column(self, name: str) -> Column | None:
        """Find a declared column by name."""
        return next((column for column in self.columns if column.name == name), None)


_SAMPLE_ID = Column(
    "sample_id",
    "string",
    Share.IDENTITY,
    "Name of the sample, verbatim (MIxS samp_name).",
    is_required=True,
    is_id=True,
)
_LIBRARY_ID = Column(
    "library_id",
    "string",
    Share.IDENTITY,
    "Name of the library: a sequenced sample, assay and run, or a control.",
    is_required=True,
    is_id=True,
)
_ASSAY_ID = Column(
    "assay_id", "string", Share.METHOD, "Name of the assay.", is_required=True, is_id=True
)
_FEATURE_ID = Column(
    "feature_id",
    "string",
    Share.TAXONOMY,
    "MD5 of the upper-case sequence for an ASV, else source:taxon-id.",
    is_required=True,
    is_id=True,
)
_AGREEMENT_ID = Column(
    "agreement_id",
    "string",
    Share.METHOD,
    "The sharing agreement in force for this row, as id@version.",
    is_required=True,
    is_id=True,
)
_AGREEMENT_IDS = Column(
    "agreement_ids",
    "string",
    Share.METHOD,
    "The agreements of all counts that name this row, as id@version, sorted, joined by '|'.",
    is_required=True,
    is_id=True,
)


def _text(name: str, share: Share, description: str, *, is_required: bool = False) -> Column:
    return Column(name, "string", share, description, is_required=is_required)


def _later(name: str, description: str) -> Column:
    return Column(name, "string", Share.METHOD, description, is_later=True)


def _number(name: str, share: Share, description: str, unit: str) -> Column:
    return Column(name, "number", share, description, unit=unit)


def _reads(name: str, description: str) -> Column:
    return Column(name, "integer", Share.COUNTS, description, unit="{reads}", minimum=0)


SAMPLES = Table(
    "samples",
    "a soil sample",
    ("sample_id",),
    (_SAMPLE_ID, _AGREEMENT_ID),
    has_slots=True,
)
ASSAYS = Table(
    "assays",
    "a way of measuring: the method fingerprint",
    ("assay_id",),
    (
        _ASSAY_ID,
        _text("library_strategy", Share.METHOD, "AMPLICON or WGS (INSDC).", is_required=True),
        _text("target_gene", Share.METHOD, "MIxS target_gene."),
        _text("target_subfragment", Share.METHOD, "MIxS target_subfragment."),
        _text("pcr_primer_forward", Share.METHOD, "Forward primer, IUPAC, 5' to 3'."),
        _text("pcr_primer_reverse", Share.METHOD, "Reverse primer, IUPAC, 5' to 3'."),
        _text("pcr_primer_name_forward", Share.METHOD, "Name of the forward primer."),
        _text("pcr_primer_name_reverse", Share.METHOD, "Name of the reverse primer."),
        _text("lib_layout", Share.METHOD, "paired, single or both (MIxS lib_layout)."),
        _text("seq_meth", Share.METHOD, "Sequencing instrument (MIxS seq_meth)."),
        _text("engine", Share.METHOD, "What made features of reads.", is_required=True),
        _text("engine_version", Share.METHOD, "Its version."),
        _text("engine_parameters", Share.METHOD, "Its parameters, as canonical JSON."),
        _text("classifier", Share.METHOD, "What assigned lineages."),
        _text("classifier_version", Share.METHOD, "Its version."),
        _number("confidence_cutoff", Share.METHOD, "Bootstrap support a rank needs.", "1"),
        _text("reference", Share.METHOD, "Reference database."),
        _text("reference_version", Share.METHOD, "Its version."),
        _text(
            "reference_sha256",
            Share.METHOD,
            "SHA-256 of its sequences and lineages, or of a profiler's database.",
        ),
        _text("method_fingerprint", Share.METHOD, "SHA-256 of all the above, assay_id left out."),
        Column(
            "abundance",
            "string",
            Share.METHOD,
            "What shares are of: reads of a marker, all DNA (sequence), or genomes (taxonomic).",
            allowed=ABUNDANCES,
            is_later=True,
        ),
        _later("read_length", "Length of reads, such as 2 x 250."),
        _later("trim_method", "What was cut off reads or features, and to which length (FAIRe)."),
        _later("screen_contam_method", "How contaminants were left out (FAIRe)."),
        _AGREEMENT_IDS,
    ),
)
LIBRARIES = Table(
    "libraries",
    "one sequenced sample, assay and run, or a control",
    ("library_id",),
    (
        _LIBRARY_ID,
        _SAMPLE_ID,
        _ASSAY_ID,
        Column("run_id", "string", Share.IDENTITY, "Sequencing run.", is_required=True, is_id=True),
        Column(
            "control_type",
            "string",
            Share.CONTROLS,
            "Empty for a sample, else the kind of control.",
            allowed=CONTROL_TYPES,
        ),
        Column(
            "status",
            "string",
            Share.METHOD,
            "What became of it.",
            is_required=True,
            allowed=STATUSES,
        ),
        _text("status_reason", Share.IDENTITY, "Why it is empty or failed; never exported."),
        _reads("reads_raw", "Reads or read pairs in the files."),
        _reads("reads_primer", "With both primers (all, where primers were removed before)."),
        _reads("reads_filtered", "After quality and length filtering."),
        _reads(
            "reads_merged", "Merged pairs; of single reads those that are there to be filtered."
        ),
        Column(
            "reads_decontaminated",
            "integer",
            Share.COUNTS,
            "After reads of hosts, crops and contaminants were removed; empty if none were sought.",
            unit="{reads}",
            minimum=0,
            is_later=True,
        ),
        _reads(
            "reads_denoised",
            "In features before chimeras were removed; of dada2 the forward reads that were"
            " denoised, before pairs were merged.",
        ),
        _reads("reads_nonchimeric", "In the counts table."),
        Column(
            "removed_by_genome",
            "string",
            Share.COUNTS,
            "Reads removed of each genome that was sought, as name:reads, joined by '|'.",
            is_later=True,
        ),
        Column(
            "community_coverage",
            "number",
            Share.DERIVED,
            "Share of the community's DNA, in bases, that the reads hold, as estimated.",
            unit="1",
            is_later=True,
        ),
        Column(
            "community_coverage_method",
            "string",
            Share.METHOD,
            "How it was estimated, or why it could not be.",
            is_later=True,
        ),
        _AGREEMENT_ID,
    ),
    references=(("sample_id", "samples", "sample_id"), ("assay_id", "assays", "assay_id")),
)
FEATURES = Table(
    "features",
    "an ASV, an OTU or a taxon",
    ("feature_id",),
    (
        _FEATURE_ID,
        _text("sequence", Share.SEQUENCES, "Upper-case DNA, 5' to 3', primers removed."),
        Column("length_bp", "integer", Share.SEQUENCES, "Length.", unit="{bp}", minimum=0),
        _text("verbatim_lineage", Share.TAXONOMY, "What the classifier wrote, unchanged."),
        _text("classifier", Share.METHOD, "What assigned the lineage."),
        _number("confidence", Share.TAXONOMY, "Support of the deepest rank kept.", "1"),
        *(_text(rank, Share.TAXONOMY, f"Canonical {rank}, today's name.") for rank in RANKS),
        _text("taxon_rank", Share.TAXONOMY, "Deepest rank that has a name."),
        _text("flags", Share.TAXONOMY, "Flags, sorted, joined by '|'; empty for none."),
        Column(
            "ncbi_taxid",
            "integer",
            Share.TAXONOMY,
            "Taxon of the NCBI taxonomy, where the database names its taxa so.",
            is_later=True,
        ),
        Column(
            "gtdb_species",
            "string",
            Share.TAXONOMY,
            "Species of GTDB, verbatim, where lineages are GTDB's.",
            is_later=True,
        ),
        _AGREEMENT_IDS,
    ),
)
COUNTS = Table(
    "counts",
    "a feature in a library; zeros are not stored",
    ("library_id", "feature_id"),
    (
        _LIBRARY_ID,
        _FEATURE_ID,
        Column("count", "integer", Share.COUNTS, "Reads.", unit="{reads}", minimum=1),
        _number("relative_abundance", Share.COUNTS, "Share, where a method gives no counts.", "1"),
        _AGREEMENT_ID,
    ),
    references=(
        ("library_id", "libraries", "library_id"),
        ("feature_id", "features", "feature_id"),
    ),
)
MEASUREMENTS = Table(
    "measurements",
    "one measured or derived value of a sample or library",
    ("subject", "property", "method", "upper_depth_m", "lower_depth_m", "source"),
    (
        Column(
            "subject",
            "string",
            Share.IDENTITY,
            "The sample_id or library_id measured.",
            is_required=True,
            is_id=True,
        ),
        _text(
            "property",
            Share.ENVIRONMENT,
            "What was measured (MIxS slot, or soil property).",
            is_required=True,
        ),
        _number("value", Share.ENVIRONMENT, "The value in `unit`.", ""),
        _text(
            "verbatim_value",
            Share.ENVIRONMENT,
            "The value as it came; what had its unit in the header of `samples` is in the slot's.",
        ),
        _text("unit", Share.ENVIRONMENT, "UCUM unit."),
        _text("method", Share.METHOD, "How it was measured, empty when not stated."),
        _number("upper_depth_m", Share.ENVIRONMENT, "Upper depth.", "m"),
        _number("lower_depth_m", Share.ENVIRONMENT, "Lower depth.", "m"),
        _text("source", Share.METHOD, "Where the value came from."),
        _AGREEMENT_ID,
    ),
)

TABLES = {
    table.name: table for table in (SAMPLES, ASSAYS, LIBRARIES, FEATURES, COUNTS, MEASUREMENTS)
}

# What a feature may be instead of what was looked for; it stays in the dataset.
FLAGS = {
    "chloroplast": "The lineage is that of a chloroplast.",
    "mitochondria": "The lineage is that of a mitochondrion.",
    "off-target-length": "Outside the length range of the assay's amplicon.",
    "off-target-domain": "The domain is none that the primers are meant for.",
    "chimera": "Made of two others, as seen once trimmed to the region that datasets share.",
    "unclassified": "No rank reached the confidence cutoff.",
    "unplaced": "Of no clade of the tree that datasets were placed on; it stays as it is.",
    **{
        f"conflict-{rank}": "Classifiers or merged datasets give it several names at the rank"
        f" {rank}; here it has none."
        for rank in RANKS
    },
}
# Those that keep it out of diversity measures. What has no name is counted all the same.
EXCLUDING_FLAGS = (
    *("chloroplast", "mitochondria", "off-target-length", "off-target-domain", "chimera"),
)
