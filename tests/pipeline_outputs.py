"""One small community as each pipeline would write it; tests read them all back to the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

RANKS = ("Kingdom", "Phylum", "Class", "Order", "Family", "Genus")
LIBRARIES = ("soil-A", "soil-B", "blank")


def _sequence(seed: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=253))


SEQUENCES = {f"ASV{n}": _sequence(n) for n in range(1, 5)}
LINEAGES = {
    "ASV1": ("Bacteria", "Pseudomonadota", "Gammaproteobacteria", "Pseudomonadales",
             "Pseudomonadaceae", "Pseudomonas"),
    "ASV2": ("Bacteria", "Bacillota", "Bacilli", "Bacillales", "Bacillaceae", "Bacillus"),
    "ASV3": ("Bacteria", "Acidobacteriota", "", "", "", ""),
    "ASV4": ("Archaea", "Thermoproteota", "Nitrososphaeria", "Nitrososphaerales",
             "Nitrososphaeraceae", ""),
}  # fmt: skip
COUNTS = {
    ("soil-A", "ASV1"): 120,
    ("soil-A", "ASV2"): 30,
    ("soil-A", "ASV3"): 7,
    ("soil-B", "ASV1"): 1,
    ("soil-B", "ASV4"): 55,
    ("blank", "ASV2"): 2,
}
METHOD = """\
title: Soils of the partner
agreement: partner@1.0
assay:
  assay_id: 16S-V4-515FY-806RB
  engine: dada2
  reference: SILVA
  reference_version: "138.2"
"""
AGREEMENT = """\
id: partner
version: "1.0"
title: Agreement of the partner
contact: data@partner.example
licence: CC-BY-4.0
parties:
  - {name: Partner, role: provider}
grants: []
"""


def write_method(folder: Path, text: str = METHOD) -> Path:
    """Write what a user states, with the agreement beside it."""
    (folder / "agreements").mkdir(parents=True, exist_ok=True)
    (folder / "agreements" / "partner.yaml").write_text(AGREEMENT)
    path = folder / "method.yaml"
    path.write_text(text)
    return path


def table(
    *,
    named: dict[str, str] | None = None,
    features_are_rows: bool = True,
    corner: str = "",
    mark: str = "\t",
    beside: Callable[[str], list[str]] | None = None,
    headers: tuple[str, ...] = (),
) -> str:
    """Write the counts as a table; `named` gives features other names."""
    names = named or {name: name for name in SEQUENCES}
    if features_are_rows:
        lines = [[corner, *LIBRARIES, *headers]]
        for name, shown in names.items():
            own = [str(COUNTS.get((library, name), 0)) for library in LIBRARIES]
            lines.append([shown, *own, *(beside(name) if beside else [])])
    else:
        lines = [[corner, *names.values()]]
        for library in LIBRARIES:
            lines.append([library, *(str(COUNTS.get((library, name), 0)) for name in names)])
    return "".join(mark.join(cells) + "\n" for cells in lines)


def taxa(
    corner: str, mark: str = "\t", absent: str = "NA", by: dict[str, str] | None = None
) -> str:
    """Write lineages, a column for each rank."""
    lines = [[corner, *RANKS]]
    for name, ranks in LINEAGES.items():
        lines.append([(by or {}).get(name, name), *(rank or absent for rank in ranks)])
    return "".join(mark.join(cells) + "\n" for cells in lines)


def lineage(name: str, *, prefixes: bool = True) -> str:
    """Write one lineage as a string."""
    marks = [f"{rank[0].lower()}__" if prefixes else "" for rank in RANKS]
    return "; ".join(mark + rank for mark, rank in zip(marks, LINEAGES[name], strict=True) if rank)


def fasta(headers: dict[str, str] | None = None) -> str:
    """Write the sequences."""
    return "".join(f">{(headers or {}).get(n, n)}\n{s}\n" for n, s in SEQUENCES.items())


def dada2(folder: Path) -> list[Path]:
    """A sequence table with libraries in rows, and taxa, both as write.csv writes them."""
    (folder / "seqtab.csv").write_text(
        table(named=SEQUENCES, features_are_rows=False, mark=",").replace("\n", "\n")
    )
    (folder / "taxa.csv").write_text(taxa("", ",", by=SEQUENCES))
    return [folder / "seqtab.csv", folder / "taxa.csv"]


def transposed_dada2(folder: Path) -> list[Path]:
    """The same with sequences in rows, as many publish it, in write.table's form."""
    text = table(named=SEQUENCES)
    (folder / "asv.txt").write_text(
        text.partition("\n")[0].lstrip("\t") + "\n" + text.partition("\n")[2]
    )
    (folder / "taxa.txt").write_text(taxa("ASV", by=SEQUENCES))
    return [folder / "asv.txt", folder / "taxa.txt"]


