"""Finished tables of other pipelines → a dataset: one file per format."""
