"""What is to be simulated: read from YAML, checked, with a default for everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from soilbio.errors import Problems, problem_of
from soilbio.simulate.metagenome_design import Metagenomes, check_metagenomes, to_metagenomes
from soilbio.standards import shipped

FORWARD, REVERSE = "GTGYCAGCMGCCGCGGTAA", "GGACTACNVGGGTWTCTAAT"  # 515F-Y, 806RB


@dataclass(frozen=True, slots=True)
class Region:
    """How the amplicon is cut out of reference sequences; lengths are without primers."""

    max_mismatches: int = 2
    min_length_bp: int = 50
    max_length_bp: int = 600


@dataclass(frozen=True, slots=True)
class Community:
    """The taxa that the soils share, and how unevenly; spreads are standard deviations of ln."""

    taxa: int = 600
    strains: int = 120
    max_differences: int = 3
    phyla: Mapping[str, float] = field(default_factory=dict)
    other_phyla: float = 1.0
    only_named_genera: bool = False
    spread: float = 1.6
    group_spread: float = 1.2
    library_spread: float = 0.6
    responders: float = 0.35
    occupancy: float = 0.6
    contaminants: float = 0.0


@dataclass(frozen=True, slots=True)
class Mock:
    """A community of known members; the first is `fold` times as common as the last.

    Members are those with these ids, else one of each of these genera, else of any genera.
    """

    members: int = 20
    fold: float = 1.0
    genera: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """An extraction without soil: contaminants, and a share carried over from the soils."""

    taxa: int = 12
    genera: tuple[str, ...] = ()
    carry_over: float = 0.1


@dataclass(frozen=True, slots=True)
class Chimeras:
    """Share of pairs that are chimeric, and how many different chimeras there are."""

    share: float = 0.03
    per_1000_pairs: float = 3.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Sequencing errors are `calibration` times what the qualities say, and `floor` beside that.

    `floor` and `pcr_error_rate` are errors per base; qualities are those of the pairs in
    `quality_from`, or of a model.
    """

    calibration: float = 1.0
    floor: float = 4e-4
    pcr_error_rate: float = 2e-5
    binned_quality: bool = False
    quality_from: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """One library to simulate; `control_type` is empty for soils."""

    library_id: str
    sample_id: str
    pairs: int
    group: str = ""
    control_type: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheets:
    """What the sample sheet says of all libraries alike."""

    assay: str = "16S-V4-515FY-806RB"
    run: str = "run1"
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class Design:
    """All that decides the simulated reads; the same design gives the same bytes."""

    source: str
    reference: str
    sequences: Path | None
    lineages: Path | None
    seed: int
    read_length_bp: int
    forward: str
    reverse: str
    region: Region
    community: Community
    group_phyla: Mapping[str, Mapping[str, float]]
    libraries: tuple[Library, ...]
    mock: Mock
    blank: Blank
    chimeras: Chimeras
    errors: Errors
    sheets: Sheets
    metagenomes: Metagenomes | None = None

    @property
    def has_amplicons(self) -> bool:
        """Whether amplicons are simulated: not of a user's own genomes."""
        return self.metagenomes is None or self.metagenomes.genomes is None


def read_design(path: Path) -> dict[str, Any]:
    """Read a design as it is written; `to_design` checks it."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise problem_of(
            "design-unreadable",
            str(path),
            found=" ".join(str(error).split()),
            expected="a YAML file",
            fix="Correct the path or the line that is named",
        ) from error
    return document if isinstance(document, dict) else {"": document}


def to_design(document: Mapping[str, Any], source: str, folder: Path) -> Design:
    """Check a design and fill in what it leaves out.

    Parameters
    ----------
    document : mapping
        As read from YAML.
    source : str
        What to call it in problems.
    folder : Path
        Where the relative paths in it start.

    Raises
    ------
    InputError
        `design-key` for unknown keys, `design-value` for values that cannot be, `design-duplicate`
        for library or sample ids that come twice, `design-empty` without libraries: all at once.

    """
    problems = Problems(source)
    _check_document(document, problems)
    problems.raise_if_any()
    libraries = tuple(_libraries(document))
    _check_libraries(libraries, problems)
    region = Region(**document.get("region", {}))
    _check_region(document, region, problems)
    metagenomes = _metagenomes(document, folder)
    if metagenomes:
        check_metagenomes(metagenomes, {one.library_id for one in libraries}, problems)
    problems.raise_if_any()
    primers = document.get("primers", {"forward": FORWARD, "reverse": REVERSE})
    files = [folder / document[name] if name in document else None for name in _FILES]
    return Design(
        source=source,
        reference=document.get("reference", "" if files[0] else "greengenes-13_8"),
        sequences=files[0],
        lineages=files[1],
        seed=document.get("seed", 1),
        read_length_bp=document.get("read_length_bp", 250),
        forward=primers["forward"].upper(),
        reverse=primers["reverse"].upper(),
        region=region,
        community=Community(**document.get("community", {})),
        group_phyla={
            name: group.get("phyla", {}) for name, group in document.get("groups", {}).items()
        },
        libraries=libraries,
        mock=Mock(**_only(document.get("mock", {}), "members", "fold", "genera", "ids")),
        blank=Blank(**_only(document.get("blank", {}), "taxa", "genera", "carry_over")),
        chimeras=Chimeras(**document.get("chimeras", {})),
        errors=_errors(document.get("errors", {}), folder),
        sheets=Sheets(**_only(document.get("sheets", {}), "assay", "run", "agreement")),
        metagenomes=metagenomes,
    )


def _metagenomes(document: Mapping[str, Any], folder: Path) -> Metagenomes | None:
    return to_metagenomes(document["metagenomes"], folder) if "metagenomes" in document else None


_FILES = ("sequences", "lineages")


def _errors(values: Mapping[str, Any], folder: Path) -> Errors:
    files = tuple(folder / file for file in values.get("quality_from", ()))
    return Errors(**{**values, "quality_from": files})


def _only(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Take these values out of a mapping, lists as tuples."""
    return {
        name: tuple(values[name]) if isinstance(values[name], list) else values[name]
        for name in names
        if name in values
    }


