"""The address of every form of the portal, with the records it needs; a new form page must be added here."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.web.views import FormPage
from incidents.views.response import verbs as incident_verbs
from incidents.views.tickets import bulk
from postmortems.views import verbs as postmortem_verbs
from problems.views import verbs as problem_verbs
from tests import factories as make
from tests.portal import pages


def form_views() -> dict[str, type[FormPage]]:
    """The form pages of the portal, by the names of their addresses."""
    return {name: view for name, view in pages.views() if issubclass(view, FormPage)}


def _of_ticket(name: str) -> Callable[[Any], list[str]]:
    return lambda person: [reverse(name, args=[make.IncidentFactory().reference])]


def _of_row(name: str, factory: Callable[..., Any], **fields: Any) -> Callable[[Any], list[str]]:
    return lambda person: [reverse(name, args=[factory(**fields).pk])]


def _plain(name: str) -> Callable[[Any], list[str]]:
    return lambda person: [reverse(name)]


def _verbs(name: str, table: Any, record: Callable[[], Any]) -> Callable[[Any], list[str]]:
    def build(person: Any) -> list[str]:
        key = record()
        return [reverse(name, args=[key, verb.name]) for verb in table.values() if not verb.is_plain]

    return build


def _update(person: Any) -> list[str]:
    make.ComponentFactory()
    return [reverse("incidents:update", args=[make.IncidentFactory().reference])]


def _swap(name: str) -> Callable[[Any], list[str]]:
    soon = floor_minute(timezone.now()) + timedelta(days=2)

    def build(person: Any) -> list[str]:
        schedule = make.team_schedule(make.UserFactory(), person)
        swap = make.SwapRequestFactory(schedule=schedule, starts_at=soon, ends_at=soon + timedelta(hours=6))
        return [reverse(name, args=[swap.pk])]

    return build


def _member(person: Any) -> list[str]:
    member = make.MembershipFactory()
    return [reverse("oncall:member", args=[member.team.slug, member.pk])]


def _service_token(person: Any) -> list[str]:
    account = make.ServiceAccountFactory()
    return [reverse("oncall:service-token-rotate", args=[account.pk, make.ApiTokenFactory(user=account.user).pk])]


def _schedule(name: str) -> Callable[[Any], list[str]]:
    return lambda person: [reverse(name, args=[make.team_schedule(person, make.UserFactory()).pk])]


def _postmortem(name: str, *more: str) -> Callable[[Any], list[str]]:
    return lambda person: [reverse(name, args=[make.PostmortemFactory().pk, *more])]


def _requester_of_ticket(person: Any) -> list[str]:
    ticket = make.IncidentFactory(requester=make.ContactFactory())
    return [reverse("incidents:ticket-requester-correct", args=[ticket.reference, ticket.requester.pk])]


def _item_of_ticket(person: Any) -> list[str]:
    item = make.ChecklistItemFactory()
    return [reverse("incidents:checklist-rename", args=[item.ticket.reference, item.pk])]


def _time_of_ticket(person: Any) -> list[str]:
    ticket = make.IncidentFactory()
    time = make.WorkIntervalFactory(user=person, subject_id=ticket.pk, source="claimed")
    return [reverse("incidents:work-time-correct", args=[ticket.reference, time.pk])]


ADDRESSES: dict[str, Callable[[Any], list[str]]] = {
    "incidents:action-item-decline": _of_row("incidents:action-item-decline", make.ActionItemFactory),
    "incidents:action-item-new": _of_ticket("incidents:action-item-new"),
    "incidents:action-item-reassign": _of_row("incidents:action-item-reassign", make.ActionItemFactory),
    "incidents:bulk": lambda person: [reverse("incidents:bulk", args=[name]) for name in bulk.ACTIONS],
    "incidents:checklist-new": _of_ticket("incidents:checklist-new"),
    "incidents:checklist-rename": _item_of_ticket,
    "incidents:declare": lambda person: [make.SeverityFactory() and reverse("incidents:declare")],
    "incidents:excluded-time-decline": _of_row("incidents:excluded-time-decline", make.SlaCreditFactory),
    "incidents:excluded-time-decline-all": _of_row(
        "incidents:excluded-time-decline-all", make.SlaCreditFactory, batch=UUID(int=1)
    ),
    "incidents:excluded-time-many": _plain("incidents:excluded-time-many"),
    "incidents:excluded-time-request": _of_ticket("incidents:excluded-time-request"),
    "incidents:external-link-new": _of_ticket("incidents:external-link-new"),
    "incidents:integration-new": _plain("incidents:integration-new"),
    "incidents:link-new": _of_ticket("incidents:link-new"),
    "incidents:maintenance-new": lambda person: [make.ComponentFactory() and reverse("incidents:maintenance-new")],
    "incidents:maintenance-tell": _of_row("incidents:maintenance-tell", make.MaintenanceFactory, component=True),
    "incidents:sla-waiver-decline": _of_row("incidents:sla-waiver-decline", make.SlaWaiverFactory),
    "incidents:sla-waiver-request": _of_row("incidents:sla-waiver-request", make.SlaBreachFactory),
    "incidents:requester-add": _of_ticket("incidents:requester-add"),
    "incidents:requester-correct": _of_row("incidents:requester-correct", make.ContactFactory),
    "incidents:ticket-edit": _of_ticket("incidents:ticket-edit"),
    "incidents:ticket-new": lambda person: [make.SeverityFactory() and reverse("incidents:ticket-new")],
    "incidents:ticket-requester": _of_ticket("incidents:ticket-requester"),
    "incidents:ticket-requester-correct": _requester_of_ticket,
    "incidents:update": _update,
    "incidents:verb": _verbs("incidents:verb", incident_verbs.VERBS, lambda: make.IncidentFactory().reference),
    "incidents:waiver-decline": _of_row("incidents:waiver-decline", make.PreventionWaiverFactory),
    "incidents:waiver-request": _of_ticket("incidents:waiver-request"),
    "incidents:watcher-new": _of_ticket("incidents:watcher-new"),
    "incidents:work-time-correct": _time_of_ticket,
    "incidents:work-time-new": _of_ticket("incidents:work-time-new"),
    "oncall:calendar-add": _plain("oncall:calendar-add"),
    "oncall:calendar-edit": _of_row("oncall:calendar-edit", make.CalendarFactory),
    "oncall:calendar-import": _of_row("oncall:calendar-import", make.CalendarFactory),
    "oncall:cover": _schedule("oncall:cover"),
    "oncall:day-add": _of_row("oncall:day-add", make.CalendarFactory),
    "oncall:feed-add": _plain("oncall:feed-add"),
    "oncall:hand-off": _schedule("oncall:hand-off"),
    "oncall:hours-change": _of_row("oncall:hours-change", make.CalendarFactory),
    "oncall:me-about": _plain("oncall:me-about"),
    "oncall:member": _member,
    "oncall:method-add": _plain("oncall:method-add"),
    "oncall:method-verify": lambda person: [
        reverse("oncall:method-verify", args=[make.ContactMethodFactory(user=person).pk])
    ],
    "oncall:my-time-off": _plain("oncall:my-time-off"),
    "oncall:override-add": _schedule("oncall:override-add"),
    "oncall:rule-add": _plain("oncall:rule-add"),
    "oncall:schedule-about": _schedule("oncall:schedule-about"),
    "oncall:service-account-edit": _of_row("oncall:service-account-edit", make.ServiceAccountFactory),
    "oncall:service-account-new": _plain("oncall:service-account-new"),
    "oncall:service-account-roles": _of_row("oncall:service-account-roles", make.ServiceAccountFactory),
    "oncall:service-token-add": _of_row("oncall:service-token-add", make.ServiceAccountFactory),
    "oncall:service-token-rotate": _service_token,
    "oncall:swap-add": _schedule("oncall:swap-add"),
    "oncall:swap-decline": _swap("oncall:swap-decline"),
    "oncall:swap-offer": _swap("oncall:swap-offer"),
    "oncall:task-dismiss": lambda person: [
        reverse("oncall:task-dismiss", args=[make.ObligationFactory(owner=person, rule__dismissed_by="owner").pk])
    ],
    "oncall:task-postpone": lambda person: [
        reverse("oncall:task-postpone", args=[make.ObligationFactory(owner=person, rule__dismissed_by="owner").pk])
    ],
    "oncall:token-add": _plain("oncall:token-add"),
    "oncall:token-rotate": lambda person: [
        reverse("oncall:token-rotate", args=[make.ApiTokenFactory(user=person).pk])
    ],
    "oncall:view": lambda person: [reverse("oncall:view", args=[make.SavedViewFactory(owner=person).pk])],
    "oncall:view-new": lambda person: [f"{reverse('oncall:view-new')}?path=/incidents/"],
    "postmortems:public": _postmortem("postmortems:public"),
    "postmortems:seat": _postmortem("postmortems:seat", "other_team"),
    "postmortems:section": _postmortem("postmortems:section", "summary"),
    "postmortems:verb": _verbs("postmortems:verb", postmortem_verbs.VERBS, lambda: make.PostmortemFactory().pk),
    "problems:edit": lambda person: [reverse("problems:edit", args=[make.ProblemFactory().reference])],
    "problems:link-problem": _of_ticket("problems:link-problem"),
    "problems:new": _plain("problems:new"),
    "problems:verb": _verbs("problems:verb", problem_verbs.VERBS, lambda: make.ProblemFactory().reference),
}
"""By the name of its address: the addresses of a form page, for a person."""


def other_pages_with_forms(person: Any) -> Iterator[str]:
    """Pages that show a form among other things."""
    for row in (make.IncidentFactory(), make.ProblemFactory(), make.PostmortemFactory(), make.CalendarFactory()):
        yield row.get_absolute_url()
    swap = make.SwapOfferFactory(swap__schedule=make.team_schedule(make.UserFactory(), person)).swap
    yield swap.get_absolute_url()
    yield reverse("oncall:me")
    yield reverse("oncall:feeds")
    yield reverse("oncall:schedule-new")
