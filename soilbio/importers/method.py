"""What a table does not say of itself: who may use it, how it was made. Asked, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from soilbio.dataset.tables import ABUNDANCES
from soilbio.errors import InputError, Problems, problem_of
from soilbio.metadata.assays import Assay, known_assays
from soilbio.metadata.sheet import CONTROL_TYPES, ID, check_id
from soilbio.metadata.tsv import read_rows
from soilbio.standards.insdc import is_missing
from soilbio.taxonomy.flags import Target
from soilbio.yaml_rows import nearest_row, rows_of

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEYS = (
    *("title", "agreement", "agreements", "samples", "libraries", "columns", "prefix", "assay"),
    "table",
)
# Columns of `assays` that a user can state, and why each is asked; the first must be answered.
_ALWAYS = {"assay_id": "a name for the way of measuring", "engine": "what made features of reads"}
_AMPLICON = {
    "target_gene": "such as 16S rRNA, 18S rRNA, ITS",
    "target_subfragment": "such as V4, V3-V4, ITS2",
    "pcr_primer_forward": "5' to 3', IUPAC",
    "pcr_primer_reverse": "5' to 3', IUPAC",
}
_NAMED = {"reference": "the database that lineages are of", "reference_version": "its version"}
_OPTIONAL = (
    *("library_strategy", "pcr_primer_name_forward", "pcr_primer_name_reverse", "lib_layout"),
    *("seq_meth", "engine_version", "engine_parameters", "classifier", "classifier_version"),
    *("confidence_cutoff", "reference_sha256", "abundance"),
)
_OF_ASSAY = {
    "target_gene": "target_gene",
    "target_subfragment": "target_subfragment",
    "pcr_primer_forward": "forward_primer",
    "pcr_primer_reverse": "reverse_primer",
    "pcr_primer_name_forward": "forward_name",
    "pcr_primer_name_reverse": "reverse_name",
}


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
    call them alike.
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

    def tag_of(self, library: str) -> Tag:
        """Give what is stated of a library; what is not, follows from its name."""
        known = self.tags.get(library)
        return known or Tag(library, library, "not-stated", "", self.agreement, 0)

    def target(self) -> Target:
        """Give the domains and lengths of a known assay; of others nothing is known."""
        known = known_assays().get(str(self.assay.get("assay_id")))
        if known is None:
            return Target((), 0, 10**9)
        return Target(known.domains, known.min_length_bp, known.max_length_bp)


def read_method(path: Path) -> Method:
    """Read the file in which a user says what tables leave out.

    Raises
    ------
    InputError
        With all that is wrong with its form; what is missing, `settle` asks for.

    """
    problems = Problems(str(path))
    document, rows = _document(path)
    for key in sorted(document.keys() - set(_KEYS)):
        _note_key(key, _KEYS, rows, problems)
    for key, kind in (("columns", dict), ("assay", dict), ("table", dict)):
        if not isinstance(document.get(key, {}), kind):
            _note_kind(key, rows, problems)
    problems.raise_if_any()
    assay = document.get("assay") or {}
    known = (*_ALWAYS, *_AMPLICON, *_NAMED, *_OPTIONAL)
    for key in sorted(assay.keys() - set(known)):
        _note_key(f"assay.{key}", tuple(f"assay.{name}" for name in known), rows, problems)
    for key in ("title", "agreement"):
        if not str(document.get(key) or "").strip():
            problems.add(
                "import-method",
                column=key,
                expected=f"{key}: {_WHY[key]}",
                fix="Add it",
            )
    prefix = str(document.get("prefix") or "")
    if prefix:
        check_id(prefix, "prefix", rows.get("prefix", 0), problems)
    problems.raise_if_any()
    folder = path.resolve().parent
    libraries, samples = document.get("libraries"), document.get("samples")
    agreement = str(document["agreement"])
    tags = _tags(folder / str(libraries), agreement) if libraries else {}
    return Method(
        path,
        str(document["title"]),
        folder / str(document.get("agreements", "agreements")),
        agreement,
        folder / str(samples) if samples else None,
        {str(key): value for key, value in assay.items()},
        {str(name): str(one) for name, one in (document.get("columns") or {}).items()},
        tags,
        dict(document.get("table") or {}),
        prefix,
    )


_WHY = {
    "title": "a name for the dataset",
    "agreement": "id@version of the sharing agreement, a file in the folder `agreements`",
}


def _document(path: Path) -> tuple[dict[str, Any], dict[Any, int]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, Loader=_LOADER)
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506  a safe one
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
    return document, dict(rows_of(node))


def _note_key(key: str, known: Iterable[str], rows: Mapping[Any, int], problems: Problems) -> None:
    like = get_close_matches(key, list(known), n=1)
    problems.add(
        "import-method-key",
        row=nearest_row(rows, key),
        column=key,
        expected=f"one of {', '.join(known)}",
        fix=f"Did you mean {like[0]}?" if like else "Remove it, or correct its name",
    )


def _note_kind(key: str, rows: Mapping[Any, int], problems: Problems) -> None:
    problems.add(
        "import-method-key",
        row=nearest_row(rows, key),
        column=key,
        expected="keys and values below it",
        fix="Indent them by two spaces, each as `key: value`",
    )


def _tags(path: Path, agreement: str) -> dict[str, Tag]:
    problems = Problems(str(path))
    others = ("sample_id", "run", "control_type", "agreement")
    tags = {}
    rows = read_rows(path, problems, required=("library_id",), known=others)
    for number, row in rows.items():
        name = row["library_id"]
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
    problems.raise_if_any()
    return tags


def settle(method: Method, said: Mapping[str, str], *, has_lineages: bool) -> dict[str, Any]:
    """Put together what the source says of the method and what the user states, who prevails.

    A known assay's id stands for its gene, region and primers.

    Raises
    ------
    InputError
        With all that is neither said nor stated, and must be.

    """
    known = known_assays().get(str(method.assay.get("assay_id")), Assay(""))
    of_known = {name: getattr(known, own) for name, own in _OF_ASSAY.items()}
    assay = {**said, **{name: value for name, value in of_known.items() if value}, **method.assay}
    assay.setdefault("library_strategy", "AMPLICON")
    problems = Problems(str(method.path))
    for name, why in asked(assay, has_lineages=has_lineages).items():
        if not str(assay.get(name) or "").strip():
            problems.add(
                "import-method",
                column=f"assay.{name}",
                expected=f"{name}: {why}; the source does not say it",
                fix="Add it; where nobody knows, write `not collected`: nothing is merged by it",
            )
    _check_assay(assay, problems)
    problems.raise_if_any()
    return {
        name: None if is_missing(str(value)) and name not in _ALWAYS else value
        for name, value in assay.items()
    }


def _check_assay(assay: Mapping[str, Any], problems: Problems) -> None:
    if assay.get("assay_id") and not ID.fullmatch(str(assay["assay_id"])):
        problems.add(
            "id-format",
            column="assay.assay_id",
            found=str(assay["assay_id"]),
            expected="letters, digits, point, hyphen and underscore",
            fix="Rename it",
        )
    if assay["library_strategy"] not in ("AMPLICON", "WGS"):
        problems.add(
            "import-method",
            column="assay.library_strategy",
            found=str(assay["library_strategy"]),
            expected="AMPLICON or WGS (INSDC)",
            fix="Correct it",
        )

    if assay.get("abundance") and assay["abundance"] not in ABUNDANCES:
        problems.add(
            "import-method",
            column="assay.abundance",
            found=str(assay["abundance"]),
            expected=f"one of {', '.join(ABUNDANCES)}: what shares are of",
            fix="Correct it, or leave it out",
        )


def asked(assay: Mapping[str, Any], *, has_lineages: bool) -> dict[str, str]:
    """Name what must be known of an assay, and why."""
    is_amplicon = assay.get("library_strategy", "AMPLICON") == "AMPLICON"
    return {
        **_ALWAYS,
        **(_AMPLICON if is_amplicon else {}),
        **(_NAMED if has_lineages else {}),
    }


def questions(said: Mapping[str, str], *, has_lineages: bool) -> str:
    """Write the file to fill in, with what the source says already in it."""
    lines = [
        "title:        # a name for the dataset",
        "agreement:    # id@version of its sharing agreement",
        "agreements: agreements   # the folder that holds it",
        "# samples: samples.tsv       # metadata of the samples (soilbio metadata template)",
        "# libraries: libraries.tsv   # library_id, sample_id, run, control_type, agreement",
        "assay:",
    ]
    wanted = asked(said, has_lineages=has_lineages)
    lines += [f"  {name}:    # {why}" for name, why in wanted.items() if name not in said]
    lines += [f"  {name}: {_quoted(value)}" for name, value in sorted(said.items())]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return str(yaml.safe_dump(value, width=10**6, default_style='"')).strip()


def unstated(said: Mapping[str, str], source: str, *, has_lineages: bool) -> InputError:
    """Say that a file with the method is needed."""
    return problem_of(
        "import-method-unstated",
        source,
        expected="--method FILE, with what the source does not say of who may use it and how it"
        " was made",
        fix="Fill this in, save it, and name it with --method:\n\n"
        + questions(said, has_lineages=has_lineages),
    )
