"""Darwin Core archives as publishers write them: terms by number, what is absent, names."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pipeline_outputs import SEQUENCES

from soilbio.errors import InputError
from soilbio.importers.registry import read

TERMS = (
    *("occurrenceID", "eventID", "organismQuantity", "organismQuantityType", "kingdom", "genus"),
    *("scientificName", "taxonRank", "occurrenceStatus"),
)
GBIF = "http://rs.gbif.org/terms/dna_sequence"
READS = "DNA sequence reads"
FUSARIUM = ("Fungi", "Fusarium", "Fusarium Link ex Grey", "genus", "present")
ONE, TWO = list(SEQUENCES.values())[:2]


def archive(
    tmp_path: Path,
    rows: list[tuple[str, ...]],
    dna: list[tuple[str, ...]] | None = None,
    sequence: str = GBIF,
    gene: str = "https://w3id.org/mixs/0000044",
) -> Path:
    """Write occurrences, and the extension with a sequence and a gene for each."""
    fields = "".join(
        f'<field index="{at}" term="http://rs.tdwg.org/dwc/terms/{name}"/>'
        for at, name in enumerate(TERMS)
    )
    form = 'encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" ignoreHeaderLines="1"'
    core = (
        f'<core {form} rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>o.txt'
        f'</location></files><id index="0"/>{fields}</core>'
    )
    more = (
        f'<extension {form} rowType="http://rs.gbif.org/terms/1.0/DNADerivedData"><files><location>'
        f'd.txt</location></files><coreid index="0"/><field index="1" term="{sequence}"/>'
        f'<field index="2" term="{gene}"/></extension>'
    )
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as target:
        meta = (
            f'<archive xmlns="http://rs.tdwg.org/dwc/text/">{core}{more if dna else ""}</archive>'
        )
        target.writestr("meta.xml", meta)
        lines = ["\t".join(cells) for cells in (TERMS, *rows)]
        target.writestr("o.txt", "\n".join(lines) + "\n")
        if dna:
            target.writestr(
                "d.txt", "\n".join("\t".join(r) for r in [("id", "s", "g"), *dna]) + "\n"
            )
    return path


def problems(source: Path, **options: object) -> list[tuple[object, object, object]]:
    with pytest.raises(InputError) as caught:
        read("dwca", [source], options)
    assert {one.code for one in caught.value.problems} <= {"import-dwca", "import-names-differ"}
    return [(one.row, one.column, one.found) for one in caught.value.problems]


@pytest.mark.parametrize("sequence", [GBIF, "http://rs.gbif.org/terms/DNA_sequence"])
@pytest.mark.parametrize(
    "gene",
    [
        "https://w3id.org/mixs/0000044",
        "https://w3id.org/mixs/terms/0000044",
        "http://rs.gbif.org/terms/1.0/target_gene",
        "https://w3id.org/gensc/terms/MIXS:0000044",
    ],
)
def test_registered_terms_of_the_extension_are_read(tmp_path, sequence, gene):
    rows = [("o1", "E1", "10", READS, *FUSARIUM), ("o2", "E1", "5", READS, *FUSARIUM)]
    dna = [("o1", ONE, "ITS"), ("o2", TWO, "ITS")]
    found = read("dwca", [archive(tmp_path, rows, dna, sequence, gene)], {})
    assert {taxon.sequence for taxon in found.features.values()} == {ONE, TWO}
    assert found.counts["value"].sum() == 15
    assert found.counts.height == 2
    assert found.method["target_gene"] == "ITS"


def test_occurrences_without_a_sequence_beside_others_are_refused(tmp_path):
    rows = [("o1", "E1", "10", READS, *FUSARIUM), ("o2", "E1", "5", READS, *FUSARIUM)]
    source = archive(tmp_path, rows, [("o1", ONE, "ITS"), ("o2", "", "ITS")])
    assert problems(source)[0][2].startswith("1 of 2 features without a sequence")
    found = read("dwca", [source], {"sequences": "incomplete"})
    assert len(found.features) == 2


def test_an_archive_without_sequences_says_what_its_features_are(tmp_path):
    rows = [("o1", "E1", "10", READS, *FUSARIUM), ("o2", "E1", "5", READS, *FUSARIUM)]
    notes = read("dwca", [archive(tmp_path, rows)], {}).notes
    assert any("has no sequences" in note for note in notes)
    assert any(note.startswith("1 occurrences have the library") for note in notes)


def test_two_sequences_of_one_occurrence_are_told(tmp_path):
    rows = [("o1", "E1", "10", READS, *FUSARIUM)]
    source = archive(tmp_path, rows, [("o1", ONE, "ITS"), ("o1", TWO, "ITS")])
    assert [one[:2] for one in problems(source)] == [(2, "dna_sequence")]


@pytest.mark.parametrize("quantity", ["0", "", "0.0"])
def test_what_is_absent_is_not_taken_and_its_library_stays(tmp_path, quantity):
    absent = (*FUSARIUM[:-1], "absent")
    rows = [("o1", "E1", "10", READS, *FUSARIUM), ("o2", "E2", quantity, READS, *absent)]
    found = read("dwca", [archive(tmp_path, rows)], {})
    assert sorted(found.libraries) == ["E1", "E2"]
    assert found.counts.height == 1
    assert "1 occurrences are of what is absent, and not taken" in found.notes


def test_all_that_is_wrong_with_occurrences_is_told_with_its_row(tmp_path):
    rows = [
        ("o1", "E1", "", READS, *FUSARIUM),
        ("o2", "", "5", READS, *FUSARIUM),
        ("o3", "E2", "abc", READS, "", "", "", "", "present"),
        ("o4", "E2", "3", READS, *FUSARIUM[:-1], "absent"),
    ]
    assert problems(archive(tmp_path, rows)) == [
        (2, "organismQuantity", ""),
        (3, "materialSampleID", ""),
        (4, "organismQuantity", "abc"),
        (4, "scientificName", ""),
        (5, "organismQuantity", "3"),
    ]


@pytest.mark.parametrize("kind", ["", "individuals", "biomass AFDG"])
def test_what_is_no_reads_is_not_taken_for_them(tmp_path, kind):
    rows = [("o1", "E1", "10", kind, *FUSARIUM), ("o2", "E2", "5", kind, *FUSARIUM)]
    source = archive(tmp_path, rows)
    assert problems(source) == [(2, "organismQuantityType", kind)]
    assert not read("dwca", [source], {"values": "counts"}).shares


def test_reads_and_shares_are_not_mixed(tmp_path):
    rows = [("o1", "E1", "10", READS, *FUSARIUM)]
    rows += [("o2", "E2", "1", "relativeAbundance", *FUSARIUM)]
    assert [one[1] for one in problems(archive(tmp_path, rows))] == ["organismQuantityType"]


@pytest.mark.parametrize(
    ("names", "lineage"),
    [
        (FUSARIUM, "k__Fungi; g__Fusarium"),
        (("Fungi", "", "Fusarium Link ex Grey", "genus", "present"), "k__Fungi; g__Fusarium"),
        (
            ("Fungi", "Trichoderma", "Trichoderma harzianum Rifai", "species", "present"),
            "k__Fungi; g__Trichoderma; s__Trichoderma harzianum Rifai",
        ),
        (
            ("Fungi", "Trichoderma", "Trichoderma harzianum", "", "present"),
            "k__Fungi; g__Trichoderma; s__Trichoderma harzianum",
        ),
        (("", "", "SH1502188.08FU", "unranked", "present"), "x__SH1502188.08FU"),
        (("Fungi", "", "Ascomycota", "phylum", "present"), "k__Fungi; p__Ascomycota"),
        (("Fungi", "", "Fungi", "kingdom", "present"), "k__Fungi"),
        (("", "", "Candidatus Solibacter", "genus", "present"), "g__Candidatus Solibacter"),
        (("", "", "Subgroup 6", "class", "present"), "c__Subgroup 6"),
        (("", "", "Marine Group II", "order", "present"), "o__Marine Group II"),
        (("", "", "Family XI", "family", "present"), "f__Family XI"),
        (("", "", "WD2101 soil group", "family", "present"), "f__WD2101 soil group"),
        (
            ("", "", "Clostridium sensu stricto 1", "genus", "present"),
            "g__Clostridium sensu stricto 1",
        ),
        (
            ("", "", "[Eubacterium] coprostanoligenes group", "genus", "present"),
            "g__[Eubacterium] coprostanoligenes group",
        ),
        (
            ("", "", "Tylenchida incertae sedis", "family", "present"),
            "f__Tylenchida incertae sedis",
        ),
        (("Fungi", "", "Hypocreales Lindau", "order", "present"), "k__Fungi; o__Hypocreales"),
        (("Fungi", "", "Ascomycota Caval.-Sm.", "phylum", "present"), "k__Fungi; p__Ascomycota"),
        (("", "", "Nematoda Cobb, 1932", "phylum", "present"), "p__Nematoda"),
        (
            (*("Fungi", "Fusarium", "Fusarium oxysporum f. sp. lycopersici"), "f. sp.", "present"),
            "k__Fungi; g__Fusarium; s__Fusarium oxysporum",
        ),
        (
            ("", "", "Salmonella enterica serovar Typhi", "serovar", "present"),
            "s__Salmonella enterica",
        ),
        (("Fungi", "", "Fusarium", "species", "present"), "k__Fungi; x__Fusarium"),
    ],
)
def test_a_scientific_name_stands_at_its_own_rank(tmp_path, names, lineage):
    source = archive(tmp_path, [("o1", "E1", "10", READS, *names)])
    (taxon,) = read("dwca", [source], {}).features.values()
    assert taxon.lineage == lineage


@pytest.mark.parametrize(
    ("name", "lineage"),
    [
        ("Fusarium", "k__Fungi; p__Ascomycota; g__Fusarium"),
        ("Ascomycota", "k__Fungi; p__Ascomycota; g__Fusarium"),
        ("Fusarium solani", "k__Fungi; p__Ascomycota; g__Fusarium; s__Fusarium solani"),
        ("Nectriaceae", "k__Fungi; p__Ascomycota; g__Fusarium; x__Nectriaceae"),
    ],
)
@pytest.mark.parametrize("form", ["mdt", "table"])
def test_the_template_s_scientific_name_is_no_species_unless_it_is_one(
    tmp_path, form, name, lineage
):
    (tmp_path / "OTU_table.tsv").write_text("id\tA\tB\nx\t1\t2\n")
    header = "id\tscientificName\tkingdom\tphylum\tgenus\n"
    (tmp_path / "taxa.tsv").write_text(f"{header}x\t{name}\tFungi\tAscomycota\tFusarium\n")
    files = [tmp_path] if form == "mdt" else [tmp_path / "OTU_table.tsv", tmp_path / "taxa.tsv"]
    assert read(form, files, {}).features["x"].lineage == lineage


def test_a_sequence_has_the_names_of_all_its_occurrences(tmp_path):
    other = ("Fungi", "Trichoderma", "Trichoderma", "genus", "present")
    rows = [("o1", "E1", "10", READS, *FUSARIUM), ("o2", "E2", "5", READS, *other)]
    dna = [("o1", ONE, "ITS"), ("o2", ONE, "ITS")]
    for one in (rows, rows[::-1]):
        found = read("dwca", [archive(tmp_path, one, dna)], {})
        (taxon,) = found.features.values()
        assert {taxon.lineage, *taxon.others} == {
            "k__Fungi; g__Fusarium",
            "k__Fungi; g__Trichoderma",
        }
        assert any(note.startswith("1 features have several names") for note in found.notes)


def test_depth_is_taken_and_what_else_an_archive_tells_is_named(tmp_path):
    path = archive(tmp_path, [("o1", "e1", "5", READS, *FUSARIUM)], [("o1", ONE, "ITS")])
    with zipfile.ZipFile(path) as source:
        texts = {name: source.read(name).decode() for name in source.namelist()}
    more = {"minimumDepthInMeters": "0", "maximumDepthInMeters": "0.2", "habitat": "grassland"}
    more |= {"locality": ""}
    fields = "".join(
        f'<field index="{at}" term="http://rs.tdwg.org/dwc/terms/{name}"/>'
        for at, name in enumerate(more, start=len(TERMS))
    )
    measured = (
        '<extension encoding="UTF-8" fieldsTerminatedBy="," ignoreHeaderLines="1"'
        ' rowType="http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact"><files><location>m.txt'
        '</location></files><coreid index="0"/><field index="1"'
        ' term="http://rs.tdwg.org/dwc/terms/measurementType"/></extension>'
    )
    texts["meta.xml"] = texts["meta.xml"].replace("</core>", f"{fields}</core>")
    texts["meta.xml"] = texts["meta.xml"].replace("</archive>", f"{measured}</archive>")
    head, row = texts["o.txt"].splitlines()
    cells = ("\t".join(one) for one in (more.keys(), more.values()))
    texts["o.txt"] = "".join(f"{a}\t{b}\n" for a, b in zip((head, row), cells, strict=True))
    texts["m.txt"] = "id,type\no1,pH\n"
    with zipfile.ZipFile(path, "w") as target:
        for name, text in texts.items():
            target.writestr(name, text)
    found = read("dwca", [path], {})
    assert found.metadata["e1"]["depth"] == "0-0.2"
    (note,) = [note for note in found.notes if "are not taken" in note]
    assert "2 terms" in note
    assert "ExtendedMeasurementOrFact of pH, habitat" in note


def test_an_archive_of_events_is_called_so(tmp_path):
    source = archive(tmp_path, [("o1", "E1", "10", READS, *FUSARIUM)])
    with zipfile.ZipFile(source) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    files["meta.xml"] = files["meta.xml"].replace(b"terms/Occurrence", b"terms/Event")
    with zipfile.ZipFile(source, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    assert problems(source) == [(None, None, "a core of Event")]


def test_what_is_not_taken_of_the_template_s_taxa_is_said(tmp_path):
    (tmp_path / "OTU_table.tsv").write_text("id\tA\tB\nx\t1\t2\n")
    header = "id\ttaxpath\tgenus\tsequence\tpident\n"
    (tmp_path / "taxa.tsv").write_text(f"{header}x\tk__Fungi;p__A\tFusarium\tASV1\t90.3\n")
    found = read("mdt", [tmp_path], {})
    notes = found.notes
    hits = "column 'pident' tells how alike a hit is, which supports no name, and is not taken"
    assert hits in notes
    assert found.features["x"].confidence is None
    assert "columns genus count only where 'taxpath' says nothing" in notes
    assert "column 'sequence' holds no sequences, and is not taken" in notes


SAMPLES = "eventDate\tid\tdecimalLatitude\tdecimalLongitude\n2020-05-05\tA\t51.5\t7.1\n"


def template(folder: Path, samples: str) -> Path:
    (folder / "OTU_table.tsv").write_text("id\tA\tB\nx\t1\t2\n")
    (folder / "taxa.tsv").write_text("kingdom\tid\tphylum\nFungi\tx\tAscomycota\n")
    (folder / "samples.tsv").write_text(samples)
    return folder


def test_rows_of_the_template_are_named_by_the_column_id(tmp_path):
    found = read("mdt", [template(tmp_path, f"{SAMPLES}2020-05-06\tC\t51.6\t7.2\n")], {})
    assert found.metadata["A"] == {"collection_date": "2020-05-05", "lat_lon": "51.5 7.1"}
    assert found.features["x"].lineage == "k__Fungi; p__Ascomycota"
    assert "1 of 2 libraries have no row among the samples, such as B" in found.notes
    assert "1 samples have no library in the table, such as C" in found.notes


def test_samples_of_the_template_by_other_names_are_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        read("mdt", [template(tmp_path, SAMPLES.replace("\tA\t", "\tA-1\t"))], {})
    assert [problem.code for problem in caught.value.problems] == ["import-names-differ"]


def test_what_is_not_taken_of_the_template_s_samples_is_said(tmp_path):
    header = "id\teventDate\tsoil_ph_avg\tnotes\ttarget_gene\ttarget_subfragment\n"
    rows = "A\t2020-05-05\t5.3\t\tITS\tITS1\nB\t2020-05-05\t6.1\t\tITS\tITS2\n"
    template(tmp_path, header + rows)
    (tmp_path / "OTU_table.csv").write_text("id,A\nx,1\n")
    taxa = "id\tkingdom\tphylum\taccession\nx\tFungi\tAscomycota\tFR877526\n"
    (tmp_path / "taxa.tsv").write_text(taxa)
    found = read("mdt", [tmp_path], {})
    assert found.method == {"target_gene": "ITS"}
    assert found.notes[:2] == [
        "OTU_table.csv is not taken, as OTU_table.tsv is larger",
        "2 columns of samples.tsv are not taken: soil_ph_avg, target_subfragment; give what is"
        " wanted of them in a sheet, `samples:` in --method",
    ]
    assert "columns of taxa.tsv are not taken: accession" in found.notes
