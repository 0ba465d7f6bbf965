"""Make a dataset of another pipeline's tables; what they do not say of the method is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    from soilbio.importers.registry import FORMATS

    told = "\n".join(f"  {name:<10} {what}" for name, what in FORMATS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"formats:\n{told}"
    parser.add_argument("format", nargs="?", choices=[*FORMATS], metavar="FORMAT", help="see below")
    parser.add_argument("sources", nargs="*", type=Path, metavar="SOURCE", help="files or a folder")
    parser.add_argument(
        "--method", type=Path, metavar="YAML", help="what the source does not say (printed without)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="the dataset to write")
    parser.add_argument("--detect", type=Path, metavar="PATH", help="name the format, and why")
    parser.set_defaults(usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Import, and say what was done; or name the format."""
    if args.detect is not None:
        return _detect(args.detect)
    if args.format is None or not args.sources:
        args.usage_error("name a format and its files, or --detect PATH")
    return _import(args)


def _detect(source: Path) -> int:
    from soilbio.errors import problem_of
    from soilbio.importers.registry import FORMATS, detect

    if not source.exists():
        raise problem_of(
            "import-source-missing",
            str(source),
            expected="a file or folder that exists",
            fix=f"Correct the path; it was looked for at {source.resolve()}",
        )
    likely = detect(source)
    if not likely:
        raise problem_of(
            "import-unknown",
            str(source),
            found="a format that is none of ours",
            expected=f"one of {', '.join(FORMATS)}",
            fix="Write it as a table of counts and import that as `table`",
        )
    for form, reason in likely:
        print(f"{form}: {reason} ({FORMATS[form]})")
    return 0


def _import(args: argparse.Namespace) -> int:
    import polars as pl

    from soilbio.errors import InputError, Problems
    from soilbio.importers.assay import unstated
    from soilbio.importers.build import build_dataset, gathered, has_lineages
    from soilbio.importers.measured import shown
    from soilbio.importers.method import known_libraries, read_method
    from soilbio.importers.registry import read
    from soilbio.metadata.samples import read_samples

    if args.method is None:
        found = read(args.format, args.sources, {})
        names = ", ".join(path.name for path in found.sources)
        raise unstated(found.method, names, has_lineages=has_lineages(found), usual=found.usual)
    if args.out is None:
        args.usage_error("--out DIR is needed")
    method, wrong = read_method(args.method, args.format)
    problems = Problems(str(args.method))
    problems.extend(wrong.found)
    options = {
        **method.table,
        "libraries": known_libraries(method),
        "samples": method.samples,
    }
    source = gathered(problems, lambda: read(args.format, args.sources, options))
    if source is None:
        if samples := method.samples:
            gathered(problems, lambda: read_samples(samples, method.columns))
        raise InputError(problems.found)
    for note in build_dataset(source, method, args.out, form=args.format, earlier=problems.found):
        print(note)
    if not options["libraries"]:
        print(f"no sheet has the libraries, which the table calls: {shown(source.libraries)}")
    libraries, features, numbers = (
        pl.scan_parquet(args.out / f"{name}.parquet").select(pl.len()).collect().item()
        for name in ("libraries", "features", "counts")
    )
    print(f"{libraries:,} libraries, {features:,} features, {numbers:,} numbers")
    print(args.out)
    return 0
