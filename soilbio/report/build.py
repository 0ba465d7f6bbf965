"""A dataset and a run's results → the page for one recipient."""

from __future__ import annotations

from soilbio.report.content import Section
from soilbio.report.material import Material
from soilbio.report.page import render_page
from soilbio.report.sections_composition import composition_sections
from soilbio.report.sections_coverage import coverage_sections
from soilbio.report.sections_diversity import diversity_sections
from soilbio.report.sections_metagenomes import metagenome_sections
from soilbio.report.sections_next import next_section
from soilbio.report.sections_reads import quality_section, reads_section
from soilbio.report.sections_run import methods_section, problems_section, summary_blocks
from soilbio.report.sections_sharing import agreement_section, controls_section, places_section


def build_page(material: Material) -> str:
    """Make the whole page, in the order in which people read it."""
    return render_page(material.title, material.view.audience.recipient, sections_of(material))


def sections_of(material: Material) -> list[Section]:
    """Make all sections; one without anything to show says so in a sentence."""
    return [
        Section("summary", "Summary", summary_blocks(material)),
        *composition_sections(material),
        *metagenome_sections(material),
        *diversity_sections(material),
        reads_section(material),
        quality_section(material),
        *coverage_sections(material),
        controls_section(material),
        places_section(material),
        agreement_section(material),
        problems_section(material),
        methods_section(material),
        next_section(material),
    ]
