"""Darwin Core: all terms of core and extensions, and those that our archives use.

Names and identifiers are facts of the definitions at rs.gbif.org (CC BY 4.0); a test compares them.
The table is made by `resources/standards/make_darwin_core.py`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

SOURCE = "Darwin Core (TDWG) and its extensions (GBIF, OBIS, GGBN) at rs.gbif.org, CC BY 4.0"
OCCURRENCE_VERSION = "2025-07-10"
EVENT_VERSION = "2025-07-10"
EMOF_VERSION = "2023-08-28"
DNA_VERSION = "2024-07-11"
PERMIT_VERSION = "2022-08-08"
OCCURRENCE_ROW = "http://rs.tdwg.org/dwc/terms/Occurrence"
EVENT_ROW = "http://rs.tdwg.org/dwc/terms/Event"
EMOF_ROW = "http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact"
DNA_ROW = "http://rs.gbif.org/terms/1.0/DNADerivedData"
PERMIT_ROW = "http://data.ggbn.org/schemas/ggbn/terms/Permit"
INCERTAE_SEDIS = "incertae sedis"

_DWC = "http://rs.tdwg.org/dwc/terms/"
_DCTERMS = "http://purl.org/dc/terms/"
_GBIF = "http://rs.gbif.org/terms/"
_MIXS = "https://w3id.org/mixs/"

# Term -> IRI, in the order of the columns of occurrence.txt; the first is the row's id.
OCCURRENCE = {
    "occurrenceID": f"{_DWC}occurrenceID",
    "basisOfRecord": f"{_DWC}basisOfRecord",
    "occurrenceStatus": f"{_DWC}occurrenceStatus",
    "datasetID": f"{_DWC}datasetID",
    "eventID": f"{_DWC}eventID",
    "materialSampleID": f"{_DWC}materialSampleID",
    "eventDate": f"{_DWC}eventDate",
    "organismQuantity": f"{_DWC}organismQuantity",
    "organismQuantityType": f"{_DWC}organismQuantityType",
    "sampleSizeValue": f"{_DWC}sampleSizeValue",
    "sampleSizeUnit": f"{_DWC}sampleSizeUnit",
    "samplingProtocol": f"{_DWC}samplingProtocol",
    "country": f"{_DWC}country",
    "locality": f"{_DWC}locality",
    "decimalLatitude": f"{_DWC}decimalLatitude",
    "decimalLongitude": f"{_DWC}decimalLongitude",
    "geodeticDatum": f"{_DWC}geodeticDatum",
    "coordinateUncertaintyInMeters": f"{_DWC}coordinateUncertaintyInMeters",
    "coordinatePrecision": f"{_DWC}coordinatePrecision",
    "minimumElevationInMeters": f"{_DWC}minimumElevationInMeters",
    "maximumElevationInMeters": f"{_DWC}maximumElevationInMeters",
    "minimumDepthInMeters": f"{_DWC}minimumDepthInMeters",
    "maximumDepthInMeters": f"{_DWC}maximumDepthInMeters",
    "recordedBy": f"{_DWC}recordedBy",
    "taxonID": f"{_DWC}taxonID",
    "scientificName": f"{_DWC}scientificName",
    "taxonRank": f"{_DWC}taxonRank",
    "kingdom": f"{_DWC}kingdom",
    "phylum": f"{_DWC}phylum",
    "class": f"{_DWC}class",
    "order": f"{_DWC}order",
    "family": f"{_DWC}family",
    "genus": f"{_DWC}genus",
    "verbatimIdentification": f"{_DWC}verbatimIdentification",
    "identificationRemarks": f"{_DWC}identificationRemarks",
    "dataGeneralizations": f"{_DWC}dataGeneralizations",
    "informationWithheld": f"{_DWC}informationWithheld",
    "license": f"{_DCTERMS}license",
    "rightsHolder": f"{_DCTERMS}rightsHolder",
}
# Term -> IRI, in the order of the columns of dnaderiveddata.txt after the occurrence's id.
DNA = {
    "DNA_sequence": f"{_GBIF}dna_sequence",
    "target_gene": f"{_MIXS}0000044",
    "target_subfragment": f"{_MIXS}0000045",
    "pcr_primer_forward": f"{_GBIF}pcr_primer_forward",
    "pcr_primer_reverse": f"{_GBIF}pcr_primer_reverse",
    "pcr_primer_name_forward": f"{_GBIF}pcr_primer_name_forward",
    "pcr_primer_name_reverse": f"{_GBIF}pcr_primer_name_reverse",
    "lib_layout": f"{_MIXS}0000041",
    "seq_meth": f"{_MIXS}0000050",
    "otu_class_appr": f"{_MIXS}0000085",
    "otu_seq_comp_appr": f"{_MIXS}0000086",
    "otu_db": f"{_MIXS}0000087",
    "env_broad_scale": f"{_MIXS}0000012",
    "env_local_scale": f"{_MIXS}0000013",
    "env_medium": f"{_MIXS}0000014",
    "nucl_acid_ext": f"{_MIXS}0000037",
    "nucl_acid_amp": f"{_MIXS}0000038",
    "samp_vol_we_dna_ext": f"{_MIXS}0000111",
    "pcr_cond": f"{_MIXS}0000049",
    "sop": f"{_MIXS}0000090",
}
# The licences that GBIF takes, by SPDX id: where each is, and its name.
LICENCES = {
    "CC0-1.0": (
        "http://creativecommons.org/publicdomain/zero/1.0/legalcode",
        "Public Domain (CC0 1.0)",
    ),
    "CC-BY-4.0": (
        "http://creativecommons.org/licenses/by/4.0/legalcode",
        "Creative Commons Attribution (CC-BY) 4.0 License",
    ),
    "CC-BY-NC-4.0": (
        "http://creativecommons.org/licenses/by-nc/4.0/legalcode",
        "Creative Commons Attribution Non Commercial (CC-BY-NC) 4.0 License",
    ),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a core or extension.

    `vocabulary` is the address of the values it takes, or empty; `guide` is what GBIF's guide to
    DNA-derived data says of metabarcoding: `required`, `highly recommended`, `recommended`, or
    nothing.
    """

    name: str
    iri: str
    is_required: bool
    vocabulary: str
    guide: str


def _read_terms(table: Path) -> dict[str, dict[str, Term]]:
    terms: dict[str, dict[str, Term]] = {}
    with table.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            terms.setdefault(row["table"], {})[row["name"]] = Term(
                row["name"],
                row["iri"],
                row["is_required"] == "yes",
                row["vocabulary"],
                row["guide"],
            )
    return terms


# Core or extension (`occurrence`, `event`, `emof`, `dna`, `permit`) -> name -> term.
TERMS: dict[str, dict[str, Term]] = _read_terms(Path(__file__).with_name("darwin_core.tsv"))
