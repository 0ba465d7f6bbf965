"""YAML as it is written: in which row each key stands, and values as their text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml

_KEPT = (":null", ":merge")
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
# A key's place: the keys, and the numbers of list items, that lead to it.
Place = tuple[str | int, ...]


class TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads what stands there as text: a version 2022.10 is not 2022.1, `no` not False.

    What is empty, `~` or `null` is nothing.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012  as the class it comes from has it
        letter: [(tag, pattern) for tag, pattern in known if tag.endswith(_KEPT)]
        for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def versions_as_written(node: yaml.Node | None) -> None:
    """Make numbers below a key `version` the text that stands there: 2022.10 is not 2022.1."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            versions_as_written(item)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "version" and value.tag in _NUMBERS:
                value.tag = "tag:yaml.org,2002:str"
            versions_as_written(value)


def rows_of(node: yaml.Node | None, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """List the row of each key and value below a node, as an editor counts.

    A key that comes twice is listed twice, the later one last.
    """
    if node is None:
        return
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from rows_of(item, (*place, number))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from rows_of(value, (*place, key.value))
            yield (*place, key.value), key.start_mark.line + 1


def repeated_keys(node: yaml.Node | None, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """List the keys that stand a second time in one mapping, and the row of each repetition.

    YAML forbids them, its readers take the last one without a word.
    """
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from repeated_keys(item, (*place, number))
    if isinstance(node, yaml.MappingNode):
        seen = set[str]()
        for key, value in node.value:
            if key.value in seen:
                yield (*place, key.value), key.start_mark.line + 1
            seen.add(key.value)
            yield from repeated_keys(value, (*place, key.value))


def nearest_row(rows: Mapping[Place, int], column: str | None) -> int | None:
    """Give the row of a dotted place, or of the nearest one that holds it; None for no place."""
    parts = column.split(".") if column else []
    known = {dotted(place): row for place, row in rows.items()}
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in known:
            return known[name]
    return None


def dotted(place: Place) -> str:
    """Write a place as `section.key`, with list items counted from 0."""
    return ".".join(str(part) for part in place)
