"""soilbio: standardise, harmonise, share and prove soil-biodiversity data."""

__version__ = "0.1.0"
