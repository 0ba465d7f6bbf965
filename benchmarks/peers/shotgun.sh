#!/bin/bash
# The bare tools by hand: fastp, then every profiler on its files, library after library.
# shotgun.sh READS DATABASES OUT   (READS: L_R1.fastq.gz, L_R2.fastq.gz of each library L)
# DATABASES: kraken2/, sylph.syldb, sourmash.zip. Options are the workflow's defaults.
source "$(dirname "$0")/common.sh"
HERE=$(dirname "$0")
export READS=$1 DATABASES=$2 OUT=$3 THREADS PYTHON HERE

each() {  # each COMMAND: with the library and its files
    for first in "$READS"/*_R1.fastq.gz; do
        library=$(basename "$first" _R1.fastq.gz)
        "$1" "$library" "$OUT/${library}_1.fastq.gz" "$OUT/${library}_2.fastq.gz"
    done
}
trim() {
    fastp --in1 "$READS/$1_R1.fastq.gz" --in2 "$READS/$1_R2.fastq.gz" --out1 "$2" --out2 "$3" \
        --detect_adapter_for_pe --trim_poly_g --cut_tail --cut_mean_quality 20 \
        --length_required "$MIN_LENGTH_BP" --compression 1 --thread "$THREADS" --json "$OUT/$1.fastp.json" --html /dev/null --dont_eval_duplication
}
name_reads() {
    kraken2 --db "$DATABASES/kraken2" --threads "$THREADS" --gzip-compressed --paired \
        --confidence 0.1 --minimum-hit-groups 3 --report "$OUT/$1.kraken2" --output - "$2" "$3"
}
find_genomes() { "$PYTHON" "$HERE/sylph.py" "$DATABASES/sylph.syldb" "$2" "$3" "$OUT/$1.sylph"; }
gather() {
    sourmash sketch dna -p "k=31,scaled=$SCALED,abund" --merge reads -o "$OUT/$1.zip" "$2" "$3"
    sourmash gather "$OUT/$1.zip" "$DATABASES/sourmash.zip" -k 31 --scaled "$SCALED" \
        --threshold-bp "$THRESHOLD_BP" -o "$OUT/$1.sourmash" || [ ! -s "$OUT/$1.sourmash" ]
}
export -f each trim name_reads find_genomes gather

mkdir -p "$OUT"
step fastp bash -ec "each trim"
step kraken2 bash -ec "each name_reads"
step sylph bash -ec "each find_genomes"
step sourmash bash -ec "each gather"
