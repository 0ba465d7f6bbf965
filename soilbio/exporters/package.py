"""An export as a folder: the files of its format, the decision, and the duties; whole or not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from hashlib import file_digest
from pathlib import Path

from soilbio import __version__
from soilbio.agreements.explain import explain
from soilbio.dataset.folder import files_below, new_folder
from soilbio.errors import problem_of
from soilbio.exporters.evidence import Evidence, described, told_of_combined
from soilbio.exporters.losses import LOSSES, write_losses
from soilbio.exporters.registry import TARGETS, Writer, check_target, writer_of
from soilbio.exporters.view import View, names_samples

DECISION, DUTIES, AGREEMENTS = "decision.json", "DUTIES.txt", "agreements"
# What an export holds whose decision was removed, as Snakemake does before it runs a job again.
_WITHOUT_DECISION = (
    DUTIES,
    LOSSES,
    AGREEMENTS,
    *(name for one in TARGETS.values() for name in one.files),
)


def write_package(view: View, target: str, folder: Path, writer: Writer | None = None) -> Evidence:
    """Write a view in a format, with what was decided and what the recipient must do.

    `writer` is the format's own unless it is given, bound to what else it needs.

    The same view gives the same bytes. An earlier export in the folder is replaced when the new
    one is whole.

    Raises
    ------
    InputError
        If the folder holds anything else than an export, or the disk is full.
    Refused
        If the format cannot hold what may be shared.

    """
    check_target(view, target)
    _check_folder(folder)
    with new_folder(folder, _beside_export) as part:
        evidence = (writer or writer_of(target))(view, part)
        write_losses(evidence.losses, part)
        _write_agreements(view, part)
        (part / DUTIES).write_text("\n".join(_duties(view)) + "\n", encoding="utf-8")
        record = {**_record(view, target, evidence), "files": _files(part)}
        text = json.dumps(record, indent=2, ensure_ascii=False)
        (part / DECISION).write_text(f"{text}\n", encoding="utf-8")
    return evidence


def _write_agreements(view: View, folder: Path) -> None:
    """Add the texts that bind a partner; everybody gets them in plain words only."""
    if view.recipient == "public":
        return
    (folder / AGREEMENTS).mkdir()
    for name, text in view.texts.items():
        if not names_samples(view, name):
            (folder / AGREEMENTS / f"{name}.yaml").write_bytes(text.encode())


def write_refusal(request: Mapping[str, str], reason: str, folder: Path) -> None:
    """Write that nothing may be shared, and why, as the only file of an export."""
    _check_folder(folder)
    with new_folder(folder, _beside_export) as part:
        record = {"soilbio": __version__, **request, "refused": reason, "files": []}
        text = json.dumps(record, indent=2, ensure_ascii=False)
        (part / DECISION).write_text(f"{text}\n", encoding="utf-8")


def _check_folder(folder: Path) -> None:
    if not folder.exists():
        return
    others = _beside_export(folder) if folder.is_dir() else [folder.name]
    if others:
        raise problem_of(
            "export-folder",
            str(folder),
            found=", ".join(others),
            expected="a folder that is new, empty, or an earlier export and nothing else",
            fix="Name another folder; what is in this one would be lost",
        )


def _beside_export(folder: Path) -> list[str]:
    """Name what lies in a folder and is of no earlier export."""
    there = sorted(path.name for path in folder.iterdir())
    if DECISION in there:
        ours = _listed(folder / DECISION)
        return [name for name in files_below(folder) if name not in ours]
    if DUTIES in there:
        return [n for n in there if not any(fnmatchcase(n, one) for one in _WITHOUT_DECISION)]
    return there


def _listed(decision: Path) -> set[str]:
    """Read which files an export has; none, if that is no decision of ours."""
    try:
        files = json.loads(decision.read_text(encoding="utf-8"))["files"]
        return {DECISION, *(one["name"] for one in files)}
    except (ValueError, KeyError, TypeError):
        return set()


def _record(view: View, target: str, evidence: Evidence) -> dict[str, object]:
    return {
        "soilbio": __version__,
        "target": target,
        "recipient": view.recipient,
        "purpose": view.purpose,
        "date": view.date.isoformat(),
        "agreements": [
            {"agreement": name, "sha256": digest} for name, digest in evidence.digests.items()
        ],
        "decisions": [described(decision) for decision in view.decisions.values()],
        "values": evidence.by_class(),
        "rows": evidence.by_table(),
        "notes": dict(sorted(evidence.notes.items())),
        "losses": [asdict(one) for one in evidence.losses],
    }


def _files(folder: Path) -> list[dict[str, object]]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            name = path.relative_to(folder).as_posix()
            found.append({"name": name, "sha256": digest, "bytes": path.stat().st_size})
    return found


def _duties(view: View) -> Iterator[str]:
    """Write what everybody who holds the files must know, in plain words."""
    yield "What you may do with these files, and what you must"
    yield ""
    for decision in view.in_use():
        head, *sentences = explain(decision)
        yield head
        yield from (f"- {sentence}" for sentence in sentences)
        for name in decision.agreements:
            agreement = view.agreements[name]
            yield f"- {name} is '{agreement.title}'."
            if agreement.attribution:
                yield f"- Credit: {agreement.attribution}"
            if agreement.contact:
                yield f"- Questions: {agreement.contact}"
        yield ""
    if combined := told_of_combined(view.combined()):
        yield "What holds for rows of several agreements"
        yield from (f"- {sentence}" for sentence in combined)
        yield ""
    yield "The column agreement_id says which rows are under which agreement. decision.json holds"
    yield "what was decided and the checksums of all files. Software cannot make anybody keep a"
    yield "promise: these are the terms that you accept with the files."
