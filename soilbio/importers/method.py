"""What a table does not say of itself: who may use it, how it was made. Asked, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import InputError, Problems, nearest, problem_of
from soilbio.importers.stated import check_options
from soilbio.metadata.samples import sample_rows
from soilbio.metadata.sheet import check_id
from soilbio.metadata.tsv import read_rows
from soilbio.standards.controls import CONTROL_TYPES
from soilbio.yaml_rows import TextLoader, dotted, nearest_row, repeated_keys, rows_of

_PREFIXES = ("prefix", "library_prefix")
_KEYS = (
    *("title", "agreement", "agreements", "samples", "libraries", "columns", "assay", "table"),
    *_PREFIXES,
)
# Columns of `assays` that a user can state.
_OF_ASSAY = (
    *("assay_id", "engine", "target_gene", "target_subfragment", "pcr_primer_forward"),
    *("pcr_primer_reverse", "reference", "reference_version", "library_strategy"),
    *("pcr_primer_name_forward", "pcr_primer_name_reverse", "lib_layout", "seq_meth"),
    *("engine_version", "engine_parameters", "classifier", "classifier_version"),
    *("confidence_cutoff", "reference_sha256", "abundance"),
    *("read_length", "trim_method", "screen_contam_method"),
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A library of the source: sample, run, kind of control, agreement, row in the user's sheet."""

    library_id: str
    sample_id: str
    run: str
    control_type: str
    agreement: str
    row: int


@dataclass(slots=True)
class Method:
    """What the user states; `assay` holds columns of `assays`, `tags` libraries by name.

    `prefix` stands before the ids of samples and libraries in the dataset: laboratories tend to
    call them alike. `library_prefix` stands before those of libraries only, after the other: so two
    assays of one laboratory keep their samples in common. `sheet` is the file that `tags` are of;
    `lines` says where in `path` a key stands.
    """

    path: Path
    title: str
    agreements: Path
    agreement: str
    samples: Path | None
    assay: dict[str, Any]
    columns: dict[str, str] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    table: dict[str, Any] = field(default_factory=dict)
    prefix: str = ""
    library_prefix: str = ""
    sheet: Path | None = None
    lines: dict[str, int] = field(default_factory=dict)

    def tag_of(self, library: str) -> Tag:
        """Give what is stated of a library; what is not, follows from its name."""
        known = self.tags.get(library)
        return known or Tag(library, library, "not-stated", "", self.agreement, 0)


def read_method(path: Path, form: str) -> tuple[Method, Problems]:
    """Read the file in which a user says what tables of a format leave out.

    Gives what could be read, and what is wrong with it; what is missing of the assay, `settle`
    asks for.

    Raises
    ------
    InputError
        If it is no such file, or `table` is not what the format reads.

    """
    problems = Problems(str(path))
    document, node = _document(path)
    rows = dict(rows_of(node))
    for place, row in repeated_keys(node):
        _note_twice(dotted(place), row, problems)
    parts = {key: _part(document, key, rows, problems) for key in ("columns", "assay", "table")}
    _check_keys(document, parts["assay"], rows, problems)
    for key, why in _WHY.items():
        if not str(document.get(key) or "").strip():
            problems.add("import-method", column=key, expected=f"{key}: {why}", fix="Add it")
    prefixes = [str(document.get(name) or "") for name in _PREFIXES]
    for name, prefix in zip(_PREFIXES, prefixes, strict=True):
        if prefix:
            check_id(prefix, name, nearest_row(rows, name) or 0, problems)
    folder = path.resolve().parent
    libraries, samples = document.get("libraries"), document.get("samples")
    agreement = str(document.get("agreement") or "")
    sheet = folder / str(libraries) if libraries else None
    tags = _tags(sheet, agreement, problems) if sheet else {}
    before = len(problems.found)
    lines = {name: nearest_row(rows, f"table.{name}") or 0 for name in parts["table"]}
    check_options(parts["table"], form, lines, problems)
    if len(problems.found) > before:
        problems.raise_if_any()
    method = Method(
        path,
        str(document.get("title") or ""),
        folder / str(document.get("agreements", "agreements")),
        agreement,
        folder / str(samples) if samples else None,
        parts["assay"],
        {name: str(one) for name, one in parts["columns"].items()},
        tags,
        parts["table"],
        prefix=prefixes[0],
        library_prefix=prefixes[1],
        sheet=sheet,
        lines={str(place[0]): row for place, row in rows.items() if len(place) == 1},
    )
    return method, problems


def _check_keys(
    document: Mapping[str, Any],
    assay: Mapping[str, Any],
    rows: Mapping[Any, int],
    problems: Problems,
) -> None:
    for key in sorted(map(str, document.keys() - set(_KEYS))):
        _note_key(key, _KEYS, rows, problems)
    for key in sorted(assay.keys() - set(_OF_ASSAY)):
        _note_key(f"assay.{key}", tuple(f"assay.{name}" for name in _OF_ASSAY), rows, problems)
    for key, value in assay.items():
        if isinstance(value, dict | list):
            _note_kind(f"assay.{key}", rows, problems, "one value")