def ampliseq(folder: Path) -> list[Path]:
    """An output folder of nf-core/ampliseq."""
    out = folder / "results"
    (out / "dada2").mkdir(parents=True)
    (out / "pipeline_info").mkdir()
    (out / "dada2" / "ASV_table.tsv").write_text(table(corner="ASV_ID"))
    (out / "dada2" / "ASV_seqs.fasta").write_text(fasta())
    head, *lines = taxa("ASV_ID").splitlines()
    lines = [f"{one}\t0.98\t{SEQUENCES[one.split()[0]]}" for one in lines]
    text = "\n".join([f"{head}\tconfidence\tsequence", *lines]) + "\n"
    (out / "dada2" / "ASV_tax.silva_138_2.tsv").write_text(text)
    settings = {
        "FW_primer": "GTGYCAGCMGCCGCGGTAA",
        "RV_primer": "GGACTACNVGGGTWTCTAAT",
        "dada_ref_taxonomy": "silva=138.2",
        "max_ee": 2,
    }
    (out / "pipeline_info" / "params_2026.json").write_text(json.dumps(settings))
    (out / "pipeline_info" / "software_versions.yml").write_text(
        "DADA2_DENOISING:\n  dada2: 1.30.0\n"
    )
    return [out]


def dadasnake(folder: Path) -> list[Path]:
    """An output folder of dadasnake."""
    out = folder / "snake"
    (out / "sequenceTables").mkdir(parents=True)
    names = {name: SEQUENCES[name] for name in SEQUENCES}
    text = table(
        named=names,
        corner="Row.names",
        beside=lambda name: [name, *(rank or "NA" for rank in LINEAGES[name])],
        headers=("OTU", *RANKS),
    )
    (out / "sequenceTables" / "all.seqTab.tax.tsv").write_text(text)
    (out / "full.config.yaml").write_text(
        "primers:\n  fwd: {sequence: GTGYCAGCMGCCGCGGTAA, name: 515F}\n"
    )
    return [out]


def lotus2(folder: Path) -> list[Path]:
    """An output folder of LotuS2."""
    out = folder / "lotus"
    out.mkdir()
    (out / "OTU.txt").write_text(table(corner="OTU"))
    (out / "OTU.fna").write_text(fasta())
    (out / "hiera_BLAST.txt").write_text(taxa("OTU", absent="?"))
    return [out]


def mothur(folder: Path) -> list[Path]:
    """A folder of mothur: .shared, .cons.taxonomy and representatives."""
    out = folder / "mothur"
    out.mkdir()
    lines = ["\t".join(["label", "Group", "numASVs", *SEQUENCES])]
    for library in LIBRARIES:
        own = [str(COUNTS.get((library, name), 0)) for name in SEQUENCES]
        lines.append("\t".join(["ASV", library, str(len(own)), *own]))
    (out / "final.asv.shared").write_text("\n".join(lines) + "\n")
    rows = ["OTU\tSize\tTaxonomy"]
    for name, ranks in LINEAGES.items():
        last, texts = "", []
        for rank in ranks:
            last = rank or last
            texts.append(f"{rank or last + '_unclassified'}(100)")
        rows.append(f"{name}\t9\t{';'.join(texts)};")
    (out / "final.asv.cons.taxonomy").write_text("\n".join(rows) + "\n")
    (out / "final.asv.rep.fasta").write_text(fasta({n: f"M0_1\t{n}|12" for n in SEQUENCES}))
    return [out]


