"""What the INSDC archives accept: terms for missing values, and names of countries and seas."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

SOURCE = (
    "INSDC missing value reporting terms; INSDC country qualifier vocabulary, as in ENA 2026;"
    " country codes of ISO 3166-1"
)

MISSING_TERMS = frozenset(
    {
        "missing",
        "missing: control sample",
        "missing: data agreement established pre-2023",
        "missing: endangered species",
        "missing: human-identifiable",
        "missing: lab stock",
        "missing: sample group",
        "missing: synthetic construct",
        "missing: third party data",
        "not applicable",
        "not collected",
        "not provided",
        "restricted access",
    }
)
# What laboratories write instead; it is named as a mistake, with the term to use.
INFORMAL_MISSING = frozenset(
    {"na", "n/a", "nan", "null", "-", "--", "?", "nd", "n.d.", "#n/a", "."}
)
# What people call a country, and what the archives do.
OTHER_NAMES = {
    "united states": "USA",
    "united states of america": "USA",
    "us": "USA",
    "u.s.a.": "USA",
    "america": "USA",
    "uk": "United Kingdom",
    "great britain": "United Kingdom",
    "england": "United Kingdom",
    "scotland": "United Kingdom",
    "wales": "United Kingdom",
    "deutschland": "Germany",
    "holland": "Netherlands",
    "the netherlands": "Netherlands",
    "cabo verde": "Cape Verde",
    "vietnam": "Viet Nam",
    "türkiye": "Turkey",
    "ivory coast": "Cote d'Ivoire",
    "côte d'ivoire": "Cote d'Ivoire",
    "swaziland": "Eswatini",
    "macedonia": "North Macedonia",
    "burma": "Myanmar",
    "russian federation": "Russia",
    "república dominicana": "Dominican Republic",
    "españa": "Spain",
    "österreich": "Austria",
    "schweiz": "Switzerland",
    "brasil": "Brazil",
    "méxico": "Mexico",
    "suisse": "Switzerland",
    "svizzera": "Switzerland",
    "frankreich": "France",
    "italien": "Italy",
    "italia": "Italy",
    "spanien": "Spain",
    "niederlande": "Netherlands",
    "nederland": "Netherlands",
    "belgique": "Belgium",
    "belgië": "Belgium",
    "polska": "Poland",
    "danmark": "Denmark",
    "sverige": "Sweden",
    "norge": "Norway",
    "suomi": "Finland",
    "czech": "Czechia",
    "northern ireland": "United Kingdom",
    "åland islands": "Finland",
    "brunei darussalam": "Brunei",
    "macao": "Macau",
    "réunion": "Reunion",
    "curaçao": "Curacao",
    "saint barthélemy": "Saint Barthelemy",
    "pitcairn": "Pitcairn Islands",
    "palestine": "State of Palestine",
    "congo": "Republic of the Congo",
    "dr congo": "Democratic Republic of the Congo",
    "congo, the democratic republic of the": "Democratic Republic of the Congo",
    "korea": "South Korea",
    "republic of korea": "South Korea",
    "korea, republic of": "South Korea",
    "korea, democratic people's republic of": "North Korea",
    "iran, islamic republic of": "Iran",
    "lao people's democratic republic": "Laos",
    "moldova, republic of": "Moldova",
    "republic of moldova": "Moldova",
    "syrian arab republic": "Syria",
    "taiwan, province of china": "Taiwan",
    "tanzania, united republic of": "Tanzania",
    "united republic of tanzania": "Tanzania",
    "bolivia, plurinational state of": "Bolivia",
    "venezuela, bolivarian republic of": "Venezuela",
    "virgin islands, british": "British Virgin Islands",
    "virgin islands, u.s.": "Virgin Islands",
    "falkland islands": "Falkland Islands (Islas Malvinas)",
    "falkland islands (malvinas)": "Falkland Islands (Islas Malvinas)",
    "the gambia": "Gambia",
    "bahamas, the": "Bahamas",
}

COUNTRIES = frozenset(
    Path(__file__).with_name("insdc_countries.txt").read_text(encoding="utf-8").splitlines()
)


def is_missing(value: str) -> bool:
    """Tell whether a value is one of the archives' terms for a missing value."""
    return value.strip().lower() in MISSING_TERMS


def country_of(geo_loc_name: str) -> str:
    """Take the country or sea out of `Country: region, locality`."""
    return geo_loc_name.partition(":")[0].strip()


@cache
def _iso_codes() -> tuple[dict[str, str], dict[str, str]]:
    """Read the codes: name by code of two or three letters, and code of two letters by name."""
    by_code: dict[str, str] = {}
    by_name: dict[str, str] = {}
    table = Path(__file__).with_name("insdc_iso.tsv")
    with table.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            by_name.setdefault(row["name"], row["alpha_2"])
            for code in (row["alpha_2"], row["alpha_3"]):
                by_code.setdefault(code, row["name"])
    return by_code, by_name


@cache
def _plain_names() -> dict[str, str]:
    """Name by its spelling without capitals."""
    return {name.casefold(): name for name in COUNTRIES}


def country_named(text: str) -> str:
    """Give the archives' name for a country: by that name, another one, or its ISO 3166-1 code.

    Returns
    -------
    str
        A member of `COUNTRIES`, or empty. Capitals do not count, but for codes, which have them:
        `IT` is a country, `it` is a word.

    """
    text = re.sub(r"\s+", " ", text.strip())
    plain = text.casefold()
    known = _plain_names().get(plain) or _iso_codes()[0].get(text)
    return known or OTHER_NAMES.get(plain) or OTHER_NAMES.get(plain.removeprefix("the "), "")


def iso_code(country: str) -> str:
    """Give the ISO 3166-1 code of two letters that Darwin Core asks for.

    Parameters
    ----------
    country : str
        As in `COUNTRIES`; seas, and islands that nobody governs alone, have no code.

    """
    return _iso_codes()[1].get(country, "")
