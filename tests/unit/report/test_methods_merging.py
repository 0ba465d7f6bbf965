"""How datasets were merged: what was not compared is not called merged, and reasons are its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from soilbio import harmonise
from soilbio.harmonise.rules import read_rules
from soilbio.report.methods_merging import merging_told
from soilbio.report.methods_notes import _SENTENCES
from soilbio.report.references import References
from soilbio.report.sources import sources_of

RULES = read_rules()


def pair(one: str, other: str, level: str, *names: str, **own: object) -> dict:
    rules = [
        {
            **{"name": name, "finest": RULES[name].finest, "because": RULES[name].because},
            **{"source": RULES[name].source, "is_own": False, **own},
        }
        for name in names
    ]
    return {"one": one, "other": other, "level": level, "rules": rules, "common": []}


def merging(level: str, *pairs: dict, **more: object) -> dict:
    names = sorted({one[side].split(":")[0] for one in pairs for side in ("one", "other")})
    datasets = [{"name": name, "sha256": name} for name in names]
    empty: dict = {"notes": {}, "losses": [], "libraries": {}}
    return {"level": level, "datasets": datasets, "pairs": [*pairs], **empty, **more}


def told(history: dict) -> str:
    return "\n".join(merging_told(history))


OTU = ("genus", "clusters-against-variants", "engine-differs", "lengths-trimmed", "depth-differs")
GENE = ("presence", "gene-differs")


def test_reasons_are_those_of_the_level_and_what_is_finer_is_not_said_to_have_been_done():
    history = merging("genus", pair("north: V4", "south: V4", *OTU))
    text = told(history)
    assert "merged with soilbio by genus" in text
    assert f"The level, genus, follows from these reasons: {RULES[OTU[1]].because}." in text
    assert "all are cut to it" not in text
    assert "whichever engine found them" not in text
    (beside,) = [line for line in text.split("\n") if line.startswith("What may make")]
    assert RULES["depth-differs"].because in beside
    cited = "\n".join(sources_of([], history, ()))
    assert "Callahan et al. 2017" in cited
    assert "Amir et al." not in cited


def test_by_sequence_the_reasons_are_why_sequences_can_be_compared():
    text = told(merging("feature", pair("a: V4", "b: V4", "feature", *OTU[2:])))
    for name in ("engine-differs", "lengths-trimmed"):
        assert RULES[name].because in text
    assert "The level, feature, follows" in text


def test_what_stands_beside_the_others_is_named_with_the_reason_and_is_none_of_the_level():
    pairs = [pair("north: V4", "south: V4", *OTU)]
    pairs += [pair("fungi: ITS2", f"{name}: V4", *GENE) for name in ("north", "south")]
    text = told(merging("genus", *pairs))
    assert "3 datasets (fungi, north, south) were merged with soilbio by genus" in text
    assert "(1) ITS2 of fungi; (2) V4 of north, V4 of south." in text
    apart, level = (next(line for line in text.split("\n") if word in line) for word in WORDS)
    assert RULES["gene-differs"].because in apart
    assert RULES["gene-differs"].because not in level


def test_of_a_merging_of_which_one_dataset_was_shared_others_are_not_hidden():
    history = merging("genus", pair("p1: V4", "p2: V4", *OTU))
    text = told({**history, "datasets": history["datasets"][:1]})
    assert "1 dataset (p1) and others that are not told here were merged with soilbio" in text


WORDS = ("stand side by side", "The level, genus")


@pytest.mark.parametrize("level", ["feature", "genus"])
def test_where_nothing_can_be_compared_nothing_is_called_merged(level):
    text = told(merging(level, pair("a: V4", "b: ITS2", *GENE)))
    assert "2 datasets (a, b) were put side by side with soilbio; nothing was merged" in text
    assert "merged with" not in text
    assert "The level" not in text
    # One dataset's own assays say nothing of what was merged of two.
    text = told(merging("feature", pair("a: V4", "a: ITS2", *GENE), pair("b: V4", "c: V4", *OTU)))
    assert "merged with soilbio by feature" in text


def test_a_level_that_was_asked_for_is_said_to_be_so_where_all_reasons_are_known():
    asked = pair("a: V4", "b: V4", "feature", "engine-differs")
    assert "By genus was asked for" in told(merging("genus", asked))
    assert "asked for" not in told(merging("feature", asked))
    # What others withheld may have asked for it: a recipient has levels of some pairs, no reasons.
    received = {**asked, "rules": []}
    assert "asked for" not in told(merging("genus", received))


def test_rules_of_one_s_own_are_told_with_who_says_so_and_decide_the_level():
    own = pair("a: V4", "b: V4", "genus", "depth-differs", is_own=True, finest="genus", source="Us")
    assert "The level, genus, follows from these reasons" in told(merging("genus", own))
    assert "(Us)" in told(merging("genus", own))


def test_all_datasets_are_named():
    pairs = [pair(f"lab{n}: V4", f"lab{n + 1}: V4", *OTU) for n in range(1, 8)]
    assert all(f"lab{n}" in told(merging("genus", *pairs)).split(")")[0] for n in range(1, 9))


def test_reasons_have_the_numbers_of_what_they_rest_on():
    pairs = [pair("a: V4", "b: V4", *OTU), pair("a: V4", "c: ITS", *GENE)]
    history = merging("genus", *pairs, programs={"vsearch": "2.22.1"})
    cite = References()
    text = "\n".join(merging_told(history, cite))
    assert sorted(cite.listed) == sorted(sources_of([], history, ()))
    assert f"{RULES[OTU[1]].because} [" in text
    assert "vsearch 2.22.1 [" in text
    assert "[" not in told(history)  # a page has a list of its own


def test_a_rule_is_told_once_with_all_that_differs_by_it():
    words = RULES["extraction-differs"].because
    fields = ("nucl_acid_ext_kit (one does not say)", "nucl_acid_ext, nucl_acid_ext_kit")
    pairs = [
        pair(
            f"lab{n}: V4", f"lab{n}x: V4", "genus", "extraction-differs", because=f"{words}: {own}"
        )
        for n, own in enumerate(fields)
    ]
    text = told(merging("genus", *pairs))
    assert text.count(words) == 1
    assert f"{words}: nucl_acid_ext, nucl_acid_ext_kit (not stated by all)." in text


def test_what_merging_found_is_said_in_sentences_and_nothing_of_what_is_none():
    notes = {
        **{"features_in_several_datasets": 352, "values_in_other_words": 0},
        **{"samples_of_one_material": 12, "lineages_that_differ": 1, "of_an_older_version": 3},
    }
    text = told(merging("genus", pair("a: V4", "b: V4", *OTU), notes=notes))
    assert "352 features were found in several datasets." in text
    assert "1 feature has lineages that differ between datasets." in text
    assert "Of an older version: 3." in text
    assert "other words" not in text
    assert "material" not in text  # it is said of the soils


def test_all_notes_of_merging_have_a_sentence():
    written = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(harmonise.__file__).parent.glob("*.py")
    )
    noted = set(re.findall(r'notes\["([a-z_]+)"\]', written))
    noted |= set(re.findall(r'^_[A-Z]+ = "(features_of[a-z_]+)"', written, re.M))
    assert len(noted) > 20
    assert noted <= _SENTENCES.keys()
