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
from soilbio.taxonomy.backbones.backbone import (
    Backbone,
    Lineage,
    Usage,
    canonical_rank,
    rank_of,
    widest,
)
from soilbio.taxonomy.backbones.match import match, species_above
from soilbio.taxonomy.backbones.spellings import spellings

CATALOGUE = "7ddf754f-d193-4cc9-b351-99906754a03b"
_FIELDS = ("kingdom", "phylum", "class", "order", "family", "genus")
_PATIENCE_S = 60
# What reading raises where an answer is of another form.
_ODD = (AttributeError, KeyError, TypeError)
_TRIES = 3
Usages = list[tuple[Usage, Lineage]]


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
                usages = self._answer(question)
                for usage, above in usages:
                    found = _with(found, usage, above)
                if usages and match(lineage, found).kind != "none":
                    break  # the deepest name that is known: what stands above is in the answer
        return found

    def _answer(self, question: Mapping[str, str]) -> Usages:
        """Give what a name is there; an answer that can be read is kept."""
        text = json.dumps([self.address, question], sort_keys=True)
        path = self.cache / f"{sha256(text.encode()).hexdigest()}.json"
        if path.is_file():
            try:
                kept = json.loads(path.read_text(encoding="utf-8"))
                if not _is_cut(kept):
                    return _read(kept, question)
            except (ValueError, *_ODD):
                pass  # kept by an older version that did not look at it
            path.unlink()
        answer = self._ask(question)
        try:
            usages = _read(answer, question)
        except _ODD as error:
            raise problem_of(
                "backbone-service",
                self.address,
                found=f"{question['scientificName']}: {json.dumps(answer)[:160]}",
                expected="an answer in the form of GBIF's v2/species/match",
                fix="Correct the address; or give a checklist as a file",
            ) from error
        self.cache.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(answer, sort_keys=True), encoding="utf-8")
        part.replace(path)
        return usages

    def _ask(self, question: Mapping[str, str]) -> object:
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        retry = Retry(_TRIES, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
        address = f"{self.address.rstrip('/')}/v2/species/match"
        # Only so are the taxa named between which it cannot tell.
        asked = {**question, "checklistKey": CATALOGUE, "verbose": "true"}
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
        for species in species_above(rank, lineage[rank]):
            for spelling, _ in spellings("species", species):
                yield {"scientificName": spelling, **wide, "taxonRank": "SPECIES"}


def _read(answer: Any, question: Mapping[str, str]) -> Usages:
    """Read what a name is there; a name that is only near to another is not there.

    Where several taxa have the name, the service says that none matches and names them as
    alternatives: all of them are what it may be.

    Raises
    ------
    AttributeError, KeyError or TypeError
        If the answer is not of the service's form.

    """
    told = answer.get("diagnostics") or {}
    if told.get("matchType", "NONE") == "EXACT":
        return [_usage(answer)] if (answer.get("usage") or {}).get("key") else []
    others = told.get("alternatives") or answer.get("alternatives") or ()
    wanted = question["scientificName"].casefold()
    return [
        found
        for found in (_usage(one) for one in others if (one.get("usage") or {}).get("key"))
        if found[0].name.casefold() == wanted
    ]


def _is_cut(answer: Any) -> bool:
    """Tell whether taxa between which the service cannot tell are not named: it was not asked."""
    told = answer.get("diagnostics") or {}
    is_tied = "multiple equal" in str(told.get("note", "")).lower()
    return is_tied and "alternatives" not in told and "alternatives" not in answer


def _usage(answer: Mapping[str, Any]) -> tuple[Usage, Lineage]:
    usage = answer["usage"]
    accepted = answer.get("acceptedUsage") or usage
    names = {
        canonical_rank(one.get("rank") or ""): one.get("name") or ""
        for one in answer.get("classification") or ()
    }
    bare = accepted.get("canonicalName") or accepted["name"]
    return (
        Usage(
            usage.get("canonicalName") or usage["name"],
            rank_of(bare, canonical_rank(usage.get("rank") or "")),
            str(accepted["key"]),
            bare,
            is_synonym="acceptedUsage" in answer and accepted["key"] != usage["key"],
        ),
        widest({**names, canonical_rank(accepted.get("rank") or ""): bare}),
    )
