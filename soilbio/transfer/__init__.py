"""Packages between partners: sealed, checked before they are taken in, and put on record."""
