"""What says the same is the same, whichever way it is written, and nothing else is."""

from __future__ import annotations

import pytest

from soilbio.metadata.meaning import meaning_of


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("lat_lon", "52.5 N 13.4 E", "52.500, 13.400"),
        ("lat_lon", "0.0 -13.4", "0 N 13.4 W"),
        ("depth", "0-0.1", "0.0 - 0.10 m"),
        ("depth", "0.1", "0.10-0.1"),
        ("elev", "300", "300.0 m"),
        ("tot_org_carb", "12 g/kg", "1.2 %"),
        ("tot_org_carb", "12", "12.0 g kg-1"),
        ("samp_size", "0.25", "0.250 g"),
        ("collection_date", "2024-05-01T12:00+0200", "2024-05-01T10:00:00Z"),
        ("collection_date", "2024-05-01", "2024-05-01/2024-05-01"),
        ("geo_loc_name", "Germany:Bavaria,Freising", "Germany: Bavaria, Freising"),
        ("env_medium", "agricultural soil [ENVO:00002259]", "ENVO:00002259"),
        ("source_mat_id", "SAMEA12", "https://www.ebi.ac.uk/ena/browser/view/samea12"),
        ("farm_name", "Huber  Hof", "Huber Hof"),
    ],
)
def test_two_ways_of_writing_one_value_are_one(column, one, other):
    assert meaning_of(column, one) == meaning_of(column, other)


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("lat_lon", "52.5 13.4", "13.4 52.5"),
        ("lat_lon", "52.5 13.4", "52.5001 13.4"),
        ("depth", "0-0.1", "0.1"),
        ("depth", "0-10 cm", "0-10"),
        ("tot_org_carb", "12 g/kg", "12 %"),
        ("tot_org_carb", "<5", "5"),
        ("collection_date", "2024-05", "2024-05-01"),
        ("collection_date", "2024-05-01T10:00", "2024-05-01T10:00Z"),
        ("geo_loc_name", "Germany: Bavaria", "Germany"),
        ("env_medium", "agricultural soil [ENVO:00002259]", "soil [ENVO:00001998]"),
        ("source_mat_id", "core A", "core B"),
        ("farm_name", "1.0", "1"),
    ],
)
def test_what_differs_stays_apart(column, one, other):
    assert meaning_of(column, one) != meaning_of(column, other)
