"""Excluded time on many tickets: one bad ticket stops no other, and one decision about all of them (K-43)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import SlaCredit, Ticket
from incidents.sla import credit_batches
from incidents.sla.credit_batches import approve_batch, decline_batch, request_credits, tickets_of_span
from incidents.sla.credits import approve_credit
from incidents.tickets.locking import TicketRefused
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)
HOUR = timedelta(hours=1)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def bob() -> Any:
    return make.UserFactory(name="Bob")


def incidents(count: int = 1, **fields: Any) -> list[Ticket]:
    keys = [make.IncidentFactory(**fields).pk for _ in range(count)]
    return list(Ticket.objects.filter(pk__in=keys).select_related("team").order_by("pk"))


def request(tickets: list[Ticket], actor: Any, **more: Any) -> credit_batches.BatchOutcome:
    values: dict[str, Any] = {
        "starts_at": NOON,
        "ends_at": NOON + 2 * HOUR,
        "reason": "A holiday.",
        "at": LATER,
    } | more
    return request_credits(tickets=tickets, actor=actor, **values)


class TestRequest:
    def test_of_one_that_is_excluded_already_stops_no_other(self, ana: Any) -> None:
        first, second, third = incidents(3)
        make.SlaCreditFactory(ticket=second, starts_at=NOON + HOUR)

        outcome = request([third, second, first], ana)

        assert [credit.ticket for credit in outcome.credits] == [first, third]
        assert "overlap another excluded time" in outcome.obstacles[second]
        assert {credit.batch for credit in outcome.credits} == {outcome.batch}
        assert "Excluded time was requested" in first.timeline.get().text

    def test_is_cut_to_the_beginning_of_each(self, ana: Any) -> None:
        (early,) = incidents()
        (inside,) = incidents(created_at=NOON + HOUR, impact_started_at=NOON + HOUR + timedelta(seconds=59))
        (after,) = incidents(created_at=NOON + 2 * HOUR, impact_started_at=NOON + 2 * HOUR)

        outcome = request([early, inside, after], ana)

        assert [credit.starts_at for credit in outcome.credits] == [NOON, NOON + HOUR]
        assert outcome.obstacles == {after: "It began after these minutes."}

    def test_that_somebody_else_made_meanwhile_is_left_out_without_an_error(
        self, ana: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The constraint refuses what was free when it was proposed."""
        first, second = incidents(2)
        propose = credit_batches.propose_credits

        def propose_and_lose(**values: Any) -> Any:
            proposals = propose(**values)
            make.SlaCreditFactory(ticket=first, starts_at=NOON)
            return proposals

        monkeypatch.setattr(credit_batches, "propose_credits", propose_and_lose)
        outcome = request([first, second], ana)

        assert [credit.ticket for credit in outcome.credits] == [second]
        assert "overlap" in outcome.obstacles[first]

    @pytest.mark.parametrize(
        ("values", "field", "sentence"),
        [
            ({"ends_at": NOON}, "ends_at", "The end must be after the start."),
            ({"ends_at": LATER + HOUR}, "ends_at", "These minutes are not over yet."),
            ({"reason": ""}, "reason", "Say why these minutes do not count."),
        ],
    )
    def test_that_is_wrong_for_all_is_refused_on_its_field(
        self, ana: Any, values: dict[str, Any], field: str, sentence: str
    ) -> None:
        with pytest.raises(TicketRefused, match=sentence) as refusal:
            request(incidents(), ana, **values)

        assert refusal.value.field == field

    def test_needs_a_ticket_and_not_too_many(self, ana: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(TicketRefused, match="Choose at least one ticket"):
            request([], ana)
        monkeypatch.setattr(credit_batches, "MAX_TICKETS", 1)
        with pytest.raises(TicketRefused, match=r"These are 2 tickets\. Choose at most 1"):
            request(incidents(2), ana)

    def test_that_is_possible_for_none_says_why(self, ana: Any) -> None:
        (ticket,) = incidents()
        make.SlaCreditFactory(ticket=ticket, starts_at=NOON)

        with pytest.raises(TicketRefused, match=rf"Nothing can be .* {ticket.reference}: These minutes overlap"):
            request([ticket], ana)
        assert SlaCredit.objects.count() == 1


class TestChoice:
    def test_is_of_open_tickets_that_had_begun_and_the_actor_may_see(self, ana: Any) -> None:
        (open_ticket,) = incidents()
        incidents(created_at=LATER, impact_started_at=LATER)
        incidents(visibility="private", visibility_reason="HR")
        restored = incidents(status="restored", restored_at=NOON + HOUR)
        closed: dict[str, Any] = {"status": "closed", "closure_code": "solved"}
        ended_since = incidents(**closed, closed_at=NOON + 3 * HOUR)
        incidents(**closed, closed_at=NOON - HOUR)
        span: dict[str, Any] = {"actor": ana, "starts_at": NOON, "ends_at": NOON + 2 * HOUR}

        assert list(tickets_of_span(**span)) == [open_ticket]
        assert list(tickets_of_span(**span, with_ended=True)) == [open_ticket, *restored, *ended_since]

    def test_is_narrowed_by_service_team_and_severity(self, ana: Any) -> None:
        first, _ = incidents(2)
        span: dict[str, Any] = {"actor": ana, "starts_at": NOON, "ends_at": NOON + 2 * HOUR}

        assert list(tickets_of_span(**span, service=first.service)) == [first]
        assert list(tickets_of_span(**span, team=first.team)) == [first]
        assert not tickets_of_span(**span, service=first.service, severity=make.SeverityFactory(rank=99))


class TestDecision:
    def test_is_for_all_but_those_that_this_person_cannot_decide(self, ana: Any, bob: Any) -> None:
        first, second = incidents(2)
        Ticket.objects.filter(pk=second.pk).update(assignee=bob)
        batch = request([first, second], ana).batch
        assert batch is not None

        outcome = approve_batch(batch=batch, actor=bob, at=LATER)

        assert [credit.ticket for credit in outcome.credits] == [first]
        assert "assigned to you" in outcome.obstacles[second]
        assert dict(SlaCredit.objects.values_list("ticket", "status")) == {first.pk: "approved", second.pk: "asked"}
        assert first.timeline.order_by("-pk")[0].facts == [
            {"type": "credit", "from": "2026-06-01T12:00:00Z", "to": "2026-06-01T14:00:00Z"}
        ]

    def test_leaves_out_private_tickets_that_this_person_may_not_see(self, ana: Any, bob: Any) -> None:
        (public,) = incidents()
        (secret,) = incidents(visibility="private", visibility_reason="HR")
        batch = request([public, secret], ana).batch
        assert batch is not None

        outcome = approve_batch(batch=batch, actor=bob, at=LATER)

        assert ([credit.ticket for credit in outcome.credits], outcome.obstacles) == ([public], {})
        assert SlaCredit.objects.get(ticket=secret).status == "asked"

    def test_against_all_needs_a_reason_and_somebody_else(self, ana: Any, bob: Any) -> None:
        batch = request(incidents(2), ana).batch
        assert batch is not None
        with pytest.raises(TicketRefused, match="Say why these minutes count"):
            decline_batch(batch=batch, reason=" ", actor=bob, at=LATER)
        with pytest.raises(TicketRefused, match="You requested it"):
            decline_batch(batch=batch, reason="No.", actor=ana, at=LATER)

        assert len(decline_batch(batch=batch, reason="They count.", actor=bob, at=LATER).credits) == 2
        with pytest.raises(TicketRefused, match="Nothing of it waits for a decision any more"):
            approve_batch(batch=batch, actor=bob, at=LATER)

    def test_leaves_what_is_decided_alone(self, ana: Any, bob: Any) -> None:
        outcome = request(incidents(2), ana)
        assert outcome.batch is not None
        approve_credit(credit_id=outcome.credits[0].pk, actor=bob, at=LATER)

        assert len(decline_batch(batch=outcome.batch, reason="No.", actor=bob, at=LATER).credits) == 1


class TestCost:
    def test_of_a_request_is_one_entry_a_ticket_and_nothing_else(self, ana: Any) -> None:
        costs = []
        for count in (2, 7):
            tickets = incidents(count)
            with CaptureQueriesContext(connection) as queries:
                request(tickets, ana)
            costs.append(len(queries) - count)

        assert costs[0] == costs[1]
