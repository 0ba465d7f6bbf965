"""Make paired reads of soils, a mock community and a blank, whose true composition is known."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; those given here go before what the design says."""
    parser.add_argument("--out", type=Path, required=True, help="folder for reads and truth.tsv")
    parser.add_argument("--design", type=Path, help="YAML file; see docs/simulate.md")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--pairs", type=int, help="read pairs per library")
    parser.add_argument("--read-length", type=int, metavar="BP")
    parser.add_argument("--reference", help="an installed reference (default greengenes-13_8)")
    parser.add_argument("--sequences", type=Path, help="FASTA instead of an installed reference")
    parser.add_argument("--lineages", type=Path, help="table of id and lineage, with --sequences")
    parser.add_argument("--forward", help="forward primer, 5' to 3' (default 515F-Y)")
    parser.add_argument("--reverse", help="reverse primer, 5' to 3' (default 806RB)")
    parser.add_argument(
        "--group", action="append", metavar="NAME=N", help="a group of N soils; may be repeated"
    )
    parser.add_argument("--mock", type=int, metavar="MEMBERS", help="add an even mock community")
    parser.add_argument("--blank", type=int, metavar="PAIRS", help="add an extraction blank")
    parser.add_argument("--taxa", type=int, help="reference sequences that the soils share")
    parser.add_argument("--strains", type=int, help="strains made from them")
    parser.add_argument("--chimeras", type=float, metavar="SHARE", help="share of chimeric pairs")
    parser.add_argument("--genomes", type=Path, help="folder of FASTA files: metagenomes of them")
    parser.add_argument(
        "--genome-lineages", type=Path, help="table of genome and lineage, with --genomes"
    )
    parser.add_argument("--left-out", type=float, metavar="SHARE", help="genomes no database has")
    parser.add_argument("--binned-quality", action="store_true", help="qualities 2, 12, 23, 37")
    parser.add_argument(
        "--quality-from",
        nargs="+",
        type=Path,
        metavar="FASTQ",
        help="take qualities from these read pairs: first and second reads in turn",
    )
    parser.add_argument("--only", nargs="+", metavar="LIBRARY", help="simulate only these")
    parser.add_argument("--sheets", type=Path, metavar="FOLDER", help="write both sheets there")
    parser.add_argument("--used", type=Path, metavar="FILE", help="list the references used")
    parser.add_argument("--used-share", type=float, default=1.0, help="share of them to list")


def run(args: argparse.Namespace) -> int:
    """Simulate the libraries and print one line for each."""
    from soilbio.references.disk import atomic_text, writing_to
    from soilbio.simulate.design import read_design, to_design
    from soilbio.simulate.folder import check_sheets, claim
    from soilbio.simulate.metagenome import metagenome_libraries
    from soilbio.simulate.write import sheets_of

    written = read_design(args.design) if args.design else {}
    folder = args.design.parent if args.design else Path()
    source = str(args.design or "simulate")
    design = to_design(_with_options(written, args), source, folder)
    amplicons = design.libraries if design.has_amplicons else ()
    metagenomes = metagenome_libraries(design)
    libraries = (*amplicons, *metagenomes)
    chosen = _chosen(libraries, args.only, source)
    _check_share(args.used_share)
    prepared = _prepared(design, [one for one in metagenomes if one in chosen])
    sheets = sheets_of(design, args.out, args.sheets) if args.sheets else {}
    check_sheets(sheets)
    with writing_to(args.out):
        claim(args.out, design, libraries, chosen)
        print("library_id", "pairs", "chimeric", "sequences", sep="\t")
        if prepared.amplicons:
            _write_amplicons([one for one in amplicons if one in chosen], prepared.amplicons, args)
        if prepared.metagenomes:
            _write_metagenomes(
                [one for one in metagenomes if one in chosen], prepared.metagenomes, args.out
            )
        for path, text in sheets.items():
            with atomic_text(path) as handle:
                handle.write(text)
    return 0


class _Prepared(NamedTuple):
    amplicons: Any
    metagenomes: Any


def _prepared(design: Any, metagenomes: list[Any]) -> _Prepared:
    """Draw who can be found in any library, before anything is written."""
    from soilbio.simulate.draw import prepare
    from soilbio.simulate.metagenome import prepare_genomes

    amplicons = prepare(design) if design.has_amplicons else None
    if amplicons:
        _tell(amplicons)
    pool = amplicons.pool if amplicons else None
    return _Prepared(amplicons, prepare_genomes(design, pool) if metagenomes else None)


