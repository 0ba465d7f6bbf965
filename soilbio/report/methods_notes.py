"""What merging found, as sentences; numbers that are nothing are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from soilbio.report.content import plural

# By note: what is counted, what it did (one, several), and the rest of the sentence.
_WERE = ("was", "were")
OF_OTHER_GENES = "features_of_genes_that_the_reference_does_not_have_keep_their_names"
_SENTENCES = {
    OF_OTHER_GENES: None,  # told of the classifying
    "assays_cut_at_their_ends": None,  # told with how many bases
    "samples_of_one_material": None,  # told of the soils
    "samples_of_one_material_are_so_many_soils": None,
    "features_in_several_datasets": ("feature", _WERE, "found in several datasets"),
    "features_that_are_chimeras_in_the_common_region": (
        *("feature", _WERE, "flagged as chimeric in what sequences have in common"),
    ),
    "features_outside_the_common_region": ("feature", _WERE, "outside the common region"),
    "sequences_with_primers_that_were_cut_off": (
        *("sequence", ("had", "had"), "primers, which were cut off"),
    ),
    "features_placed": ("feature", _WERE, "placed in clades of the tree"),
    "features_not_placed": ("feature", _WERE, "placed in no clade"),
    "features_classified_anew": ("feature", _WERE, "classified anew"),
    "features_without_a_sequence_that_keep_their_names": (
        *("feature", ("has", "have"), "no sequence, and the names that came stay"),
    ),
    "sequences_that_were_turned": ("sequence", _WERE, "turned to the other strand"),
    "sequences_that_are_there_in_both_directions": (
        *("sequence", _WERE, "there in both directions, and stay so"),
    ),
    "sequences_like_no_gene_of_the_reference": (
        *("sequence", _WERE, "like no gene of the reference"),
    ),
    "features_that_were_one_but_for_their_ends": (
        *("feature", _WERE, "taken for another that is the same but for the ends"),
    ),
    "features_kept_apart_by_agreements_though_one_but_for_their_ends": (
        "feature",
        _WERE,
        "kept apart by agreements, though the same as another but for the ends",
    ),
    "features_off_target_by_the_primers_that_all_who_see_them_may_know": (
        *("feature", _WERE, "flagged as off target, by the primers that all who see them may know"),
    ),
    "features_of_a_domain_that_primers_of_another_assay_are_meant_for": (
        "feature",
        _WERE,
        "no longer flagged as off target, being of a domain that primers of another assay are"
        " meant for",
    ),
    "features_of_a_domain_that_no_primers_of_their_gene_are_meant_for": (
        "feature",
        _WERE,
        "flagged as off target, being of a domain that no primers of the gene are meant for",
    ),
    "lineages_that_differ": ("feature", ("has", "have"), "lineages that differ between datasets"),
    "names_that_are_apart_since_nothing_tells_of_which_code_they_are": (
        *("name", _WERE, "kept apart, since nothing tells of which code of nomenclature it is"),
    ),
    "libraries_that_another_dataset_has_under_another_name": (
        *("library|libraries", _WERE, "left out, which another dataset has under another name"),
    ),
    "samples_that_are_one_by_their_name_alone": (
        *("sample", _WERE, "taken for one in several datasets by the name alone"),
    ),
    "material_ids_of_samples_that_are_of_several_soils": (
        *("id of a material|ids of materials", _WERE, "of samples of several soils, and not used"),
    ),
    "values_in_other_words": (
        *("value of samples|values of samples", _WERE, "the same in other words"),
    ),
    "values_of_samples_that_differ": (
        "value of samples|values of samples",
        ("differs", "differ"),
        "between datasets, or only some say it: all that was said is kept",
    ),
    "measurements_that_differ": (
        *("measurement", ("differs", "differ"), "between datasets: all values are kept"),
    ),
    "measurements_that_another_dataset_tells_more_of": (
        *("measurement", _WERE, "taken as another dataset has it, which tells more of it"),
    ),
}
_NOT_PLACED = "features_not_placed:_"


def notes_told(notes: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for each note that is of anything; those of older versions as they are."""
    for name, number in sorted(notes.items()):
        sentence = _SENTENCES.get(name, ())
        if not number or sentence is None:
            continue
        if name.startswith(_NOT_PLACED):
            reason = name.removeprefix(_NOT_PLACED).replace("-", " ")
            yield f"{plural(number, 'feature')} of no clade: {reason}."
        elif not sentence:
            yield f"{name.replace('_', ' ').capitalize()}: {number:,}."
        else:
            what, (one, several), rest = sentence
            counted = plural(number, *what.split("|"))
            yield f"{counted} {one if number == 1 else several} {rest}."
