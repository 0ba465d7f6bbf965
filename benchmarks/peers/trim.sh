#!/bin/bash
# Remove primers, the way every peer's users do it. Arguments: reads, target, forward, reverse.
source "$(dirname "$0")/common.sh"
export READS=$1 TARGET=$2 FORWARD=$3 REVERSE=$4

trim_all() {
    for first in "$READS"/*_R1.fastq.gz; do
        library=$(basename "$first" _R1.fastq.gz)
        cutadapt -j "$THREADS" --quiet -g "$FORWARD" -G "$REVERSE" \
            --discard-untrimmed --minimum-length 50 \
            -o "$TARGET/${library}_R1.fastq.gz" -p "$TARGET/${library}_R2.fastq.gz" \
            "$first" "$READS/${library}_R2.fastq.gz"
    done
}
export -f trim_all

mkdir -p "$TARGET"
step cutadapt bash -ec trim_all
