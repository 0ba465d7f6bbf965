"""Prepare a submission to the European Nucleotide Archive; send it only when that is asked for."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from soilbio.archives.ena.source import Material
    from soilbio.metadata.sheet import Library

HELP = "prepare and send a submission to the European Nucleotide Archive"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    prepare = verbs.add_parser("prepare", help="write XML, tables and checksums; sends nothing")
    _prepare_arguments(prepare)
    submit = verbs.add_parser(
        "submit",
        help="send what was prepared; ENA_WEBIN and ENA_WEBIN_PASSWORD hold the account",
    )
    submit.add_argument("folder", type=Path, metavar="DIR", help="what `ena prepare` wrote")
    where = submit.add_mutually_exclusive_group(required=True)
    where.add_argument("--test", action="store_true", help="to the archive's test service")
    where.add_argument("--production", action="store_true", help="for good")


def _prepare_arguments(prepare: argparse.ArgumentParser) -> None:
    prepare.add_argument(
        "source",
        type=Path,
        metavar="SOURCE",
        help="a project's folder or config.yaml, or a dataset",
    )
    prepare.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    prepare.add_argument("--title", help="title of the study (default: the project's)")
    prepare.add_argument("--description", default="", help="what the study is about")
    prepare.add_argument(
        "--alias", help="name of the study in your account (default: of the title)"
    )
    prepare.add_argument("--study", default="", metavar="PRJEB", help="a project that is there")
    prepare.add_argument("--center", default="", help="centre name, for broker accounts only")
    prepare.add_argument("--hold", metavar="DAY", help="first day on which the public sees it")
    prepare.add_argument("--instrument", default="", help="of assays that state no seq_meth")
    prepare.add_argument(
        "--reads", type=Path, metavar="SHEET", help="the sheet of libraries, with a dataset"
    )
    prepare.add_argument("--date", help="the day of sharing, YYYY-MM-DD (default: today)")
    prepare.add_argument(
        "--pseudonym-key",
        type=Path,
        metavar="FILE",
        help="the key of pseudonyms, made where there is none",
    )


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb."""
    return {"prepare": _prepare, "submit": _submit}[args.verb](args)


def _prepare(args: argparse.Namespace) -> int:
    from soilbio.archives.ena.model import Study
    from soilbio.archives.ena.prepare import alias_of, describe, write_submission
    from soilbio.cli.dates import day

    today = day(args.date)
    shown = _hold(args.hold, today)
    material = _material(args, shown)
    title = args.title or material.title
    study = Study(
        alias=args.alias or alias_of(title) or "study",
        title=title,
        description=args.description,
        center=args.center,
        accession=_accession(args.study),
        release=shown.isoformat() if shown > today else "",
    )
    submission = describe(material, study, source=str(args.source), instrument=args.instrument)
    write_submission(submission, args.out)
    _tell(submission.losses)
    print(
        f"{len(submission.samples)} samples, {len(submission.experiments)} experiments,"
        f" {len(submission.runs)} runs;"
        f" {'public from ' + study.release if study.release else 'public at once'}."
        " Nothing was sent.",
        file=sys.stderr,
    )
    print(args.out)
    return 0


def _hold(text: str | None, today: dt.date) -> dt.date:
    """Read the first public day; the agreements are asked about that day."""
    from soilbio.cli.dates import day
    from soilbio.errors import problem_of

    shown = day(text) if text else today
    # Two years is the archive's own limit; it can be prolonged there.
    if not today <= shown or (shown - today).days > 731:
        raise problem_of(
            "ena-hold",
            "--hold",
            found=text,
            expected="a day from today on, at most two years ahead",
            fix="Give a day within two years; the archive lets you prolong it later",
        )
    return shown


def _accession(text: str) -> str:
    import re

    from soilbio.errors import problem_of

    if text and not re.fullmatch(r"PRJ[EDN][A-Z]\d+|[EDS]RP\d{6,}", text):
        raise problem_of(
            "ena-accession",
            "--study",
            found=text,
            expected="the accession of a project, such as PRJEB12345",
            fix="Correct it, or leave --study out to make a new project",
        )
    return text


def _material(args: argparse.Namespace, shown: dt.date) -> Material:
    from soilbio.archives.ena import source
    from soilbio.exporters.pseudonyms import read_key

    folder = args.source.resolve()
    if source.is_dataset(folder):
        key = read_key(args.pseudonym_key or folder.parent / "pseudonym.key")
        return source.material_of_dataset(folder, _libraries(args.reads), shown, key)
    config = source.project_config(folder)
    key = read_key(args.pseudonym_key or _key_of_project(config))
    return source.material_of_project(config, shown, key)


def _key_of_project(config: Path) -> Path:
    """Name the key of the project's other exports: the public sees one name of a thing."""
    root = config.parent.parent if config.parent.name == "config" else config.parent
    (root / "results").mkdir(exist_ok=True)
    return root / "results" / "pseudonym.key"


def _libraries(sheet: Path | None) -> Mapping[str, Library]:
    from soilbio.metadata.sheet import read_sheet

    return read_sheet(sheet) if sheet else {}


def _tell(losses: tuple[object, ...]) -> None:
    if losses:
        print(f"{len(losses)} values or records stay behind; see left_out.tsv.", file=sys.stderr)


def _submit(args: argparse.Namespace) -> int:
    import os

    from soilbio.archives.ena.service import Service, credentials_of
    from soilbio.archives.ena.submit import submit

    service = Service.test(os.environ) if args.test else Service.production(os.environ)
    outcome = submit(
        args.folder,
        service,
        credentials_of(os.environ),
        tell=lambda text: print(text, file=sys.stderr),
    )
    print("kind", "alias", "accession", "external", sep="\t")
    for one in outcome:
        print(one.kind, one.alias, one.accession, one.external, sep="\t")
    return 0
