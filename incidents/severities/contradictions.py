"""What a severity cannot mean at the same time: each contradiction as a sentence on its field.

A sentence names both values and the ways out. What is only unusual is a warning; it stops nobody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from incidents.customers import updates
from incidents.models import SlaMetric, SlaStart
from incidents.severities.outlook import Applicable, Outlook
from incidents.severities.promises import PROMISED, goal_field
from incidents.sla import neighbours
from incidents.sla.stretches import TWO_YEARS
from incidents.sla.words import goal_text
from oncall.calendars.opening_hours import minute_of
from oncall.models import EscalationPolicy

_COMPARED = 14 * 24 * 60
"""Minutes over which two promises on different calendars are compared."""
_STEP = 30
_NAMES = 5


@dataclass(frozen=True)
class Contradiction:
    """What is wrong with a field, as a sentence, and where the reader can change the other side of it."""

    field: str
    sentence: str
    url: str = ""
    link: str = ""


def find_contradictions(outlook: Outlook) -> list[Contradiction]:
    """Everything that contradicts itself in a draft; empty for one that can be stored."""
    checks: tuple[Callable[[Outlook], Iterator[Contradiction]], ...] = (
        _paging, _order_of_promises, _starts, _hidden, _looser_teams, _postmortem, _first_words, _nobody_reached,
    )  # fmt: skip
    return [each for check in checks for each in check(outlook)]


def _paging(outlook: Outlook) -> Iterator[Contradiction]:
    severity = outlook.draft.severity
    if severity.is_major and not severity.pages:
        yield Contradiction(
            "pages",
            "A major incident that pages nobody is led by nobody. Page the people on call, or make it no major"
            " incident.",
        )


def _order_of_promises(outlook: Outlook) -> Iterator[Contradiction]:
    restore = outlook.applicable.get(SlaMetric.RESTORE)
    if restore is None:
        return
    for metric, what in (
        (SlaMetric.ACKNOWLEDGE, "Somebody would have to answer only after the service works again."),
        (SlaMetric.FIRST_UPDATE, "Customers would hear the first word when it is over."),
        (SlaMetric.NEXT_UPDATE, "Customers would hear nothing until it is over."),
    ):
        promise = outlook.applicable.get(metric)
        if promise is not None and (when := _is_later(promise, restore, since=minute_of(outlook.effective_from))):
            yield _at_field(
                outlook,
                promise,
                restore,
                f"{_text(promise)} is longer than restore ({_text(restore)}){when}. {what} Use at most"
                f" {_text(restore)}, or allow more time to restore.",
            )
    prevent = outlook.applicable.get(SlaMetric.PREVENT)
    if prevent is None or prevent.version.start == SlaStart.RESTORED:
        return
    if when := _is_later(restore, prevent, since=minute_of(outlook.effective_from)):
        yield _at_field(
            outlook,
            prevent,
            restore,
            f"Prevention ({_text(prevent)}) would be due before the service has to work again"
            f" ({_text(restore)}){when}. Allow more time, or restore sooner.",
        )


def _at_field(outlook: Outlook, promise: Applicable, other: Applicable, sentence: str) -> Contradiction:
    """On the promise's own field; on the other's if the promise comes from a target elsewhere, with its address."""
    if promise.is_own or not other.is_own:
        return Contradiction(goal_field(promise.metric), sentence)
    target = promise.target
    return Contradiction(
        goal_field(other.metric),
        sentence,
        url=target.get_absolute_url() if target else "",
        link=f"Change “{target.name}”" if target else "",
    )


def _is_later(late: Applicable, early: Applicable, *, since: int) -> str:
    """Whether one promise can be due after another one that starts with it: " " or an example; else nothing."""
    if late.hours is early.hours:
        return " " if late.goal > early.goal else ""
    limit = since + _COMPARED + TWO_YEARS
    for minute in range(since, since + _COMPARED, _STEP):
        first = early.hours.advance(minute, early.goal, limit=limit)
        second = late.hours.advance(minute, late.goal, limit=limit)
        if first is not None and (second is None or second > first):
            return " at some times of the week, because their calendars differ"
    return ""


def _text(promise: Applicable) -> str:
    return goal_text(promise.goal, promise.is_round_the_clock)


def _starts(outlook: Outlook) -> Iterator[Contradiction]:
    severity = outlook.draft.severity
    if SlaMetric.PREVENT in outlook.draft.promises and not severity.needs_prevention:
        yield Contradiction(
            "needs_prevention",
            "It promises a time to resolve, but needs no prevention, so incidents resolve with restoration. Require"
            " prevention, or leave the time to resolve empty.",
        )


def _hidden(outlook: Outlook) -> Iterator[Contradiction]:
    for metric in PROMISED:
        winner = outlook.applicable.get(metric)
        if metric not in outlook.draft.promises or winner is None or winner.is_own or winner.target is None:
            continue
        yield Contradiction(
            goal_field(metric),
            f"“{winner.target.name}” ({_text(winner)}) stands before it and applies to every incident of this"
            " severity, so this promise would never hold. Leave it empty, or move that target further back.",
            url=winner.target.get_absolute_url(),
            link=f"Open “{winner.target.name}”",
        )


def _looser_teams(outlook: Outlook) -> Iterator[Contradiction]:
    """Teams' own targets that would be looser than what the severity promises (K-6)."""
    for metric, change in outlook.planned.items():
        if change.is_retired or change.target.pk is None:
            continue
        for team in neighbours.loosened_by(change.target, change.draft, since=outlook.effective_from):
            yield Contradiction(
                goal_field(metric),
                f"A team's own target, “{team.name}” ({team.goal_text}), would be looser than this. A team may be"
                f" stricter than the centre, never looser. Allow {team.goal_text} or more, or change that target"
                " first.",
                url=team.url,
                link=f"Open “{team.name}”",
            )