def _libraries(document: Mapping[str, Any]) -> Iterator[Library]:
    """List the libraries: groups as written, then mock and blank."""
    pairs = document.get("pairs", 10_000)
    common = document.get("sheets", {}).get("metadata", {})
    for group, values in document.get("groups", {}).items():
        written = values.get("libraries") or {
            f"{group}-{number}": {} for number in range(1, values.get("replicates", 1) + 1)
        }
        for library_id, library in written.items():
            metadata = common | values.get("metadata", {}) | library.get("metadata", {})
            yield Library(
                library_id,
                library.get("sample_id", library_id),
                library.get("pairs", pairs),
                group,
                metadata=_texts(metadata),
            )
    for name, control_type, few in (("mock", "mock", pairs), ("blank", "extraction_blank", 100)):
        if name in document:
            values = document[name]
            library_id = values.get("library_id", name)
            yield Library(
                library_id,
                values.get("sample_id", library_id),
                values.get("pairs", few),
                control_type=control_type,
                metadata=_texts(values.get("metadata", {})),
            )


def _texts(metadata: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in metadata.items()}


def _check_document(document: Mapping[str, Any], problems: Problems) -> None:
    """Note what the schema does not allow."""
    from jsonschema import Draft202012Validator

    text = shipped("resources/simulate/design.schema.yaml").read_text(encoding="utf-8")
    validator = Draft202012Validator(yaml.safe_load(text))
    for error in sorted(validator.iter_errors(document), key=lambda e: (e.json_path, e.message)):
        is_key = error.validator == "additionalProperties"
        place = error.json_path.removeprefix("$").lstrip(".")
        problems.add(
            "design-key" if is_key else "design-value",
            column=place or None,
            found=None if is_key else str(error.instance)[:60],
            expected=f"a design as documented: {error.message}"[:300],
            fix="See docs/simulate.md for what a design may hold, and correct it",
        )


def _check_libraries(libraries: tuple[Library, ...], problems: Problems) -> None:
    """Note ids that come twice, and a design without libraries."""
    if not libraries:
        problems.add(
            "design-empty",
            expected="at least one of groups, mock and blank",
            fix="Add a group with libraries, such as `groups: {soil: {replicates: 3}}`",
        )
    for column in ("library_id", "sample_id"):
        seen = set[str]()
        for library in libraries:
            value = getattr(library, column)
            if value in seen:
                problems.add(
                    "design-duplicate",
                    column=column,
                    found=value,
                    expected="each id once in a design",
                    fix="Give one of the libraries another id",
                )
            seen.add(value)


def _check_region(document: Mapping[str, Any], region: Region, problems: Problems) -> None:
    """Note lengths that no amplicon has, and a source of sequences given by halves or twice."""
    if region.min_length_bp > region.max_length_bp:
        problems.add(
            "design-value",
            column="region.min_length_bp",
            found=str(region.min_length_bp),
            expected=f"at most max_length_bp, {region.max_length_bp}",
            fix="Swap or correct the two lengths",
        )
    files = [name for name in _FILES if name in document]
    if len(files) == 1 or (files and "reference" in document):
        problems.add(
            "design-value",
            column=", ".join([*files, *(["reference"] if "reference" in document else [])]),
            expected="either the name of a reference, or sequences and lineages together",
            fix="Give one of the two",
        )
