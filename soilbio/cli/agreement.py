"""Write, check, explain, compare and sign sharing agreements."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soilbio.agreements import Agreement


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs."""
    from soilbio.agreements.templates import FIELDS, TEMPLATES

    verbs = parser.add_subparsers(dest="verb", required=True)
    new = verbs.add_parser("new", help="write an agreement from a model (no legal advice)")
    new.add_argument("--template", required=True, help=f"one of {', '.join(TEMPLATES)}")
    new.add_argument("--out", type=Path, required=True, help="folder to write ID-VERSION.yaml to")
    for field, what in FIELDS.items():
        new.add_argument(f"--{field.replace('_', '-')}", dest=field, default="", help=what)
    check = verbs.add_parser("check", help="find all that is wrong with agreements")
    check.add_argument("files", type=Path, nargs="+")
    explain = verbs.add_parser("explain", help="say who gets what, from when, with which duties")
    explain.add_argument("file", type=Path)
    explain.add_argument("--recipient", action="append", help="public, consortium or a ROR")
    explain.add_argument("--purpose", help="with --recipient or --date; research, if left out")
    explain.add_argument("--date", help="YYYY-MM-DD; today if left out")
    diff = verbs.add_parser("diff", help="say who gains or loses what by a new version")
    diff.add_argument("old", type=Path)
    diff.add_argument("new", type=Path)
    apply = verbs.add_parser("apply", help="put a new version in the place of a dataset's former")
    apply.add_argument("file", type=Path, help="the new version; `amends` names the former")
    apply.add_argument("dataset", type=Path, metavar="DATASET", help="the dataset's folder")
    apply.add_argument("--date", help="the day it is applied, YYYY-MM-DD; today if left out")
    apply.add_argument("--dry-run", action="store_true", help="say what would be, write nothing")
    sign = verbs.add_parser("sign", help="sign for a party, with its OpenSSH key")
    sign.add_argument("file", type=Path)
    sign.add_argument("--party", required=True, help="the party's ROR")
    sign.add_argument("--key", type=Path, required=True, help="the private key, or one in an agent")
    odrl = verbs.add_parser("odrl", help="write as ODRL in JSON-LD; of a .jsonld, the agreement")
    odrl.add_argument("file", type=Path)
    verify = verbs.add_parser("verify", help="tell whose signatures hold and whose are missing")
    verify.add_argument("file", type=Path)