def mothur_count_table(folder: Path) -> list[Path]:
    """mothur's compressed count_table, with taxonomy and an aligned fasta."""
    head = "#Compressed Format: groupIndex,abundance. For example 1,6 would mean the read has 6\n"
    groups = "#" + "\t".join(f"{at},{name}" for at, name in enumerate(LIBRARIES, start=1)) + "\n"
    lines = ["Representative_Sequence\ttotal\t" + "\t".join(LIBRARIES)]
    for name in SEQUENCES:
        own = [
            f"{at},{COUNTS[library, name]}"
            for at, library in enumerate(LIBRARIES, start=1)
            if (library, name) in COUNTS
        ]
        lines.append("\t".join([name, "1", *own]))
    (folder / "final.count_table").write_text(head + groups + "\n".join(lines) + "\n")
    rows = [
        f"{name}\t{';'.join(f'{r}(100)' for r in ranks if r)};" for name, ranks in LINEAGES.items()
    ]
    (folder / "final.taxonomy").write_text("\n".join(rows) + "\n")
    gapped = {n: f"..{s[:50]}---{s[50:]}.." for n, s in SEQUENCES.items()}
    (folder / "final.fasta").write_text("".join(f">{n}\n{s}\n" for n, s in gapped.items()))
    return [folder / name for name in ("final.count_table", "final.taxonomy", "final.fasta")]


def _biom_table():
    import numpy as np
    from biom import Table

    matrix = np.array([[COUNTS.get((one, name), 0) for one in LIBRARIES] for name in SEQUENCES])
    known = [{"taxonomy": lineage(name).split("; ")} for name in SEQUENCES]
    return Table(matrix, [*SEQUENCES], [*LIBRARIES], known, generated_by="a test")


def biom1(folder: Path) -> list[Path]:
    """BIOM 1.0, with sequences beside it."""
    (folder / "table.biom").write_text(_biom_table().to_json("a test"))
    (folder / "rep.fna").write_text(fasta())
    return [folder / "table.biom", folder / "rep.fna"]


def _hdf5(path: Path) -> None:
    import h5py

    with h5py.File(path, "w") as handle:
        _biom_table().to_hdf5(handle, "a test")


def biom2(folder: Path) -> list[Path]:
    """BIOM 2.1, with sequences beside it."""
    _hdf5(folder / "table.biom")
    (folder / "rep.fna").write_text(fasta())
    return [folder / "table.biom", folder / "rep.fna"]


def qiime2(folder: Path) -> list[Path]:
    """Three artifacts, with the provenance of a DADA2 run."""
    action = (
        "action:\n    type: method\n    plugin: !ref 'environment:plugins:dada2'\n"
        "    action: denoise_paired\n    parameters:\n    -   trunc_len_f: 0\n"
        "    -   pooling_method: independent\n"
        "environment:\n    plugins:\n        dada2:\n            version: 2024.10.0\n"
    )
    _hdf5(folder / "feature-table.biom")
    (folder / "taxonomy.tsv").write_text(
        "Feature ID\tTaxon\tConfidence\n"
        + "".join(f"{name}\t{lineage(name)}\t0.97\n" for name in SEQUENCES)
    )
    (folder / "dna-sequences.fasta").write_text(fasta())
    kinds = {
        "feature-table.biom": ("FeatureTable[Frequency]", "BIOMV210DirFmt"),
        "taxonomy.tsv": ("FeatureData[Taxonomy]", "TSVTaxonomyDirectoryFormat"),
        "dna-sequences.fasta": ("FeatureData[Sequence]", "DNASequencesDirectoryFormat"),
    }
    paths = []
    for number, (name, (kind, form)) in enumerate(kinds.items()):
        uuid = f"e63427f3-41cb-439b-bc1b-57894500000{number}"
        path = folder / f"{name.split('.')[0]}.qza"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                f"{uuid}/metadata.yaml", f"uuid: {uuid}\ntype: {kind}\nformat: {form}\n"
            )
            archive.write(folder / name, f"{uuid}/data/{name}")
            archive.writestr(f"{uuid}/provenance/action/action.yaml", action)
        paths.append(path)
    return paths


