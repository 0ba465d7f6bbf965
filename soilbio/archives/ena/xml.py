"""Records → the XML that the archive's schemas (SRA 1.5, ENA project) describe.

The order of the elements is the schemas'. Every value with a unit has its UNITS: without them the
archive takes the first unit that it knows, and a depth in metres becomes one in millimetres.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from soilbio.archives.ena.model import (
    CHECKLIST,
    CHECKLIST_TAG,
    Attribute,
    Experiment,
    Run,
    Sample,
    Study,
)

# The element of each record in receipts, its schema's name in a submission, and its file.
KINDS = {"PROJECT": "project", "SAMPLE": "sample", "EXPERIMENT": "experiment", "RUN": "run"}


def project_xml(study: Study) -> bytes:
    """Write the project."""
    root = etree.Element("PROJECT_SET")
    project = _record(root, "PROJECT", study.alias, study)
    if study.name:
        _add(project, "NAME", study.name)
    _add(project, "TITLE", study.title)
    _add(project, "DESCRIPTION", study.description)
    etree.SubElement(etree.SubElement(project, "SUBMISSION_PROJECT"), "SEQUENCING_PROJECT")
    return _bytes(root)


def sample_xml(samples: Iterable[Sample], study: Study) -> bytes:
    """Write the samples with their checklist."""
    root = etree.Element("SAMPLE_SET")
    for sample in samples:
        record = _record(root, "SAMPLE", sample.alias, study)
        _add(record, "TITLE", sample.title)
        name = etree.SubElement(record, "SAMPLE_NAME")
        _add(name, "TAXON_ID", sample.taxon_id)
        if sample.scientific_name:
            _add(name, "SCIENTIFIC_NAME", sample.scientific_name)
        _attributes(record, "SAMPLE", (Attribute(CHECKLIST_TAG, CHECKLIST), *sample.attributes))
    return _bytes(root)


def experiment_xml(experiments: Iterable[Experiment], study: Study) -> bytes:
    """Write the experiments; samples are named by alias, a project of the archive by accession."""
    root = etree.Element("EXPERIMENT_SET")
    for one in experiments:
        record = _record(root, "EXPERIMENT", one.alias, study)
        _add(record, "TITLE", one.title)
        reference = etree.SubElement(record, "STUDY_REF")
        kind = "accession" if study.accession else "refname"
        reference.set(kind, study.accession or study.alias)
        design = etree.SubElement(record, "DESIGN")
        _add(design, "DESIGN_DESCRIPTION", one.design)
        etree.SubElement(design, "SAMPLE_DESCRIPTOR").set("refname", one.sample)
        _library(design, one)
        platform = etree.SubElement(etree.SubElement(record, "PLATFORM"), one.platform)
        _add(platform, "INSTRUMENT_MODEL", one.instrument)
        _attributes(record, "EXPERIMENT", one.attributes)
    return _bytes(root)


def _library(design: etree._Element, one: Experiment) -> None:
    library = etree.SubElement(design, "LIBRARY_DESCRIPTOR")
    _add(library, "LIBRARY_NAME", one.library_name)
    _add(library, "LIBRARY_STRATEGY", one.strategy)
    _add(library, "LIBRARY_SOURCE", one.source)
    _add(library, "LIBRARY_SELECTION", one.selection)
    layout = etree.SubElement(library, "LIBRARY_LAYOUT")
    etree.SubElement(layout, "PAIRED" if one.is_paired else "SINGLE")
    if one.protocol:
        _add(library, "LIBRARY_CONSTRUCTION_PROTOCOL", one.protocol)


def run_xml(runs: Iterable[Run], study: Study) -> bytes:
    """Write the runs and the checksums of their files."""
    root = etree.Element("RUN_SET")
    for one in runs:
        record = _record(root, "RUN", one.alias, study)
        _add(record, "TITLE", one.title)
        etree.SubElement(record, "EXPERIMENT_REF").set("refname", one.experiment)
        files = etree.SubElement(etree.SubElement(record, "DATA_BLOCK"), "FILES")
        for file in one.files:
            element = etree.SubElement(files, "FILE")
            element.set("filename", file.name)
            element.set("filetype", "fastq")
            element.set("checksum_method", "MD5")
            element.set("checksum", file.md5)
    return _bytes(root)


def submission_xml(alias: str, study: Study, kinds: Sequence[str]) -> bytes:
    """Write what is to be done with the records of some kinds: add them, and when to show them."""
    root, actions = _submission(alias, study)
    for kind in kinds:
        add = etree.SubElement(etree.SubElement(actions, "ACTION"), "ADD")
        add.set("source", f"{kind}.xml")
        add.set("schema", kind)
    action = etree.SubElement(actions, "ACTION")
    if study.release:
        etree.SubElement(action, "HOLD").set("HoldUntilDate", study.release)
    else:
        etree.SubElement(action, "RELEASE")
    return _bytes(root)


def receipt_request_xml(alias: str, study: Study) -> bytes:
    """Ask for the receipt of an earlier submission."""
    root, actions = _submission(f"{alias}-receipt", study)
    etree.SubElement(etree.SubElement(actions, "ACTION"), "RECEIPT").set("target", alias)
    return _bytes(root)


def _submission(alias: str, study: Study) -> tuple[etree._Element, etree._Element]:
    root = etree.Element("SUBMISSION_SET")
    record = _record(root, "SUBMISSION", alias, study)
    return root, etree.SubElement(record, "ACTIONS")


def _record(root: etree._Element, tag: str, alias: str, study: Study) -> etree._Element:
    record = etree.SubElement(root, tag)
    record.set("alias", alias)
    if study.center:
        record.set("center_name", study.center)
    return record


def _attributes(record: etree._Element, tag: str, attributes: Sequence[Attribute]) -> None:
    if not attributes:
        return
    block = etree.SubElement(record, f"{tag}_ATTRIBUTES")
    for one in attributes:
        element = etree.SubElement(block, f"{tag}_ATTRIBUTE")
        _add(element, "TAG", one.label)
        _add(element, "VALUE", one.value)
        if one.unit:
            _add(element, "UNITS", one.unit)


def _add(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))
