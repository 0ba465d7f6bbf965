"""Packages that were changed in any way are never taken in; the benchmark makes many more."""

from __future__ import annotations

import importlib.util

from tests.conftest import ROOT


def test_no_mutated_package_is_taken_in_or_crashes_or_leaves_anything(tmp_path):
    place = ROOT / "benchmarks" / "fuzz_receive.py"
    spec = importlib.util.spec_from_file_location("fuzz_receive", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = module.fuzz(tmp_path, 150, seed=7)
    assert sum(found.values()) == 150
    assert all(one == "unchanged" or one.startswith("refused") for one in found), found
