"""What the provenance of QIIME 2's artifacts says of the method: followed back from the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Step = Mapping[str, Any]
# Of what reads steps make features; Deblur's may be single ones or joined.
_LAYOUTS = {
    "denoise_single": "single",
    "denoise_pyro": "single",
    "denoise_ccs": "single",
    "denoise_paired": "paired",
}

_LONG = 120  # letters of a parameter: some are lists of all samples


def inputs_of(action: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the artifacts that a step took, by the name of its input.

    A pipeline's result is another name (`alias-of`) of what a step within it made.
    """
    named = {
        str(name): list(_artifacts(value))
        for one in action.get("inputs") or []
        if isinstance(one, Mapping)
        for name, value in one.items()
    }
    alias = list(_artifacts(action.get("alias-of")))
    return {**named, "alias-of": alias} if alias else named


def _artifacts(value: object) -> Iterator[str]:
    """Yield one artifact's id, or those of a list or of a collection by key."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _artifacts(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _artifacts(one)


def together(steps: Mapping[str, Step], others: Mapping[str, Step]) -> dict[str, Any]:
    """Add the steps of one artifact more; that one was given stays known where others name it."""
    new = {name: one for name, one in others.items() if one["given_as"] or name not in steps}
    return {**steps, **new}


def method_of(steps: Mapping[str, Step]) -> dict[str, str]:
    """Give what steps say of the method of the given table, in columns of `assays`.

    What made its features is the last step on its way that makes any: a table that was denoised,
    then clustered, is one of clusters. The classifier and its reference are those nearest to the
    taxonomy that is given, the primers those nearest to the table.

    Parameters
    ----------
    steps : mapping of artifact to its step
        As the importer reads them from `provenance/`.

    """
    table = [name for name, step in steps.items() if step["given_as"].startswith("FeatureTable")]
    taxonomy = [name for name, step in steps.items() if step["given_as"].endswith("[Taxonomy]")]
    behind = [steps[name] for name in _behind(table, steps)]
    names = [steps[name] for name in _behind([*taxonomy, *table], steps)]
    return {
        **_first(_primers(step) for step in behind),
        **_first(_reference(step) for step in names),
        **_first(_classifier(step) for step in names),
        **_layout(behind),
        **_engine(_makers(table, steps), steps),
    }


def _first(found: Iterator[dict[str, str]]) -> dict[str, str]:
    return next((one for one in found if one), {})


def _behind(artifacts: Sequence[str], steps: Mapping[str, Step]) -> list[str]:
    """List artifacts and all that they were made of, the nearest first."""
    queue = [name for name in sorted(artifacts) if name in steps]
    for name in queue:
        every = {one for own in steps[name]["inputs"].values() for one in own}
        queue += sorted(one for one in every if one in steps and one not in queue)
    return queue


def later_of(steps: Mapping[str, Step]) -> list[str]:
    """Say what was done to the given table, the earliest first: before and since its features were.

    Without what was filtered out, soils of two laboratories differ by that alone.
    """
    table = [name for name, step in steps.items() if step["given_as"].startswith("FeatureTable")]
    later = _said([steps[name] for name in _way(table, steps)], is_made=False)
    # Features that were made of others (collapsed to taxa, clustered) lack what these had lost.
    earlier = _said([steps[name] for name in _whole_way(_before(table, steps), steps)])
    told = {
        "before its features were made of others, these went through": earlier,
        "since its features were made, the table went through": later,
    }
    return [f"{words} {steps_told}" for words, steps_told in told.items() if steps_told]


def _said(way: Sequence[Step], *, is_made: bool = True) -> str:
    """Write the steps of a way that took tables, or, if wanted, made features; earliest first."""
    own = [step for step in way if (is_made if _made(step) else _tables(step) and not _alias(step))]
    return ", then ".join(dict.fromkeys(_told(step) for step in reversed(own)))


def _before(table: Sequence[str], steps: Mapping[str, Step]) -> list[str]:
    """List the tables that those steps took which made the features of a table of others."""
    made = (steps[name] for name in _makers(table, steps))
    return [name for step in made for own in _tables(step) for name in own]


def _whole_way(artifacts: Sequence[str], steps: Mapping[str, Step]) -> list[str]:
    """List what tables went through, the nearest first; also what lies before other features."""
    way: list[str] = []
    while artifacts:
        way += [name for name in _way(artifacts, steps) if name not in way]
        before = _before(artifacts, steps)
        artifacts = [name for name in before if name in steps and name not in way]
    return way


def _told(step: Step) -> str:
    """Write a step with the parameters that were set; of what is long, its beginning."""
    said = {name: _written(value) for name, value in sorted(step["parameters"].items())}
    told = "; ".join(f"{name}: {value}" for name, value in said.items() if value)
    plugin = f"{step['action']} of q2-{step['plugin']} {step['version']}".strip()
    return f"{plugin} ({told})" if told else plugin


def _written(value: object) -> str:
    """Write a parameter; nothing for what is off, none or 0, as most are by default."""
    if not value or value == "null":
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _makers(artifacts: Sequence[str], steps: Mapping[str, Step]) -> list[str]:
    """List what made the features of tables: on each way back, the last step that makes any."""
    return [name for name in _way(artifacts, steps) if _made(steps[name])]


def _way(artifacts: Sequence[str], steps: Mapping[str, Step]) -> list[str]:
    """List what tables went through, back to what made their features, the nearest first."""
    queue = [name for name in sorted(artifacts) if name in steps]
    for name in queue:
        if _made(steps[name]):
            continue
        # A table is filtered by taxonomy, sequences or a tree; what made these made no features.
        inputs = steps[name]["inputs"]
        ways = _alias(steps[name]) or _tables(steps[name]) or list(inputs.values())
        every = {one for own in ways for one in own}
        queue += sorted(one for one in every if one in steps and one not in queue)
    return queue


def _tables(step: Step) -> list[list[str]]:
    """Give the tables that a step took."""
    return [own for word, own in step["inputs"].items() if "table" in word]


def _alias(step: Step) -> list[list[str]]:
    """Give the artifact that a pipeline's result is another name of."""
    return [own for word, own in step["inputs"].items() if word == "alias-of"]


