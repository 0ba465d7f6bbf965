"""Make soilbio/standards/procedures.tsv, glosis.tsv and wrb.tsv.

Usage: python resources/standards/make_soil.py SHARED [FOLDER]
where SHARED/standards/05_soil holds ISRIC's iso-28258 lists (MIT), GLOSIS' procedures (CC BY 4.0)
and the reference soil groups. Codes and IRIs are taken over, definitions are not.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "soilbio" / "standards"
GLOSIS = "http://w3id.org/glosis/model/"
# What laboratories do and GLOSIS has no code for.
OWN = (
    "Aggr_dry-sieving",
    "Aggr_wet-sieving",
    "Extr_al-egner",
    "Extr_cal-schueller",
    "Extr_dl-egner",
    "Extr_water",
    "MicBio_fumigation-extraction",
    "MicBio_fumigation-incubation",
    "MicBio_sir",
    "OrgM_loi",
    "Resp_basal",
    "Water_oven-105",
)
SYNONYMS = {
    "Aggr_wet-sieving": "wet sieving|iso 10930",
    "BlkDensF_fe-cl-od": "clod|clod method",
    "BlkDensF_fe-co-od": "core|core method|iso 11272",
    "BlkDensW_we-co-od": "core|core method|iso 11272",
    "CEC_ph0-bacl2": "iso 11260|bacl2",
    "CEC_ph0-cohex": "iso 23470|cobalt hexamine|cohex",
    "CEC_ph7-nh4oac": "ammonium acetate|nh4oac|ammonium acetate ph 7",
    "CEC_ph8-bacl2tea": "iso 13536|bacl2-tea",
    "CaCO3_acid-hcl-nodc": "iso 10693|scheibler|calcimeter",
    "CrsFrg_fld": "field|field estimate|estimated",
    "CrsFrg_lab": "laboratory|lab|sieving",
    "EC_ratio1-1": "1:1",
    "EC_ratio1-2": "1:2",
    "EC_ratio1-2.5": "1:2.5",
    "EC_ratio1-5": "1:5|iso 11265",
    "ECe_sat": "saturation extract|saturated paste|ece",
    "ExchBases_ph0-cohex": "iso 23470|cobalt hexamine|cohex",
    "ExchBases_ph7-nh4oac": "ammonium acetate|nh4oac",
    "Extr_al-egner": "ammonium lactate|al|p-al|egner-riehm",
    "Extr_cacl2": "cacl2",
    "Extr_cal-schueller": "cal|calcium acetate lactate|p-cal|vdlufa cal|schueller",
    "Extr_dl-egner": "double lactate|dl",
    "Extr_hcl-nh4f-bray1": "bray|bray 1|bray i|bray p1|p-bray",
    "Extr_hcl-nh4f-bray2": "bray 2|bray ii",
    "Extr_m1": "mehlich 1|mehlich i",
    "Extr_m3": "mehlich 3|mehlich iii|m3",
    "Extr_nahco3-olsen": "olsen|p-olsen|olsen p|iso 11263|nahco3",
    "Extr_water": "water",
    "MicBio_fumigation-extraction": "iso 14240-2|cfe|chloroform fumigation extraction",
    "MicBio_sir": "iso 14240-1|sir|substrate induced respiration",
    "OrgC_acid-dc": "dry combustion after acid",
    "OrgC_acid-dc-ht-analyser": "iso 10694|elemental analyser after acid|dumas after acid",
    "OrgC_dc": "dry combustion",
    "OrgC_dc-ht-analyser": "elemental analyser|elemental analyzer|leco",
    "OrgC_wc-cro3-walkleyblack": "walkley black|walkley & black|walkley and black|wb",
    "OrgM_loi": "loss on ignition|loi",
    "Resp_basal": "iso 16072",
    "SaSiCl_2-20-2000u": "isss|international|20 um",
    "SaSiCl_2-50-2000u": "usda|50 um",
    "SaSiCl_2-64-2000u": "iso 11277|iso|fao|din|63 um|ka5|wrb",
    "TotC_dc-ht-analyser": "iso 10694|dry combustion|elemental analyser|elemental analyzer|leco",
    "TotalN_dc": "dry combustion",
    "TotalN_dc-ht-dumas": "iso 13878|dumas|elemental analyser|elemental analyzer",
    "TotalN_dc-ht-leco": "leco",
    "TotalN_kjeldahl": "kjeldahl|iso 11261",
    "Water_oven-105": "iso 11465|gravimetric|oven drying|105",
    **{
        f"pH{solution}_ratio1-{ratio}": f"1:{ratio}" + ("|iso 10390" if ratio == "5" else "")
        for solution in ("H2O", "CaCl2", "KCl")
        for ratio in ("1", "2", "2.5", "5", "10")
    },
    "pHCaCl2": "cacl2",
    "pHH2O": "water|h2o",
    "pHKCl": "kcl",
}
# Groups of older editions, and what the later ones made of them.
SUCCESSORS = {
    "Albeluvisols": "Retisols",
    "Greyzems": "Phaeozems",
    "Podzoluvisols": "Retisols",
    "Lithosols": "Leptosols",
    "Rankers": "Leptosols|Umbrisols",
    "Rendzinas": "Leptosols|Phaeozems",
    "Xerosols": "Calcisols|Gypsisols|Cambisols",
    "Yermosols": "Calcisols|Gypsisols",
    "Nitosols": "Nitisols",
}


def main(shared: Path, folder: Path = FOLDER) -> None:
    """Write the three tables, each sorted by its key."""
    source = shared / "standards" / "05_soil"
    lists = source / "iso28258_isric" / "codelists"
    text = (source / "glosis_ontology" / "glosis_procedure.ttl").read_text("utf-8")
    known = {
        f"{GLOSIS}procedure/{name}" for name in re.findall(r"^glosis_proc:(\S+) a", text, re.M)
    }
    write(
        folder / "procedures.tsv",
        ("code", "iri", "is_in_glosis", "synonyms"),
        sorted(procedures(lists / "procedure_phys_chem.tsv", known)),
    )
    write(
        folder / "glosis.tsv",
        ("property", "property_iri", "list", "describes", "codes"),
        sorted(code_lists(lists)),
    )
    write(
        folder / "wrb.tsv",
        ("code", "plural", "singular", "is_current", "envo_id", "successors"),
        groups(source / "wrb_reference_soil_groups.tsv"),
    )


def procedures(path: Path, known: set[str]) -> list[tuple[str, ...]]:
    """List ISRIC's procedures with the IRI that GLOSIS has for them, and our own without."""
    found = []
    for row in rows(path):
        code = row["label"]
        iri = next((one for one in (row["uri"], particle_iri(code)) if one in known), "")
        found.append((code, iri or row["uri"], "yes" if iri else "", SYNONYMS.get(code, "")))
    return [*found, *((code, "", "", SYNONYMS.get(code, "")) for code in OWN)]


