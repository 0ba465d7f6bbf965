import dataclasses
from collections import Counter

import numpy as np
import pytest

from soilbio.simulate.community import draw_pool, weights_of
from soilbio.simulate.design import Community
from soilbio.simulate.draw import prepare


@pytest.fixture
def prepared(design):
    return prepare(design)


def library(design, name):
    return next(x for x in design.libraries if x.library_id == name)


def shares(prepared, name):
    return weights_of(library(prepared.design, name), prepared.pool, prepared.design)


def test_the_pool_has_what_the_design_asks_for(prepared):
    pool = prepared.pool
    assert (pool.n_taxa, len(pool.soil), len(pool.mock), len(pool.contaminants)) == (30, 36, 8, 4)
    sequences = [amplicon.sequence for amplicon in pool.everyone]
    assert len(set(sequences)) == len(sequences)


def test_strains_differ_a_little_from_a_taxon_and_keep_its_lineage(prepared):
    pool = prepared.pool
    for strain in pool.soil[pool.n_taxa :]:
        parents = [taxon for taxon in pool.soil[: pool.n_taxa] if taxon.ids == strain.ids]
        assert len(parents) == 1
        pairs = zip(strain.sequence, parents[0].sequence, strict=True)
        assert 1 <= sum(a != b for a, b in pairs) <= 3
        assert strain.lineage == parents[0].lineage


def test_phyla_have_about_the_shares_that_are_asked_for(prepared):
    amplicons = prepared.cut.amplicons
    community = Community(taxa=12, phyla={"Acidobacteria": 5, "Proteobacteria": 1}, other_phyla=0)
    counts = Counter[str]()
    for seed in range(30):
        design = dataclasses.replace(prepared.design, seed=seed, community=community)
        pool = draw_pool(amplicons, design)
        counts.update(taxon.phylum for taxon in pool.soil)
    assert set(counts) == {"Acidobacteria", "Proteobacteria"}
    assert counts["Acidobacteria"] > 2 * counts["Proteobacteria"]


def test_fewer_are_drawn_where_the_reference_has_fewer(prepared):
    design = dataclasses.replace(prepared.design, community=Community(taxa=5000, strains=0))
    pool = draw_pool(prepared.cut.amplicons, design)
    assert pool.n_taxa == len(prepared.cut.amplicons) - len(pool.mock) - len(pool.contaminants)


def test_only_named_genera_can_be_asked_for(prepared):
    community = Community(taxa=5000, only_named_genera=True)
    pool = draw_pool(
        prepared.cut.amplicons, dataclasses.replace(prepared.design, community=community)
    )
    assert all(taxon.genus for taxon in pool.soil)


def test_shares_sum_to_one(prepared):
    for one in prepared.design.libraries:
        assert shares(prepared, one.library_id).sum() == pytest.approx(1, abs=1e-12)


def test_libraries_of_a_group_are_more_alike_than_groups(document):
    from pathlib import Path

    from soilbio.simulate.design import to_design

    document |= {"community": {"taxa": 45, "group_spread": 2, "responders": 0.6, "occupancy": 1.0}}
    prepared = prepare(to_design(document, "design", Path()))
    a, b, c, d = (
        shares(prepared, n) for n in ("arable-1", "arable-2", "grassland-1", "grassland-2")
    )

    def apart(one, other):
        return np.abs(one - other).sum() / 2

    within = (apart(a, b) + apart(c, d)) / 2
    between = (apart(a, c) + apart(a, d) + apart(b, c) + apart(b, d)) / 4
    assert between > within + 0.05
    assert between < 0.95


def test_the_mock_is_as_uneven_as_asked_and_has_no_soil_in_it(prepared):
    weights = shares(prepared, "mock")
    n_soil = len(prepared.pool.soil)
    mock = weights[n_soil : n_soil + 8]
    assert mock.sum() == pytest.approx(1)
    assert mock.max() / mock.min() == pytest.approx(10, rel=1e-6)


def test_the_blank_is_mostly_contaminants_that_soils_have_few_of(prepared):
    assert shares(prepared, "blank")[-4:].sum() == pytest.approx(0.9)
    assert shares(prepared, "arable-1")[-4:].sum() == pytest.approx(0.01)
