"""What a design says of reads of whole metagenomes: read from its section, paths resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from soilbio.errors import Problems


@dataclass(frozen=True, slots=True)
class MadeUp:
    """How genomes are made up; identities are shares of bases that are the same in both.

    `core` is the share of a genome that species of a genus have in common, `strain_core` that
    strains of a species have.
    """

    min_length_bp: int = 150_000
    max_length_bp: int = 350_000
    min_gc: float = 0.35
    max_gc: float = 0.70
    genus_identity: float = 0.85
    core: float = 0.7
    strain_identity: float = 0.99
    strain_core: float = 0.95


@dataclass(frozen=True, slots=True)
class Metagenomes:
    """Reads of whole genomes for the libraries of a design.

    `genomes` and `lineages` are a user's own; without them genomes are made up for the taxa that
    the amplicons are drawn from. `left_out` is the share of the genomes (of made-up ones: of the
    species) that no database is to hold.
    """

    genomes: Path | None = None
    lineages: Path | None = None
    made_up: MadeUp = field(default_factory=MadeUp)
    left_out: float = 0.0
    pairs: int = 100_000
    read_length_bp: int = 150
    fragment_bp: int = 350
    fragment_sd_bp: int = 60
    suffix: str = "-wgs"
    libraries: tuple[str, ...] = ()
    assay: str = "soil-wgs"
    run: str = "wgs-run"


def to_metagenomes(values: Mapping[str, Any], folder: Path) -> Metagenomes:
    """Fill in what a section, checked against the schema, leaves out."""
    plain = dict(values)
    for name in ("genomes", "lineages"):
        if name in plain:
            plain[name] = folder / plain[name]
    plain["made_up"] = MadeUp(**plain.get("made_up", {}))
    plain["libraries"] = tuple(plain.get("libraries", ()))
    return Metagenomes(**plain)


def check_metagenomes(wanted: Metagenomes, library_ids: set[str], problems: Problems) -> None:
    """Note lengths that cannot be, half a source of genomes, and libraries that are none."""
    made_up = wanted.made_up
    for column, low, high in (
        ("made_up.min_length_bp", made_up.min_length_bp, made_up.max_length_bp),
        ("made_up.min_gc", made_up.min_gc, made_up.max_gc),
    ):
        if low > high:
            problems.add(
                "design-value",
                column=f"metagenomes.{column}",
                found=f"{low:g}",
                expected=f"at most {column.replace('min', 'max')}, {high:g}",
                fix="Swap or correct the two numbers",
            )
    if (wanted.genomes is None) != (wanted.lineages is None):
        problems.add(
            "design-value",
            column="metagenomes",
            found="genomes" if wanted.genomes else "lineages",
            expected="genomes and lineages together, or neither",
            fix="Give both, or leave both out and genomes are made up",
        )
    unknown = sorted(set(wanted.libraries) - library_ids)
    if unknown:
        problems.add(
            "design-value",
            column="metagenomes.libraries",
            found=", ".join(unknown),
            expected=f"libraries of the design: {', '.join(sorted(library_ids))}",
            fix="Correct the ids, or leave `libraries` out for all",
        )