def _note_twice(key: str, row: int, problems: Problems) -> None:
    problems.add(
        "import-method-key",
        row=row,
        column=key,
        expected="each key once; of two only the last would count",
        fix="Remove one of them",
    )


def _part(
    document: Mapping[str, Any], key: str, rows: Mapping[Any, int], problems: Problems
) -> dict[str, Any]:
    """Take a section of the file; none where it is no keys and values."""
    part = document.get(key) or {}
    if not isinstance(part, dict):
        _note_kind(key, rows, problems, "keys and values below it")
        return {}
    return {str(name): value for name, value in part.items()}


_WHY = {
    "title": "a name for the dataset",
    "agreement": "id@version of the sharing agreement, a file in the folder `agreements`",
}


def _document(path: Path) -> tuple[dict[str, Any], yaml.Node | None]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=TextLoader)
        document = yaml.load(text, Loader=TextLoader)  # noqa: S506  a safe one
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise problem_of(
            "import-method-unreadable",
            str(path),
            found=str(error).replace("\n", " ")[:200],
            expected="a YAML file in UTF-8 that says how the table was made",
            fix="Run the command without --method: it prints what to fill in",
        ) from error
    if not isinstance(document, dict):
        raise problem_of(
            "import-method-unreadable",
            str(path),
            expected="keys and values, as in `title: Soils of 2024`",
            fix="Run the command without --method: it prints what to fill in",
        )
    return document, node


def _note_key(key: str, known: Iterable[str], rows: Mapping[Any, int], problems: Problems) -> None:
    like = get_close_matches(key, list(known), n=1)
    problems.add(
        "import-method-key",
        row=nearest_row(rows, key),
        column=key,
        expected=f"one of {', '.join(known)}",
        fix=f"Did you mean {like[0]}?" if like else "Remove it, or correct its name",
    )


def _note_kind(key: str, rows: Mapping[Any, int], problems: Problems, expected: str) -> None:
    problems.add(
        "import-method-key",
        row=nearest_row(rows, key),
        column=key,
        expected=expected,
        fix="Write it as `key: value`; what is below a key is indented by two spaces",
    )


def _tags(path: Path, agreement: str, more: Problems) -> dict[str, Tag]:
    problems = Problems(str(path))
    others = ("sample_id", "run", "control_type", "agreement")
    tags = {}
    try:
        rows = read_rows(path, problems, required=("library_id",), known=others)
    except InputError as error:
        more.extend(error.problems)
        return {}
    for number, row in rows.items():
        name = row.get("library_id", "")
        tag = Tag(
            name,
            row.get("sample_id") or name,
            row.get("run") or "not-stated",
            row.get("control_type") or "",
            row.get("agreement") or agreement,
            number,
        )
        for column, value in (("sample_id", tag.sample_id), ("run", tag.run)):
            check_id(value, column, number, problems)
        if tag.control_type and tag.control_type not in CONTROL_TYPES:
            problems.add(
                "control-unknown",
                row=number,
                column="control_type",
                found=tag.control_type,
                expected=f"empty for a sample, or one of {', '.join(CONTROL_TYPES)}",
                fix="Correct the word",
            )
        if name in tags:
            problems.add(
                "id-duplicate",
                row=number,
                column="library_id",
                found=name,
                expected="each library once",
                fix="Remove the repetition",
            )
        tags[name] = tag
    more.extend(problems.found)
    return tags


def known_libraries(method: Method) -> frozenset[str]:
    """Name the libraries and samples of the user's sheets; what is wrong there is told later."""
    names = set(method.tags)
    if method.samples is not None:
        try:
            rows = sample_rows(method.samples, method.columns, Problems(str(method.samples)))
        except InputError:
            rows = {}
        names |= {row["sample_id"] for row in rows.values() if row.get("sample_id")}
    return frozenset(names)


def check_libraries(method: Method, libraries: Sequence[str], problems: Problems) -> list[str]:
    """Note libraries that the user's sheet of libraries lacks; name those that are only there.

    What stands under another name in the sheet would lose its sample, and a control be a soil.
    """
    if not method.tags:
        return []
    for name in sorted(set(libraries) - method.tags.keys()):
        like = nearest(name, method.tags.keys() - set(libraries), cutoff=0.6)
        problems.add(
            "import-sample-unknown",
            found=name,
            expected="a row of the sheet `libraries` for every library of the table",
            fix=f"Did you mean {like}?"
            if like
            else f"Add it; or, if it is none, say `table: {{ignore_columns: ['{name}']}}`",
        )
    left = sorted(method.tags.keys() - set(libraries))
    told = f"{len(left)} libraries of the sheet are not in the table: {', '.join(left[:5])}"
    return [told] if left else []
