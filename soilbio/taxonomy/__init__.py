"""Lineages of many dialects, canonical ranks, today's names, flags."""
