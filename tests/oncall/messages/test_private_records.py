"""Nothing of a private record leaves the house: over every channel and every kind of message."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.data.outbox import OutboxState
from config.base.net import http
from incidents import response
from incidents.models import Ticket
from incidents.prevention import action_items
from oncall import channels, escalation, paging, subjects
from oncall.channels import SENDERS, Message
from oncall.models import ContactKind, Obligation, Page, Reminder
from oncall.obligations import reminders
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
MARKER = "Zanzibar"
ADDRESSES = {"email": "ana@example.com", "webhook": "https://hook.example.com/", "push": "device"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch, settings: Any, mailoutbox: list[EmailMessage]) -> Callable[[], str]:
    """All that has left the house as one text: every byte to a provider, every header and body of a mail."""
    settings.PHONE_GATEWAY_URL = "https://gateway.example.com/"
    requests: list[str] = []

    def send(*, url: str, body: bytes, headers: Any, **_: Any) -> http.Answer:
        requests.append(f"{url} {json.dumps(dict(headers))} {body.decode()}")
        return http.Answer(status=202, headers={}, body=b"")

    monkeypatch.setattr(http, "send", send)
    return lambda: "\n".join([*requests, *(mail.message().as_string() for mail in mailoutbox)])


@pytest.fixture
def people() -> dict[str, Any]:
    """A person for each channel, each reached by that channel alone."""
    by_channel = {}
    for kind in ContactKind.values:
        person = make.UserFactory(name=f"Ana {kind}")
        method = make.ContactMethodFactory(user=person, kind=kind, address=ADDRESSES.get(kind, "+49301234567"))
        for urgency in ("high", "low"):
            make.NotificationRuleFactory(contact_method=method, urgency=urgency, position=0)
        by_channel[kind] = person
    return by_channel


def _incident(*people: Any, service: str = "Payments API") -> Ticket:
    """An incident with the marker in every text, which becomes private after it has paged."""
    team = make.TeamFactory()
    for person in people:
        make.MembershipFactory(team=team, user=person, role="manager")
    payments = make.ServiceFactory(
        name=service, team=team, escalation_policy=make.policy(list(people), fallback=list(people), team=team)
    )
    ticket = response.declare(
        title=f"{MARKER} title", description=f"{MARKER} description", customer_impact=f"{MARKER} impact",
        service=payments, severity=make.SeverityFactory(rank=1), at=NOON,
    )  # fmt: skip
    response.add_note(ticket_id=ticket.pk, text=f"{MARKER} note", actor=people[0], at=NOON)
    escalation.fire_due(at=NOON)
    return ticket


def _make_private(ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason=f"{MARKER} reason")


def _send(jobs: list[paging.Job]) -> list[Message]:
    for job in jobs:
        assert SENDERS[job.channel](job.message).is_accepted
    return [job.message for job in jobs]


class TestPages:
    def test_name_number_and_service_only_on_every_channel(
        self, people: dict[str, Any], sent: Callable[[], str]
    ) -> None:
        ticket = _incident(*people.values())
        _make_private(ticket)

        messages = _send(paging.claim_jobs(at=NOON, limit=20))

        assert {message.kind for message in messages} == set(SENDERS)
        assert MARKER not in sent()
        assert {message.title for message in messages} == {f"{ticket.reference} (Payments API)"}
        assert sent().count(f"{ticket.reference} (Payments API)") >= len(SENDERS)

    def test_show_the_title_of_an_open_record(self, people: dict[str, Any], sent: Callable[[], str]) -> None:
        _incident(*people.values())

        _send(paging.claim_jobs(at=NOON, limit=20))

        assert sent().count(f"{MARKER} title") >= len(SENDERS)
        assert f"{MARKER} note" not in sent()

    def test_name_the_number_alone_without_a_service(self) -> None:
        ticket = make.IncidentFactory(
            title=MARKER, visibility="private", visibility_reason="HR", service=None, team=make.TeamFactory()
        )

        assert subjects.message_fields("ticket", [ticket.pk])[ticket.pk]["title"] == ticket.reference

    def test_say_when_it_began_in_the_recipients_own_zone(self) -> None:
        ana = make.UserFactory(name="Ana", time_zone="Asia/Kathmandu")
        _incident(ana)

        [job] = paging.claim_jobs(at=NOON, limit=20)

        assert job.message.facts["since"] == channels.base.local_time(NOON, "Asia/Kathmandu")
        assert "UTC" not in job.message.facts["since"]


class TestReminders:
    def _due(self, ticket: Ticket, person: Any) -> Obligation:
        rule = make.ObligationRuleFactory(reminding=[(0, "days", "before", "owner")], kind="customer_update")
        return make.planned(
            rule=rule, title=f"Tell customers about {ticket}", owner=person, subject_id=ticket.pk, url="/x/"
        )

    def test_name_kind_number_and_service_only_on_every_channel(
        self, people: dict[str, Any], sent: Callable[[], str]
    ) -> None:
        ticket = _incident(*people.values())
        due = [self._due(ticket, person) for person in people.values()]
        _make_private(ticket)
        at = due[0].due_at
        while reminders.make_due(at=at):
            pass

        messages = _send(reminders.claim_jobs(at=at, limit=20))

        assert {message.kind for message in messages} == set(SENDERS)
        assert MARKER not in sent()
        assert {m.title for m in messages} == {f"Due now: Customer update, {ticket.reference} (Payments API)"}

    def test_hide_the_title_of_an_action_item(self, sent: Callable[[], str]) -> None:
        ana = make.UserFactory(name="Ana")
        ticket = _incident(ana)
        action_items.add(
            ticket_id=ticket.pk,
            title=f"{MARKER} action",
            owner=ana,
            due_on=(NOON + timedelta(days=3)).date(),
            actor=ana,
            at=NOON,
        )
        _make_private(ticket)
        at = NOON + timedelta(days=5)
        while reminders.make_due(at=at):
            pass

        messages = _send(reminders.claim_jobs(at=at, limit=20))

        assert messages
        assert MARKER not in sent()

    def test_say_nothing_of_a_record_that_cannot_be_read(
        self, people: dict[str, Any], sent: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without its fields nobody knows whether it is private by now."""
        good, bad = _incident(*people.values()), _incident(people["sms"], service="Search")
        due = [self._due(ticket, people["sms"]) for ticket in (good, bad)]
        at = due[0].due_at
        while reminders.make_due(at=at):
            pass
        read = subjects.message_fields

        def fail(subject_type: str, ids: list[int]) -> Any:
            if bad.pk in ids:
                raise RuntimeError("a poisoned row")
            return read(subject_type, ids)

        monkeypatch.setattr(subjects, "message_fields", fail)
        titles = [message.title for message in _send(reminders.claim_jobs(at=at, limit=20))]

        assert sorted(titles) == ["A task needs you. Open the link.", f"Due now: Tell customers about {good}"]
        assert Reminder.objects.filter(state=OutboxState.SENDING).count() == 2

    def test_read_all_records_in_one_query(self, people: dict[str, Any]) -> None:
        tickets = [_incident(people["sms"], service=name) for name in ("Cart", "Search", "Pay")]
        counts = []
        for number in (1, 3):
            with CaptureQueriesContext(connection) as queries:
                subjects.fields_of(("ticket", ticket.pk) for ticket in tickets[:number])
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestSubjects:
    @pytest.mark.parametrize("name", subjects.names())
    def test_say_no_text_that_a_person_wrote(self, name: str) -> None:
        """A type added later must hide its private records too."""
        # The names of a service account and of its tokens stand in timelines, which everybody reads.
        assert name in {"ticket", "service", "service_account"}, "Add its private records to this file."


def test_a_page_about_an_unknown_record_keeps_its_title() -> None:
    ana = make.UserFactory(name="Ana")
    policy = make.policy(ana)
    escalation.trigger(
        subject_type="test", subject_id=1, title="Down", url="/", policy=policy, team=policy.team, at=NOON
    )
    escalation.fire_due(at=NOON)

    [job] = paging.claim_jobs(at=NOON, limit=1)

    assert (job.message.title, Page.objects.count()) == ("Down", 1)
