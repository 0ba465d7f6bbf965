"""Days on the command line; only commands read the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from soilbio.errors import problem_of


def day(text: str | None) -> date:
    """Read YYYY-MM-DD; today (UTC) where nothing is said."""
    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise problem_of(
            "date-form",
            "--date",
            found=text,
            expected="a day as YYYY-MM-DD",
            fix="Write year, month and day",
        ) from error
