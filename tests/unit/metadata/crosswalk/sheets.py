"""Rows of samples as laboratories may write them, made from the rules of each column."""

from __future__ import annotations

from hypothesis import strategies as st

from soilbio.standards.fields import FIELDS
from soilbio.standards.insdc import COUNTRIES, MISSING_TERMS
from soilbio.standards.mixs import SLOTS
from soilbio.standards.samp_taxa import TAXA

LETTERS = "abcXYZ äµ°√0189.,;:|/'=+-@()[]_\"%"
TEXT = st.text(LETTERS, min_size=1, max_size=25).map(str.strip).filter(bool)
WORDS = st.lists(st.text("abcdefgh", min_size=2, max_size=8), min_size=1, max_size=4).map(" ".join)
URLS = WORDS.map(lambda text: f"https://doi.org/10.1000/{text.replace(' ', '-')}")
DNA = st.text("ACGTRYSWKMBDHVN", min_size=15, max_size=25)
TERMS = st.sampled_from(
    [
        *("cropland biome [ENVO:01000245]", "agricultural field [ENVO:00000114]"),
        *("agricultural soil [ENVO:00002259]", "bulk soil [ENVO:00005802]"),
    ]
)
DATES = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: str(day)[:7]),
    st.integers(1950, 2026).map(str),
    st.datetimes().map(lambda time: f"{time.isoformat(timespec='seconds')}Z"),
    st.tuples(st.dates(), st.dates()).map(lambda two: "/".join(sorted(map(str, two)))),
)


def decimals(low: float, high: float, places: int = 3) -> st.SearchStrategy[str]:
    scale = 10**places
    whole = st.integers(int(low * scale), int(high * scale))
    return st.one_of(
        whole.map(lambda number: f"{number / scale:.{places}f}"),
        st.integers(int(low), int(high)).map(str),
    )


@st.composite
def places(draw: st.DrawFn) -> str:
    digits = draw(st.integers(0, 9))
    one, two = (f"{draw(st.floats(-top, top)):.{digits}f}" for top in (90, 180))
    return draw(st.sampled_from(["{} {}", "{}, {}"])).format(one, two)


@st.composite
def depths(draw: st.DrawFn) -> str:
    upper, lower = sorted(draw(st.lists(st.integers(0, 200), min_size=2, max_size=2)))
    ends = [f"{end / 100:g}" for end in (upper, lower)]
    text = draw(st.sampled_from([ends[0], "-".join(ends), " - ".join(ends)]))
    return text + draw(st.sampled_from(["", " m"]))


@st.composite
def countries(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(sorted(COUNTRIES)))
    rest = ", ".join(draw(st.lists(WORDS, max_size=3)))
    return f"{country}: {rest}" if rest else country


@st.composite
def quantities(draw: st.DrawFn, name: str) -> str:
    slot = SLOTS[name]
    low = slot.minimum if slot.minimum is not None else -50
    number = draw(decimals(low, slot.maximum if slot.maximum is not None else 1000))
    if slot.unit in ("1", "[pH]"):
        return number
    return number + draw(st.sampled_from(["", f" {slot.unit}", slot.unit]))


OWN = {
    "lat_lon": places(),
    "depth": depths(),
    "geo_loc_name": countries(),
    "collection_date": DATES,
    "samp_taxon_id": st.sampled_from(list(TAXA.values())).map(str),
    "pcr_primers": st.tuples(DNA, DNA).map(lambda two: f"FWD:{two[0]};REV:{two[1]}"),
    "pcr_primer_forward": DNA,
    "pcr_primer_reverse": DNA,
    "soil_texture": st.one_of(TEXT, st.just("40/35/25 % sand/silt/clay")),
    "misc_param": st.lists(WORDS.map(lambda text: f"{text};1"), min_size=1).map("|".join),
    "samp_category": st.sampled_from(["sample", "negative control", "positive control"]),
    "env_broad_scale": TERMS,
    "env_local_scale": TERMS,
    "env_medium": st.lists(TERMS, min_size=1, max_size=2, unique=True).map("|".join),
}


def values(name: str) -> st.SearchStrategy[str]:
    """Values that are right in a column, terms for missing ones included."""
    slot = SLOTS.get(name)
    if name in OWN:
        right = OWN[name]
    elif slot is not None and slot.is_numeric:
        right = quantities(name)
    elif slot is not None and slot.allowed:
        right = st.sampled_from(slot.allowed)
    elif name.endswith("_meth"):
        right = st.one_of(URLS, WORDS)
    else:
        right = st.one_of(TEXT, WORDS)
    return st.one_of(right, right, right, st.sampled_from(sorted(MISSING_TERMS)))


# Parts of joined values have columns of their own only where the whole is not there.
PARTS = ("decimal_latitude", "decimal_longitude", "depth_upper", "depth_lower", "country")
COLUMNS = sorted({*SLOTS, *FIELDS} - {*PARTS, "region_locality", "samp_name", "geodetic_datum"})
# Rare in the draw of all columns, and the ones that conversions are about.
CHIEF = (
    *("lat_lon", "depth", "geo_loc_name", "collection_date", "elev", "ph", "ph_meth", "clay"),
    *("silt", "sand", "soil_texture", "pcr_primers", "misc_param", "samp_category", "env_medium"),
    *("samp_taxon_id", "tot_org_carb", "tot_nitro_content", "project_name", "samp_title"),
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    columns = draw(st.sets(st.one_of(st.sampled_from(CHIEF), st.sampled_from(COLUMNS)), max_size=9))
    return {name: draw(values(name)) for name in sorted(columns)}


@st.composite
def sheets(draw: st.DrawFn) -> dict[int, dict[str, str]]:
    several = draw(st.lists(rows(), min_size=1, max_size=3))
    return {number: {"samp_name": f"S{number}", **row} for number, row in enumerate(several, 2)}