def particle_iri(code: str) -> str:
    """Give GLOSIS' particle-size procedure: it has the same methods without the limits."""
    match = re.fullmatch(
        r"SaSiCl_2-\d+-2000u-(disp|nodisp)-(pipette|hydrometer|laser|beaker)", code
    )
    if match:
        return f"{GLOSIS}procedure/pSAProcedure-{match[2]}-{match[1]}"
    return f"{GLOSIS}procedure/pSAProcedure-fldest" if code.endswith("u-fld") else ""


def code_lists(lists: Path) -> list[tuple[str, ...]]:
    """List the codes of every described property, by site, profile, surface and layer."""
    found: dict[tuple[str, str, str, str], set[str]] = {}
    for thing in ("plot", "profile", "surface", "element"):
        for row in rows(lists / f"observation_desc_{thing}_resolved.tsv"):
            name, _, code = row["value_uri"].rpartition("/")[2].partition("-")
            key = (row["property"], row["property_uri"], name, thing)
            found.setdefault(key, set()).add(code)
    return [(*key, "|".join(sorted(codes))) for key, codes in found.items()]


def groups(path: Path) -> list[tuple[str, ...]]:
    """List the reference soil groups, then the former ones."""
    return [
        (
            row["wrb_code"],
            row["rsg_plural"],
            row["singular"],
            "yes" if row["in_WRB_2022"] == "yes" else "",
            row["envo_id"],
            SUCCESSORS.get(row["rsg_plural"], ""),
        )
        for row in rows(path)
    ]


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table; an empty file has no rows."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def write(path: Path, header: tuple[str, ...], content: list[tuple[str, ...]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, delimiter="\t", lineterminator="\n").writerows([header, *content])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
