"""What a recipient may have of a dataset, in the formats of archives and other programs."""