def mdt(folder: Path) -> list[Path]:
    """A workbook in the template of GBIF's toolkit."""
    from openpyxl import Workbook

    book = Workbook()
    sheets = {
        "OTU_table": table(corner="id"),
        "taxonomy": taxa("id", absent=""),
        "samples": "id\teventDate\tdecimalLatitude\tdecimalLongitude\n"
        + "".join(f"{name}\t2024-05-01\t48.4\t11.7\n" for name in LIBRARIES),
        "study": "term\tvalue\ntarget_gene\t16S rRNA\ntarget_subfragment\tV4\n",
    }
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for line in text.splitlines():
            sheet.append([int(cell) if cell.isdigit() else cell for cell in line.split("\t")])
    # The template has sequences among the taxa.
    sheet = book["taxonomy"]
    for row, value in enumerate(["DNA_sequence", *SEQUENCES.values()], start=1):
        sheet.cell(row=row, column=len(RANKS) + 2, value=value)
    del book["Sheet"]
    book.save(folder / "template.xlsx")
    return [folder / "template.xlsx"]


def phyloseq_tables(folder: Path) -> list[Path]:
    """Tables of a phyloseq object as text."""
    out = folder / "ps"
    out.mkdir()
    (out / "otu_table.csv").write_text(table(mark=","))
    (out / "tax_table.csv").write_text(taxa("", ","))
    (out / "refseq.fasta").write_text(fasta())
    return [out]


def plain(folder: Path) -> list[Path]:
    """A table of somebody's own: semicolons, lineages in a column, totals, sequences beside."""
    text = table(
        corner="OTU id",
        beside=lambda name: [
            str(sum(n for (_, other), n in COUNTS.items() if other == name)),
            lineage(name),
        ],
        headers=("Total", "Taxonomy"),
    )
    text = text.replace("; ", ", ").replace("\t", ";")
    text = "\n".join(
        line.rpartition(";")[0] + ";" + line.rpartition(";")[2].replace(", ", "|")
        for line in text.splitlines()
    )
    (folder / "otus.csv").write_text(text + "\n")
    (folder / "otus.fasta").write_text(fasta())
    return [folder / "otus.csv", folder / "otus.fasta"]


OUTPUTS: dict[str, tuple[str, Callable[[Path], list[Path]]]] = {
    one.__name__: (form, one)
    for form, one in [
        ("dada2", dada2), ("dada2", transposed_dada2), ("ampliseq", ampliseq),
        ("dadasnake", dadasnake), ("lotus2", lotus2), ("mothur", mothur),
        ("mothur", mothur_count_table), ("biom", biom1), ("biom", biom2), ("qiime2", qiime2),
        ("mdt", mdt), ("phyloseq", phyloseq_tables), ("table", plain),
    ]
}  # fmt: skip


def standardised(profiler: str, source: Path, folder: Path) -> dict[int, float]:
    """Let taxpasta read a profile: its number by taxid, those of zero left out."""
    command = shutil.which("taxpasta") or str(Path(sys.prefix) / "taxpasta" / "bin" / "taxpasta")
    if not Path(command).exists():
        pytest.skip("taxpasta is not installed (make .venv/taxpasta/.installed)")
    target = folder / "standardised.tsv"
    words = ["standardise", "--profiler", profiler, "--output", str(target), str(source)]
    subprocess.run([command, *words], check=True, capture_output=True)
    rows = [line.split("\t") for line in target.read_text().splitlines()[1:]]
    return {int(taxid): float(count) for taxid, count in rows if float(count)}
