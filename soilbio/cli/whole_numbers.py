"""Whole numbers as options of commands."""

from __future__ import annotations

import argparse

_MOST = 2**31


def whole(text: str) -> int:
    """Read a whole number of 0 or above, for argparse."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or above")
    return int(text)


def positive(text: str) -> int:
    """Read a whole number above 0, for argparse; one that tools can hold."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < _MOST):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)
