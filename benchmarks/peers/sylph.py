"""Plain sylph of one library, as pysylph's own documentation has it: genome, share, identity."""

from __future__ import annotations

import sys

import dnaio
import pysylph

database, first, second, target = sys.argv[1:]
sketches = pysylph.Database.load(database)
sketcher = pysylph.Sketcher(c=sketches[0].c, k=sketches[0].k)
with dnaio.open(first) as ones, dnaio.open(second) as others:
    sample = sketcher.sketch_paired(
        "sample",
        (record.sequence.encode() for record in ones),
        (record.sequence.encode() for record in others),
    )
profiler = pysylph.Profiler(sketches, minimum_ani=95, seq_id=None, estimate_unknown=True)
with open(target, "w") as handle:  # noqa: PTH123  plain on purpose
    for hit in profiler.profile(sample):
        handle.write(f"{hit.genome_sketch.name}\t{hit.sequence_abundance / 100}\t{hit.ani}\n")
