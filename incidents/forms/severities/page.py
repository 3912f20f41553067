"""What the page of a severity shows beside its form: the order, the promises in rows, and the preview."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from django import forms
from django.urls import reverse
from django.utils.http import urlencode

from config.base.data.clock_changes import clock_changes, read_wall_clock
from config.base.data.moments import read_local_minute
from config.base.data.wall_clock import wall_time
from config.base.web.moments import reader_zone, reading_notice
from incidents.customers.template_previews import TextPreview, preview_text
from incidents.forms.severities.definition import SeverityForm, first_service
from incidents.forms.severities.promise_fields import unit_field
from incidents.models import SlaMetric
from incidents.severities import order
from incidents.severities.contradictions import Contradiction, find_contradictions, list_warnings
from incidents.severities.drafts import SeverityDraft, draft_of
from incidents.severities.outlook import Outlook, look_ahead
from incidents.severities.preview import RaisedPreview, preview_raised
from incidents.severities.promises import PROMISED, calendar_field, goal_field
from incidents.sla.version_text import describe_versions
from incidents.sla.words import goal_text

_FRIDAY = 4


@dataclass(frozen=True)
class PromiseRow:
    """The fields of one promise, and what else is known about it."""

    goal: forms.BoundField
    unit: forms.BoundField
    calendar: forms.BoundField
    notes: tuple[tuple[str, str], ...]
    """Sentences with the address of what they name."""


@dataclass(frozen=True)
class Try:
    """A moment worth asking about; `local` is as the field of the moment reads it."""

    label: str
    local: str


def page_context(form: SeverityForm, *, at: datetime, is_live: bool = False) -> dict[str, object]:
    """The context of the page, and of its live part; `at` is the whole minute of now."""
    outlook = form.outlook or look_ahead(_draft(form), at=form.at)
    contradictions = form.contradictions if form.outlook else find_contradictions(outlook)
    return {
        "form": form,
        "promises": [_promise_row(form, outlook, metric) for metric in PROMISED],
        "order_rows": order.arranged(outlook.draft.severity, order.in_order(), outlook.draft.place),
        "this": outlook.draft.severity,
        "preview": _preview(form, outlook, contradictions, at=at),
        "preview_note": _moment_note(form),
        "warnings": list_warnings(outlook),
        "contradictions": contradictions,
        "links": [each for each in contradictions if each.url],
        "tries": list(_tries(at)),
        "words": _words(form, outlook),
        "simulate_url": _simulate_url(form),
        "field_errors": _field_errors(form, is_live=is_live),
    }


def _draft(form: SeverityForm) -> SeverityDraft:
    """What an untouched form says."""
    return draft_of(form.instance, at=form.at)


def _preview(
    form: SeverityForm, outlook: Outlook, contradictions: Sequence[Contradiction], *, at: datetime
) -> RaisedPreview:
    cleaned = getattr(form, "cleaned_data", {})
    service = cleaned.get("preview_service")
    if not form.is_bound:
        service = first_service()
    raised_at = cleaned.get("preview_at") or at
    return preview_raised(
        outlook, service=service, raised_at=raised_at, contradictions=contradictions
    )  # fmt: skip


def _words(form: SeverityForm, outlook: Outlook) -> TextPreview | None:
    """The first words as customers would read them."""
    text = outlook.draft.severity.first_words
    return preview_text(text, reader=form.actor, at=form.at) if text and form.actor else None


def _simulate_url(form: SeverityForm) -> str:
    """The page with everybody who would be paged, for a severity that is stored."""
    service = getattr(form, "cleaned_data", {}).get("preview_service") or first_service()
    if form.instance.pk is None or service is None:
        return ""
    chosen = {"service": service.pk, "severity": form.instance.pk}
    return f"{reverse('admin:incidents_service_simulate')}?{urlencode(chosen)}"


def _promise_row(form: SeverityForm, outlook: Outlook, metric: SlaMetric) -> PromiseRow:
    return PromiseRow(
        goal=form[goal_field(metric)],
        unit=form[unit_field(metric)],
        calendar=form[calendar_field(metric)],
        notes=tuple(_notes(outlook, metric)),
    )


def _notes(outlook: Outlook, metric: SlaMetric) -> Iterator[tuple[str, str]]:
    """What is promised without it, what is planned, and where earlier versions are, to write one of them again."""
    inherited = outlook.inherited.get(metric)
    if metric not in outlook.draft.promises and inherited is not None and inherited.target is not None:
        goal = goal_text(inherited.goal, inherited.is_round_the_clock)
        yield f"“{inherited.target.name}” promises {goal}.", inherited.target.get_absolute_url()
    own = outlook.own.get(metric)
    if own is not None:
        for text in describe_versions(own.planned).values():
            yield f"Planned: {text}.", own.target.get_absolute_url()
        yield "Earlier versions, and what warnings do.", own.target.get_absolute_url()


def _moment_note(form: SeverityForm) -> str:
    """What is special about the local time that was asked about."""
    local = read_local_minute(str(form.data.get("preview_at", ""))) if form.is_bound else None
    if local is None:
        return ""
    zone = reader_zone()
    reading = read_wall_clock(local, zone)
    return reading_notice(reading, at=reading.at, zone=zone)


def _tries(at: datetime) -> Iterator[Try]:
    zone = reader_zone()
    local = wall_time(at, zone)
    yield Try("now", local.isoformat(timespec="minutes"))
    friday = local.date() + timedelta(days=(_FRIDAY - local.weekday()) % 7)
    yield Try("Friday 17:58", _local(friday, time(17, 58)))
    eve = date(local.year + (local.date() > date(local.year, 12, 24)), 12, 24)
    yield Try("24 December 22:00", _local(eve, time(22, 0)))
    for change in islice(clock_changes(zone, at=at), 2):
        way, begin = ("forward", change.before) if change.is_forward else ("back", change.after)
        yield Try(f"clocks go {way}", (begin + timedelta(minutes=30)).isoformat(timespec="minutes"))


def _local(day: date, clock: time) -> str:
    return datetime.combine(day, clock).isoformat(timespec="minutes")


def _field_errors(form: SeverityForm, *, is_live: bool) -> list[tuple[str, list[str]]]:
    """The errors beside each field; while somebody types, an empty field is not wrong yet."""
    errors = form.errors.as_data() if form.is_bound else {}
    sentences = {
        name: [text for fault in faults if not (is_live and fault.code == "required") for text in fault.messages]
        for name, faults in errors.items()
    }
    return [(name, sentences.get(name, [])) for name in form.fields if not name.startswith("preview")]
