"""The project's configuration: its schema, its defaults, and every mistake in it at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from soilbio.errors import Problems, problem_of
from soilbio.metadata.assays import WHOLE_READS, Assay, merge_assays
from soilbio.metadata.braces import check_braces
from soilbio.metadata.config_meaning import check_meaning
from soilbio.references.manifest import path_of_database
from soilbio.standards import shipped
from soilbio.yaml_rows import (
    Place,
    dotted,
    nearest_row,
    repeated_keys,
    rows_of,
    versions_as_written,
)

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "array": "a list",
    "object": "keys with values",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}
Rows = dict[Place, int]
# What `soilbio init` writes; looked at where a key is missing, so that other problems are told too.
_USUAL = {"libraries": "libraries.tsv", "samples": "samples.tsv", "agreements": "agreements"}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads dates as the text that they are written as."""

    yaml_implicit_resolvers = {  # noqa: RUF012  as the class it comes from has it
        letter: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration with all defaults filled in; paths are absolute."""

    path: Path
    title: str
    libraries: Path
    samples: Path
    soil: Path | None
    agreements: Path
    assays: dict[str, Assay]
    columns: dict[str, str]
    soil_options: dict[str, Any]
    truth: tuple[Path, ...]
    amplicon: dict[str, Any]
    shotgun: dict[str, Any]
    taxonomy: dict[str, Any]
    tree: dict[str, Any]
    diversity: dict[str, Any]
    report: dict[str, Any]
    exports: list[dict[str, str]]
    rows: Rows

    def row(self, *place: str | int) -> int | None:
        """Say in which row of the file a key stands; None where it is left out."""
        return self.rows.get(place)

    def settings_of_results(self) -> str:
        """Write what results come from, as JSON: not what is exported, reported or compared to.

        Paths are relative to the configuration, so that a project can be moved.
        """
        other = {"path", "libraries", "samples", "soil", "agreements"}
        other |= {"truth", "report", "exports", "rows"}
        folder = self.path.resolve().parent
        kept = {part.name: getattr(self, part.name) for part in fields(self)}
        return json.dumps(
            {name: value for name, value in kept.items() if name not in other},
            sort_keys=True,
            default=lambda one: (
                os.path.relpath(one, folder) if isinstance(one, Path) else asdict(one)
            ),
        )

    def export_folders(self) -> list[str]:
        """Name the folder of each export: its place in the file, what it is and for whom."""
        return [
            f"{number}-{export['target']}-"
            + "".join(c if c.isalnum() else "-" for c in export["recipient"])
            for number, export in enumerate(self.exports)
        ]


@cache
def config_schema() -> Mapping[str, Any]:
    """Read the JSON Schema of the configuration: types, defaults and a help text per option."""
    text = shipped("resources/config.schema.yaml").read_text(encoding="utf-8")
    schema: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe one
    return schema


def read_config(path: Path) -> Config:
    """Read and check a configuration, and fill in what it leaves out.

    Raises
    ------
    InputError
        With all mistakes; each names its key as `section.key`.

    """
    problems = Problems(str(path))
    config = inspect_config(path, problems)
    problems.raise_if_any()
    return config


def inspect_config(path: Path, problems: Problems) -> Config:
    """Read a configuration, note its problems, and give what can be used of it all the same.

    Keys with mistakes have their defaults then, and files that are not named their usual names.

    Raises
    ------
    InputError
        If it cannot be read as YAML.

    """
    document, rows = _read_yaml(path, problems)
    sound = _USUAL | _sound(document, _check_document(document, rows, problems))
    filled = _fill(sound, config_schema())
    assays = merge_assays(filled["assays"], problems)
    check_meaning(filled, assays, rows, problems)
    problems.found = [replace(p, row=p.row or nearest_row(rows, p.column)) for p in problems.found]
    config = _to_config(path, filled, assays, rows)
    check_braces(config, problems)
    return config


def _sound(document: dict[str, Any], wrong: set[Place]) -> dict[str, Any]:
    """Leave out what has mistakes: of sections their wrong keys, of lists and assays the whole.

    Own columns stay, with the most closed class.
    """
    sound = {
        name: {
            key: value
            for key, value in section.items()
            if key in _keys_of(name) and (name, key) not in wrong
        }
        if isinstance(section, dict) and _keys_of(name)
        else section
        for name, section in document.items()
        if (name,) not in wrong
    }
    if ("columns",) in wrong and isinstance(document["columns"], dict):
        sound["columns"] = {str(name): "identity" for name in document["columns"]}
    return sound


def _keys_of(section: str | int) -> frozenset[str]:
    """Name the keys of a section; none, where they are a user's own names."""
    return frozenset(config_schema()["properties"].get(section, {}).get("properties", ()))


def _to_config(path: Path, filled: dict[str, Any], assays: dict[str, Assay], rows: Rows) -> Config:
    folder = path.resolve().parent
    taxonomy = filled["taxonomy"]
    taxonomy["by_assay"] = {
        name: _reference(folder, own) for name, own in taxonomy["by_assay"].items()
    }
    taxonomy = {**taxonomy, **_reference(folder, taxonomy)}
    shotgun = filled["shotgun"]
    shotgun["lineages"] = _inside(folder, shotgun["lineages"])
    shotgun["remove"] = [
        {**genome, "fasta": _inside(folder, genome["fasta"])} for genome in shotgun["remove"]
    ]
    for engine in WHOLE_READS:
        named = shotgun[f"{engine}_database"]
        shotgun[f"{engine}_database"] = path_of_database(named, folder) if named else None
    return Config(
        path=path,
        title=filled["title"],
        libraries=(folder / filled["libraries"]).resolve(),
        samples=(folder / filled["samples"]).resolve(),
        soil=_inside(folder, filled["soil"]),
        agreements=(folder / filled["agreements"]).resolve(),
        assays=_with_reestimates(assays, shotgun["kraken2_database"]),
        columns=dict(filled["columns"]),
        soil_options=filled["soil_options"],
        truth=_all_inside(folder, filled["truth"]),
        amplicon=filled["amplicon"],
        shotgun=shotgun,
        taxonomy=taxonomy,
        tree=filled["tree"],
        diversity=filled["diversity"],
        report=filled["report"],
        exports=[dict(export) for export in filled["exports"]],
        rows=rows,
    )


def _with_reestimates(assays: Mapping[str, Assay], database: Path | None) -> dict[str, Assay]:
    """Let Kraken2's reports be re-estimated where its database has the distributions for it."""
    has = database is not None and any(database.glob("database*mers.kmer_distrib"))
    return {
        name: replace(assay, reestimates=True) if has and assay.is_shotgun else assay
        for name, assay in assays.items()
    }


def _reference(folder: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """Give what names features, an installed reference or files, all keys there."""
    version = told.get("version")
    return {
        "reference": told["reference"],
        "version": None if version is None else str(version),
        **{key: _inside(folder, told.get(key)) for key in ("sequences", "lineages")},
    }


def _inside(folder: Path, path: str | None) -> Path | None:
    return (folder / path).resolve() if path else None


def _all_inside(folder: Path, paths: str | list[str] | None) -> tuple[Path, ...]:
    """Resolve one path or several; none of them is an empty tuple."""
    listed = [paths] if isinstance(paths, str) else paths or []
    return tuple((folder / path).resolve() for path in listed)


def _read_yaml(path: Path, problems: Problems) -> tuple[dict[str, Any], Rows]:
    """Read the document and the row of each key; a key that comes twice is noted."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        loader = _Loader(text)
        node = loader.get_single_node()
        # Before merge keys are resolved: a key that overrides a merged one stands once.
        rows = dict(rows_of(node))
        _note_repeated(node, problems)
        versions_as_written(node)
        document = loader.construct_document(node) if node else {}
    except (OSError, UnicodeDecodeError) as error:
        raise problem_of(
            "config-unreadable",
            str(path),
            found=str(error),
            expected="a configuration file in UTF-8 that can be read",
            fix="Correct the path, or let `soilbio init` write a project",
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise problem_of(
            "config-format",
            str(path),
            row=mark.line + 1 if mark else None,
            found=str(getattr(error, "problem", None) or error),
            expected="YAML: `key: value` lines, indented by spaces",
            fix="Correct the line; values with ': ' or '#' in them need quotes",
        ) from error
    if not isinstance(document, dict):
        raise problem_of(
            "config-format",
            str(path),
            found=str(document)[:60],
            expected="YAML: `key: value` lines",
            fix="Write one `key: value` a line",
        )
    return document, rows


def _note_repeated(node: yaml.Node, problems: Problems) -> None:
    for place, row in repeated_keys(node):
        problems.add(
            "config-duplicate",
            row=row,
            column=dotted(place),
            expected="each key once",
            fix="Remove one of the two, or join what they hold",
        )


def _check_document(document: Mapping[str, Any], rows: Rows, problems: Problems) -> set[Place]:
    """Note what the schema does not allow; give the sections, or keys of theirs, with mistakes."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(config_schema())
    wrong = set[Place]()
    for error in sorted(validator.iter_errors(document), key=lambda e: (e.json_path, e.message)):
        place = tuple(error.absolute_path)
        has_keys = bool(_keys_of(place[0])) if place else False
        if error.validator != "additionalProperties" or len(place) > 1 or not has_keys:
            wrong.add(place[: 2 if has_keys else 1])
        if error.validator == "additionalProperties":
            _note_unknown_keys(error, place, rows, problems)
        elif error.validator == "required":
            _note_missing_key(error, place, rows, problems)
        else:
            _note_value(error, place, rows, problems)
    return wrong | {(key,) for key in document if key not in config_schema()["properties"]}


def _note_unknown_keys(
    error: ValidationError, place: Place, rows: Rows, problems: Problems
) -> None:
    schema: Any = error.schema
    known = list(schema["properties"])
    unknown: Any = error.instance
    for key in unknown:
        if key in known:
            continue
        like = get_close_matches(str(key), known, n=1)
        problems.add(
            "config-key",
            row=rows.get((*place, key)),
            column=dotted((*place, key)),
            found=str(key),
            expected=f"one of {', '.join(known)}",
            fix=f"Did you mean '{like[0]}'? Correct the key"
            if like
            else "Remove the key or correct its name",
        )


def _note_missing_key(error: ValidationError, place: Place, rows: Rows, problems: Problems) -> None:
    key = error.message.split("'")[1]
    schema: Any = error.schema
    description = schema["properties"][key]["description"].rstrip(".")
    problems.add(
        "config-key-missing",
        row=rows.get(place) if place else None,
        column=dotted((*place, key)),
        expected=description[0].lower() + description[1:],
        fix=f"Add a line '{key}: ...'",
    )


def _note_value(error: ValidationError, place: Place, rows: Rows, problems: Problems) -> None:
    value = error.instance
    is_bare = isinstance(value, dict | list)
    problems.add(
        "config-value",
        row=rows.get(place),
        column=dotted(place) or None,
        found=None if is_bare else "" if value is None else str(value)[:60],
        expected=_expectation(error),
        fix="Correct the value, or leave the key out to have its default",
    )


def _expectation(error: ValidationError) -> str:
    """Say in words what a value should have been."""
    wanted: Any = error.validator_value
    if error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return " or ".join(_TYPES[kind] for kind in kinds)
    if error.validator == "enum":
        return f"one of {', '.join(map(str, wanted))}"
    words = {
        "minimum": f"a number of at least {wanted}",
        "maximum": f"a number of at most {wanted}",
        "exclusiveMinimum": f"a number above {wanted}",
        "minLength": "some text",
        "oneOf": "auto, or a whole number above 0",
        "pattern": f"text that matches {wanted}",
        "uniqueItems": "each item once",
    }
    return words.get(str(error.validator), str(error.message))


def _fill(value: Any, schema: Mapping[str, Any]) -> Any:
    """Copy a document, with the schema's defaults for all that is left out."""
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    filled = dict(value)
    for key, part in schema["properties"].items():
        if key in filled or "default" in part:
            filled[key] = _fill(filled.get(key, deepcopy(part.get("default"))), part)
    return filled


def is_named(key: str, path: Path, problems: Problems) -> bool:
    """Tell whether to look at a file; not at the usual one, where the key itself is wrong."""
    return path.exists() or not any(problem.column == key for problem in problems.errors)