def _postmortem(outlook: Outlook) -> Iterator[Contradiction]:
    severity = outlook.draft.severity
    if severity.needs_postmortem and not severity.postmortem_days:
        yield Contradiction(
            "postmortem_days",
            "A postmortem due in 0 days is late at once. Allow at least 1 day, or require no postmortem.",
        )


def _first_words(outlook: Outlook) -> Iterator[Contradiction]:
    if unknown := updates.unknown_placeholders(outlook.draft.severity.first_words):
        allowed = ", ".join([*updates.AUTOMATIC_PLACEHOLDERS, *updates.AUTHOR_PLACEHOLDERS])
        yield Contradiction("first_words", f"There is no placeholder {', '.join(unknown)}. Use one of: {allowed}.")


def _nobody_reached(outlook: Outlook) -> Iterator[Contradiction]:
    """A severity that pages, while no policy exists, or while no page about any service would reach anybody."""
    if not outlook.draft.severity.pages:
        return
    if not EscalationPolicy.objects.filter(retired_at=None).exists():
        yield Contradiction(
            "pages",
            "It pages the people on call, but there is no escalation policy that says who they are. Add one first.",
            url=reverse("admin:oncall_escalationpolicy_add"),
            link="Add an escalation policy",
        )
        return
    if outlook.coverage and not any(row.names for row in outlook.coverage):
        yield Contradiction(
            "pages",
            "It pages the people on call, but nobody is: a page about any of the services would reach nobody now. Put"
            " somebody on call first.",
            url=reverse("admin:oncall_escalationpolicy_changelist"),
            link="See the escalation policies",
        )


def list_warnings(outlook: Outlook) -> list[Contradiction]:
    """What is unusual about a draft, and stops nobody from saving it."""
    severity = outlook.draft.severity
    warnings = []
    if unreached := [row.service.name for row in outlook.coverage if not row.names]:
        more = f" and {len(unreached) - _NAMES} more" if len(unreached) > _NAMES else ""
        names = f"{', '.join(unreached[:_NAMES])}{more}"
        warnings.append(Contradiction("pages", f"A page about these would reach nobody now: {names}."))
    if severity.is_major and not severity.needs_postmortem:
        warnings.append(Contradiction("needs_postmortem", "A major incident without a postmortem teaches nobody."))
    if severity.is_major and SlaMetric.NEXT_UPDATE not in outlook.applicable:
        warnings.append(
            Contradiction(
                goal_field(SlaMetric.NEXT_UPDATE), "Customers are promised no next update of a major incident."
            )
        )
    return warnings
