"""The European Nucleotide Archive: prepare a submission, send it, and fetch reads."""
