"""What made a table's features is told by its provenance, not by the order of ids."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pipeline_outputs import OUTPUTS

from soilbio.importers.registry import read

ACTION = """action:
    type: method
    plugin: !ref 'environment:plugins:{plugin}'
    action: {action}
    inputs:
{inputs}
    parameters:
{parameters}
environment:
    plugins:
        {plugin}:
            version: 2024.10.0
"""
SMALL, LARGE = "0000aaaa-{}", "ffffaaaa-{}"


def action(plugin: str, name: str, *, inputs: dict[str, object], **parameters: object) -> str:
    return ACTION.format(
        plugin=plugin, action=name, inputs=listed(inputs), parameters=listed(parameters)
    )


def listed(values: dict[str, object]) -> str:
    return "\n".join(f"    -   {key}: {value}" for key, value in values.items()) or "        []"


def artifact(folder: Path, own: str, behind: dict[str, str], kind: str = "FeatureTable") -> Path:
    """Write a table, or sequences, as QIIME 2 does: its own step, and those behind it."""
    names = {"FeatureTable": "feature-table.biom", "FeatureData": "dna-sequences.fasta"}
    types = {"FeatureTable": "FeatureTable[Frequency]", "FeatureData": "FeatureData[Sequence]"}
    OUTPUTS["qiime2"][1](folder)
    path = folder / f"{kind}.qza"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{own}/metadata.yaml", f"uuid: {own}\ntype: {types[kind]}\nformat: any\n")
        archive.write(folder / names[kind], f"{own}/data/{names[kind]}")
        for uuid, text in behind.items():
            place = "" if uuid == own else f"artifacts/{uuid}/"
            archive.writestr(f"{own}/provenance/{place}action/action.yaml", text)
    return path


DENOISE = action("dada2", "denoise_paired", inputs={"demultiplexed_seqs": "reads"}, trunc_len_f=0)


def cluster(table: str) -> str:
    inputs = {"sequences": "sequences", "table": table}
    return action("vsearch", "cluster_features_de_novo", inputs=inputs, perc_identity=0.97)


def dropped(table: str) -> str:
    return action("taxa", "filter_table", inputs={"table": table, "taxonomy": "names"})


@pytest.mark.parametrize("ids", [(SMALL, LARGE), (LARGE, SMALL)], ids=["after", "before"])
def test_a_denoised_table_that_was_clustered_is_one_of_clusters(tmp_path, ids):
    first, last = ids[0].format(1), ids[1].format(2)
    path = artifact(tmp_path, last, {last: cluster(first), first: DENOISE})
    found = read("qiime2", [path], {})
    assert found.method["engine"] == "vsearch OTU clusters"
    assert found.method["engine_version"] == "q2-vsearch 2024.10.0"
    assert found.method["engine_parameters"] == '{"perc_identity": 0.97}'


@pytest.mark.parametrize("ids", [(SMALL, LARGE), (LARGE, SMALL)], ids=["after", "before"])
def test_clusters_that_only_named_what_was_left_out_made_no_features(tmp_path, ids):
    denoised, clusters = ids[0].format(1), ids[1].format(2)
    names = action("feature-classifier", "classify_sklearn", inputs={"reads": clusters})
    steps = {"table": dropped(denoised), denoised: DENOISE, "names": names}
    path = artifact(tmp_path, "table", {**steps, clusters: cluster(denoised)})
    assert read("qiime2", [path], {}).method["engine"] == "dada2"


def test_a_table_that_was_merged_is_of_all_that_made_its_parts(tmp_path):
    merge = action("feature-table", "merge", inputs={"tables": "[one, other]"})
    path = artifact(
        tmp_path, "table", {"table": merge, "one": DENOISE, "other": cluster("x"), "x": DENOISE}
    )
    assert read("qiime2", [path], {}).method["engine"] == "dada2 and vsearch OTU clusters"


@pytest.mark.parametrize(
    ("actions", "layout"),
    [
        (("denoise_single", "denoise_pyro"), "single"),
        (("denoise-ccs",), "single"),
        (("denoise_paired",), "paired"),
        (("denoise_paired", "denoise_single"), None),
        (("denoise_16S",), None),
    ],
)
def test_the_layout_of_reads_is_that_of_all_that_were_denoised(tmp_path, actions, layout):
    steps = {
        f"part{n}": action("dada2", name, inputs={"demultiplexed_seqs": "reads"})
        for n, name in enumerate(actions)
    }
    merge = action("feature-table", "merge", inputs={"tables": f"[{', '.join(steps)}]"})
    path = artifact(tmp_path, "table", {"table": cluster("all"), "all": merge, **steps})
    assert read("qiime2", [path], {}).method.get("lib_layout") == layout


def test_a_table_that_was_imported_is_of_nobody_knows_what(tmp_path):
    made = "action:\n    type: import\n    format: BIOMV210DirFmt\n"
    path = artifact(tmp_path, "table", {"table": made})
    other = artifact(tmp_path, "sequences", {"sequences": DENOISE}, "FeatureData")
    assert "engine" not in read("qiime2", [path, other], {}).method


@pytest.mark.parametrize("turn", [1, -1])
def test_which_artifact_is_named_first_does_not_matter(tmp_path, turn):
    path = artifact(tmp_path, "table", {"table": cluster("old"), "old": DENOISE})
    chosen = action("feature-table", "filter_seqs", inputs={"data": "all", "table": "table"})
    other = artifact(
        tmp_path, "some", {"some": chosen, "table": cluster("old"), "old": DENOISE}, "FeatureData"
    )
    method = read("qiime2", [path, other][::turn], {}).method
    assert method["engine"] == "vsearch OTU clusters"


def test_a_pipeline_s_table_is_what_a_step_within_made(tmp_path):
    outer = action("ours", "everything", inputs={"reads": "reads"}).replace(
        "    inputs:", "    alias-of: inner\n    inputs:"
    )
    path = artifact(tmp_path, "table", {"table": outer, "inner": DENOISE})
    assert read("qiime2", [path], {}).method["engine"] == "dada2"


def test_primers_are_those_nearest_to_the_table(tmp_path):
    def trim(primer: str, reads: str) -> str:
        return action("cutadapt", "trim_single", inputs={"reads": reads}, front=f"[{primer}]")

    steps = {"reads": trim("gtgycagcm", "all"), "all": trim("acgtacgt", "none")}
    path = artifact(tmp_path, "table", {"table": DENOISE, **steps})
    assert read("qiime2", [path], {}).method["pcr_primer_forward"] == "GTGYCAGCM"


def notes_of(path: Path) -> list[str]:
    return [note for note in read("qiime2", [path], {}).notes if "went through" in note]


def test_what_was_done_to_a_table_since_its_features_were_made_is_told_in_order(tmp_path):
    def later(name: str, table: str, plugin: str = "feature-table", **parameters: object) -> str:
        inputs = {"table": table, "taxonomy": "names"} if plugin == "taxa" else {"table": table}
        return action(plugin, name, inputs=inputs, **parameters)

    steps = {
        "a": later("rarefy", "c", sampling_depth=5000, with_replacement="false"),
        "c": later("filter_table", "b", "taxa", include="p__", exclude="null"),
        "b": later("filter_features", "made", min_frequency=10, min_samples=0),
        "made": DENOISE,
        "names": action("feature-classifier", "classify_sklearn", inputs={"reads": "reads"}),
    }
    assert notes_of(artifact(tmp_path, "a", steps)) == [
        "since its features were made, the table went through"
        " filter_features of q2-feature-table 2024.10.0 (min_frequency: 10),"
        " then filter_table of q2-taxa 2024.10.0 (include: p__),"
        " then rarefy of q2-feature-table 2024.10.0 (sampling_depth: 5000)"
    ]


def test_a_pipeline_s_step_on_a_table_is_told_once_and_its_long_lists_in_part(tmp_path):
    many = f"[{', '.join(f'sample{at}' for at in range(99))}]"
    outer = action("diversity", "core_metrics", inputs={"table": "made"}, sampling_depth=9)
    outer = outer.replace("    inputs:", "    alias-of: inner\n    inputs:")
    inner = action("feature-table", "filter_samples", inputs={"table": "made"}, where=many)
    path = artifact(tmp_path, "table", {"table": outer, "inner": inner, "made": DENOISE})
    (note,) = notes_of(path)
    assert note.endswith("…)")
    assert len(note) < 300
    assert note.count("filter_samples") == 1
    assert "core_metrics" not in note


def test_of_a_table_as_it_was_made_or_imported_no_later_step_is_told(tmp_path):
    assert not notes_of(artifact(tmp_path, "table", {"table": DENOISE}))
    made = "action:\n    type: import\n    format: BIOMV210DirFmt\n"
    assert not notes_of(artifact(tmp_path, "table", {"table": made}))


@pytest.mark.parametrize("last", ["collapse", "cluster"])
def test_what_was_done_before_features_were_put_together_is_told(tmp_path, last):
    collapse = action("taxa", "collapse", inputs={"table": "b", "taxonomy": "names"}, level=6)
    steps = {
        "a": action("feature-table", "rarefy", inputs={"table": "last"}, sampling_depth=5000),
        "last": collapse if last == "collapse" else cluster("b"),
        "b": dropped("made"),
        "made": action(
            "dada2", "denoise_single", inputs={"demultiplexed_seqs": "x"}, trunc_len=120
        ),
        "names": action("feature-classifier", "classify_sklearn", inputs={"reads": "reads"}),
    }
    assert notes_of(artifact(tmp_path, "a", steps)) == [
        "before its features were made of others, these went through"
        " denoise_single of q2-dada2 2024.10.0 (trunc_len: 120),"
        " then filter_table of q2-taxa 2024.10.0",
        "since its features were made, the table went through"
        " rarefy of q2-feature-table 2024.10.0 (sampling_depth: 5000)",
    ]


def test_features_that_were_collapsed_are_of_what_made_them_before(tmp_path):
    collapse = action("taxa", "collapse", inputs={"table": "b"}, level=6)
    steps = {"a": collapse, "b": dropped("made"), "made": DENOISE}
    method = read("qiime2", [artifact(tmp_path, "a", steps)], {}).method
    assert method["engine"] == "dada2, features collapsed to taxa"
    assert method["engine_version"] == "q2-dada2 2024.10.0, q2-taxa 2024.10.0"
    assert method["engine_parameters"] == '{"level": 6}'


def test_what_was_collapsed_of_nobody_knows_what_is_read(tmp_path):
    collapse = action("taxa", "collapse", inputs={"table": "b"}, level=6)
    path = artifact(tmp_path, "a", {"a": collapse, "b": collapse.replace("table: b", "table: a")})
    assert "features collapsed to taxa" in read("qiime2", [path], {}).method["engine"]