def _write_amplicons(libraries: list[Any], prepared: Any, args: argparse.Namespace) -> None:
    from soilbio.simulate.draw import used_references
    from soilbio.simulate.folder import add_truth, kept_truth
    from soilbio.simulate.write import write_library, write_truth, write_used

    truth = []
    for library in libraries:
        rows = write_library(prepared, library, args.out)
        chimeric = library.pairs - sum(row.reads for row in rows)
        print(library.library_id, library.pairs, chimeric, len(rows), sep="\t", flush=True)
        truth += rows
    kept = kept_truth(args.out / "truth.tsv", libraries)
    write_truth(truth, args.out / "truth.tsv")
    add_truth(args.out / "truth.tsv", kept)
    if args.used:
        used = used_references(prepared.pool, args.used_share, prepared.design.seed)
        write_used(used, args.used)


def _write_metagenomes(libraries: list[Any], prepared: Any, folder: Path) -> None:
    from soilbio.simulate.folder import add_truth, kept_truth
    from soilbio.simulate.metagenome import (
        write_genome_truth,
        write_genomes,
        write_left_out,
        write_metagenome,
    )

    truth = []
    for library in libraries:
        rows = write_metagenome(prepared, library, folder)
        print(library.library_id, library.pairs, 0, len(rows), sep="\t", flush=True)
        truth += rows
    kept = kept_truth(folder / "truth-metagenomes.tsv", libraries)
    write_genome_truth(truth, folder / "truth-metagenomes.tsv")
    add_truth(folder / "truth-metagenomes.tsv", kept)
    write_left_out(prepared.genomes, folder / "left-out.txt")
    if prepared.wanted.genomes is None:
        write_genomes(prepared.genomes, folder / "database")


def _with_options(written: dict[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """Put what the command line says in the place of what the design says."""
    document = dict(written)
    if args.reference or args.sequences or args.lineages:
        for name in ("reference", "sequences", "lineages"):
            document.pop(name, None)
    plain = {
        "seed": args.seed,
        "pairs": args.pairs,
        "read_length_bp": args.read_length,
        "reference": args.reference,
        "sequences": args.sequences and str(args.sequences.absolute()),
        "lineages": args.lineages and str(args.lineages.absolute()),
        "groups": args.group and dict(_group(text) for text in args.group),
    }
    document |= {name: value for name, value in plain.items() if value is not None}
    for place, name, value in (
        ("primers", "forward", args.forward),
        ("primers", "reverse", args.reverse),
        ("mock", "members", args.mock),
        ("blank", "pairs", args.blank),
        ("community", "taxa", args.taxa),
        ("community", "strains", args.strains),
        ("chimeras", "share", args.chimeras),
        ("metagenomes", "genomes", args.genomes and str(args.genomes.absolute())),
        ("metagenomes", "lineages", args.genome_lineages and str(args.genome_lineages.absolute())),
        ("metagenomes", "left_out", args.left_out),
        ("metagenomes", "pairs", args.pairs if args.genomes else None),
        ("errors", "binned_quality", args.binned_quality or None),
        (
            "errors",
            "quality_from",
            args.quality_from and [str(file.absolute()) for file in args.quality_from],
        ),
    ):
        if value is not None:
            document[place] = {**document.get(place, {}), name: value}
    if not {"groups", "mock", "blank"} & set(document):
        document["groups"] = {"soil": {"replicates": 3}}
    return document


def _group(text: str) -> tuple[str, dict[str, Any]]:
    """Read `arable=3`; what is no number is left for the design's check to tell."""
    name, _, replicates = text.partition("=")
    is_number = replicates.removeprefix("-").isdecimal()
    return name, {"replicates": int(replicates) if is_number else replicates or 1}


def _chosen(libraries: Any, only: list[str] | None, source: str) -> list[Any]:
    """Libraries that are asked for, in the order of the design."""
    from soilbio.errors import problem_of

    unknown = sorted(set(only or []) - {library.library_id for library in libraries})
    if unknown:
        raise problem_of(
            "simulate-library-unknown",
            source,
            column="--only",
            found=", ".join(unknown),
            expected=f"libraries of the design: {', '.join(x.library_id for x in libraries)}",
            fix="Correct the ids",
        )
    return [library for library in libraries if not only or library.library_id in only]


def _check_share(share: float) -> None:
    from soilbio.errors import problem_of

    if not 0 <= share <= 1:
        raise problem_of(
            "design-value",
            "simulate",
            column="--used-share",
            found=f"{share:g}",
            expected="a share from 0 to 1",
            fix="Correct the number",
        )


def _tell(prepared: Any) -> None:
    """Say on stderr what the reference gave."""
    cut, pool = prepared.cut, prepared.pool
    print(
        f"{len(cut.amplicons)} distinct amplicons in the reference; left out: "
        f"{cut.without_primers} sequences without both primers, {cut.wrong_length} of another "
        f"length, {cut.ambiguous_bases} with ambiguous bases, {cut.several_genera} amplicons of "
        f"several genera. Drawn: {pool.n_taxa} taxa, {len(pool.soil) - pool.n_taxa} strains, "
        f"{len(pool.mock)} mock members, {len(pool.contaminants)} contaminants.",
        file=sys.stderr,
    )
