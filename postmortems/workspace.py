"""Data of a postmortem's page: sections with hints, and the days that each step took."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from postmortems import blameless
from postmortems.models import Postmortem, PostmortemSection

_RECORD = "timeline"
"""The section with the incident's record, which may name people; hints at names are for the other sections."""


@dataclass(frozen=True)
class SectionView:
    """A section, and hints at its wording."""

    section: PostmortemSection
    hints: list[blameless.Hint]


@dataclass(frozen=True)
class Stamp:
    """A step, when it was taken, and how many days after the restoration."""

    label: str
    at: datetime | None
    days: float | None


def section_views(postmortem: Postmortem, *, with_hints: bool) -> list[SectionView]:
    """The sections in order; hints are for those who can change the text."""
    people = people_involved(postmortem) if with_hints else []
    return [
        SectionView(section, section_hints(section, people) if with_hints else [])
        for section in postmortem.sections.order_by("position")
    ]


def section_hints(section: PostmortemSection, people: Collection[str]) -> list[blameless.Hint]:
    """Hints at a section's wording."""
    return blameless.find_hints(section.body, names=() if section.key == _RECORD else people)


def people_involved(postmortem: Postmortem) -> list[str]:
    """The names of people involved in the incident; a text about causes should call them by role."""
    ticket = postmortem.ticket
    acted = ticket.timeline.filter(actor__isnull=False).values_list("actor__name", flat=True).distinct()
    return sorted({*acted, *(person.name for person in (postmortem.owner, ticket.assignee) if person)})


def stamps(postmortem: Postmortem) -> list[Stamp]:
    """The steps taken so far, from first text to closing."""
    steps = (
        ("First text", postmortem.drafted_at),
        ("Submitted for review", postmortem.submitted_at),
        ("Approved", postmortem.approved_at),
        ("Published", postmortem.published_at),
        ("Closed", postmortem.closed_at),
    )
    return [Stamp(label, at, days_since_restored(postmortem, at)) for label, at in steps if at is not None]


def days_since_restored(postmortem: Postmortem, at: datetime | None) -> float | None:
    """Days from restoration to a step, rounded to a tenth."""
    return None if at is None else round((at - postmortem.restored_at).total_seconds() / 86400, 1)
