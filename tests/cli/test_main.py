from __future__ import annotations

import errno
import importlib
import subprocess
import sys
import zipfile

import pytest

from soilbio.cli import main as module
from soilbio.cli.main import COMMANDS, main, module_of
from soilbio.errors import Refused
from tests.conftest import ROOT

HEAVY = ("numpy", "pandas", "polars", "pyarrow", "skbio", "requests", "plotly", "jsonschema")


def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from soilbio.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_its_module_and_its_help(command, capsys):
    importlib.import_module(f"soilbio.cli.{module_of(command)}")
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert command in capsys.readouterr().out


def test_an_unknown_option_is_a_wrong_command_line():
    with pytest.raises(SystemExit) as caught:
        main(["agreement", "check", "x.yaml", "--no-such-option"])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (Refused("clause 2 withholds counts"), 3, "Refused: clause 2"),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (OSError(errno.ENOSPC, "No space left", "/data/x"), 1, "[disk-full]"),
        (ValueError("[Errno 28] No space left on device"), 1, "[disk-full]"),
        (RuntimeError("surprise"), 70, "please report"),
    ],
)
def test_what_goes_wrong_has_its_exit_code(monkeypatch, capsys, raised, code, told):
    def fail(words):
        raise raised

    monkeypatch.setattr(module, "_dispatch", fail)
    assert main(["check"]) == code
    assert told in capsys.readouterr().err


def test_a_wheel_carries_all_that_a_run_needs(tmp_path):
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--wheel-dir", str(tmp_path), str(ROOT)),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import soilbio, importlib, pkgutil\n"
        "from soilbio.standards import shipped\n"
        "assert soilbio.__file__.startswith(sys.path[0]), soilbio.__file__\n"
        "names = ['Snakefile', 'workflow/rules/common.smk', 'workflow/scripts/dada2_denoise.R',\n"
        "  'workflow/envs/vsearch.yaml', 'resources/assays.yaml', 'resources/config.schema.yaml',\n"
        "  'resources/references.yaml', 'resources/tools.yaml', 'profiles/default/profile.yaml']\n"
        "for name in names:\n"
        "    assert str(shipped(name)).startswith(sys.path[0]) and shipped(name).exists(), name\n"
        "for found in pkgutil.walk_packages(soilbio.__path__, 'soilbio.'):\n"
        "    if not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "from soilbio.cli.main import main\n"
        "print(main(['agreement', 'check', sys.argv[1]]))\n"
    )
    agreement = next((ROOT / "config" / "agreements").glob("*.yaml"))
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(agreement)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "0"
