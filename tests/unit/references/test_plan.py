import json

from soilbio.references.entries import read_manifest
from soilbio.references.plan import Need, advice, plan

MANIFEST = read_manifest()


def test_what_a_project_needs_is_told_before_anything_is_got(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "reference.json").write_text(
        json.dumps(
            {"version": "1", "licence": "C", "engine": "sylph", "sha256": "", "database": "x.syldb"}
        )
    )
    (tmp_path / "mine" / "x.syldb").write_bytes(b"x" * 1000)
    own = tmp_path / "elsewhere"
    own.mkdir()
    (own / "hash.k2d").write_bytes(b"x" * 5000)
    needs = [
        Need("silva-138.2", "amplicons", "16S"),
        Need("kraken2-standard", "kraken2", "k", tmp_path / "kraken2-standard"),
        Need("mine", "sylph", "s", tmp_path / "mine" / "x.syldb"),
        Need("elsewhere", "kraken2", "k", own),
        Need("-", "sourmash", "o"),
        Need("nowhere", "kraken2", "k", tmp_path / "nowhere"),
    ]
    found = plan(needs, MANIFEST, tmp_path)
    assert [item.state for item in found] == [
        *("to get", "to get", "installed", "own file", "not named", "not there")
    ]
    assert found[0].download_bytes == 139_996_892
    assert found[1].peak_bytes == 71_800_000_000 + 93_200_000_000
    assert found[1].fits(24 * 10**9) is False
    assert found[3].memory_bytes == 500_005_000
    assert found[2].fits(5 * 10**9) is True
    assert found[2].fits(4 * 10**9) is False  # sketches of reads take more than these
    said = dict(advice(found[1:2], MANIFEST, 24 * 10**9))
    assert said["kraken2"][0] == "kraken2-pluspf-16"
