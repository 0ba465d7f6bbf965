"""The species-match service, by a stand-in on 127.0.0.1 that answers in its form."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from soilbio.cli.main import main
from soilbio.taxonomy.backbones.service import CATALOGUE

CLASSES = [
    {"key": "F", "name": "Fungi", "rank": "KINGDOM"},
    {"key": "A", "name": "Ascomycota", "rank": "PHYLUM"},
    {"key": "G", "name": "Fusarium", "rank": "GENUS"},
]
ACCEPTED = {"key": "S", "name": "Fusarium oxysporum Schltdl.", "rank": "SPECIES"}
ACCEPTED["canonicalName"] = "Fusarium oxysporum"
ANSWERS = {
    "Fusarium": {"usage": {**CLASSES[2], "canonicalName": "Fusarium"}, "classification": CLASSES},
    "Fusarium vasinfectum": {
        "usage": {"key": "X", "canonicalName": "Fusarium vasinfectum", "name": "F. v. G.F.Atk.",
                  "rank": "SPECIES"},
        "acceptedUsage": ACCEPTED,
        "classification": CLASSES,
    },
    "Ascomycota": {"usage": {**CLASSES[1], "canonicalName": "Ascomycota"},
                   "classification": CLASSES[:2]},
}  # fmt: skip
# Between taxa of one name the service cannot tell, and names them.
HOMONYMS = [
    {
        "usage": {"key": key, "canonicalName": name, "name": name, "rank": "GENUS"},
        "classification": [
            {"key": f"{key}k", "name": kingdom, "rank": "KINGDOM"},
            {"key": f"{key}c", "name": "Unranked", "rank": None},
        ],
    }
    for key, name, kingdom in (
        ("M1", "Morganella", "Bacteria"),
        ("M2", "Morganella", "Fungi"),
        ("M3", "Morganelia", "Animalia"),
    )
]
ODD = {
    "Lista": [1],
    "Nameless": {"usage": {"key": "N", "rank": "GENUS"}, "diagnostics": {"matchType": "EXACT"}},
}


@pytest.fixture
def service() -> Iterator[tuple[str, list[dict[str, list[str]]], list[int]]]:
    """Serve answers; give address, the questions that came, and codes to answer with first."""
    asked: list[dict[str, list[str]]] = []
    codes: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            question = parse_qs(parts.query)
            asked.append(question)
            if codes or parts.path != "/v2/species/match":
                self.send_error(codes.pop(0) if codes else 404)
                return
            name = question["scientificName"][0]
            kind = {"matchType": "EXACT" if name in ANSWERS else "NONE"}
            if name == "Fusarum":
                kind = {"matchType": "VARIANT"}
            known = ANSWERS.get(name, ANSWERS["Fusarium"] if name == "Fusarum" else {})
            if name == "Morganella":
                kind |= {"note": "Multiple equal matches for Morganella", "alternatives": HOMONYMS}
            answer = ODD.get(name, {**known, "diagnostics": kind})
            text = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, codes
    server.shutdown()
    server.server_close()


def matched(tmp_path, address, text, code=0) -> list[dict[str, str]]:
    names = tmp_path / "names.txt"
    names.write_text(text)
    words = [str(names), "--backbone", f"col={address}", "--out", str(tmp_path / "out")]
    assert main(["taxonomy", "match", *words]) == code
    if code:
        return []
    with (tmp_path / "out" / "matches.tsv").open() as handle:
        return list(csv.DictReader(handle, delimiter="\t"))


def test_answers_become_matches_with_their_reasons(service, tmp_path):
    address, asked, _ = service
    lineage = "k__Fungi;p__Ascomycota;g__Fusarium"
    rows = matched(
        tmp_path,
        address,
        f"{lineage};s__Fusarium_vasinfectum\n{lineage}\nk__Fungi;p__Ascomycota;g__Novus\n"
        "k__Metazoa;p__Arthropoda;g__Fusarium\nk__Fungi;g__Fusarum\n",
    )
    found = [(row["col_match"], row["col_id"], row["col_confidence"]) for row in rows]
    assert found[:3] == [
        ("synonym", "S", "high"),
        ("exact", "G", "high"),
        ("higher rank", "A", "high"),
    ]
    assert rows[3]["col_match"] == "none"
    assert "homonym" in rows[3]["col_reason"]
    # Near in spelling is not the same name.
    assert rows[4]["col_match"] == "none"
    assert {question["checklistKey"][0] for question in asked} == {CATALOGUE}
    assert {"FUNGI", "GENUS"} - {question.get("taxonRank", [""])[0] for question in asked} == {
        "FUNGI"
    }


def test_a_name_is_asked_once(service, tmp_path):
    address, asked, _ = service
    first = matched(tmp_path, address, "k__Fungi;g__Fusarium\n")
    number = len(asked)
    assert matched(tmp_path, address, "k__Fungi;g__Fusarium\n") == first
    assert len(asked) == number


def test_a_busy_service_is_asked_again_and_a_dead_one_told(service, tmp_path, capsys):
    address, _, codes = service
    codes += [503, 429]
    assert matched(tmp_path, address, "k__Fungi;g__Fusarium\n")[0]["col_match"] == "exact"
    matched(tmp_path, f"{address}/elsewhere", "k__Fungi;g__Fusarium\n", code=1)
    assert "[backbone-service]" in capsys.readouterr().err


def test_homonyms_that_the_service_names_are_ambiguous_until_a_higher_rank_tells(service, tmp_path):
    address, _, _ = service
    rows = matched(tmp_path, address, "Morganella\nk__Fungi;g__Morganella\n")
    assert [(row["col_match"], row["col_id"]) for row in rows] == [
        ("ambiguous", ""),
        ("exact", "M2"),
    ]
    assert "2 taxa" in rows[0]["col_reason"]


def test_an_answer_that_was_kept_without_its_alternatives_is_asked_for_again(service, tmp_path):
    address, asked, _ = service
    first = matched(tmp_path, address, "Morganella\n")
    number = len(asked)
    for path in (tmp_path / "out" / "answers").glob("*.json"):
        kept = json.loads(path.read_text())
        kept["diagnostics"].pop("alternatives", None)
        path.write_text(json.dumps(kept))
    assert matched(tmp_path, address, "Morganella\n") == first
    assert len(asked) == number + 1


@pytest.mark.parametrize("name", ODD)
def test_an_answer_of_another_form_is_told_and_not_kept(service, tmp_path, capsys, name):
    address, _, _ = service
    matched(tmp_path, address, f"{name}\n", code=1)
    assert "[backbone-service]" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("answers/*.json"))
