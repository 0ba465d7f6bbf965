"""References of a text: numbered in the order in which it first cites them, each once."""

from __future__ import annotations

from collections.abc import Iterable

from soilbio.report.citations import citations_of
from soilbio.report.sources import literature_in, works_in


class References:
    """What a text cites; where it has no list of its own, `is_numbered` is not, nothing is put."""

    def __init__(self, *, is_numbered: bool = True) -> None:
        self.is_numbered = is_numbered
        self.listed: list[str] = []

    def used(self, *words: object) -> str:
        """Cite what is named in words for what was used, such as ` [1, 2]`; empty if nothing is."""
        return self._cited(citations_of("\n".join(str(word) for word in words if word)))

    def said(self, *sources: str) -> str:
        """Cite the literature in words for who says so; records and houses are no literature."""
        return self._cited([one for source in sources for one in literature_in(source)])

    def _cited(self, texts: Iterable[str]) -> str:
        if not self.is_numbered:
            return ""
        places = sorted({self._place(text) for text in texts})
        return f" [{', '.join(map(str, places))}]" if places else ""

    def _place(self, text: str) -> int:
        """Give the number of what is cited; of one paper the journal is spelt in many ways."""
        works = works_in(text)
        for place, known in enumerate(self.listed, start=1):
            if known == text or works & works_in(known):
                return place
        self.listed.append(text)
        return len(self.listed)
