"""What an agreement withholds is nowhere in any export, in no notation, in no packing.

A dataset full of canaries, one or more of every sharing class, is exported to every target for
every recipient under agreements that withhold each class in turn, that generalise, and under the
models. All bytes of the result, unpacked, are searched for the canaries that must not be there,
and, where a format holds the class, for those that must.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import polars as pl
import pyarrow.parquet as pq
import pytest
from secrets_example import DAY, KEY, RESEARCH, _parts, named_tables

from soilbio.agreements.templates import fill
from soilbio.dataset.read import Dataset, read_dataset
from soilbio.dataset.write import write_dataset
from soilbio.errors import InputError, Refused
from soilbio.exporters.package import write_package
from soilbio.exporters.redact import redacted_view
from soilbio.exporters.registry import OF_TABLES
from soilbio.standards.sharing_classes import SharingClass

NAME = "leaks@1.0"
PARTY, PROVIDER = "https://ror.org/0leaks001", "https://ror.org/0prov0001"
ACTIVE = ("identity", "location", "region", "time", "environment", "management", "method")
SEQUENCE = "GATTACAGATTACACATCATG"
# What tells of a class, in each notation in which somebody could write it.
CANARIES: dict[str, tuple[str, ...]] = {
    "identity": (
        *("Kanarienacker", "Zeisigbibliothek", "Finkenlauf", "Huber-Hof", "Familie Girlitz"),
        *("Vera Gimpel", "Stieglitz@farm.example"),
    ),
    "location": (
        *(
            "48.1234",
            "48,1234",
            "48°07",
            "48° 7",
            "48 7 24",
            "N48.1",
            "11.5678",
            "11,5678",
            "11°34",
        ),
        *("48.4711", "11.9021", "431.7", "431,7", "bei der Amselmühle", "0.839911"),
    ),
    "region": ("Freising", "Bavaria", "Germany", "DE:"),
    "time": ("2024-05-11", "2024-05-12", "11.05.2024", "20240511", "2024-05", "May 2024"),
    "environment": ("6.7391", "Kanarienboden"),
    "management": ("Kanarienfrucht", "Zeisigpflug"),
    "method": ("Kanarienkit", "Finkengerät", "unoise-kanarie"),
    "sequences": (SEQUENCE, md5(SEQUENCE.encode()).hexdigest()),
    "counts": ("917351", "917,351"),
    "taxonomy": ("Canarius", "Fringillidae"),
    "controls": ("Zeisigbibliothek-L-mock", "Zeisigbibliothek-L-blank"),
    "derived": ("3.14159",),
    "raw_reads": ("@M01234:77:000000000-KANARIE",),
}
ALWAYS = ("/data/Kanarienhof", "of 3 filtered reads", "kanarie-metadata", "Kanarientitel")
# Of what a recipient who may have it can say that it is there, format by format.
HOLDS = {
    "tsv": set(CANARIES) - {"raw_reads", "derived"},
    "tables": set(CANARIES) - {"raw_reads", "derived"},
    "partner": set(CANARIES) - {"raw_reads", "derived"},
    "biom": {"identity", "location", "region", "time", "environment", "counts", "taxonomy"},
    "phyloseq": {"identity", "location", "time", "counts", "taxonomy", "sequences"},
    "qiime2": {"identity", "location", "time", "counts", "taxonomy", "sequences"},
    "dwca": {"location", "region", "time", "sequences", "counts", "taxonomy", "environment"},
    "dwc-dp": {"location", "region", "time", "sequences", "counts", "taxonomy", "environment"},
    "mixs": {"location", "region", "time", "environment", "management"},
    "ena": {"location", "region", "time", "environment"},
    "nmdc": {"location", "region", "time", "environment"},
    "summary": set(),  # three soils are too few for a mean of them
    "glosis": {"location", "region", "time", "environment"},
}


def canary_tables() -> dict[str, pl.DataFrame]:
    """Make the example's tables, with every canary in them."""
    tables = named_tables()
    is_soil = pl.col("ph").is_not_null()
    values = {
        **{"farm_name": "Huber-Hof", "landowner": "Familie Girlitz", "recorded_by": "Vera Gimpel"},
        **{"contact": "Stieglitz@farm.example", "locality": "bei der Amselmühle"},
        **{"ph": "6.7391", "soil_type": "Kanarienboden", "samp_collect_device": "Finkengerät"},
        **{"cur_land_use": "Kanarienfrucht", "tillage": "Zeisigpflug"},
        **{
            "nucl_acid_ext_kit": "Kanarienkit",
            "samp_taxon_id": "soil metagenome [NCBITaxon:410658]",
        },
    }
    tables["samples"] = tables["samples"].with_columns(
        *(pl.when(is_soil).then(pl.lit(value)).alias(name) for name, value in values.items()),
        pl.lit(NAME).alias("agreement_id"),
    )
    tables["libraries"] = tables["libraries"].with_columns(
        pl.lit(NAME).alias("agreement_id"),
        pl.lit("empty: /data/Kanarienhof/reads.fq of 3 filtered reads").alias("status_reason"),
    )
    tables["assays"] = tables["assays"].with_columns(
        pl.lit(NAME).alias("agreement_ids"),
        pl.lit('{"k": "unoise-kanarie"}').alias("engine_parameters"),
    )
    first = md5(b"ACGTACGTAA").hexdigest()
    canary = md5(SEQUENCE.encode()).hexdigest()
    is_first = pl.col("feature_id") == first
    changed = {
        **{"sequence": SEQUENCE, "family": "Fringillidae", "genus": "Canarius"},
        **{"verbatim_lineage": "d:Bacteria,f:Fringillidae,g:Canarius", "taxon_rank": "genus"},
        "feature_id": canary,
    }
    tables["features"] = (
        tables["features"]
        .with_columns(pl.lit(None, dtype=pl.String).alias("genus"))
        .with_columns(
            *(
                pl.when(is_first).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
                for name, value in changed.items()
            ),
            pl.lit(NAME).alias("agreement_ids"),
        )
    )
    tables["counts"] = tables["counts"].with_columns(
        pl.when(is_first & (pl.col("library_id") == "Zeisigbibliothek-L1"))
        .then(917351)
        .otherwise(pl.col("count"))
        .alias("count"),
        pl.col("feature_id").replace({first: canary}),
        pl.lit(NAME).alias("agreement_id"),
    )
    tables["measurements"] = tables["measurements"].with_columns(
        pl.lit(6.7391).alias("value"),
        pl.lit("6.7391").alias("verbatim_value"),
        pl.lit(NAME).alias("agreement_id"),
    )
    return tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Write the dataset once; canaries also in provenance, metadata of Parquet, and beside it."""
    folder = tmp_path_factory.mktemp("canaries") / "Kanarientitel"
    write_dataset(
        canary_tables(),
        {NAME: text_of({})},
        folder,
        extra_columns={"genotype": "environment", "plot name": "location"},
        provenance={
            **{"title": "Kanarientitel", "soilbio_version": "0", "references": [], "tools": []},
            "parameters": {"reads": "/data/Kanarienhof/reads.fq"},
            "inputs": [{"library_id": "L1", "name": "/data/Kanarienhof/x.fq", "sha256": None}],
        },
        files={"provenance/headers.txt": CANARIES["raw_reads"][0]},
    )
    for path in folder.glob("*.parquet"):
        table = pq.read_table(path)
        metadata = {**(table.schema.metadata or {}), b"note": b"kanarie-metadata"}
        pq.write_table(table.replace_schema_metadata(metadata), path)
    return folder


def text_of(classes: dict[str, str], recipient: str = "public", **more: str) -> str:
    outcomes = {**{one.value: "allow" for one in SharingClass}, **classes}
    return json.dumps(
        {
            **{"id": "leaks", "version": "1.0", "title": "T", "licence": "CC-BY-4.0"},
            "parties": [
                {"name": "P", "role": "provider", "id": PROVIDER},
                {"name": "C", "role": "consortium"},
                {"name": "R", "role": "recipient", "id": PARTY},
            ],
            "grants": [
                {
                    **{"recipient": recipient, "purposes": ["DUO:0000004"]},
                    "classes": {
                        name: {"generalise": outcome.partition(" ")[2]}
                        if outcome.startswith("to ")
                        else outcome
                        for name, outcome in outcomes.items()
                    },
                }
            ],
            **more,
        }
    )


def under(folder: Path, text: str) -> Dataset:
    """Put the dataset under another text of its agreement."""
    found = read_dataset(folder)
    return Dataset(found.folder, found.tables, {NAME: text}, found.extra_columns)


def searched(folder: Path) -> str:
    """Read all bytes of an export, unpacked, as one text."""
    found = []
    for path in sorted(folder.rglob("*")):
        found += list(_parts(path))
        if path.is_file():
            found += list(_unpacked(path.read_bytes()))
    return b"\n".join(found).decode("utf-8", errors="ignore")


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    if is_zipfile(io.BytesIO(content)):
        with ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for info in archive.infolist():
                inner = archive.read(info)
                yield info.filename.encode() + info.comment + info.extra + inner
                yield from _unpacked(inner)
    if content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            yield from (name.encode() for name in tar.getnames())


def exported(dataset: Dataset, recipient: str, target: str, folder: Path) -> str | None:
    """Export, and give all that is in it; nothing where that is refused."""
    try:
        view = redacted_view(dataset, recipient, RESEARCH, DAY, KEY)
        write_package(view, target, folder)
    except Refused:
        assert not folder.exists()
        return None
    except InputError as error:  # the agreement knows nobody of that name
        if [problem.code for problem in error.problems] != ["recipient-unknown"]:
            raise
        return None
    return searched(folder)


def forbidden(classes: dict[str, str]) -> list[str]:
    """List what must not be there: of each class that is withheld, or its exact values."""
    found = list(ALWAYS)
    for name, outcome in classes.items():
        canaries = CANARIES[name]
        if outcome == "withhold":
            found += canaries
        elif outcome == "to country" and name == "region":
            found += ["Freising", "Bavaria"]
        elif outcome.startswith("to ") and name == "time":
            kept = {"to month": ("2024-05",), "to season": ("2024-05",)}.get(outcome, ())
            found += [one for one in canaries if one not in kept]
        elif outcome.startswith("to "):
            found += canaries
    if classes.get("location", "allow") != "allow":
        found += ["Freising", "Bavaria"]  # a place name tells no more than the place may
    return found


@pytest.mark.parametrize("target", OF_TABLES)
def test_what_may_be_had_is_there_or_the_search_would_find_nothing(target, folder, tmp_path):
    content = exported(under(folder, text_of({})), "public", target, tmp_path / "out")
    assert content is not None
    for name in HOLDS[target]:
        assert any(canary in content for canary in CANARIES[name]), name
    for canary in forbidden({"raw_reads": "withhold"}):
        assert canary not in content, canary


@pytest.mark.parametrize("target", OF_TABLES)
@pytest.mark.parametrize("closed", [one.value for one in SharingClass])
def test_a_class_that_is_withheld_is_nowhere(closed, target, folder, tmp_path):
    classes = {closed: "withhold"}
    content = exported(under(folder, text_of(classes)), "public", target, tmp_path / "out")
    for canary in forbidden(classes):
        assert canary not in (content or ""), canary


@pytest.mark.parametrize("target", OF_TABLES)
@pytest.mark.parametrize(
    "classes",
    [
        {"identity": "withhold", "location": f"to {grid}", "region": "to country", "time": to}
        for grid, to in (
            *(("0.001", "to month"), ("0.01", "to month"), ("0.1", "to season")),
            *(("1", "to year"), ("region", "to year"), ("country", "to year")),
        )
    ],
    ids=lambda classes: classes["location"],
)
def test_what_is_generalised_is_nowhere_as_it_was(classes, target, folder, tmp_path):
    content = exported(under(folder, text_of(classes)), "public", target, tmp_path / "out")
    for canary in forbidden(classes):
        assert canary not in (content or ""), canary


@pytest.mark.parametrize("target", OF_TABLES)
@pytest.mark.parametrize("recipient", ["public", "consortium", PROVIDER, PARTY])
@pytest.mark.parametrize(
    "model", ["open-attribution", "consortium-embargo", "location-generalised", "bilateral"]
)
def test_under_the_models_nobody_gets_what_their_text_withholds(
    model, recipient, target, folder, tmp_path
):
    values = {
        **{"id": "leaks", "title": "T", "contact": "data@p.example", "provider": "P"},
        **{"provider_id": PROVIDER, "consortium": "C", "embargo": "2028-01-01"},
        **{"recipient": "R", "recipient_id": PARTY, "end": "2028-12-31"},
        **{"provider_key": "ssh-ed25519 AAAA", "recipient_key": "ssh-ed25519 AAAA"},
    }
    text = fill(model, values)
    dataset = under(folder, text)
    content = exported(dataset, recipient, target, tmp_path / "out")
    if content is None:
        return
    decision = redacted_view(dataset, recipient, RESEARCH, DAY, KEY).decisions[NAME]
    classes = {
        name.value: f"to {outcome.how}" if outcome.how else outcome.strictness.name.lower()
        for name, outcome in decision.outcomes.items()
    }
    for canary in forbidden(classes):
        assert canary not in content, canary


@pytest.mark.parametrize("target", OF_TABLES)
@pytest.mark.parametrize("recipient", ["public", "consortium", PARTY])
def test_what_is_for_one_circle_goes_to_no_wider_one(recipient, target, folder, tmp_path):
    text = text_of({"raw_reads": "withhold"}, PARTY)
    content = exported(under(folder, text), recipient, target, tmp_path / "out")
    assert (content is None) == (recipient != PARTY)
