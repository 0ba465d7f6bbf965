from __future__ import annotations

from pathlib import Path

import pytest
from exchange_example import A, B, C, Institute, export_for, institute

from soilbio.transfer.seal import Sender, seal


@pytest.fixture(scope="session")
def institutes(tmp_path_factory) -> dict[str, Institute]:
    folder = tmp_path_factory.mktemp("institutes")
    made = {name: institute(ror, folder / name) for name, ror in zip("abc", (A, B, C), strict=True)}
    for one in made.values():
        one.trust(*made.values())
    return made


@pytest.fixture(scope="session")
def export(tmp_path_factory) -> Path:
    return export_for(B, tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="session")
def package(export, institutes, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("sealed") / "soils.tar"
    seal(export, target, Sender(A, institutes["a"].key))
    return target


@pytest.fixture(scope="session")
def encrypted(export, institutes, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("sealed") / "soils.tar.c4gh"
    seal(export, target, Sender(A, institutes["a"].key), [institutes["b"].public])
    return target
