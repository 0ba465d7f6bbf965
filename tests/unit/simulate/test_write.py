from pathlib import Path

import pytest

from soilbio.simulate.design import read_design, to_design
from soilbio.simulate.draw import prepare
from soilbio.simulate.write import sheets_of, write_library, write_truth
from soilbio.standards import shipped

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "config"), [("demo", "config"), ("demo-shotgun", "config/shotgun")]
)
def test_the_committed_sheets_are_those_of_the_demo(tmp_path, name, config):
    path = shipped(f"resources/simulate/{name}.yaml")
    design = to_design(read_design(path), str(path), path.parent)
    sheets = sheets_of(design, tmp_path / name / "reads", tmp_path / config)
    assert {path.name for path in sheets} == {"libraries.tsv", "samples.tsv"}
    for path, text in sheets.items():
        assert text.encode() == (ROOT / config / path.name).read_bytes()


def test_files_are_the_same_twice_and_nothing_half_written_is_left(design, tmp_path):
    prepared = prepare(design)
    for folder in ("one", "two"):
        rows = write_library(prepared, design.libraries[0], tmp_path / folder)
        write_truth(reversed(rows), tmp_path / folder / "truth.tsv")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["arable-1_R1.fastq.gz", "arable-1_R2.fastq.gz", "truth.tsv"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
