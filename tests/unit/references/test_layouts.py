"""What publishers' files become: ids and lineages of headers, taxonomies, genomes, sketches."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from soilbio.errors import InputError
from soilbio.references.build import build_dada2, build_sintax
from soilbio.references.entries import read_manifest, to_entry
from soilbio.references.fetch import Asked, get_reference
from soilbio.references.lineages import read_lineages
from soilbio.references.manifest import locate, locate_database
from soilbio.references.taxdump import read_taxdump


def entry_of(layout, engine, *files, **more):
    value = {"title": "T", "version": "1", "licence": "CC0-1.0", "kind": "files", **more}
    urls = ["http://127.0.0.1:9/none"]
    listed = [{"urls": urls, **file} for file in files]
    return to_entry("x", {**value, "layout": layout, "engine": engine, "files": listed})


def install(tmp_path, entry, **contents):
    paths = []
    for file in entry.files:
        path = tmp_path / file.name
        path.write_bytes(contents[file.role])
        paths.append(path)
    asked = Asked(carried=tuple(paths), is_accepted=True)
    return get_reference(entry, root=tmp_path / "root", asked=asked)[0]


def codes(caught):
    return [problem.code for problem in caught.value.problems]


def tgz(name, data):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def lineages_of(tmp_path):
    return read_lineages(locate("x", tmp_path / "root").lineages)


def test_nine_ranks_of_pr2_are_kept_and_sintax_gets_those_with_a_letter(tmp_path):
    names = "Eukaryota|TSAR|Alveolata|Dinoflagellata|Dinophyceae|Peridiniales|F|Unruhdinium|U_kevei"
    header = f">AB353770.1.1740_U|18S_rRNA|nucleus||{names}"
    data = gzip.compress(f"{header}\nACGU\n".encode())
    install(tmp_path, entry_of("pr2", "amplicons", {"name": "p.fa.gz"}), database=data)
    assert lineages_of(tmp_path) == {"AB353770.1.1740_U": names.replace("|", ";")}
    target = tmp_path / "s.fa"
    build_sintax(locate("x", tmp_path / "root"), target)
    assert target.read_text() == (
        ">AB353770.1.1740_U;tax=d:Eukaryota,p:Dinoflagellata,c:Dinophyceae,o:Peridiniales,"
        "f:F,g:Unruhdinium,s:U_kevei;\nACGT\n"
    )


def test_fungi_of_pr2_have_their_kingdom_and_phylum_for_both_classifiers(tmp_path):
    names = "Eukaryota|Obazoa|Opisthokonta|Fungi|Ascomycota|Pezizomycotina|Sordariomycetes"
    header = f">X1.1.9_U|18S_rRNA|nucleus||{names}|Fusarium|Fusarium_oxysporum"
    data = gzip.compress(f"{header}\nACGU\n".encode())
    install(tmp_path, entry_of("pr2", "amplicons", {"name": "p.fa.gz"}), database=data)
    build_sintax(locate("x", tmp_path / "root"), target := tmp_path / "s.fa")
    assert target.read_text() == (
        ">X1.1.9_U;tax=d:Eukaryota,k:Fungi,p:Ascomycota,c:Sordariomycetes,g:Fusarium,"
        "s:Fusarium_oxysporum;\nACGT\n"
    )
    build_dada2(locate("x", tmp_path / "root"), target)
    assert target.read_text() == (
        ">Fungi;Ascomycota;Sordariomycetes;Sordariomycetes_X;Sordariomycetes_X;Fusarium;\nACGT\n"
    )


def test_unite_is_read_out_of_its_archive_with_names_of_hybrids(tmp_path):
    fasta = (
        ">Mentha_ë_piperita|AB1|SH1.10FU|refs|k__Viridiplantae;p__P;s__Mentha_ë_piperita\nACGT\n"
    )
    entry = entry_of("unite", "amplicons", {"name": "u.tgz"}, member="sh_general.fasta")
    install(tmp_path, entry, database=tgz("dir/sh_general.fasta", fasta.encode()))
    assert lineages_of(tmp_path) == {"AB1|SH1.10FU": "k__Viridiplantae;p__P;s__Mentha_ë_piperita"}
    assert not (tmp_path / "root" / "x" / "sh_general.fasta").exists()


def test_real_sequences_of_unite_are_installed(tmp_path, shared):
    path = shared / "data" / "ref_ITS" / "unite_subset_1281.fasta.gz"
    data = gzip.decompress(path.read_bytes())
    install(tmp_path, entry_of("unite", "amplicons", {"name": "u.fa"}), database=data)
    assert len(lineages_of(tmp_path)) == data.count(b">")


def test_an_archive_without_the_file_of_the_manifest_is_told(tmp_path):
    entry = entry_of("unite", "amplicons", {"name": "u.tgz"}, member="other.fasta")
    with pytest.raises(InputError) as caught:
        install(tmp_path, entry, database=tgz("x.fasta", b">a\nA\n"))
    assert codes(caught) == ["reference-archive"]


def test_ids_that_come_twice_are_told(tmp_path):
    record = ">n|AB1|SH1|refs|k__Fungi;p__P\nACGT\n"
    with pytest.raises(InputError) as caught:
        install(
            tmp_path,
            entry_of("unite", "amplicons", {"name": "u.fa"}),
            database=2 * record.encode(),
        )
    assert codes(caught) == ["reference-file-unreadable"]


@pytest.mark.parametrize("layout", ["dada2", "unite"])
def test_a_damaged_gzip_is_told(tmp_path, layout):
    data = gzip.compress(b">a;b;\nACGT\n" * 1000)[:50]
    with pytest.raises(InputError) as caught:
        install(tmp_path, entry_of(layout, "amplicons", {"name": "u.fa.gz"}), database=data)
    assert codes(caught) == ["reference-file-unreadable"]


def test_a_taxonomy_is_taken_out_of_a_zip(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("nodes.dmp", "1\t|\t1\t|\tno rank\t|\n2\t|\t1\t|\tdomain\t|\n")
        archive.writestr(
            "names.dmp",
            "1\t|\troot\t|\t\t|\tscientific name\t|\n2\t|\tBacteria\t|\t\t|\tscientific name\t|\n",
        )
        archive.writestr("rankedlineage.dmp", "much more")
    entry = entry_of("taxdump", "taxonomy", {"name": "t.zip"})
    folder = install(tmp_path, entry, database=packed.getvalue())
    assert not (folder / "rankedlineage.dmp").exists()
    place = locate_database("x", "taxonomy", tmp_path / "root").path
    assert read_taxdump(place).lineage(2) == "d__Bacteria"


@pytest.mark.parametrize("is_right", [True, False])
def test_a_genome_is_held_to_the_md5_of_its_sequence_whatever_its_header(tmp_path, is_right):
    md5 = hashlib.md5(b"ACGTACGT" if is_right else b"A").hexdigest()
    entry = entry_of("genome", "genome", {"name": "g.fa", "sequence_md5": md5})
    data = b">any header at all\nACGT\nacgt\n"
    if is_right:
        folder = install(tmp_path, entry, database=data)
        assert gzip.decompress((folder / "genome.fasta.gz").read_bytes()) == data
        return
    with pytest.raises(InputError) as caught:
        install(tmp_path, entry, database=data)
    assert codes(caught) == ["reference-checksum"]


def test_the_copy_of_phix_that_dada2_brings_is_the_one_of_the_manifest(tmp_path):
    copy = Path("/usr/lib/R/site-library/dada2/extdata/phix_genome.fa")
    if not copy.is_file():
        pytest.skip(f"no Bioconductor DADA2 here ({copy})")
    entry = read_manifest()["phix"]
    folder, _ = get_reference(entry, root=tmp_path, asked=Asked(carried=(copy,)))
    bases = b"".join(gzip.decompress((folder / "genome.fasta.gz").read_bytes()).split(b"\n")[1:])
    assert len(bases) == 5386


def test_tables_of_lineages_are_joined_beside_the_sketches(tmp_path):
    import pysylph

    sketch = pysylph.Sketcher(c=5, k=31).sketch_genome("GCF_1.1", [b"ACGTTGCA" * 200])
    pysylph.Database([sketch]).dump(str(tmp_path / "made.syldb"))
    data = (tmp_path / "made.syldb").read_bytes()
    files = (
        {"name": "s.syldb", "role": "database"},
        {"name": "bac.tsv.gz", "role": "lineages"},
        {"name": "ar.tsv.gz", "role": "lineages"},
    )
    table = gzip.compress(b"RS_GCF_1.1\td__Bacteria\n")
    install(tmp_path, entry_of("sylph", "sylph", *files), database=data, lineages=table)
    found = locate_database("x", "sylph", tmp_path / "root")
    assert found.path.read_bytes() == data
    assert gzip.decompress(found.lineages.read_bytes()) == b"RS_GCF_1.1\td__Bacteria\n" * 2
    with pytest.raises(InputError) as caught:
        locate("x", tmp_path / "root")
    assert codes(caught) == ["reference-engine"]


def test_a_page_in_the_place_of_sketches_is_not_taken(tmp_path):
    entry = entry_of("sylph", "sylph", {"name": "s.syldb", "role": "database"})
    with pytest.raises(InputError) as caught:
        install(tmp_path, entry, database=b"<html>Sorry, we moved.</html>" * 10)
    assert codes(caught) == ["reference-archive"]
    assert not (tmp_path / "root" / "x").exists()
