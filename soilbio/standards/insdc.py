"""What the INSDC archives accept: terms for missing values, and names of countries and seas."""

from __future__ import annotations

from pathlib import Path

SOURCE = "INSDC missing value reporting terms; INSDC country qualifier vocabulary, as in ENA 2026"

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
