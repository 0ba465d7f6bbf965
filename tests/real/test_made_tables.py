"""The tables of terms are what their scripts make of the collected sources, byte by byte."""

from __future__ import annotations

import importlib.util

import pytest

from tests.conftest import ROOT

MADE = {
    "make_mixs": ("mixs.tsv",),
    "make_fields": ("fields.tsv",),
    "make_ena": ("ena_checklist.tsv", "ena_platforms.tsv", "ena_library.tsv"),
    "make_aliases": ("aliases.tsv",),
    "make_envo": ("envo.tsv",),
    "make_darwin_core": ("darwin_core.tsv",),
    "make_nmdc": ("nmdc.tsv",),
    "make_soil": ("procedures.tsv", "glosis.tsv", "wrb.tsv"),
    "make_codes": ("samp_taxa.tsv", "duo.tsv", "local_contexts.tsv", "faire.tsv"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_table_is_made_again_with_the_same_bytes(shared, name, tmp_path):
    source = ROOT / "resources" / "standards" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main(shared, tmp_path)
    for table in MADE[name]:
        made = (tmp_path / table).read_bytes()
        assert made == (ROOT / "soilbio" / "standards" / table).read_bytes(), table
