from __future__ import annotations

from pathlib import Path

from soilbio.dataset.tables import EXCLUDING_FLAGS, FLAGS, TABLES, Table

DOCS = Path(__file__).resolve().parents[3] / "docs" / "output.md"


def described(table: Table) -> str:
    """Write a table of the columns as the documentation is to hold it."""
    lines = ["| column | type | unit | sharing class | what it is |", "|---|---|---|---|---|"]
    for column in table.columns:
        name = f"**{column.name}**" if column.name in table.key else column.name
        listed = f" One of {', '.join(column.allowed)}." if column.allowed else ""
        needed = " Required." if column.is_required else ""
        text = f"{column.description}{listed}{needed}".replace("|", "\\|")
        cells = (name, column.type, column.unit, column.sharing_class, text)
        lines.append(f"| {' | '.join(cells)} |".replace("|  |", "| |"))
    about = f"Each row is {table.row}. Sorted by {', '.join(table.key)}."
    return f"### {table.name}\n\n{about}\n\n" + "\n".join(lines) + "\n"


def test_every_table_is_described_column_by_column_as_it_is():
    text = DOCS.read_text(encoding="utf-8")
    assert [name for name, table in TABLES.items() if described(table) not in text] == []


def test_every_flag_is_described():
    text = DOCS.read_text(encoding="utf-8")
    assert [f for f, why in FLAGS.items() if f"- `{f}`: {why}" not in text] == []


def test_what_flags_keep_out_of_diversity_is_said_where_they_are_told():
    counted = {flag for flag in FLAGS if not flag.startswith("conflict-")} - {*EXCLUDING_FLAGS}
    output = " ".join(DOCS.read_text(encoding="utf-8").split())
    told = output.partition(" keep a feature out of diversity")[0].rpartition("All but ")[2]
    assert {flag for flag in counted if f"`{flag}`" in told} == counted
    diversity = " ".join(DOCS.with_name("diversity.md").read_text(encoding="utf-8").split())
    out, _, rest = diversity.partition("Features flagged as ")[2].partition(" are left out")
    kept = rest.partition(" are counted")[0]
    assert all(flag.replace("-", " ") in out.replace("-", " ") for flag in EXCLUDING_FLAGS)
    assert all(flag in kept for flag in counted)


def test_every_file_of_a_dataset_is_described(written):
    text = DOCS.read_text(encoding="utf-8")
    for path in written.iterdir():
        assert f"`{path.name}{'/' if path.is_dir() else ''}" in text, path.name