def run(args: argparse.Namespace) -> int:
    """Do what was asked."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "new": _new,
        "check": _check,
        "explain": _explain,
        "diff": _diff,
        "apply": _apply,
        "sign": _sign,
        "verify": _verify,
        "odrl": _odrl,
    }
    return verbs[args.verb](args)


def _new(args: argparse.Namespace) -> int:
    from soilbio.agreements import parse_agreement
    from soilbio.agreements.templates import FIELDS, fill
    from soilbio.errors import problem_of

    values = {field: getattr(args, field) for field in FIELDS}
    text = fill(args.template, values)
    agreement = parse_agreement(text, args.template)
    target = args.out / f"{agreement.id}-{agreement.version}.yaml"
    if target.exists():
        raise problem_of(
            "agreement-exists",
            str(target),
            expected="no such file: an agreement is never overwritten",
            fix="Choose another --id, or raise the version in a copy of the file",
        )
    args.out.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(f"{target}: a model, no legal advice. Read it, then: soilbio agreement explain {target}")
    return 0


def _check(args: argparse.Namespace) -> int:
    from soilbio.agreements import parse_agreement
    from soilbio.errors import InputError, Problems

    problems = Problems("agreements")
    for path in args.files:
        try:
            agreement = parse_agreement(_text(path), str(path))
        except InputError as error:
            problems.extend(error.problems)
        else:
            print(f"{path}: {agreement.name}, {len(agreement.grants)} clauses, all right")
            for party in agreement.unsigned:
                print(f"{path}: not signed by {party}; nothing is permitted before")
    problems.raise_if_any()
    return 0


def _explain(args: argparse.Namespace) -> int:
    from soilbio.agreements import decide, explain
    from soilbio.agreements.explain import explain_agreement
    from soilbio.cli.dates import day

    agreement = _read(args.file)
    print(f"{agreement.title} ({agreement.name})\n{agreement.summary}\n")
    if not (args.recipient or args.purpose or args.date):
        print("\n".join(explain_agreement(agreement)))
        return 0
    for recipient in args.recipient or ["public", "consortium"]:
        purpose = args.purpose or "DUO:0000042"
        head, *sentences = explain(decide([agreement], recipient, purpose, day(args.date)))
        print(head, *(f"  {sentence}" for sentence in sentences), "", sep="\n")
    return 0


def _diff(args: argparse.Namespace) -> int:
    from soilbio.agreements.compare import compare, in_words

    old, new = _read(args.old), _read(args.new)
    changes = compare(old, new)
    print(f"From {old.name} to {new.name}:")
    for line in in_words(changes):
        print(f"  {line}")
    return 0


def _apply(args: argparse.Namespace) -> int:
    from soilbio.agreements import parse_agreement
    from soilbio.agreements.amend import check_amendment, check_coverage
    from soilbio.agreements.compare import compare, in_words
    from soilbio.cli.dates import day
    from soilbio.dataset.read import read_dataset
    from soilbio.dataset.retag import Retag, count_rows, retag, samples_under
    from soilbio.errors import Problems

    text, dataset = _text(args.file), read_dataset(args.dataset)
    new, old = check_amendment(text, str(args.file), dataset.agreements)
    problems = Problems(str(args.file))
    check_coverage(new, samples_under(dataset, old), problems)
    problems.raise_if_any()
    rows = count_rows(dataset, old)
    former = parse_agreement(dataset.agreements[old], old)
    print(f"{new.name} in the place of {old}:")
    for line in in_words(compare(former, new)):
        print(f"  {line}")
    print("Rows: " + ", ".join(f"{name} {number:,}" for name, number in rows.items()))
    if not former.signed_by:
        print(f"{old} asks for no signature, so nothing proves that its parties agree.")
    if args.dry_run:
        return 0
    retag(dataset, Retag(old, new.name, text, day(args.date)))
    print(f"{args.dataset}: done; what a project makes anew takes its agreement from the sample")
    print(f"sheet, so name {new.name} there too.")
    return 0


def _sign(args: argparse.Namespace) -> int:
    from soilbio.agreements.signatures import add_signature, has_signed
    from soilbio.errors import problem_of

    text = _text(args.file)
    agreement = _read(args.file)
    keys = {party.id: party.key for party in agreement.parties if party.id}
    if not keys.get(args.party):
        raise problem_of(
            "agreement-signer",
            str(args.file),
            column="parties",
            found=args.party,
            expected="the id of a party that has a key",
            fix="Add the party's id and OpenSSH public key under `parties`, then sign",
        )
    signed = add_signature(text, args.party, args.key)
    if not has_signed(signed, args.party, keys[args.party]):
        raise problem_of(
            "signing-failed",
            str(args.key),
            expected=f"the key that the agreement names for {args.party}",
            fix="Sign with the private half of that key",
        )
    part = args.file.with_name(args.file.name + ".part")
    part.write_text(signed, encoding="utf-8")
    part.replace(args.file)
    return _verify(args)


def _verify(args: argparse.Namespace) -> int:
    from soilbio.agreements.signatures import has_signed

    text, agreement = _text(args.file), _read(args.file)
    for party in agreement.parties:
        if party.key:
            is_required = party.id in agreement.signed_by
            is_signed = has_signed(text, party.id, party.key)
            fate = "signed" if is_signed else "NOT signed" if is_required else "not signed"
            print(f"{party.name} ({party.id}): {fate}{', required' if is_required else ''}")
    if not agreement.signed_by:
        print("No signature is required.")
    return 3 if agreement.unsigned else 0


def _odrl(args: argparse.Namespace) -> int:
    from soilbio.agreements.odrl import to_odrl
    from soilbio.agreements.odrl_read import from_odrl

    text = _text(args.file)
    is_graph = args.file.suffix.lower() in (".jsonld", ".json")
    made = from_odrl(text, str(args.file)) if is_graph else to_odrl(text, str(args.file))
    print(made, end="")
    return 0


def _read(path: Path) -> Agreement:
    from soilbio.agreements import parse_agreement

    return parse_agreement(_text(path), str(path))


def _text(path: Path) -> str:
    from soilbio.errors import problem_of

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise problem_of(
            "agreement-unreadable",
            str(path),
            found=getattr(error, "strerror", None) or "not UTF-8 text",
            expected="an agreement, YAML in UTF-8",
            fix="Correct the path or save the file as UTF-8",
        ) from error
