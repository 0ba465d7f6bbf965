from __future__ import annotations

import yaml

from soilbio.metadata.assays import known_assays
from soilbio.metadata.config import config_schema, read_config
from tests.conftest import ROOT

USAGE = ROOT / "docs" / "usage.md"


def option_rows() -> list[str]:
    """The options as docs/usage.md shows them."""
    rows = []
    for name, part in config_schema()["properties"].items():
        if "properties" in part:
            rows += [
                f"| `{name}.{key}` | {shown(option)} | {option['description']} |"
                for key, option in part["properties"].items()
            ]
        else:
            rows.append(f"| `{name}` | {shown(part)} | {part['description']} |")
    return rows


def shown(option) -> str:
    if "default" not in option:
        return "(needed)"
    default = option["default"]
    return "none" if default is None else f"`{default}`".replace("True", "true")


def assay_rows() -> list[str]:
    return [
        f"| `{a.assay_id}` | {a.target_gene} {a.target_subfragment}"
        f" | {a.forward_name}, {a.reverse_name} |".replace("ITS ITS", "ITS")
        for a in known_assays().values()
    ]


def assay_key_rows() -> list[str]:
    keys = config_schema()["$defs"]["assay"]["properties"]
    return [f"| `{key}` | {option['description']} |" for key, option in keys.items()]


def test_the_page_lists_every_option_with_its_default_and_help():
    page = USAGE.read_text(encoding="utf-8")
    missing = [row for row in option_rows() + assay_rows() + assay_key_rows() if row not in page]
    assert not missing, "docs/usage.md lacks:\n" + "\n".join(missing)


def test_the_example_of_the_page_is_accepted(tmp_path):
    example = USAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "config.yaml"
    least = "libraries: libraries.tsv\nsamples: samples.tsv\nagreements: agreements\n"
    path.write_text(least + example)
    own = set(yaml.safe_load(example)["assays"])
    assert own <= read_config(path).assays.keys()
