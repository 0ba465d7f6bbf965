"""taxpasta: standardised profiles and merged tables; and, where it is installed, all it reads."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from soilbio.errors import InputError, problem_of
from soilbio.importers import motus
from soilbio.importers.found import Advised, Found, Taxon
from soilbio.importers.kraken2 import check_numbers, is_of_another
from soilbio.importers.libraries import check_columns
from soilbio.importers.profile_names import Named, names_in
from soilbio.importers.profiles import (
    OF_METAGENOMES,
    Line,
    collect,
    library_of,
    text_in,
    wrong,
)
from soilbio.importers.ranked_names import is_below_species, species_above, without_mark
from soilbio.importers.repeated import Place, check_repeated
from soilbio.importers.shapes import check_centrifuge, is_of_centrifuge
from soilbio.importers.stated import stated
from soilbio.importers.taxpasta_run import standardised
from soilbio.importers.text import open_text, read_texts
from soilbio.standards.ranks import OF_DOMAINS

# How the first lines of profiles begin that taxpasta reads and we do not.
PROFILERS = {
    "krakenuniq": re.compile(r"# KrakenUniq"),
    "kaiju": re.compile(r"file\tpercent\treads\ttaxon_id"),
    "kmcp": re.compile(r"ref\tpercentage\tcoverage\tscore"),
    "ganon": re.compile(r"unclassified\t-\t-\tunclassified\t"),
    "motus": re.compile(r"# git tag version|#consensus_taxonomy|#mOTU\t"),
}
# DIAMOND's `--outfmt 102`: query, taxon, e-value; MEGAN's `rma2info`: taxon, reads.
_WITHOUT_HEADER = {
    "diamond": re.compile(r"\S+\t\d+\t\d(?:\.\d+)?(?:e-\d+)?"),
    "megan6": re.compile(r"-?\d+\t\d+\.\d+"),
}
_OURS = ("kingdom", "phylum", "class", "order", "family", "genus", "species")
_MARKS = {**dict.fromkeys(OF_DOMAINS, "d"), **{rank: rank[0] for rank in _OURS}}
_UNCLASSIFIED = "ncbi:0"
_BESIDE = ("taxonomy_id", "name", "rank", "lineage", "id_lineage", "rank_lineage")


def recognise(source: Path) -> str:
    """Tell why a file is taxpasta's."""
    if not source.is_file():
        return ""
    with open_text(source) as handle:
        start = handle.readline()
    if reason := _of_profiler(start):
        return reason
    if is_of_another(source):
        return "of Centrifuge, if you state `table: {profiler: centrifuge}` in --method"
    if not source.name.endswith((".tsv", ".csv", ".xlsx")):
        return ""
    header, _ = read_texts(source)
    return "its first column is taxonomy_id" if header[0] == "taxonomy_id" else ""


def _of_profiler(start: str) -> str:
    """Tell whose profile it is that begins so; empty where nothing tells."""
    for profiler, pattern in PROFILERS.items():
        if pattern.match(start):
            return f"a profile of {profiler}: state `table: {{profiler: {profiler}}}` in --method"
    for profiler, pattern in _WITHOUT_HEADER.items():
        if pattern.fullmatch(start.rstrip()):
            return f"of {profiler}, if you state `table: {{profiler: {profiler}}}` in --method"
    if is_of_centrifuge(start.rstrip().split("\t")):
        return "Centrifuge's own report; that of centrifuge-kreport is read, as `kraken2`"
    return ""


def read(sources: Sequence[Path], options: Mapping[str, object]) -> Found:
    """Read what taxpasta wrote; with `table: {profiler: kaiju}`, let it read what others wrote."""
    profiler = str(options.get("profiler", ""))
    taxids = str(options.get("taxids", "ncbi"))
    if profiler == "motus":
        return motus.read(sources)
    places: dict[str, Place] = {}

    def read_one(source: Path) -> dict[str, list[Line]]:
        if not profiler:
            return _read(source, taxids, source, places)
        found: dict[str, list[Line]] = {}
        names = names_in(source, profiler)
        with tempfile.TemporaryDirectory() as folder:
            for library, table in standardised(source, profiler, Path(folder)):
                (lines,) = _read(table, taxids, source, places, names).values()
                found[library] = lines
        return found

    method = {"engine": profiler} if profiler else {}
    found = collect(sources, read_one, shares=False, method=method, usual=OF_METAGENOMES)
    if stated(options).totals != "none":
        check_repeated(found, places)
    found.notes += _notes(found)
    return found


def _notes(found: Found) -> Iterator[str]:
    """Tell what taxpasta leaves out."""
    yield "taxpasta gives whole numbers only; shares were made such by it"
    taxa = {name: taxon for name, taxon in found.features.items() if name != _UNCLASSIFIED}
    if nameless := [name for name, taxon in taxa.items() if not taxon.lineage]:
        yield (
            f"{len(nameless)} of {len(taxa)} taxa have ids only: for their names let taxpasta add"
            " them (`taxpasta merge --add-lineage --add-rank-lineage --taxonomy DIR`)"
        )
    if bare := sum(map(_is_unranked, found.features.values())):
        yield Advised(
            f"{bare} lineages have no ranks, which are told by the names as far as these tell",
            ": `taxpasta merge --add-rank-lineage` writes them",
        )


