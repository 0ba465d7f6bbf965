import gzip
from pathlib import Path

import numpy as np
import pytest

from soilbio.errors import InputError
from soilbio.references.build import read_sequences
from soilbio.references.genomes import genome_id_of
from soilbio.simulate.design import Errors, to_design
from soilbio.simulate.draw import prepare, reference_of
from soilbio.simulate.fragments import draw_pairs, to_stretches
from soilbio.simulate.genomes import Genome, encode, known_ranks
from soilbio.simulate.made_up import species_bases, to_text
from soilbio.simulate.metagenome import (
    TRUTH_COLUMNS,
    metagenome_libraries,
    prepare_genomes,
    write_genome_truth,
    write_genomes,
    write_metagenome,
)
from soilbio.simulate.metagenome_design import MadeUp, Metagenomes
from soilbio.simulate.region import Amplicon
from soilbio.standards.iupac import reverse_complement

PERFECT = Errors(calibration=0, floor=0, pcr_error_rate=0)
SMALL = {"min_length_bp": 20_000, "max_length_bp": 30_000}


@pytest.fixture
def made_up(document):
    document |= {"metagenomes": {"made_up": SMALL, "pairs": 400, "left_out": 0.3}}
    return to_design(document, "design", Path())


@pytest.fixture
def prepared(made_up):
    return prepare_genomes(made_up, prepare(made_up).pool)


def fastq(path):
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return lines[1::4]


def identity(one, other):
    length = min(len(one), len(other))
    return float(np.mean(one[:length] == other[:length]))


def stretches_of(*sequences):
    genomes = [
        Genome(f"g{i}", "d__Bacteria;g__G;s__G x", (encode(text),), True)
        for i, text in enumerate(sequences)
    ]
    return to_stretches(genomes, 50)


def random_text(length, seed):
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), length))


def test_each_genome_carries_the_gene_that_its_amplicon_is_of(prepared):
    reference = reference_of(prepared.design)
    genes = dict(read_sequences(reference.sequences))
    for taxon, genome in zip(prepared.pool.everyone, prepared.genomes, strict=True):
        (text,) = to_text(genome)
        either = text + "N" + reverse_complement(text)
        assert taxon.sequence in either
        if "strain" not in genome.genome_id:
            assert genes[taxon.ids[0]] in either


def test_species_of_a_genus_are_as_alike_as_stated_and_others_are_not():
    made_up = MadeUp(**SMALL, genus_identity=0.85, core=1)
    one, two, other = (
        species_bases(Amplicon("", (name,), "", "", genus), made_up, 4)
        for name, genus in (("1", "Alpha"), ("2", "Alpha"), ("3", "Beta"))
    )
    assert identity(one, two) == pytest.approx(0.85, abs=0.01)
    assert identity(one, other) < 0.35
    # Stretches of their own make the rest of both different.
    half = MadeUp(**SMALL, genus_identity=1, core=0.5)
    one, two = (species_bases(Amplicon("", (n,), "", "", "Alpha"), half, 4) for n in "12")
    assert 0.3 < identity(one, two) < 0.8


def test_strains_are_as_like_their_species_as_stated(document):
    document["metagenomes"] = {"made_up": SMALL | {"strain_core": 1, "strain_identity": 0.98}}
    design = to_design(document, "design", Path())
    prepared = prepare_genomes(design, prepare(design).pool)
    bases = {one.genome_id: one.stretches[0] for one in prepared.genomes}
    strains = [name for name in bases if "-strain" in name]
    assert len(strains) == 6
    for name in strains:
        alike = identity(bases[name], bases[name.split("-strain")[0]])
        assert alike == pytest.approx(0.98, abs=0.003)


def test_species_are_left_out_of_the_database_with_their_strains(prepared):
    kept = {one.lineage for one in prepared.genomes if one.in_database}
    species = {one.lineage for one in prepared.genomes}
    # A species of the soils may be a contaminant or a mock member of another pool too.
    assert len(kept) == pytest.approx(0.7 * len(species), abs=1)
    assert not any(one.in_database for one in prepared.genomes if "-strain" in one.genome_id)
    for genome, known in zip(prepared.genomes, known_ranks(prepared.genomes), strict=True):
        assert (known == "species") == (genome.lineage in kept)


def test_error_free_reads_lie_in_the_genome_as_a_fragment_apart():
    text = random_text(5_000, 1)
    wanted = Metagenomes(read_length_bp=50, fragment_bp=300, fragment_sd_bp=20)
    rng = np.random.default_rng(2)
    (first, _), (second, _) = draw_pairs(
        stretches_of(text), np.zeros(300, np.int64), wanted, PERFECT, rng
    )
    letters = np.frombuffer(b"ACGT", np.uint8)
    spans, turned = [], 0
    for one, other in zip(letters[first], letters[second], strict=True):
        forward, backward = one.tobytes().decode(), other.tobytes().decode()
        if forward not in text:
            turned += 1
            forward, backward = backward, forward
        spans.append(text.index(reverse_complement(backward)) + 50 - text.index(forward))
    assert 100 < turned < 200
    assert np.mean(spans) == pytest.approx(300, abs=4)
    assert np.std(spans) == pytest.approx(20, abs=3)


