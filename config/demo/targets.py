"""The demo's SLA targets: what severities, teams and a supplier promise; and the clocks of its past."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Q

from config.base.data.clock import floor_minute
from config.base.data.models import Origin
from config.demo import master_data
from config.demo.company import Company
from incidents.models import (
    OPEN_STATUSES,
    HoldReason,
    SlaKind,
    SlaMetric,
    SlaStale,
    SlaStart,
    Ticket,
    TimelineEntry,
)
from incidents.sla import storage
from incidents.sla.conditions import Conditions
from incidents.sla.drafts import VersionDraft
from incidents.sla.targets import create_target
from oncall.models import Calendar

_HOUR = 60
_DAY = 24 * _HOUR
_OFFICE = "Office hours Berlin"
_WAITS = (HoldReason.REQUESTER, HoldReason.SUPPLIER)
_RECENT = timedelta(days=75)
_CHUNK = 200
# By rank: hours until the service works again; the mild ones are counted in the office's hours.
_RESTORE = {1: 4, 2: 8, 3: 16, 4: 40}
_IN_OFFICE_HOURS = frozenset({3, 4})
# By rank: minutes from the first page until somebody answers.
_ANSWER = {1: 5, 2: 15}
_NAMES = {
    SlaMetric.ACKNOWLEDGE: "Acknowledge",
    SlaMetric.FIRST_UPDATE: "First update",
    SlaMetric.NEXT_UPDATE: "Next update",
    SlaMetric.RESTORE: "Restore",
}


@dataclass(frozen=True)
class _Facts:
    """A target: its name, what it is about, and its only version."""

    name: str
    metric: SlaMetric
    draft: VersionDraft
    kind: SlaKind = SlaKind.SLA
    about: str = ""


def write(company: Company) -> None:
    """Every target, in force since before the first incident; calendars come first."""
    at = company.since - timedelta(days=2)
    office = Calendar.objects.get(name=_OFFICE)
    for facts in [*_of_severities(company, office), *_of_others(company, office)]:
        create_target(
            name=facts.name, kind=facts.kind, metric=facts.metric, draft=facts.draft, description=facts.about,
            effective_from=floor_minute(at), note="As in the contract", at=at, actor=None, origin=Origin.DEMO,
        )  # fmt: skip


def compute(company: Company) -> None:
    """The clocks of open and recent tickets as they stand now, with their warnings and breaches; nobody is told.

    Older ones would double the time of loading; their clocks are on their own pages all the same.
    """
    recent = Q(status__in=OPEN_STATUSES) | Q(created_at__gte=company.at - _RECENT)
    keys = list(Ticket.objects.filter(recent).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _CHUNK):
        storage.refresh(ticket_ids=keys[start : start + _CHUNK], at=company.at)
    # What loading itself recorded since then is news to the engine.
    news = TimelineEntry.objects.filter(facts__isnull=False, recorded_at__gt=company.at)
    SlaStale.objects.exclude(ticket__in=set(news.values_list("ticket", flat=True))).delete()


def _of_severities(company: Company, office: Calendar) -> Iterator[_Facts]:
    for rank, severity in company.severities.items():
        first, between, *_ = master_data.TOLD[rank]
        when: Conditions = {"severity": [severity.pk]}
        minutes = {
            (SlaMetric.ACKNOWLEDGE, SlaStart.ALERTED): _ANSWER.get(rank),
            (SlaMetric.FIRST_UPDATE, SlaStart.IMPACT): first,
            (SlaMetric.NEXT_UPDATE, SlaStart.OPENED): between,
        }
        for (metric, start), goal in minutes.items():
            if goal is not None:
                draft = VersionDraft(goal, start=start, conditions=when, position=rank)
                yield _Facts(f"{_NAMES[metric]}, {severity}", metric, draft)
        if rank in _RESTORE:
            draft = VersionDraft(_RESTORE[rank] * _HOUR, start=SlaStart.IMPACT, conditions=when, position=rank)
            if rank in _IN_OFFICE_HOURS:
                draft = replace(draft, calendar=office, pause_reasons=_WAITS)
            yield _Facts(f"{_NAMES[SlaMetric.RESTORE]}, {severity}", SlaMetric.RESTORE, draft)


def _of_others(company: Company, office: Calendar) -> Iterator[_Facts]:
    minor: Conditions = {"severity": [company.severities[3].pk]}
    parcels: Conditions = {"service": [company.services["Parcel tracking"].pk]}
    yield _Facts(
        "Acknowledge, SEV3",
        SlaMetric.ACKNOWLEDGE,
        VersionDraft(_HOUR, office, start=SlaStart.OPENED, conditions=minor, position=3),
    )
    yield _Facts(
        "Prevention of major incidents",
        SlaMetric.PREVENT,
        VersionDraft(20 * _DAY, start=SlaStart.RESTORED, conditions={"major": [True]}),
        about="What the postmortem decides with priority is done.",
    )
    yield _Facts(
        "Teams answer each other",
        SlaMetric.ACKNOWLEDGE,
        VersionDraft(_HOUR // 2, office),
        kind=SlaKind.OLA,
        about="A team that gets a ticket acknowledges it, also when another team hands it over.",
    )
    yield _Facts(
        "Parcelwise restores parcel tracking",
        SlaMetric.RESTORE,
        VersionDraft(8 * _HOUR, office, conditions=parcels),
        kind=SlaKind.UNDERPINNING,
        about="From the notice to the supplier until the supplier says that it works.",
    )
