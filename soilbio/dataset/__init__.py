"""The soil-biodiversity dataset: its tables, their invariants, reading and writing."""
