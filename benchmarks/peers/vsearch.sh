#!/bin/bash
# Plain vsearch: merge, filter, dereplicate, UNOISE, UCHIME3, map, SINTAX.
# vsearch.sh denoise MAPPING TRIMMED OUT           (MAPPING: reads, or unique)
# vsearch.sh chimeras MAPPING OUT TARGET SKEW
# vsearch.sh classify TARGET TRAINING
source "$(dirname "$0")/common.sh"
export THREADS

merge_all() {
    for first in "$TRIMMED"/*_R1.fastq.gz; do
        library=$(basename "$first" _R1.fastq.gz)
        vsearch --quiet --threads "$THREADS" --fastq_mergepairs "$first" \
            --reverse "$TRIMMED/${library}_R2.fastq.gz" --fastq_maxdiffs 10 --fastq_minovlen 20 \
            --fastq_allowmergestagger --relabel "$library." --fastqout "$OUT/$library.fastq"
    done
}

filter_all() {
    for merged in "$OUT"/*.fastq; do
        vsearch --quiet --fastx_filter "$merged" --fastq_maxee 1 --fastq_maxns 0 \
            --fastq_minlen 200 --fastaout "${merged%.fastq}.fasta"
    done
    cat "$OUT"/*.fasta > "$OUT/reads.fa"
}

dereplicate_each() {
    for filtered in "$OUT"/*.fasta; do
        library=$(basename "$filtered" .fasta)
        [ -s "$filtered" ] || continue
        vsearch --quiet --derep_fulllength "$filtered" --sizeout --relabel "$library." \
            --output "$OUT/$library.unique.fa"
    done
    cat "$OUT"/*.unique.fa > "$OUT/reads.fa"
}
export -f merge_all filter_all dereplicate_each

denoise() {
    export MAPPING=$1 TRIMMED=$2 OUT=$3
    local sizes=()
    step merge bash -ec merge_all
    step filter bash -ec filter_all
    if [ "$MAPPING" = unique ]; then
        step dereplicate-libraries bash -ec dereplicate_each
        sizes=(--sizein)
    fi
    step dereplicate vsearch --quiet --derep_fulllength "$OUT/reads.fa" "${sizes[@]}" --sizeout \
        --minuniquesize 2 --output "$OUT/unique.fa"
    step unoise vsearch --quiet --threads "$THREADS" --cluster_unoise "$OUT/unique.fa" \
        --minsize 8 --unoise_alpha 2 --sizein --sizeout --centroids "$OUT/denoised.fa"
    rm -f "$OUT"/*.fastq
}

chimeras() {
    local mapping=$1 out=$2 target=$3 skew=$4 sizes=()
    [ "$mapping" = unique ] && sizes=(--sizein)
    step uchime3 vsearch --quiet --uchime3_denovo "$out/denoised.fa" --abskew "$skew" --sizein \
        --relabel ASV --nonchimeras "$target/asv.fa"
    step "map-$mapping" vsearch --quiet --threads "$THREADS" --usearch_global "$out/reads.fa" \
        "${sizes[@]}" --db "$target/asv.fa" --id 0.97 --strand plus --otutabout "$target/counts.tsv"
}

classify() {
    step sintax vsearch --quiet --threads "$THREADS" --sintax "$1/asv.fa" --db "$2" \
        --sintax_cutoff 0.8 --strand plus --tabbedout "$1/sintax.tsv"
}

"$@"