def _made(step: Step) -> str:
    """Name the features that a step makes, by its engine; empty where it makes none."""
    plugin, action = str(step["plugin"]), str(step["action"])
    if action.startswith(("denoise_", "denoise-")):
        return plugin
    if plugin == "vsearch" and action.startswith("cluster_"):
        return "vsearch OTU clusters"
    if plugin == "vsearch" and action.startswith("dereplicate_"):
        return "vsearch unique sequences"
    if plugin == "taxa" and action == "collapse":
        return "features collapsed to taxa"
    return ""


def _layout(behind: Sequence[Step]) -> dict[str, str]:
    """Say whether reads were single or paired, where all that were denoised were alike."""
    actions = [str(step["action"]).replace("-", "_") for step in behind]
    layouts = {_LAYOUTS.get(name, "") for name in actions if name.startswith("denoise_")}
    layout = layouts.pop() if len(layouts) == 1 else ""
    return {"lib_layout": layout} if layout else {}


def _engine(makers: Sequence[str], steps: Mapping[str, Step]) -> dict[str, str]:
    """Say what made the features; of a table that was merged of several, all that did."""
    said = {
        (
            _with_earlier(name, steps, _made),
            _with_earlier(name, steps, _version),
            json.dumps(steps[name]["parameters"], sort_keys=True, default=str),
        )
        for name in makers
    }
    names = ("engine", "engine_version", "engine_parameters")
    every = zip(*sorted(said), strict=True)
    return {name: " and ".join(dict.fromkeys(own)) for name, own in zip(names, every, strict=False)}


def _version(step: Step) -> str:
    return f"q2-{step['plugin']} {step['version']}"


def _with_earlier(name: str, steps: Mapping[str, Step], word: Callable[[Step], str]) -> str:
    """Name a maker, and where that put features together by taxon, before it what made these."""
    own = word(steps[name])
    if steps[name]["action"] != "collapse":
        return own
    tables = [one for tables in _tables(steps[name]) for one in tables]
    earlier = dict.fromkeys(word(steps[one]) for one in _makers(tables, steps))
    return ", ".join([" and ".join(earlier), own]) if earlier else own


def _classifier(step: Step) -> dict[str, str]:
    if step["plugin"] != "feature-classifier" or not step["action"].startswith("classify_"):
        return {}
    said = {
        "classifier": str(step["action"]),
        "classifier_version": f"q2-feature-classifier {step['version']}",
    }
    confidence = step["parameters"].get("confidence")
    is_stated = confidence not in (None, "disable")
    return {**said, "confidence_cutoff": str(confidence)} if is_stated else said


def _reference(step: Step) -> dict[str, str]:
    name = next((name for name in step["imported"] if "tax" in name.lower()), "")
    return {"reference": name} if name else {}


def _primers(step: Step) -> dict[str, str]:
    if step["plugin"] != "cutadapt":
        return {}
    found = {}
    names = {"front": "forward", "front_f": "forward", "front_r": "reverse"}
    for name, side in names.items():
        value = step["parameters"].get(name)
        one = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(one, str) and one:
            found[f"pcr_primer_{side}"] = one.upper()
    return found
