"""Write sequences with lineages, or genomes, as classifiers and profilers read them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.cli.whole_numbers import positive

if TYPE_CHECKING:
    from soilbio.references.genomes import Genome
    from soilbio.references.manifest import Reference
    from soilbio.references.taxdump import Taxdump

_SEQUENCES = ("sintax", "dada2")
_SYLPH_K = (21, 31)
_MOST = 2**31
# One k-mer of so many is kept: what the tools themselves, and published sketches of GTDB, do.
_SCALED = {"sylph": 200, "sourmash": 1000}


def add_arguments(build: argparse.ArgumentParser) -> None:
    """Declare the options."""
    from soilbio.references.entries import PROFILERS

    build.add_argument("name", nargs="?", help="an installed reference of sequences")
    build.add_argument("--sequences", type=Path, help="FASTA, instead of an installed reference")
    build.add_argument("--genomes", type=Path, help="folder of genomes, one a FASTA file")
    build.add_argument(
        "--lineages",
        type=Path,
        help="table of id and lineage (with --genomes also: of NCBI taxon id)",
    )
    build.add_argument(
        "--for", dest="classifier", choices=[*_SEQUENCES, *PROFILERS], default="sintax"
    )
    build.add_argument("--exclude", type=Path, help="list of ids to leave out, one a line")
    build.add_argument(
        "--taxonomy", help="NCBI's, for taxon ids: an installed one, or a folder of nodes.dmp"
    )
    build.add_argument("--k", type=int, default=31, choices=[21, 31, 51], help="length of k-mers")
    build.add_argument(
        "--scaled", type=positive, help="keep one k-mer of so many (sylph, sourmash)"
    )
    build.add_argument("--max-size-gb", type=_size, help="largest table of Kraken 2")
    build.add_argument(
        "--no-masking",
        action="store_true",
        help="keep low complexity (kraken2), without dustmasker",
    )
    build.add_argument(
        "--read-length-bp",
        type=positive,
        nargs="+",
        default=[],
        help="of one read: also count what re-estimates (Bracken) need (kraken2)",
    )
    build.add_argument("--threads", type=positive, default=1)
    build.add_argument(
        "--out",
        type=Path,
        required=True,
        help="FASTA to write (.gz: compressed), or the folder of a profiler's database",
    )


def _size(text: str) -> float:
    try:
        size = float(text)
    except ValueError:
        size = 0
    if not 0 < size < _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no size above 0")
    return size


def run(args: argparse.Namespace) -> int:
    """Build."""
    from soilbio.references.disk import writing_to

    _check_choice(args)
    with writing_to(args.out.parent):
        if args.classifier in _SEQUENCES:
            return _build_sequences(args)
        return _build_database(args)


def _check_choice(args: argparse.Namespace) -> None:
    from soilbio.errors import problem_of

    given = [bool(args.name), bool(args.sequences), bool(args.genomes)]
    is_file = bool(args.sequences or args.genomes)
    if sum(given) != 1 or is_file != bool(args.lineages):
        raise problem_of(
            "reference-choice",
            "reference build",
            expected="the name of an installed reference, or --sequences with --lineages,"
            " or --genomes with --lineages",
            fix="Give one of the three",
        )
    if args.classifier == "sylph" and args.k not in _SYLPH_K:
        raise problem_of(
            "reference-choice",
            "reference build",
            found=f"--k {args.k}",
            expected="k-mers of 21 or 31 for sylph",
            fix="Correct --k",
        )
    if args.genomes and args.classifier in _SEQUENCES:
        raise problem_of(
            "reference-choice",
            "reference build",
            found=args.classifier,
            expected="kraken2, sylph or sourmash for whole genomes",
            fix="Give --for, or --sequences of a marker gene",
        )


def _reference(args: argparse.Namespace) -> Reference:
    from soilbio.references.manifest import locate, reference_of_files

    if args.sequences:
        return reference_of_files(str(args.sequences), "", args.sequences, args.lineages)
    return locate(args.name)


def _build_sequences(args: argparse.Namespace) -> int:
    from soilbio.references.build import build_dada2, build_sintax, read_ids

    exclude = read_ids(args.exclude) if args.exclude else frozenset()
    build = {"sintax": build_sintax, "dada2": build_dada2}[args.classifier]
    built = build(_reference(args), args.out, exclude=exclude)
    print(
        f"{built.written} sequences written to {args.out};"
        f" left out: {built.excluded} as asked, {built.unnamed} whose lineage names no rank.",
        file=sys.stderr,
    )
    return 0


def _build_database(args: argparse.Namespace) -> int:
    from soilbio.profile.databases import (
        Kraken2Options,
        SketchOptions,
        build_kraken2,
        build_sourmash,
        build_sylph,
    )

    taxdump = _taxdump(args.taxonomy)
    genomes = _genomes(args, taxdump)
    if args.classifier == "kraken2":
        most = int(args.max_size_gb * 1e9) if args.max_size_gb else None
        options = Kraken2Options(
            args.threads,
            mask=not args.no_masking,
            max_bytes=most,
            read_lengths_bp=tuple(args.read_length_bp),
        )
        number = build_kraken2(genomes, args.out, taxdump, options)
    else:
        scaled = args.scaled or _SCALED[args.classifier]
        build = {"sylph": build_sylph, "sourmash": build_sourmash}[args.classifier]
        number = build(genomes, args.out, SketchOptions(args.k, scaled))
    left = len(genomes) - number
    print(f"{number} genomes in {args.out}; {left} too short for a k-mer.", file=sys.stderr)
    print(
        f"Install it: soilbio reference add NAME --engine {args.classifier}"
        f" --database {args.out} --version VERSION --licence LICENCE",
        file=sys.stderr,
    )
    return 0


def _genomes(args: argparse.Namespace, taxdump: Taxdump | None) -> list[Genome]:
    from soilbio.references.build import read_ids
    from soilbio.references.genomes import genomes_of_folder, genomes_of_sequences
    from soilbio.references.manifest import reference_of_files

    if args.genomes:
        reference_of_files("", "", args.lineages, args.lineages)
        found = genomes_of_folder(args.genomes, args.lineages, taxdump)
    else:
        found = genomes_of_sequences(_reference(args), taxdump)
    exclude = read_ids(args.exclude) if args.exclude else frozenset()
    return [genome for genome in found if genome.name not in exclude]


def _taxdump(named: str | None) -> Taxdump | None:
    from soilbio.references.manifest import installed, locate_database
    from soilbio.references.taxdump import read_taxdump

    if named is None:
        return None
    if named in installed():
        return read_taxdump(locate_database(named, "taxonomy").path)
    return read_taxdump(Path(named))
