"""How reads were measured and made features: said by the source, stated by the user, or asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import yaml

from soilbio.dataset.tables import ABUNDANCES
from soilbio.errors import InputError, Problems, problem_of
from soilbio.importers.found import Found
from soilbio.importers.method import Method
from soilbio.importers.spelling import PRIMERS, check_primer, overhang_of, tidy
from soilbio.metadata.assays import Assay, known_assays
from soilbio.metadata.sheet import ID
from soilbio.standards.insdc import is_missing

# Columns of `assays`, and why each is asked; the first must be answered.
_ALWAYS = {"assay_id": "a name for the way of measuring", "engine": "what made features of reads"}
_AMPLICON = {
    "target_gene": "such as 16S rRNA, 18S rRNA, ITS",
    "target_subfragment": "such as V4, V3-V4, ITS2",
    "pcr_primer_forward": "5' to 3', IUPAC",
    "pcr_primer_reverse": "5' to 3', IUPAC",
}
_AS_A_RULE = "    # as a rule; of amplicons name a known assay, or gene, region and primers"
_NAMED = {"reference": "the database that lineages are of", "reference_version": "its version"}
_OF_ASSAY = {
    "target_gene": "target_gene",
    "target_subfragment": "target_subfragment",
    "pcr_primer_forward": "forward_primer",
    "pcr_primer_reverse": "reverse_primer",
    "pcr_primer_name_forward": "forward_name",
    "pcr_primer_name_reverse": "reverse_name",
}
_NOT_OF_NCBI = re.compile(r"gtdb|silva|greengenes|unite", re.IGNORECASE)
_CUTOFF = "confidence_cutoff"
_TIDIED = ("target_gene", "target_subfragment", *PRIMERS)


def said_of(found: Found, method: Method) -> dict[str, str]:
    """Give what a source says of the method; what is so as a rule only gives way to amplicons.

    Profilers name reads of metagenomes as a rule, and those of a gene where the user states one.
    """
    stated = str(method.assay.get("library_strategy") or "")
    of_gene = {**_of_known(method), **method.assay}
    is_of_gene = any(of_gene.get(name) and not is_missing(str(of_gene[name])) for name in _AMPLICON)
    if stated == "AMPLICON" or (not stated and is_of_gene):
        return {name: value for name, value in found.method.items() if name not in found.usual}
    return found.method


def _of_known(method: Method) -> dict[str, str]:
    """Give what a known assay's id stands for."""
    known = known_assays().get(str(method.assay.get("assay_id")), Assay(""))
    return {name: value for name, own in _OF_ASSAY.items() if (value := getattr(known, own))}


def settle(method: Method, said: Mapping[str, str], *, has_lineages: bool) -> dict[str, Any]:
    """Put together what the source says of the method and what the user states, who prevails.

    A known assay's id stands for its gene, region and primers; where the source says others, the
    user has to say which is right.

    Raises
    ------
    InputError
        With all that is neither said nor stated, and must be; and all that contradicts.

    """
    of_known = _of_known(method)
    assay = {**said, **of_known, **method.assay}
    assay.setdefault("library_strategy", "AMPLICON")
    problems = Problems(str(method.path))
    for name in PRIMERS:
        is_stated = name in method.assay or name in of_known
        check_primer(name, str(assay.get(name) or ""), problems, is_stated=is_stated)
    assay |= {name: tidy(name, str(assay[name])) for name in _TIDIED if assay.get(name)}
    for name in sorted(of_known.keys() & said.keys() - method.assay.keys()):
        if not name.startswith("pcr_primer_name") and _differ(name, said[name], of_known[name]):
            _note_contradiction(name, said, of_known[name], problems)
    _check_target(method, assay, problems)
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
    if _is_percent(assay.get(_CUTOFF)):
        assay[_CUTOFF] = f"{float(str(assay[_CUTOFF])) / 100:.12g}"
    return {
        name: None if is_missing(str(value)) and name not in _ALWAYS else value
        for name, value in assay.items()
    }


def check_taxids(
    method: Method, assay: Mapping[str, Any], taxon_ids: Iterable[str], problems: Problems
) -> None:
    """Ask whose numbers taxa have where they would be NCBI's, and the reference is another's.

    Databases of GTDB, SILVA and the like mostly number their taxa themselves, and such a number is
    of another organism in NCBI's taxonomy.
    """
    reference = str(assay.get("reference") or "")
    if "taxids" in method.table or not _NOT_OF_NCBI.search(reference):
        return
    if any(one.startswith("ncbi:") and one != "ncbi:0" for one in taxon_ids):
        problems.add(
            "import-method",
            column="table.taxids",
            found=f"the reference {reference}, and nobody says whose the numbers of taxa are",
            expected="gtdb, own (numbers of that database alone) or ncbi",
            fix="Add `table: {taxids: gtdb}` or the like",
        )


