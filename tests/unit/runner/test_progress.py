from __future__ import annotations

import json
import os
import re
from pathlib import Path

from soilbio.runner.progress import STAGES, Progress
from soilbio.runner.summary import is_built, summarise

PLAN = """Job stats:
job                count
---------------  -------
all                    1
prepare_unoise         2
build_dataset          1
total                  4
""".splitlines()


def test_every_rule_has_a_stage_in_words_of_users():
    rules = Path(__file__).parents[3] / "workflow" / "rules"
    text = "\n".join(path.read_text(encoding="utf-8") for path in rules.glob("*.smk"))
    assert set(re.findall(r"^rule (\w+):", text, re.MULTILINE)) == set(STAGES)


def test_stages_are_counted_against_the_plan():
    progress = Progress()
    for line in PLAN:
        assert progress.take(line) is None
    assert progress.take("Finished jobid: 3 (Rule: prepare_unoise)") == "prepare reads: 1 of 2"
    assert not progress.is_whole("prepare reads")
    assert progress.take("Finished jobid: 4 (Rule: prepare_unoise)") == "prepare reads: 2 of 2"
    assert progress.is_whole("prepare reads")
    assert progress.take("Finished jobid: 0 (Rule: all)") is None


def test_the_summary_names_what_is_not_done(tmp_path):
    folder = tmp_path / "profile" / "a16s"
    (folder / "reads_left").mkdir(parents=True)
    for name, status in [("a", "ok"), ("b", "empty"), ("c", "failed"), ("d", "ok"), ("e", "ok")]:
        account = {"library_id": name, "status": status, "status_reason": f"reason {name}"}
        account["reads_filtered"] = 66
        (folder / "reads_left" / f"{name}.json").write_text(json.dumps(account))
    rows = ["library_id\treads_nonchimeric\tfailure", "a\t9\t", "d\t0\ttoo few reads", "e\t0\t"]
    (folder / "tracking.tsv").write_text("\n".join(rows) + "\n")
    account = {"library_id": "gone", "status": "ok", "status_reason": ""}
    (folder / "reads_left" / "gone.json").write_text(json.dumps(account))
    libraries = dict.fromkeys("abcde", "a16s")
    assert summarise(tmp_path, libraries).splitlines() == [
        "Libraries: 1 done, 2 empty, 2 failed.",
        "  b empty: reason b",
        "  e empty: no feature (of 66 filtered reads)",
        "  c failed: reason c",
        "  d failed: too few reads",
    ]
    # Of a run that stopped it is not known whether features are of the reads as they are now.
    first, *_ = summarise(tmp_path, libraries, is_finished=False).splitlines()
    assert first == "Libraries: 2 with reads prepared, 1 empty, 2 failed."


def test_a_dataset_is_built_when_it_is_newer_than_the_reads_that_are_prepared(tmp_path):
    account = tmp_path / "profile" / "a16s" / "reads_left" / "a.json"
    account.parent.mkdir(parents=True)
    account.write_text("{}")
    assert not is_built(tmp_path, {"a": "a16s"})
    package = tmp_path / "dataset" / "datapackage.json"
    package.parent.mkdir()
    package.write_text("{}")
    os.utime(account, (1_000, 1_000))
    assert is_built(tmp_path, {"a": "a16s"})
    later = package.stat().st_mtime + 10
    os.utime(account, (later, later))
    assert not is_built(tmp_path, {"a": "a16s"})
    # Under another assay it is of an older run.
    assert is_built(tmp_path, {"a": "another"})
