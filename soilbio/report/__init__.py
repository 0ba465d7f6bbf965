"""The HTML report of a dataset, for one recipient."""