def overruled(method: Method, said: Mapping[str, str]) -> list[str]:
    """Say where the user states something else than the source, and what is no part of primers."""
    stated = {**said, **method.assay}
    return [
        *(
            f"{name}: the source says {said[name]}; stated is {method.assay[name]}, which counts"
            for name in sorted(method.assay.keys() & said.keys())
            if not is_missing(str(method.assay[name]))
            and tidy(name, str(method.assay[name])) != tidy(name, said[name])
        ),
        *(
            f"{name}: {before} stands before what binds to the gene, and is left out"
            for name in PRIMERS
            if (before := overhang_of(str(stated.get(name) or "")))
        ),
        *(
            [f"{_CUTOFF}: {stated[_CUTOFF]} is taken for percent"]
            if _is_percent(stated.get(_CUTOFF))
            else []
        ),
    ]


def _differ(name: str, said: str, known: str) -> bool:
    # An inosine pairs with all, as N does.
    said, known = tidy(name, said), tidy(name, known)
    return (
        said != known if name not in PRIMERS else said.replace("I", "N") != known.replace("I", "N")
    )


def _note_contradiction(name: str, said: Mapping[str, str], known: str, problems: Problems) -> None:
    """Note that a source says something else than the known assay that the user names."""
    alike = [
        assay_id
        for assay_id, assay in known_assays().items()
        if not _differ(name, said[name], getattr(assay, _OF_ASSAY[name]))
        and getattr(assay, _OF_ASSAY[name])
    ]
    named = f"assay_id: {' or '.join(alike)}; or " if alike and "primer" in name else ""
    problems.add(
        "import-method-contradiction",
        column=f"assay.{name}",
        found=said[name],
        expected=f"{known}, as the assay has that you name; the source says otherwise",
        fix=f"Say which is right: {named}{name}: {known} or {said[name]}",
    )


def _check_target(method: Method, assay: Mapping[str, Any], problems: Problems) -> None:
    """Note a stated gene or region that the named assay, or known primers, do not amplify.

    Primers of prokaryotes may amplify a nuclear gene, too, whose regions are called otherwise.
    """
    known = known_assays().get(str(assay.get("assay_id")))
    pairs = [one for one in known_assays().values() if _has_primers_of(assay, one)]
    whose = "the assay that you name" if known else "these primers"
    for name in ("target_gene", "target_subfragment"):
        right = {getattr(one, name) for one in ([known] if known else pairs)} - {""}
        stated = str(assay[name]) if name in method.assay and assay.get(name) else ""
        if not right or not stated or is_missing(stated) or stated in right:
            continue
        if not known and (name, stated) == ("target_gene", "18S rRNA"):
            return
        problems.add(
            "import-method-contradiction",
            column=f"assay.{name}",
            found=stated,
            expected=f"{' or '.join(sorted(right))}, as {whose} {'has' if known else 'have'}",
            fix="Leave the line out; or, if it is right, name another assay_id and its primers"
            if known
            else "Correct it; or the primers, if it is right",
        )


def _has_primers_of(assay: Mapping[str, Any], known: Assay) -> bool:
    return all(
        assay.get(name) and not _differ(name, str(assay[name]), getattr(known, _OF_ASSAY[name]))
        for name in PRIMERS
    )


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
    _check_cutoff(assay.get(_CUTOFF), problems)


def _check_cutoff(cutoff: Any, problems: Problems) -> None:
    if cutoff not in (None, "") and not is_missing(str(cutoff)) and not _is_support(str(cutoff)):
        problems.add(
            "import-method",
            column="assay.confidence_cutoff",
            found=str(cutoff),
            expected="a number from 0 to 100: the least support with which a name was kept",
            fix="Correct it, or leave it out",
        )


def _is_percent(cutoff: object) -> bool:
    """Tell whether a cut-off is one of mothur's or RDP's, from 0 to 100: it is kept as a share."""
    text = str(cutoff or "")
    return _is_support(text) and float(text) > 1


def _is_support(text: str) -> bool:
    try:
        return 0 <= float(text) <= 100
    except ValueError:
        return False


def asked(assay: Mapping[str, Any], *, has_lineages: bool) -> dict[str, str]:
    """Name what must be known of an assay, and why."""
    is_amplicon = assay.get("library_strategy", "AMPLICON") == "AMPLICON"
    return {
        **_ALWAYS,
        **(_AMPLICON if is_amplicon else {}),
        **(_NAMED if has_lineages else {}),
    }


def questions(said: Mapping[str, str], *, has_lineages: bool, usual: Collection[str] = ()) -> str:
    """Write the file to fill in, with what the source says, or what is so as a rule, in it."""
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
    lines += [
        f"  # {name}: {_quoted(value)}{_AS_A_RULE}"
        if name in usual
        else f"  {name}: {_quoted(value)}"
        for name, value in sorted(said.items())
    ]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return str(yaml.safe_dump(value, width=10**6, default_style='"')).strip()


def unstated(
    said: Mapping[str, str], source: str, *, has_lineages: bool, usual: Collection[str] = ()
) -> InputError:
    """Say that a file with the method is needed."""
    return problem_of(
        "import-method-unstated",
        source,
        expected="--method FILE, with what the source does not say of who may use it and how it"
        " was made",
        fix="Fill this in, save it, and name it with --method:\n\n"
        + questions(said, has_lineages=has_lineages, usual=usual),
    )
