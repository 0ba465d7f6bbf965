"""Archives of others write nowhere but where we unpack them, and end; damaged ones are refused."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest
from pipeline_outputs import OUTPUTS

from soilbio.cli.main import main
from soilbio.errors import InputError
from soilbio.importers.archive import opened
from soilbio.importers.registry import read

TAXONOMY = "Feature ID\tTaxon\nASV1\td__Bacteria\n"
META = "uuid: 'u1'\ntype: FeatureData[Taxonomy]\nformat: X\n"
ACTION = "action:\n  type: method\n"


def artifact(path: Path, files: dict[str, str | bytes], **more: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {
            "u/metadata.yaml": META,
            "u/data/taxonomy.tsv": TAXONOMY,
            "u/provenance/action/action.yaml": ACTION,
        }
        for name, text in (whole | files | {f"u/{k}.yaml": v for k, v in more.items()}).items():
            archive.writestr(name, text)
    return path


def codes(form: str, *sources: Path) -> set[str]:
    with pytest.raises(InputError) as caught:
        read(form, list(sources), {})
    return {problem.code for problem in caught.value.problems}


def test_nothing_in_an_artifact_is_used_as_a_path(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    path = artifact(
        tmp_path / "slip.qza",
        {"u/metadata.yaml": META.replace("u1", str(victim)), "u/data/authorized_keys": "mine"},
    )
    table = OUTPUTS["qiime2"][1](tmp_path)[0]
    found = read("qiime2", [table, path], {})
    assert found.features["ASV1"].others == ("d__Bacteria",)
    assert not list(victim.iterdir())


@pytest.mark.parametrize(
    "name", ["../out.txt", "u/data/../../../out.txt", "/tmp/out.txt", "C:\\out.txt", "..\\out.txt"]
)
@pytest.mark.parametrize("form", ["qiime2", "dwca"])
def test_names_that_lead_out_of_an_archive_are_refused(tmp_path, form, name):
    path = artifact(tmp_path / "x.qza", {name: "mine", "meta.xml": "<archive/>"})
    assert codes(form, path) == {"import-archive"}


def test_links_in_an_archive_are_refused(tmp_path):
    path = artifact(tmp_path / "x.qza", {})
    link = zipfile.ZipInfo("u/data/dna-sequences.fasta")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert codes("qiime2", path) == {"import-archive"}


def test_an_archive_that_unpacks_without_end_is_refused_before_it_is(tmp_path):
    path = tmp_path / "bomb.qza"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("u/metadata.yaml", META)
        with archive.open("u/data/taxonomy.tsv", "w") as handle:
            for _ in range(200):
                handle.write(bytes(1_000_000))
    assert codes("qiime2", path) == {"import-archive"}


def test_a_description_that_repeats_itself_without_end_is_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    text = "\n".join([*lines, "type: FeatureData[Taxonomy]"])
    assert codes("qiime2", artifact(tmp_path / "x.qza", {}, metadata=text)) == {"import-artifact"}


@pytest.mark.parametrize(
    "files",
    [
        {"u/provenance/action/action.yaml": ""},
        {"u/provenance/action/action.yaml": "- 1\n"},
        {"u/provenance/action/action.yaml": "a: [\n"},
        {"u/provenance/action/action.yaml": "action: {parameters: 5}\n"},
        {"u/provenance/action/action.yaml": "action: {manifest: 5}\n"},
        {"u/metadata.yaml": "a: [\n"},
        {"u/metadata.yaml": "type: [1]\n"},
        {"u/metadata.yaml": b"\xff\xfe\x00"},
        {"u/metadata.yaml": "type: FeatureData[Sequence]\n"},
    ],
)
def test_odd_descriptions_of_an_artifact_are_told_and_no_traceback(tmp_path, files, capsys):
    path = artifact(tmp_path / "x.qza", files)
    assert main(["import", "qiime2", str(path)]) == 1
    told = capsys.readouterr().err
    assert "[import-artifact]" in told
    assert "bug in soilbio" not in told
    assert main(["import", "--detect", str(path)]) in (0, 1)
    assert "bug in soilbio" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "action", ["action: {type: m}\n", "action: {type: m}\nenvironment:\n  plugins:\n"]
)
def test_an_artifact_without_uuid_or_plugins_is_read(tmp_path, action):
    meta = {"u/metadata.yaml": META.partition("\n")[2], "u/provenance/action/action.yaml": action}
    table = OUTPUTS["qiime2"][1](tmp_path)[0]
    assert read("qiime2", [table, artifact(tmp_path / "x.qza", meta)], {}).features["ASV1"].lineage


def test_a_damaged_archive_is_told(tmp_path):
    path = artifact(tmp_path / "x.qza", {"u/data/taxonomy.tsv": TAXONOMY * 500})
    content = bytearray(path.read_bytes())
    at = content.index(b"taxonomy.tsv") + 20
    content[at : at + 20] = b"\xff" * 20
    path.write_bytes(content)
    assert codes("qiime2", path) == {"import-artifact"}


@pytest.mark.parametrize("place", ["/etc/hostname", "../../etc/hostname", "other.txt"])
def test_an_archive_that_names_files_outside_it_is_refused(tmp_path, place):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        core = f'<core rowType="x"><files><location>{place}</location></files></core>'
        archive.writestr(
            "meta.xml", f'<archive xmlns="http://rs.tdwg.org/dwc/text/">{core}</archive>'
        )
    assert codes("dwca", path) == {"import-dwca"}


def test_a_tar_is_no_archive_of_darwin_core(tmp_path):
    import tarfile

    (tmp_path / "meta.xml").write_text("<archive/>")
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(tmp_path / "meta.xml", "../meta.xml")
    assert codes("dwca", tmp_path / "x.tar") == {"import-dwca"}


def test_a_whole_archive_is_opened(tmp_path):
    with opened(artifact(tmp_path / "x.qza", {}), "an artifact", "import-artifact") as archive:
        assert len(archive.namelist()) == 3