def test_fragments_shorter_than_the_read_end_in_the_adapter_and_none_spans_two_genomes():
    genomes = [random_text(500, 3), random_text(60, 4)]
    wanted = Metagenomes(read_length_bp=50, fragment_bp=45, fragment_sd_bp=0)
    origins = np.array([0, 1] * 100)
    pairs = draw_pairs(stretches_of(*genomes), origins, wanted, PERFECT, np.random.default_rng(1))
    letters = np.frombuffer(b"ACGT", np.uint8)
    for (codes, _), adapter in zip(pairs, ("AGATC", "AGATC"), strict=True):
        for row, origin in zip(letters[codes], origins, strict=True):
            read = row.tobytes().decode()
            either = genomes[origin] + "N" + reverse_complement(genomes[origin])
            assert read[:45] in either
            assert read[45:] == adapter


def test_reads_and_truth_agree_and_follow_length_and_abundance(prepared, tmp_path):
    libraries = metagenome_libraries(prepared.design)
    assert [one.library_id for one in libraries][-2:] == ["mock-wgs", "blank-wgs"]
    assert [one.pairs for one in libraries] == [400] * 5 + [40]
    mock = next(one for one in libraries if one.control_type == "mock")
    rows = write_metagenome(prepared, mock, tmp_path / "one")
    assert len(fastq(tmp_path / "one" / "mock-wgs_R1.fastq.gz")) == 400
    assert sum(row.pairs for row in rows) == 400
    assert sum(row.share_of_reads for row in rows) == pytest.approx(1)
    assert sum(row.share_of_genomes for row in rows) == pytest.approx(1, abs=0.05)
    lengths = {one.genome_id: one.length_bp for one in prepared.genomes}
    whole = sum(row.share_of_genomes * lengths[row.genome] for row in rows)
    for row in rows:
        expected = 400 * row.share_of_genomes * lengths[row.genome] / whole
        assert abs(row.pairs - expected) < 5 * expected**0.5 + 1
    write_metagenome(prepared, mock, tmp_path / "two")
    write_genome_truth(reversed(rows), tmp_path / "one" / "truth.tsv")
    header, *lines = (tmp_path / "one" / "truth.tsv").read_text().splitlines()
    assert tuple(header.split("\t")) == TRUTH_COLUMNS
    assert lines == sorted(lines)
    for end in (1, 2):
        name = f"mock-wgs_R{end}.fastq.gz"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_what_a_database_is_built_from_holds_none_of_those_left_out(prepared, tmp_path):
    write_genomes(prepared.genomes, tmp_path)
    files = {path.name.removesuffix(".fa.gz") for path in (tmp_path / "genomes").iterdir()}
    named = {line.split("\t")[0] for line in (tmp_path / "lineages.tsv").read_text().splitlines()}
    assert files == named == {one.genome_id for one in prepared.genomes if one.in_database}


def write_own(folder, genomes, lineages):
    (folder / "genomes").mkdir()
    for name, text in genomes.items():
        (folder / "genomes" / name).write_text(f">c1 of {name}\n{text}\n")
    table = "".join(f"{name}\t{lineage}\n" for name, lineage in lineages.items())
    (folder / "lineages.tsv").write_text(table)
    section = {"genomes": "genomes", "lineages": "lineages.tsv", "pairs": 200}
    return to_design({"mock": {"members": 9, "fold": 4}, "metagenomes": section}, "design", folder)


LINEAGE = "d__Bacteria;p__P;c__C;o__O;f__F;g__{0};s__{0} una"


def test_own_genomes_are_drawn_from_and_gaps_are_not_spanned(tmp_path):
    left, right = random_text(3_000, 5), random_text(3_000, 6)
    design = write_own(
        tmp_path,
        {"GCF_000000001.1_x.fna": left + "NNNN" + right, "b.fa": random_text(4_000, 7)},
        {"RS_GCF_000000001.1": LINEAGE.format("Alpha"), "b": LINEAGE.format("Beta")},
    )
    assert not design.has_amplicons
    prepared = prepare_genomes(design, None)
    names = {one.genome_id: [len(part) for part in one.stretches] for one in prepared.genomes}
    assert names == {"GCF_000000001.1": [3_000, 3_000], "b": [4_000]}
    (library,) = metagenome_libraries(design)
    rows = write_metagenome(prepared, library, tmp_path)
    assert {row.genome for row in rows} == set(names)


@pytest.mark.parametrize(
    ("genomes", "lineages", "code"),
    [
        ({}, {}, "simulate-genome"),
        ({"a.fa": "ACGT" * 10}, {"a": "d__Bacteria;g__A;s__A b"}, "simulate-genome"),
        ({"a.fa": "ACGT" * 100}, {"b": "d__Bacteria"}, "reference-lineage-missing"),
        (
            {"a.fa": "ACGT" * 100, "a.fna": "ACGT" * 100},
            {"a": "d__Bacteria;g__A;s__A b"},
            "reference-duplicate",
        ),
    ],
)
def test_genomes_that_cannot_be_drawn_from_are_told(tmp_path, genomes, lineages, code):
    with pytest.raises(InputError) as caught:
        prepare_genomes(write_own(tmp_path, genomes, lineages), None)
    assert {problem.code for problem in caught.value.problems} == {code}


@pytest.mark.parametrize(
    ("name", "genome"),
    [
        ("GCF_000006945.2.fa.gz", "GCF_000006945.2"),
        ("GCA_000006945.2_ASM694v2_genomic.fna", "GCA_000006945.2"),
        ("my.bin.7.fasta.gz", "my.bin.7"),
    ],
)
def test_a_genome_is_named_after_its_accession_or_file(name, genome):
    assert genome_id_of(Path(name)) == genome
