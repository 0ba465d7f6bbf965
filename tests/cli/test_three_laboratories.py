"""Three laboratories, three pipelines: imported, compared, merged, looked at, written up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from example_dataset import AGREEMENTS, PUBLIC
from pipeline_outputs import COUNTS, OUTPUTS, write_method

from soilbio import __version__
from soilbio.cli.main import main
from soilbio.dataset.read import read_dataset

LABORATORIES = {"ampliseq": "north", "mothur": "south", "qiime2": "west"}
METHOD = """\
title: Soils of the {name}
agreement: partner@1.0
prefix: {name}-
samples: samples.tsv
libraries: libraries.tsv
assay:
  assay_id: 16S-V4-515FY-806RB
  engine: {engine}
  reference: SILVA
  reference_version: "138.2"
"""
LIBRARIES = "library_id\tcontrol_type\nsoil-A\t\nsoil-B\t\nblank\textraction_blank\n"
SAMPLES = (
    "sample_name\tcur_land_use\tdepth\nsoil-A\tcropland\t{depth}\nsoil-B\tgrassland\t{depth}\n"
)


ENGINES = {"ampliseq": "dada2", "mothur": "mothur", "qiime2": "dada2"}


def imported(
    form: str, folder: Path, engine: str, depth: str = "0.1", terms: str = "partner@1.0"
) -> Path:
    name = LABORATORIES[form]
    place = folder / form
    place.mkdir(parents=True)
    kind, write = OUTPUTS[form]
    sources = write(place)
    (place / "samples.tsv").write_text(SAMPLES.format(depth=depth))
    (place / "libraries.tsv").write_text(LIBRARIES)
    text = METHOD.format(name=name, engine=engine).replace("partner@1.0", terms)
    method = write_method(place, text)
    (place / "agreements" / "demo.yaml").write_text(AGREEMENTS[PUBLIC])
    words = ["import", kind, *map(str, sources), "--method", str(method)]
    assert main([*words, "--out", str(folder / name)]) == 0
    return folder / name


@pytest.fixture
def three(tmp_path, capsys) -> list[str]:
    depths = {"ampliseq": "0.1", "mothur": "0.2", "qiime2": "0.1"}
    found = [str(imported(form, tmp_path, ENGINES[form], depths[form])) for form in LABORATORIES]
    capsys.readouterr()
    return found


def test_from_three_outputs_to_the_methods_section(three, tmp_path, capsys):
    assert main(["compare", *three]) == 0
    said = capsys.readouterr().out
    assert "communities change within centimetres of depth" in said
    assert "an OTU at 97 % holds many sequence variants" in said
    assert "Together: genus" in said
    merged = str(tmp_path / "merged")
    assert main(["harmonise", *three, "--out", merged]) == 0
    dataset = read_dataset(Path(merged))
    assert dataset.table("counts")["count"].sum() == 3 * sum(COUNTS.values())
    # Two of the four have a genus; two are known by a family and by a phylum.
    assert dataset.table("features").height == 4
    assert "north-soil-A" in dataset.table("samples")["sample_id"].to_list()
    page = tmp_path / "page"
    words = ["--by", "cur_land_use", "--depth", "50", "--out", str(page)]
    assert main(["laboratories", merged, *words]) == 0
    text = (page / "laboratories.html").read_text()
    assert "1 extraction_blank" in text
    assert "Finest sound level" in text
    assert "soil alone explains more" in text
    # Six libraries can tell nothing from chance, and the page says so.
    assert "this may be chance (PERMANOVA: laboratory p = " in text
    assert "provenance/features_of_sources.parquet" in text
    capsys.readouterr()
    assert main(["methods", merged]) == 0
    methods = capsys.readouterr().out
    for name, form in (("north", "ampliseq"), ("south", "mothur"), ("west", "qiime2")):
        told = rf"The tables of {name} were imported as {form} \[\d+\] with soilbio {__version__}\."
        assert re.search(told, methods)
        (kept,) = [
            path
            for path in Path(merged, "provenance", "sources").glob("*/imported.json")
            if path.read_bytes() == (tmp_path / name / "provenance/imported.json").read_bytes()
        ]
        assert kept.with_name("run.json").is_file()
    for part in (
        "6 soil samples were sequenced in 6 libraries, beside 3 controls",
        "GTGYCAGCMGCCGCGGTAA",
        f"3 datasets (north, south, west) were merged with soilbio {__version__} by genus",
        "doi:10.1128/AEM.01541-09",
        "doi:10.1038/nmeth.3869",
        "doi:10.1093/nar/gks1219",
        "Eilers et al. 2012",
        "Not stated of the soils:",
        "partner@1.0",
        "What has no name at that level: north, ",
    ):
        assert part in methods, part
    _, _, references = methods.partition("## References")
    listed = [line.partition(". ")[2] for line in references.strip().splitlines()]
    assert len(listed) == len(set(listed))
    # What can be looked up, and of each paper one line, however its journal is written.
    for line in listed:
        assert "method fingerprint" not in line
        assert "provenance/" not in line
    assert sum("Takahashi" in line for line in listed) <= 1


def test_the_page_of_a_merged_dataset_says_how_it_was_merged(tmp_path):
    three = [str(imported(form, tmp_path, ENGINES[form], terms=PUBLIC)) for form in ENGINES]
    merged, page = str(tmp_path / "merged"), tmp_path / "page.html"
    assert main(["harmonise", *three, "--out", merged]) == 0
    texts = {}
    for recipient in ("holder", "consortium"):
        words = ["--dataset", merged, "--recipient", recipient, "--out", str(page)]
        assert main(["report", *words]) == 0
        texts[recipient] = page.read_text(encoding="utf-8")
        assert "(names at genus, or at a higher rank where there is none)" in texts[recipient]
        assert "(how many were sequenced is not stated)" in texts[recipient]
        assert "could not be read" not in texts[recipient]
    assert "3 datasets (north, south, west) were merged with soilbio" in texts["holder"]
    # Others are told no more than an export tells them: no names of datasets, and no losses.
    assert "3 datasets (dataset 1, dataset 2, dataset 3) were merged" in texts["consortium"]
    assert "What has no name at that level" in texts["holder"]
    assert "What has no name at that level" not in texts["consortium"]
    # It cites what the methods section cites: nothing was measured on the way.
    assert main(["methods", merged, "--out", str(tmp_path / "methods.md")]) == 0
    _, _, references = (tmp_path / "methods.md").read_text().partition("## References\n\n")
    cited = [line.partition(". ")[2].replace("&", "&amp;") for line in references.splitlines()]
    _, _, on_page = texts["holder"].partition("Cite the methods")
    for work in cited:
        assert f"<li>{work}</li>" in on_page, work
    assert on_page.partition("</ul>")[0].count("<li>") == len(cited)


def test_the_page_of_clusters_does_not_call_them_sequences(three, tmp_path):
    page = tmp_path / "page.html"
    assert main(["report", "--dataset", three[1], "--recipient", "holder", "--out", str(page)]) == 0
    assert "(clusters of sequences)" in page.read_text(encoding="utf-8")


def test_the_methods_of_an_import_say_where_it_came_from(three, tmp_path):
    target = tmp_path / "methods.md"
    assert main(["methods", three[0], "--out", str(target)]) == 0
    text = target.read_text()
    assert "imported as ampliseq" in text
    assert "taken at a depth (m) of 0.1" in text
    assert "doi:10.3389/fmicb.2020.550420" in text


def test_warnings_of_a_sheet_and_its_folder_are_in_no_methods_section(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(f"{__name__}.SAMPLES", SAMPLES.replace("depth\n", "elev\n"))
    folder = imported("qiime2", tmp_path, "dada2", "0.3 km")
    assert f"{tmp_path}" in capsys.readouterr().out
    assert main(["methods", str(folder)]) == 0
    text = capsys.readouterr().out
    assert "imported as qiime2" in text
    assert "warning" not in text
    history = (folder / "provenance" / "imported.json").read_text()
    assert str(tmp_path) not in history
    (warning,) = json.loads(history)["warnings"]
    assert warning.startswith("samples.tsv:2 elev: warning: found '0.3 km'")


def test_a_prefix_that_is_none_is_told(tmp_path, capsys):
    method = write_method(tmp_path, METHOD.format(name="a b/", engine="dada2"))
    words = ["import", "table", "x.tsv", "--method", str(method), "--out", str(tmp_path / "o")]
    assert main(words) == 1
    assert "[id-format]" in capsys.readouterr().err


def test_no_command_takes_the_place_of_a_folder_of_others(three, tmp_path, capsys):
    home = tmp_path / "home"
    (home / "thesis").mkdir(parents=True)
    (home / "thesis" / "ch1.txt").write_text("all of it")
    source, method = tmp_path / "qiime2", tmp_path / "qiime2" / "method.yaml"
    files = [str(path) for path in sorted(source.glob("*.qza"))]
    for words in (
        ["harmonise", *three],
        ["import", "qiime2", *files, "--method", str(method)],
    ):
        assert main([*words, "--out", str(home)]) == 1
        assert "[folder-others]" in capsys.readouterr().err
        assert (home / "thesis" / "ch1.txt").read_text() == "all of it"
        assert [path.name for path in home.iterdir()] == ["thesis"]


def test_a_dataset_that_is_merged_is_not_replaced(three, capsys):
    before = sorted(path.name for path in Path(three[0]).iterdir())
    assert main(["harmonise", *three, "--out", str(three[0])]) == 1
    assert "[folder-others]" in capsys.readouterr().err
    assert sorted(path.name for path in Path(three[0]).iterdir()) == before


def test_two_assays_of_one_sample_are_merged_under_one_name_of_it(tmp_path, capsys):
    """Laboratories call the libraries of a soil alike for each of their assays."""
    folders = []
    for name, assay in {"bacteria": "16S-V4-515FY-806RB", "fungi": "ITS1-ITS1F-ITS2"}.items():
        place = tmp_path / name
        place.mkdir()
        kind, write = OUTPUTS["qiime2"]
        files = [str(path) for path in write(place)]
        (place / "samples.tsv").write_text(SAMPLES.format(depth="0.1"))
        (place / "libraries.tsv").write_text(LIBRARIES)
        text = METHOD.format(name=name, engine="dada2").replace("16S-V4-515FY-806RB", assay)
        text = text.replace(f"prefix: {name}-", f"prefix: north-\nlibrary_prefix: {name}-")
        method = write_method(place, text)
        folders.append(str(place / "dataset"))
        words = ["import", kind, *files, "--method", str(method), "--out", folders[-1]]
        assert main(words) == 0, capsys.readouterr().err
    assert main(["harmonise", *folders, "--out", str(tmp_path / "merged")]) == 0
    merged = read_dataset(tmp_path / "merged")
    libraries = merged.table("libraries")
    assert {"north-bacteria-soil-A", "north-fungi-soil-A"} <= set(libraries["library_id"])
    assert libraries.filter(sample_id="north-soil-A").height == 2
    assert merged.table("samples").height == 3