def _is_unranked(taxon: Taxon) -> bool:
    return ";" in taxon.lineage and "__" not in taxon.lineage


def _read(
    table: Path,
    taxids: str,
    source: Path,
    places: dict[str, Place],
    names: Mapping[str, Named] | None = None,
) -> dict[str, list[Line]]:
    """Read a table of taxpasta's, made of `source` or that itself; note where its taxa are.

    `names` are those of the source, by numbers of taxa.
    """
    header, rows = read_texts(table)
    check_centrifuge(header, str(source))
    if names:
        rows = [{**row, **names.get(row.get("taxonomy_id", ""), {})} for row in rows]
    if "taxonomy_id" not in header:
        raise wrong(source, 1, ", ".join(header[:8]), "a column taxonomy_id")
    numbered = [row for row in rows if (row.get("taxonomy_id") or "").isdigit()]
    check_numbers(
        source,
        taxids,
        [(int(row["taxonomy_id"]), row.get("name") or "") for row in numbered],
        [(int(row["taxonomy_id"]), _lowest(row)) for row in numbered],
    )
    found: dict[str, list[Line]] = {}
    is_long = "sample" in header and "count" in header
    own = ("count",) if is_long else tuple(name for name in header if name not in _BESIDE)
    check_columns(source, 1, own)
    for number, row in enumerate(rows, start=2):
        own_id = text_in(source, number, row, "taxonomy_id")
        if taxids == "ncbi" and not own_id.isdigit():
            raise wrong(
                source,
                number,
                own_id,
                "a number of NCBI's taxonomy in taxonomy_id; of"
                " another one say `table: {taxids: gtdb}`",
            )
        taxid = f"{taxids}:{own_id}"
        taxon = Taxon(lineage=_lineage(row), taxon_id=taxid)
        places.setdefault(taxid, _place(row))
        for name in own:
            library = (
                text_in(source, number, row, "sample")
                if is_long
                else (name if name != "count" else library_of(source))
            )
            try:
                value = float(row[name] or 0)
            except (KeyError, ValueError) as error:
                raise wrong(source, number, row.get(name, ""), f"a number in {name}") from error
            found.setdefault(library, []).append((taxid, taxon, value))
    if not any(value for lines in found.values() for _, _, value in lines):
        raise _without_reads(source)
    return found


def _lowest(row: Mapping[str, str]) -> str:
    """Give the last name of a row's lineage, without the mark of its rank."""
    return without_mark((row.get("lineage") or "").rpartition(";")[2].strip())


def _without_reads(source: Path) -> InputError:
    """Say that there are no reads of the taxa themselves, as in ganon's report by default."""
    return problem_of(
        "import-profile",
        str(source),
        found="0 reads of every taxon",
        expected="reads of the taxa themselves; of ganon's report taxpasta takes the column of"
        " unique matches, which ganon's default fills with 0",
        fix="Of ganon, import the reads of one rank (the last but one column) as `table`; else"
        " look whether the profile is of reads",
    )


def _lineage(row: Mapping[str, str]) -> str:
    """Put names and ranks of taxpasta's lineage together, with prefixes; or its name and rank.

    A lineage without ranks stays as it is: it is read by the names. What is below a species is the
    strain of it (`t__`), and what is of no rank of ours has none (`x__`).
    """
    lineage, ranks = row.get("lineage", ""), row.get("rank_lineage", "").split(";")
    names = lineage.split(";")
    if lineage and (len(names) != len(ranks) or "__" in lineage):
        return lineage
    if not lineage:
        return _alone(row.get("name", ""), row.get("rank", ""))
    parts = [
        f"{_MARKS[rank]}__{name}"
        for name, rank in zip(names, ranks, strict=True)
        if name and rank in _MARKS
    ]
    if not parts:
        return _alone(names[-1], ranks[-1])
    at = ranks.index("species") if "species" in ranks else -1
    below = [name for name, rank in zip(names, ranks, strict=True) if is_below_species(rank)]
    lowest = names[-1] if 0 <= at < len(names) - 1 else (below or [""])[-1]
    if lowest and at < 0:
        parts += filter(None, [_species_of(lowest)])
    return "; ".join([*parts, f"t__{lowest}"] if lowest else parts)


def _species_of(name: str) -> str:
    species = species_above(name, "strain")
    return f"s__{species}" if species else ""


def _alone(name: str, rank: str) -> str:
    """Write a name with its rank; what is below a species, behind that."""
    name = without_mark(name)
    if not name:
        return ""
    if is_below_species(rank):
        return "; ".join(filter(None, [_species_of(name), f"t__{name}"]))
    return f"{_MARKS.get(rank, 'x')}__{name}"


def _place(row: Mapping[str, str]) -> Place:
    """Tell where a taxon is, by numbers or names from the root to itself."""
    path = row.get("id_lineage") or row.get("lineage") or ""
    rank = row.get("rank") or row.get("rank_lineage", "").rpartition(";")[2]
    return Place(rank, tuple(path.split(";")) if path else ())
