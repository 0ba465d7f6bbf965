"""Which soil belongs to which DNA sample: the sheet names the samples, or they their profile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from soilbio.errors import Problems
from soilbio.metadata.soil.measurements import Sample
from soilbio.metadata.soil.model import Soil, by_profile
from soilbio.standards.mixs import parse_depth


def samples_of(rows: Iterable[Mapping[str, str]]) -> list[Sample]:
    """Read depth, site and profile of the samples from their metadata.

    Parameters
    ----------
    rows : iterable of mapping
        One a sample, with `sample_id`; `depth` in metres (`0-0.2`, or `0.1` for a point), and
        where the project has such columns `site` and `profile`.

    """
    return [_sample(row) for row in rows if row.get("sample_id")]


def _sample(row: Mapping[str, str]) -> Sample:
    upper, lower = row.get("depth_upper", ""), row.get("depth_lower", "")
    text = f"{upper}-{lower}" if upper and lower else str(row.get("depth") or "")
    depths = parse_depth(text) or (None, None)
    site, profile = str(row.get("site") or ""), str(row.get("profile") or "")
    return Sample(str(row["sample_id"]), depths[0], depths[1], site, profile)


def check_links(soil: Soil, samples: Collection[Sample], problems: Problems) -> None:
    """Warn of samples that the metadata lack, and of profiles that no sample was taken from."""
    known = {one.sample_id for one in samples}
    first: dict[str, int] = {}
    for one in soil.observations:
        for name in one.layer.samples:
            first.setdefault(name, one.row)
    for name in sorted(first.keys() - known):
        like = get_close_matches(name, known, n=1, cutoff=0.8)
        problems.add(
            "soil-sample-unknown",
            row=first[name],
            column="sample_id",
            found=name,
            expected="a sample that the samples' metadata describe",
            fix=f"Did you mean '{like[0]}'? Correct one of the two"
            if like
            else "Nothing needs to be done if it was not sequenced; else correct the name",
            is_warning=True,
        )
    named = {(one.site, one.profile) for one in samples}
    named_profiles = {one.profile for one in samples if one.profile and not one.site}
    for key, own in by_profile(soil.observations).items():
        is_linked = (
            any(known.intersection(one.layer.samples) for one in own)
            or key in named
            or key[1] in named_profiles
        )
        if not is_linked and not any(one.layer.samples for one in own):
            problems.add(
                "soil-profile-unlinked",
                row=own[0].row,
                column="profile",
                found=" ".join(part for part in key if part),
                expected="a profile that some sample was taken from",
                fix="Name the samples in the column 'sample_id' of one of its rows, joined by"
                " '|', or give the samples' metadata a column 'profile'",
                is_warning=True,
            )


def check_samples_depths(samples: Iterable[Sample], soil: Soil, problems: Problems) -> None:
    """Warn of linked samples without a depth: no layer can be put on it."""
    linked = soil.samples()
    for one in samples:
        if one.upper_m is None and (one.sample_id in linked or one.profile):
            problems.add(
                "soil-sample-depth",
                column="depth",
                found=one.sample_id,
                expected="the depth of the sample in its metadata, such as 0-0.2",
                fix="Fill in the depth; else only the layers' own values go with the sample",
                is_warning=True,
            )
