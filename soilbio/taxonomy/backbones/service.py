"""GBIF's species-match service, which knows the Catalogue of Life: asked only if a user says so.

Answers are kept in a folder, so that a name is asked once and a result can be made again. Names and
nothing else are sent. `GET …/v2/species/match`; the key is that of the Catalogue of Life XR.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from soilbio.errors import problem_of
from soilbio.standards.ranks import RANKS
from soilbio.taxonomy.backbones.backbone import Backbone, Lineage, Usage, canonical_rank, widest
from soilbio.taxonomy.backbones.match import match, spellings

CATALOGUE = "7ddf754f-d193-4cc9-b351-99906754a03b"
_FIELDS = ("kingdom", "phylum", "class", "order", "family", "genus")
_PATIENCE_S = 60
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Service:
    """Where to ask, and the folder in which answers are kept."""

    address: str
    cache: Path

    def backbone_of(self, lineages: list[Lineage]) -> Backbone:
        """Ask for every name of some lineages, and give the answers as a taxonomy.

        Raises
        ------
        InputError
            If the service cannot be reached, or answers what cannot be read. What it answered so
            far is kept.

        """
        found = Backbone("col", {}, {})
        for lineage in lineages:
            for question in _questions(lineage):
                usage, above = _read(self._answer(question))
                if usage is not None:
                    found = _with(found, usage, above)
                    if match(lineage, found).kind != "none":
                        break  # the deepest name that is known: what stands above is in the answer
        return found

    def _answer(self, question: Mapping[str, str]) -> Mapping[str, Any]:
        text = json.dumps([self.address, question], sort_keys=True)
        path = self.cache / f"{sha256(text.encode()).hexdigest()}.json"
        if not path.is_file():
            self.cache.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_text(json.dumps(self._ask(question), sort_keys=True), encoding="utf-8")
            part.replace(path)
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _ask(self, question: Mapping[str, str]) -> object:
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        retry = Retry(_TRIES, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
        address = f"{self.address.rstrip('/')}/v2/species/match"
        asked = {**question, "checklistKey": CATALOGUE}
        try:
            with requests.Session() as session:
                for scheme in ("http://", "https://"):
                    session.mount(scheme, HTTPAdapter(max_retries=retry))
                answer = session.get(address, params=asked, timeout=_PATIENCE_S)
                answer.raise_for_status()
                found: object = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise problem_of(
                "backbone-service",
                address,
                found=str(error)[:200],
                expected="an answer of the species-match service",
                fix="Try again later: what it answered is kept; or give a checklist as a file",
            ) from error
        return found


def _with(known: Backbone, usage: Usage, above: Lineage) -> Backbone:
    name = usage.name.casefold()
    usages = {*known.usages.get(name, ()), usage}
    ordered = sorted(usages, key=lambda one: (one.is_synonym, one.taxon_id))
    return Backbone(
        known.source,
        {**known.usages, name: tuple(ordered)},
        {**known.lineages, usage.taxon_id: above},
    )


def _questions(lineage: Lineage) -> Iterator[dict[str, str]]:
    """Yield each name, the deepest first, with its rank and what stands above it."""
    for rank in ("", *reversed(RANKS)):
        if not lineage.get(rank):
            continue
        above = RANKS[: RANKS.index(rank)] if rank else RANKS
        wide = {name: lineage[name] for name in _FIELDS if name in above and lineage.get(name)}
        if lineage.get("domain") in ("Bacteria", "Archaea"):
            wide.setdefault("kingdom", lineage["domain"])
        if rank and rank != "domain":
            wide["taxonRank"] = rank.upper()
        for spelling, _ in spellings(rank, lineage[rank]):
            yield {"scientificName": spelling, **wide}


def _read(answer: Mapping[str, Any]) -> tuple[Usage | None, Lineage]:
    """Read what a name is there; a name that is only near to another is not there."""
    usage = answer.get("usage") or {}
    kind = (answer.get("diagnostics") or {}).get("matchType", "NONE")
    if kind != "EXACT" or not usage.get("key"):
        return None, {}
    accepted = answer.get("acceptedUsage") or usage
    names = {
        canonical_rank(one.get("rank", "")): one.get("name", "")
        for one in answer.get("classification") or ()
    }
    bare = accepted.get("canonicalName") or accepted["name"]
    rank = canonical_rank(usage.get("rank", ""))
    return (
        Usage(
            usage.get("canonicalName") or usage["name"],
            rank,
            str(accepted["key"]),
            bare,
            is_synonym="acceptedUsage" in answer and accepted["key"] != usage["key"],
        ),
        widest({**names, canonical_rank(accepted.get("rank", "")): bare}),
    )
