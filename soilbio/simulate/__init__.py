"""Reads of mock communities with known truth, and the score of a dataset against it."""
