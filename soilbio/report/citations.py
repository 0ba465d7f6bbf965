"""What to cite for a tool, a reference or a method that is named somewhere."""

from __future__ import annotations

import re

# By how it is named, in lower case: a pattern that no letter follows.
_CITATIONS = {
    "unoise": "UNOISE: Edgar 2016, doi:10.1101/081257",
    "vsearch": "VSEARCH: Rognes et al. 2016, PeerJ 4:e2584, doi:10.7717/peerj.2584",
    r"uchime(?!\d)": "UCHIME: Edgar et al. 2011, Bioinformatics 27:2194, "
    "doi:10.1093/bioinformatics/btr381",
    # Of UCHIME3 there is no paper of its own.
    "uchime[23]": "UCHIME2: Edgar 2016, doi:10.1101/074252",
    "dada2": "DADA2: Callahan et al. 2016, Nat. Methods 13:581, doi:10.1038/nmeth.3869",
    "deblur": "Deblur: Amir et al. 2017, mSystems 2:e00191-16, doi:10.1128/mSystems.00191-16",
    "classify[-_](?:sklearn|hybrid|consensus)|(?:q2-)?feature-classifier": "q2-feature-classifier: "
    "Bokulich et al. 2018, Microbiome 6:90, doi:10.1186/s40168-018-0470-z",
    r"assigntaxonomy|classify\.seqs|rdp ?classifier(?! ?train)": "Naive Bayesian classifier: "
    "Wang et al. 2007, Appl. Environ. Microbiol. 73:5261, doi:10.1128/AEM.00062-07",
    "itsx": "ITSx: Bengtsson-Palme et al. 2013, Methods Ecol. Evol. 4:914, "
    "doi:10.1111/2041-210X.12073",
    "idtaxa": "IDTAXA: Murali et al. 2018, Microbiome 6:140, doi:10.1186/s40168-018-0521-5",
    "sintax": "SINTAX: Edgar 2016, doi:10.1101/074161",
    "cutadapt": "cutadapt: Martin 2011, EMBnet.journal 17:10, doi:10.14806/ej.17.1.200",
    "fastp": "fastp: Chen et al. 2018, Bioinformatics 34:i884, doi:10.1093/bioinformatics/bty560",
    "minimap2": "minimap2: Li 2018, Bioinformatics 34:3094, doi:10.1093/bioinformatics/bty191",
    # Its plugins go by its number: q2-dada2.
    "qiime ?2?|q2(?=-)": "QIIME 2: Bolyen et al. 2019, Nat. Biotechnol. 37:852, "
    "doi:10.1038/s41587-019-0209-9",
    "mothur": "mothur: Schloss et al. 2009, Appl. Environ. Microbiol. 75:7537, "
    "doi:10.1128/AEM.01541-09",
    "(?:nf-core/)?ampliseq": "nf-core/ampliseq: Straub et al. 2020, Front. Microbiol. 11:550420, "
    "doi:10.3389/fmicb.2020.550420",
    "dadasnake": "dadasnake: Weißbecker et al. 2020, GigaScience 9:giaa135, "
    "doi:10.1093/gigascience/giaa135",
    "lotus2?": "LotuS2: Özkurt et al. 2022, Microbiome 10:176, doi:10.1186/s40168-022-01365-1",
    "mgnify": "MGnify: Richardson et al. 2023, Nucleic Acids Res. 51:D753, "
    "doi:10.1093/nar/gkac1080",
    r"kraken ?[01](?!\d)": "Kraken: Wood & Salzberg 2014, Genome Biol. 15:R46, "
    "doi:10.1186/gb-2014-15-3-r46",
    "centrifuge": "Centrifuge: Kim et al. 2016, Genome Res. 26:1721, doi:10.1101/gr.210641.116",
    "kraken ?2?(?! ?[01])": "Kraken 2: Wood et al. 2019, Genome Biol. 20:257, "
    "doi:10.1186/s13059-019-1891-0",
    "bracken": "Bracken: Lu et al. 2017, PeerJ Comput. Sci. 3:e104, doi:10.7717/peerj-cs.104",
    r"metaphlan\d?": "MetaPhlAn 4: Blanco-Míguez et al. 2023, Nat. Biotechnol. 41:1633, "
    "doi:10.1038/s41587-023-01688-w",
    "sourmash": "sourmash: Irber et al. 2024, J. Open Source Softw. 9:6830, "
    "doi:10.21105/joss.06830",
    "sylph": "sylph: Shaw & Yu 2024, Nat. Biotechnol., doi:10.1038/s41587-024-02412-y",
    "taxpasta": "taxpasta: Beber et al. 2023, J. Open Source Softw. 8:5627, "
    "doi:10.21105/joss.05627",
    "phyloseq": "phyloseq: McMurdie & Holmes 2013, PLoS ONE 8:e61217, "
    "doi:10.1371/journal.pone.0061217",
    "silva": "SILVA: Quast et al. 2013, Nucleic Acids Res. 41:D590, doi:10.1093/nar/gks1219",
    "unite": "UNITE: Abarenkov et al. 2024, Nucleic Acids Res. 52:D791, doi:10.1093/nar/gkad1039",
    "pr2": "PR2: Guillou et al. 2013, Nucleic Acids Res. 41:D597, doi:10.1093/nar/gks1160",
    "gtdb": "GTDB: Parks et al. 2022, Nucleic Acids Res. 50:D785, doi:10.1093/nar/gkab776",
    "rdp(?! ?classifier(?! ?train))": "RDP: Cole et al. 2014, Nucleic Acids Res. 42:D633, "
    "doi:10.1093/nar/gkt1244",
    "greengenes2": "Greengenes2: McDonald et al. 2024, Nat. Biotechnol. 42:715, "
    "doi:10.1038/s41587-023-01845-1",
    "greengenes(?!2)": "Greengenes: McDonald et al. 2012, ISME J. 6:610, "
    "doi:10.1038/ismej.2011.139",
    "mafft": "MAFFT: Katoh & Standley 2013, Mol. Biol. Evol. 30:772, doi:10.1093/molbev/mst010",
    "addfragments": "MAFFT --add: Katoh & Frith 2012, Bioinformatics 28:3144, "
    "doi:10.1093/bioinformatics/bts578",
    "raxml": "RAxML: Stamatakis 2014, Bioinformatics 30:1312, doi:10.1093/bioinformatics/btu033",
    "evolutionary placement algorithm": "Evolutionary Placement Algorithm: Berger et al. 2011, "
    "Syst. Biol. 60:291, doi:10.1093/sysbio/syr010",
    "treecluster": "TreeCluster: Balaban et al. 2019, PLoS ONE 14:e0221068, "
    "doi:10.1371/journal.pone.0221068",
    "fasttree": "FastTree: Price et al. 2010, PLoS ONE 5:e9490, doi:10.1371/journal.pone.0009490",
    "scikit-bio": "scikit-bio: Aton et al. 2025, Nat. Methods, doi:10.1038/s41592-025-02981-z",
    "coverage": "Coverage-based Hill numbers: Chao et al. 2014, Ecol. Monogr. 84:45, "
    "doi:10.1890/13-0133.1",
}


def citations_of(text: str) -> list[str]:
    """List what to cite for everything that a text names, in the order of the table."""
    plain = text.casefold()
    return [
        citation
        for name, citation in _CITATIONS.items()
        if re.search(rf"(?<![a-z])(?:{name})(?![a-z])", plain)
    ]
