from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from example_dataset import PUBLIC, V4, example_dataset

from soilbio.cli.main import main


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example_dataset(tmp_path_factory.mktemp("example"))


def test_show_counts_what_is_there(dataset, capsys):
    assert main(["dataset", "show", str(dataset)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "counts 10" in lines
    assert "ok sample 4" in lines
    assert "empty extraction_blank 1" in lines
    assert f"{PUBLIC}: 4 samples, 5 libraries" in lines
    assert any(line.startswith(f"{V4}: 16S rRNA V4; engine unoise") for line in lines)
    assert "location samples.lat_lon, samples.plot name" in lines
    assert not any(line.startswith("none ") for line in lines)


def test_validate_says_that_a_whole_dataset_is_whole(dataset, capsys):
    assert main(["dataset", "validate", str(dataset)]) == 0
    assert "is whole" in capsys.readouterr().err


def test_validate_names_all_faults_at_once_and_leaves_with_1(tmp_path, capsys):
    folder = example_dataset(tmp_path)
    (folder / "views" / "samples.tsv").write_text("sample_id\n")
    (folder / "trees" / f"{V4}.nwk").unlink()
    assert main(["dataset", "validate", str(folder)]) == 1
    told = capsys.readouterr().err
    for code in ("[file-changed]", "[file-missing]", "[view-differs]", "3 problems found."):
        assert code in told


@pytest.mark.parametrize("verb", ["show", "validate"])
def test_what_is_no_dataset_is_named(verb, tmp_path, capsys):
    assert main(["dataset", verb, str(tmp_path / "absent")]) == 1
    assert "[dataset-missing]" in capsys.readouterr().err


def test_a_verb_is_needed():
    with pytest.raises(SystemExit) as left:
        main(["dataset"])
    assert left.value.code == 2


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from soilbio.cli.main import main\n"
        "try: main(['dataset', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'polars', 'pandas', 'h5py', 'pyarrow', 'rocrate'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
