from __future__ import annotations

from pathlib import Path

import pytest

from soilbio.agreements import Agreement, parse_agreement

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data" / "agreements"


@pytest.fixture(scope="session")
def agreements() -> dict[str, Agreement]:
    files = [*(DATA / "valid").glob("*.yaml"), *(ROOT / "config" / "agreements").glob("*.yaml")]
    read = [parse_agreement(path.read_text(encoding="utf-8"), str(path)) for path in files]
    return {agreement.id: agreement for agreement in read}
