"""The command, from the files of a run to the page; the agreement decides what is on it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from soilbio.cli.main import main


@pytest.fixture
def written(run):
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    return run.write_all()


def report(run, *words):
    target = run.folder / "out" / "report.html"
    code = main(
        [
            "report",
            *("--dataset", str(run.results / "dataset"), "--results", str(run.results)),
            *("--config", str(run.folder / "config.yaml"), "--out", str(target), *words),
        ]
    )
    return code, target.read_text(encoding="utf-8") if target.exists() else ""


def body(page):
    return page[: page.index("<script>")] + page[page.index("</script>") :]


def test_the_public_sees_cells_countries_and_numbers(written, capsys):
    code, page = report(written)
    page = body(page)
    assert code == 0
    assert capsys.readouterr().out.endswith("report.html\n")
    assert "Soils of &lt;two&gt; land uses" in page
    assert "Germany: 1 sample" in page
    for secret in ("soil-1", "Huber", "Bavaria", "48.1234", "11.5678"):
        assert secret not in page, secret


def test_partners_see_names_and_exact_places(written):
    _, page = report(written, "--recipient", "consortium")
    assert "L-soil-1" in page
    assert "48.1234" in body(page)
    assert "farm_name" not in body(page)


def test_the_holder_sees_all_whatever_others_may_but_places_on_a_grid(run):
    for name, text in run.agreements.items():
        run.agreements[name] = text.replace(": allow", ": withhold")
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    code, page = report(run.write_all(), "--recipient", "holder")
    assert code == 0
    for shown in ("L-soil-1", "Pseudomonadota", "grassland", "515F", "not to be passed on"):
        assert shown in page, shown
    assert "withholds" not in body(page)
    assert "48.1234" not in page


def test_files_and_commands_of_the_holder_are_on_the_holders_page_alone(written):
    for recipient, is_shown in (("public", False), ("consortium", False), ("holder", True)):
        page = body(report(written, "--recipient", recipient)[1])
        for shown in (f"{written.results}/diversity/", "soilbio export", "soilbio report"):
            assert (shown in page) == is_shown, recipient
        assert 'id="next"' in page


def test_files_and_commands_are_those_of_the_dataset_at_hand(written, tmp_path):
    """Of a dataset alone there is no diversity, nor has it the folders of a run."""
    dataset = written.results / "dataset"
    (dataset / "views").mkdir()
    target = tmp_path / "page.html"
    words = ["--dataset", str(dataset), "--recipient", "holder", "--out", str(target)]
    assert main(["report", *words]) == 0
    page = body(target.read_text(encoding="utf-8"))
    commands = (
        f"soilbio dataset show {dataset}",
        f"soilbio report --dataset {dataset} --recipient consortium",
    )
    for shown in (f"{dataset}/views/", *commands):
        assert shown in page, shown
    for other in ("results/diversity/", "results/quality/", "--config config", "dataset --results"):
        assert other not in page, other
    assert page.count("his page was made of the dataset alone") == 4  # diversity, and the mock


def test_what_was_not_done_is_not_cited(written, tmp_path):
    target = tmp_path / "page.html"
    words = ["--dataset", str(written.results / "dataset"), "--out", str(target)]
    assert main(["report", *words]) == 0
    alone, whole = body(target.read_text(encoding="utf-8")), body(report(written)[1])
    for page in (alone, whole):
        assert "Martin 2011" not in page  # nothing says that cutadapt ran
        assert "Rognes et al. 2016" in page
        assert "Primers: Parada et al. 2016" in page
    assert ("Chao et al. 2014" in alone, "Chao et al. 2014" in whole) == (False, True)


def test_the_licence_is_that_of_what_the_reader_gets(run):
    text = run.agreements["demo@1.0.0"]
    own = "recipient: consortium\n    licence: LicenseRef-agreement-only\n"
    run.agreements["demo@1.0.0"] = text.replace("recipient: consortium\n", own)
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    run.write_all()
    for words, licence in (
        ([], "CC-BY-4.0"),
        (["--recipient", "consortium"], "LicenseRef-agreement-only"),
        (["--purpose", "soil:commercial"], "\N{EN DASH}"),
    ):
        page = body(report(run, *words)[1])
        row = page[page.index('<th scope="row">demo@1.0.0</th>') :].split("</tr>")[0]
        assert f"<td>{licence}</td>" in row, row


def test_samples_of_one_soil_are_counted_for_those_who_may_know_them(run):
    run.samples[0]["source_mat_id"] = "SAMEA7654321"
    run.samples[1] = run.samples[0] | {"sample_id": run.samples[1]["sample_id"]}
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    run.write_all()
    for recipient, is_told in (("public", False), ("consortium", True), ("holder", True)):
        page = body(report(run, "--recipient", recipient)[1])
        assert ("2 of the samples are of 1 soil" in page) == is_told, recipient


def test_a_purpose_that_is_not_granted_gets_a_page_that_says_so(written):
    code, page = report(written, "--purpose", "soil:commercial")
    page = body(page)
    assert code == 0
    assert "withholds" in page
    for secret in ("Pseudomonadota", "grassland", "515F", "UNOISE", "48.1", "soil-1"):
        assert secret not in page, secret


def test_the_strictest_of_several_agreements_rules_the_page(run):
    closed = run.agreements["demo@1.0.0"].replace("id: demo", "id: closed")
    run.agreements["closed@1.0.0"] = closed.replace("taxonomy: allow", "taxonomy: withhold")
    for row in run.counts[:1]:
        row["agreement_id"] = "closed@1.0.0"
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    _, page = report(run.write_all())
    assert "Pseudomonadota" not in body(page)


def test_samples_under_an_agreement_that_gives_the_reader_nothing_are_not_on_the_page(run):
    text = run.agreements["demo@1.0.0"].replace("All may use", "Rosehill alone may use")
    text = text.replace("id: demo", "id: closed").partition("  - name: exact")[0]
    text = text.replace("recipient: public", "recipient: consortium")
    run.agreements["closed@1.0.0"] = text
    run.counts[-1]["agreement_id"] = "closed@1.0.0"  # the blank is touched by its counts alone
    for row in (*run.samples, *run.libraries):
        if row["sample_id"] in ("soil-1", "soil-2"):
            row["agreement_id"] = "closed@1.0.0"
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    run.write_all()
    public, partners = (
        body(report(run, "--recipient", one)[1]) for one in ("public", "consortium")
    )
    assert "4 soil samples (arable, grassland) and 1 control were sequenced in 5" in public
    assert "6 soil samples (arable, grassland) and 2 controls were sequenced in 8" in partners
    for secret in ("Rosehill", "closed@1.0.0", "6 soil samples", "PERMANOVA"):
        assert secret not in public, secret
    assert "Pseudomonadota" in public
    assert "closed@1.0.0" in partners


def test_where_no_agreement_gives_anything_the_page_says_so(run):
    text = run.agreements["demo@1.0.0"]
    run.agreements["closed@1.0.0"] = text.replace("id: demo", "id: closed")
    run.samples[0]["agreement_id"] = run.libraries[0]["agreement_id"] = "closed@1.0.0"
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    run.write_all()
    code, page = report(run, "--purpose", "soil:commercial")
    assert code == 0
    assert "no clause of closed@1.0.0 permits it; no clause of demo@1.0.0 permits it" in page


def test_the_day_shows_on_no_page(written):
    pages = {report(written, "--date", day)[1] for day in ("2026-01-01", "2027-01-01")}
    assert len(pages) == 1


def test_a_dataset_alone_is_enough(written, tmp_path):
    target = tmp_path / "alone.html"
    words = ["report", "--dataset", str(written.results / "dataset"), "--out", str(target)]
    assert main(words) == 0
    assert "Soil dataset" in target.read_text(encoding="utf-8")


def test_a_folder_that_is_no_dataset_is_the_users_to_mend(tmp_path, capsys):
    words = ["report", "--dataset", str(tmp_path), "--out", str(tmp_path / "page.html")]
    assert main(words) == 1
    assert "[dataset-missing]" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_damaged_result_is_named(written, capsys, text):
    (written.results / "diversity" / written.assay / "settings.json").write_text(text)
    assert report(written)[0] == 1
    assert "[results-unreadable]" in capsys.readouterr().err


def test_heavy_libraries_wait_until_a_report_is_written():
    code = (
        "import sys, argparse, soilbio.cli.report as command;"
        "command.add_arguments(argparse.ArgumentParser());"
        "sys.exit(any(n in sys.modules for n in ('polars', 'plotly', 'jinja2', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_warnings_and_names_of_columns_quote_nothing_to_others_than_the_holder(run, capsys):
    check = run.results / "check"
    check.mkdir(parents=True)
    (run.folder / "config.yaml").write_text(run.config_text, encoding="utf-8")
    written = run.write_all()
    (check / "problems.tsv").write_text(
        "severity\tcode\tsource\trow\tcolumn\tfound\texpected\tfix\n"
        "warning\tplace-unlike\ts.tsv\t2\tlat_lon\tx\ta place in Poland\tSee run RunGeheim7\n"
    )
    for recipient, is_shown in (("public", False), ("consortium", False), ("holder", True)):
        page = body(report(written, "--recipient", recipient)[1])
        assert "place-unlike" in page
        assert ("RunGeheim7" in page) == is_shown, recipient


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--recipient", "consortuim"), "recipient-unknown"),
        (("--purpose", "foo"), "purpose-unknown"),
    ],
)
def test_a_reader_or_purpose_that_nobody_knows_is_refused(written, capsys, words, code):
    assert report(written, *words)[0] == 1
    assert code in capsys.readouterr().err
