#!/bin/bash
# mothur's MiSeq SOP up to classified unique sequences; each command a process of its own.
# mothur.sh denoise TRIMMED OUT ALIGNMENT
# mothur.sh chimeras OUT TARGET OPTIONS            (OPTIONS: more of chimera.vsearch's)
# mothur.sh classify TARGET SEQUENCES TAXONOMY
source "$(dirname "$0")/common.sh"

# sop STEP FOLDER COMMANDS: run mothur commands in a folder.
sop() {
    cd "$2"
    step "$1" mothur -q "#set.current(processors=$THREADS);$3"
}

# newest PATTERN...: the file that the last command wrote; mothur makes up its names.
newest() { ls -t "$@" | head -n 1; }

unpack() {
    for first in "$TRIMMED"/*_R1.fastq.gz; do
        library=$(basename "$first" _R1.fastq.gz)
        gunzip -c "$first" > "$library.R1.fastq"
        gunzip -c "$TRIMMED/${library}_R2.fastq.gz" > "$library.R2.fastq"
        if [ -s "$library.R1.fastq" ]; then
            printf '%s\t%s.R1.fastq\t%s.R2.fastq\n' "$library" "$library" "$library"
        fi
    done > stability.files
}
export -f unpack

denoise() {
    export TRIMMED=$1
    local out=$2 alignment=$3
    cd "$out"
    step unpack bash -ec unpack
    sop make.contigs "$out" "make.contigs(file=stability.files)"
    sop screen.seqs "$out" "screen.seqs(fasta=stability.trim.contigs.fasta,count=stability.contigs.count_table,maxambig=0,minlength=200,maxlength=300,maxhomop=12)"
    sop unique.seqs "$out" "unique.seqs(fasta=stability.trim.contigs.good.fasta,count=stability.contigs.good.count_table)"
    sop align.seqs "$out" "align.seqs(fasta=stability.trim.contigs.good.unique.fasta,reference=$alignment)"
    sop screen.aligned "$out" "summary.seqs(fasta=stability.trim.contigs.good.unique.align,count=stability.trim.contigs.good.count_table);screen.seqs(fasta=current,count=current,optimize=start-end,criteria=95)"
    sop filter.seqs "$out" "filter.seqs(fasta=stability.trim.contigs.good.unique.good.align,vertical=T,trump=.)"
    sop unique.aligned "$out" "unique.seqs(fasta=stability.trim.contigs.good.unique.good.filter.fasta,count=stability.trim.contigs.good.good.count_table)"
    sop pre.cluster "$out" "pre.cluster(fasta=$(newest *.unique.fasta),count=$(newest *.filter.count_table),diffs=2)"
    cp "$(newest *.precluster.fasta)" clustered.fasta
    cp "$(newest *.precluster.count_table)" clustered.count_table
    rm -f ./*.R1.fastq ./*.R2.fastq ./*.qual
}

chimeras() {
    local out=$1 target=$2 options=$3
    cp "$out/clustered.fasta" "$out/clustered.count_table" "$target/"
    sop chimera.vsearch "$target" "chimera.vsearch(fasta=clustered.fasta,count=clustered.count_table,$options)"
    local kept=clustered.denovo.vsearch
    [ -f $kept.fasta ] || kept=clustered # nothing was taken for a chimera
    cp $kept.fasta asv.fasta
    cp $kept.count_table asv.count_table
    step degap mothur -q "#degap.seqs(fasta=asv.fasta);count.seqs(count=asv.count_table,compress=f)"
}

classify() {
    rm -f "${2%.fasta}".*8mer* "${2%.fasta}".tree.* # what an earlier training left
    sop classify.seqs "$1" "classify.seqs(fasta=asv.fasta,count=asv.count_table,reference=$2,taxonomy=$3,cutoff=80)"
}

"$@"
