"""Simulated reads with truth; made by `soilbio simulate`."""
