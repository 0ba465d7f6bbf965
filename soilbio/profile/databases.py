"""Build the databases that profilers read: Kraken 2's by its own tools, sketches of genomes."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soilbio.errors import InputError, disk_full, problem_of
from soilbio.profile.kmer_distribution import write_distributions
from soilbio.profile.packing import needing_room
from soilbio.profile.tools import ToolFailed, run_tool
from soilbio.references.disk import atomic_text
from soilbio.references.fetch import put_in_place
from soilbio.references.genome_names import without_source
from soilbio.references.genomes import Genome
from soilbio.references.kinds import KRAKEN2_FILES
from soilbio.references.layouts import DATABASE_NAMES
from soilbio.references.manifest import LINEAGES
from soilbio.references.sourmash_files import SIGNATURES
from soilbio.references.taxdump import Taxdump, write_taxdump
from soilbio.references.versions import check_whole, kmers_of_kraken2

if TYPE_CHECKING:
    import pysylph
    from sourmash import SourmashSignature

# Less than this is no room: of what is not whole then, the disk is to blame.
_NO_ROOM = 1 << 20
# What a Kraken 2 database keeps of its building: the names, as published ones do.
_KEPT = (*KRAKEN2_FILES, "names.dmp", "nodes.dmp")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Kraken2Options:
    """How to build: `mask` low complexity (needs dustmasker), `max_bytes` of the table.

    Of reads of each of `read_lengths_bp` the database is told what they would be named, which
    re-estimates (Bracken's method) need.
    """

    threads: int = 1
    mask: bool = True
    max_bytes: int | None = None
    read_lengths_bp: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SketchOptions:
    """How to sketch: one k-mer of `scaled` is kept (sylph calls it c)."""

    k: int = 31
    scaled: int = 1000


def build_kraken2(
    genomes: Sequence[Genome], target: Path, taxdump: Taxdump | None, options: Kraken2Options
) -> int:
    """Build a Kraken 2 database; return how many genomes it has (too short ones have no k-mer).

    Genomes without a taxon id get one for their lineage, in a taxonomy that is made for them; with
    `taxdump`, they must have ids of it.

    Raises
    ------
    InputError
        `output-exists`, `reference-taxid`, `tool-failed`, `disk-full`.

    """
    with _new_folder(target) as part:
        taxonomy = part / "taxonomy"
        taxonomy.mkdir()
        ids = _taxids(genomes, taxdump, taxonomy)
        library = part / "genomes.fna"
        written, longest = _write_library(genomes, ids, library)
        _run(["--add-to-library", str(library), *([] if options.mask else ["--no-masking"])], part)
        library.unlink()
        more = ["--threads", str(options.threads)]
        if options.max_bytes:
            more += ["--max-db-size", str(options.max_bytes)]
        with _seeing_room(part):
            _check_taken(_run(["--build", *more], part), written, part)
            check_whole("kraken2", part)
        kmer_bp = kmers_of_kraken2(part)
        lengths = options.read_lengths_bp
        told = write_distributions(part, lengths, threads=options.threads) if lengths else []
        for name in ("names.dmp", "nodes.dmp"):
            (taxonomy / name).replace(part / name)
        for path in part.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in _KEPT and path not in told:
                path.unlink()
    return sum(length >= kmer_bp for length in longest)


def _write_library(
    genomes: Sequence[Genome], ids: Mapping[str, int], library: Path
) -> tuple[tuple[int, int], list[int]]:
    """Write all sequences, and beside them what Kraken 2 would note of their taxa in passing.

    Returns how many sequences and bases, and the bases of the longest sequence of each genome.
    """
    sequences = bases = 0
    longest = []
    with (
        atomic_text(library) as handle,
        atomic_text(library.with_name("seqid2taxid.map")) as taxa,
    ):
        for genome in genomes:
            longest.append(0)
            for name, sequence in genome.read():
                longest[-1] = max(longest[-1], len(sequence))
                label = f"{genome.name}_{name}" if name != genome.name else name
                label = f"{label}|kraken:taxid|{ids[genome.name]}"
                handle.write(f">{label}\n{sequence}\n")
                taxa.write(f"{label}\t{ids[genome.name]}\n")
                sequences, bases = sequences + 1, bases + len(sequence)
    return (sequences, bases), longest


def _check_taken(said: str, written: tuple[int, int], folder: Path) -> None:
    """Hold what Kraken 2 says that it took to what it was given; it does not notice a full disk."""
    found = re.search(r"Completed processing of (\d+) sequences, (\d+) bp", said)
    if not found or (int(found[1]), int(found[2])) != written:
        taken = f"{found[1]} sequences of {found[2]} bases" if found else "an unknown number"
        what = f"it took {taken}, and was given {written[0]} of {written[1]}"
        raise ToolFailed("kraken2-build", what).as_input_error(str(folder))


def _taxids(genomes: Sequence[Genome], taxdump: Taxdump | None, folder: Path) -> Mapping[str, int]:
    """Put a taxonomy where Kraken 2 looks for it, and give each genome its id there."""
    if taxdump is None:
        ids = write_taxdump((genome.lineage for genome in genomes), folder)
        return {genome.name: ids[genome.lineage] for genome in genomes}
    without = [genome.name for genome in genomes if genome.taxid is None]
    if without:
        raise problem_of(
            "reference-taxid",
            without[0],
            found=f"no taxon id ({len(without)} genomes)",
            expected="a taxon id for each genome, since a taxonomy is given",
            fix="Give ids in the table, or leave --taxonomy out",
        )
    for name in ("nodes.dmp", "names.dmp"):
        shutil.copyfile(taxdump.folder / name, folder / name)
    return {genome.name: genome.taxid for genome in genomes if genome.taxid is not None}


def _run(words: Sequence[str], folder: Path) -> str:
    try:
        return run_tool(["kraken2-build", *words, "--db", str(folder)])
    except ToolFailed as failure:
        raise failure.as_input_error(str(folder)) from failure


def build_sylph(genomes: Sequence[Genome], target: Path, options: SketchOptions) -> int:
    """Sketch genomes for sylph; return how many are in (too short ones have no k-mer).

    Raises
    ------
    InputError
        `output-exists`, `reference-sketch`, if none has a k-mer.

    """
    import pysylph

    sketcher = pysylph.Sketcher(c=options.scaled, k=options.k)  # type: ignore[arg-type]  # choices
    sketches = []
    with _new_folder(target) as part:
        for genome in genomes:
            contigs = [sequence.encode() for _, sequence in genome.read()]
            sketch = sketcher.sketch_genome(genome.name, contigs)
            if len(sketch.kmers):
                sketches.append((genome, sketch))
        _require(len(sketches), target, options)
        database = pysylph.Database([sketch for _, sketch in sketches])
        _dump(database, part / DATABASE_NAMES["sylph"])
        with _seeing_room(part):
            check_whole("sylph", part / DATABASE_NAMES["sylph"])
        _write_lineages([genome for genome, _ in sketches], part)
    return len(sketches)


def _dump(database: pysylph.Database, target: Path) -> None:
    """Write sketches; pysylph panics where it cannot, and shows where in its own code."""
    shown = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        database.dump(str(target))
    except BaseException as panic:  # a PanicException is no Exception
        if "StorageFull" in str(panic) or os.strerror(errno.EDQUOT) in str(panic):
            raise disk_full(str(target.parent)) from panic
        raise
    finally:
        os.dup2(shown, 2)
        os.close(shown)


def build_sourmash(genomes: Sequence[Genome], target: Path, options: SketchOptions) -> int:
    """Sketch genomes for sourmash, the same bytes each time; otherwise as `build_sylph`."""
    from sourmash import MinHash, SourmashSignature

    kept = []

    def sketches() -> Iterator[SourmashSignature]:
        for genome in genomes:
            sketch = MinHash(n=0, ksize=options.k, scaled=options.scaled)
            for _, sequence in genome.read():
                sketch.add_sequence(sequence, force=True)
            if len(sketch):
                kept.append(genome)
                yield SourmashSignature(sketch, name=genome.name)

    with _new_folder(target) as part:
        packed = part / DATABASE_NAMES["sourmash"]
        _pack_signatures(sketches(), packed)
        _require(len(kept), target, options)
        check_whole("sourmash", packed)
        _write_lineages(kept, part)
    return len(kept)


def _pack_signatures(signatures: Iterable[SourmashSignature], target: Path) -> None:
    """Write a zip as sourmash reads it, without times: a file a sketch, and the list of them.

    sourmash's own writer tries again on a full disk, when it is thrown away, and shows where.
    """
    from sourmash.manifest import CollectionManifest
    from sourmash.signature import save_signatures_to_json

    rows, times = [], Counter[str]()
    with zipfile.ZipFile(target, "w") as packed:
        for one in signatures:
            digest = one.md5sum()
            again = f"_{times[digest]}" if times[digest] else ""
            times[digest] += 1
            place = f"signatures/{digest}{again}.sig.gz"
            data = save_signatures_to_json([one], compression=1)
            packed.writestr(zipfile.ZipInfo(place, _EPOCH), data)
            rows.append(CollectionManifest.make_manifest_row(one, place, include_signature=False))
        table = io.StringIO()
        CollectionManifest(rows).write_to_csv(table, write_header=True)
        packed.writestr(zipfile.ZipInfo(SIGNATURES, _EPOCH), table.getvalue())


def _write_lineages(genomes: Iterable[Genome], folder: Path) -> None:
    with atomic_text(folder / LINEAGES) as handle:
        for genome in genomes:
            # By RS_ and GB_ lineages of GTDB are known; those of a taxon id are NCBI's.
            listed_as = genome.listed_as if genome.taxid is None else ""
            source = listed_as.removesuffix(without_source(listed_as))
            handle.write(f"{source}{genome.name}\t{genome.lineage}\n")


def _require(number: int, target: Path, options: SketchOptions) -> None:
    if not number:
        raise problem_of(
            "reference-sketch",
            str(target),
            found="no k-mer of any genome is kept",
            expected="genomes of some ten thousand bases or more",
            fix=f"Give genomes, not genes; or keep more k-mers (--scaled, now {options.scaled})",
        )


@contextmanager
def _seeing_room(folder: Path) -> Iterator[None]:
    """Where what a tool made is not whole, and no room is left, say so."""
    try:
        yield
    except InputError as error:
        if shutil.disk_usage(folder).free < _NO_ROOM:
            raise disk_full(str(folder)) from error
        raise


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Give a folder to fill that gets its final name when all is done."""
    if target.exists():
        raise problem_of(
            "output-exists",
            str(target),
            expected="a folder that does not exist yet",
            fix="Give another --out, or remove that one",
        )
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        with needing_room(target):
            yield part
            put_in_place(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
