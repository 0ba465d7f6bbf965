"""Taxonomies to match names against: a file a source, and the matching that all share."""
