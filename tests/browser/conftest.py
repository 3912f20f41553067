"""A browser, a small company, and a page that reports every violation of the content policy."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from config.base.data.clock import floor_minute
from config.base.data.roles import Role
from incidents import response
from incidents.customers import updates
from incidents.models import IntegrationKind
from incidents.prevention import action_items
from incidents.prevention.waivers import request_waiver
from oncall.feeds import create_feed
from oncall.models import Calendar, CalendarDate
from postmortems import review, writing
from postmortems.models import Postmortem
from problems.investigation import factors, lifecycle
from tests import factories as make

SHOTS = Path(__file__).parent / "shots"


def take_shot(page: Page, name: str) -> None:
    """Keep a picture of the whole page when `make shots` asks for it."""
    if os.environ.get("SHOTS"):
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def company(transactional_db: Any) -> dict[str, Any]:
    """A shop with somebody on call, and an incident that pages."""
    for role in Role:  # a test that commits leaves an empty database behind, without the migrations' rows
        Group.objects.get_or_create(name=role.value)
    at = timezone.now()
    ana = make.UserFactory(name="Ana Silva", email="ana@example.com", time_zone="Europe/Lisbon", roles=_roles())
    bob = make.UserFactory(name="Bob Martin", roles=_roles())
    team = make.TeamFactory(name="Shop platform", slug="shop-platform", description="Runs the **shop**.")
    for person, place in ((ana, "manager"), (bob, "responder")):
        make.MembershipFactory(team=team, user=person, role=place)
        make.NotificationRuleFactory(contact_method__user=person, position=0)
    schedule = make.weekly_schedule(ana, bob, team=team, name="Shop primary", zone="Europe/Berlin")
    policy = make.policy(schedule, bob, fallback=[bob], team=team, name="Shop day and night", repeat=2)
    severities = [
        make.SeverityFactory(rank=1, title="Critical", needs_prevention=True, description="Customers cannot buy."),
        make.SeverityFactory(rank=2, title="Major", needs_prevention=True, description="A core function is down."),
        make.SeverityFactory(rank=3, title="Minor", pages=False, description="A nuisance."),
    ]
    for impact in (1, 2, 3):
        for urgency in (1, 2, 3):
            rank = min(3, impact + urgency - 1)
            make.PriorityRuleFactory(
                impact=impact, urgency=urgency, priority=min(5, impact + urgency - 1), severity=severities[rank - 1]
            )
    shop = make.ServiceFactory(name="Checkout", slug="checkout", tier=1, team=team, escalation_policy=policy)
    make.ServiceDependencyFactory(service=shop, needs=make.ServiceFactory(name="Payments gateway", team=team))
    ringing = response.declare(
        title="Checkout answers with errors for every second customer in Spain and Portugal",
        service=shop, impact=1, urgency=1, description="Errors since the **14:02** release.", actor=bob,
        customer_impact="Paying fails after the card was entered.", at=at - timedelta(minutes=6),
    )  # fmt: skip
    escalation = ringing.responses.get().escalation
    escalation.step, escalation.next_at = 1, at + timedelta(minutes=3)
    escalation.save()
    make.PageFactory(escalation=escalation, user=ana, created_at=at, due_at=at, sent_at=at, accepted_at=at)
    quiet = response.declare(
        title="Printer on floor 2 prints pale", service=shop, impact=3, urgency=3, actor=ana, at=at
    )
    response.add_note(ticket_id=ringing.pk, text="Looked at the logs:\n\n- pool is *empty*", actor=bob, at=at)
    integration = make.IntegrationFactory(name="Prometheus", kind=IntegrationKind.ALERTMANAGER, service=shop)
    alert = make.AlertFactory(
        integration=integration, ticket=ringing, title="HighErrorRate", opened_at=at, last_event_at=at
    )
    make.EventFactory(integration=integration, alert=alert, received_at=at)
    make.EngineLaneFactory(worker="worker-1:4711", started_at=at - timedelta(hours=5), swept_at=at)
    postmortem = _postmortem(ana, bob, shop, at)
    make.waived_clock(ticket=ringing, customers=["Example Trading of the Northern Counties Ltd"], breach_holds=False)
    make.SlaCycleFactory(ticket=quiet, version=None, kind="sla", metric="restore", source="Former desk")
    return {"ana": ana, "bob": bob, "ringing": ringing, "quiet": quiet, "service": shop, "team": team,
            "schedule": schedule, "integration": integration, "alert": alert, "postmortem": postmortem,
            "public_incident": _publish_update(ana, ringing, at),
            "known_error": _investigate(ana, bob, postmortem.ticket, at),
            "obligation": _obligation(ana, team, ringing, at),
            "rota": _change_rota(ana, bob, schedule, at)}  # fmt: skip


def _change_rota(ana: Any, bob: Any, schedule: Any, at: datetime) -> dict[str, Any]:
    """An override, a swap with an offer, time off, holidays, a feed, and a handoff note."""
    soon = floor_minute(at) + timedelta(hours=2)
    later = soon + timedelta(hours=6)
    override = make.OverrideFactory(
        schedule=schedule,
        op="set",
        out=None,
        starts_at=soon,
        ends_at=later,
        created_by=ana,
        created_at=at,
        origin="edit",
    )
    override.people.create(user=bob)
    swap = make.SwapRequestFactory(
        schedule=schedule, requested_by=ana, starts_at=later, ends_at=later + timedelta(hours=4), created_at=at
    )
    make.SwapOfferFactory(swap=swap, user=bob, created_at=at)
    make.AbsenceFactory(user=ana, starts_at=soon, ends_at=later, created_at=at)
    make.HandoffNoteFactory(schedule=schedule, author=bob, at=at - timedelta(hours=3))
    calendar = Calendar.objects.create(name="Public holidays in Portugal", country="PT")
    CalendarDate.objects.create(calendar=calendar, date=soon.date() + timedelta(days=9), name="A day", created_at=at)
    create_feed(owner=ana, name="My phone", schedule=None, at=at)
    return {"override": override, "swap": swap, "calendar": calendar}


def _obligation(ana: Any, team: Any, ticket: Any, at: datetime) -> Any:
    """Two tasks of Ana, one of them overdue and with a reminder, and one of her team."""
    rule = make.ObligationRuleFactory(
        name="Looks at what broke", dismissed_by="owner", max_rank=2,
        reminding=[(1, "days", "before", "owner"), (0, "minutes", "before", "owner"), (1, "days", "after", "manager")],
    )  # fmt: skip
    overdue = make.ObligationFactory(
        rule=rule, subject_id=ticket.pk, owner=ana, team=team, due_at=at - timedelta(hours=3), reminded_until=at,
        title="Look again at the pool of the payment workers and write down what was found", url="/",
    )  # fmt: skip
    make.ReminderFactory(obligation=overdue, user=ana, created_at=at)
    for owner in (ana, None):
        make.ObligationFactory(rule=rule, subject_id=ticket.pk, owner=owner, team=team, due_at=at + timedelta(days=2))
    return overdue


def _postmortem(ana: Any, bob: Any, service: Any, at: datetime) -> Any:
    """One in review that is overdue, with hints and comments."""
    incident = response.declare(title="Search was down", service=service, impact=1, urgency=2, actor=ana, at=at)
    response.restore(ticket_id=incident.pk, actor=ana, at=at, note="Rolled back.")
    postmortem = writing.draft(ticket_id=incident.pk, actor=ana, at=at)
    texts = {
        "summary": "Search answered with **errors** for 40 minutes after a release.",
        "causes": "Ana Silva should have checked the pool.\n\n- the limit was obviously too low\n- nobody was told",
        "lessons": "The rollback went well.",
    }
    for key, body in texts.items():
        writing.write(postmortem_id=postmortem.pk, key=key, body=body, actor=ana, at=at)
    writing.write_public(postmortem_id=postmortem.pk, text="Search did not work. We are sorry.", actor=ana, at=at)
    review.submit(postmortem_id=postmortem.pk, actor=ana, at=at)
    review.comment(postmortem_id=postmortem.pk, text="How did we notice?", actor=bob, at=at)
    Postmortem.objects.update(due_on=at.date() - timedelta(days=2))
    return postmortem


def _publish_update(ana: Any, ticket: Any, at: datetime) -> Any:
    """A page with a part that fails, its next update overdue, and somebody who got it."""
    page = make.StatusPageFactory(name="Acme")
    shop = make.ComponentFactory(page=page, name="Shop", description="Everything you buy with")
    part = make.ComponentFactory(page=page, group=shop, name="Cart and payment", service=ticket.service)
    make.MessageTemplateFactory()
    draft = updates.Draft(
        page=page, name="Paying by card fails", status="investigating", impact="major", components=(part,),
        component_status="partial_outage", body="Some customers see an **error**.", started_at=at - timedelta(hours=2),
        next_update_at=at - timedelta(minutes=30),
    )  # fmt: skip
    update = updates.publish(draft=draft, ticket_id=ticket.pk, actor=ana, at=at - timedelta(hours=1))
    make.UpdateDeliveryFactory(update=update, subscriber__page=page)
    return update.incident


def _investigate(ana: Any, bob: Any, ticket: Any, at: datetime) -> Any:
    """A problem with a tree of factors, a known error that looks like what rings, an action, and a waiver."""
    problem = lifecycle.open_from_incident(incident_id=ticket.pk, actor=ana, at=at, title="The pool runs empty")
    lifecycle.analyze(problem_id=problem.pk, actor=ana, at=at)
    first = factors.add(problem_id=problem.pk, text="The limit is **too low**.", actor=ana, at=at)
    factors.add(problem_id=problem.pk, text="Nobody was told.", parent=first, actor=bob, at=at)
    known_error = lifecycle.publish_known_error(
        problem_id=problem.pk, title="Checkout answers with errors for every second customer", actor=ana, at=at,
        symptoms="Errors at the checkout in Spain and Portugal.", workaround="Restart the pool.",
    )  # fmt: skip
    for days in (-3, 9):
        due_on = at.date() + timedelta(days=days)
        action_items.add(
            ticket_id=problem.pk, title="Raise the limit", due_on=due_on, is_priority=True, actor=bob, at=at
        )
    request_waiver(ticket_id=ticket.pk, reason="It is seen to elsewhere.", actor=bob, at=at)
    return known_error


def _roles() -> list[str]:
    return [Role.RESPONDER, Role.AGENT, Role.MANAGER, Role.PRACTICE]


# A request that a newer one replaces is aborted on purpose (`hx-sync`); htmx reports that as an error.
REPLACED_REQUEST = "htmx: htmx:error: signal is aborted without reason"
# A refresh when the session has ended, of which the page shows a notice; a form that is shown again with its errors.
SHOWN_ON_THE_PAGE = tuple(
    f"Failed to load resource: the server responded with a status of {code}" for code in (401, 422)
)


class Violations(list[str]):
    """What the console reports about the content policy, and errors of scripts."""

    def note(self, line: ConsoleMessage) -> None:
        """Keep a line of the console that is an error."""
        if line.type == "error" and not line.text.startswith((REPLACED_REQUEST, *SHOWN_ON_THE_PAGE)):
            self.append(line.text)


@pytest.fixture
def open_page(browser: Browser, live_server: Any, company: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """`open_page(width=390, dark=True, user=...)` gives a page that is signed in; violations fail the test."""
    contexts: list[BrowserContext] = []
    complaints = Violations()

    def make_page(*, width: int = 1360, dark: bool = False, user: Any = None, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",  # a color is judged when it is there, not on its way
        )
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies(
                [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", complaints.note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make_page
    for context in contexts:
        context.close()
    assert not complaints
