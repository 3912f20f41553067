"""The verbs of incident response, from declaration to the end."""

from datetime import timedelta

import pytest

from config.base.data.lifecycle import IllegalMove
from incidents import response
from incidents.models import EntryKind, Ticket, TicketStatus
from oncall import escalation, paging
from oncall.models import Escalation, Page, WorkInterval
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make.person_with_phone("Ana")


@pytest.fixture
def bob():
    return make.UserFactory(name="Bob")


@pytest.fixture
def service(ana, bob):
    policy = make.policy(ana, bob, fallback=[bob])
    return make.ServiceFactory(team=policy.team, escalation_policy=policy)


@pytest.fixture
def ticket(service):
    return response.declare(title="Checkout is down", service=service, severity=make.SeverityFactory(), at=NOON)


def minutes(count):
    return NOON + timedelta(minutes=count)


class TestDeclare:
    def test_pages_the_owner_of_the_service(self, ticket, ana):
        escalation.fire_due(at=NOON)

        page = Page.objects.get()
        assert (page.user, page.channel, page.state) == (ana, "sms", "pending")
        assert page.key == f"{page.escalation_id}:1:{ana.pk}:1"
        assert Escalation.objects.get().next_at == minutes(5)

    def test_pages_nobody_when_the_severity_does_not(self, service):
        mild = make.SeverityFactory(rank=4, pages=False)

        response.declare(title="Typo", service=service, severity=mild, at=NOON)

        assert not Escalation.objects.exists()

    def test_takes_priority_and_severity_from_the_matrix(self, service):
        rule = make.PriorityRuleFactory(priority=1, severity=make.SeverityFactory(rank=1))

        ticket = response.declare(title="All down", service=service, impact=1, urgency=1, at=NOON)

        assert (ticket.priority, ticket.severity) == (1, rule.severity)

    def test_refuses_an_incident_without_service_and_team(self):
        with pytest.raises(response.TicketRefused, match="Choose the affected service"):
            response.declare(title="Something", severity=make.SeverityFactory(), at=NOON)


class TestAcknowledge:
    def test_stops_the_paging_and_stamps_the_ticket(self, ticket, ana):
        escalation.fire_due(at=NOON)

        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        escalation.fire_due(at=minutes(6))

        ticket.refresh_from_db()
        assert (ticket.status, ticket.acknowledged_at, ticket.assignee) == ("acknowledged", minutes(1), ana)
        assert set(Page.objects.values_list("state", flat=True)) == {"cancelled"}
        assert Escalation.objects.get().acknowledged_by == ana

    def test_counts_minutes_from_then_on_until_restoration(self, ticket, ana):
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(31))

        worked = WorkInterval.objects.get()
        assert (worked.user, worked.started_at, worked.ended_at) == (ana, minutes(1), minutes(31))

    def test_changes_nothing_the_second_time(self, ticket, ana, bob):
        response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        ticket = response.acknowledge(ticket_id=ticket.pk, actor=bob, at=minutes(2))

        assert (ticket.acknowledged_at, ticket.assignee) == (minutes(1), ana)

    def test_is_refused_once_service_is_restored(self, ticket, ana):
        response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(1))

        with pytest.raises(IllegalMove, match="resolved"):
            response.acknowledge(ticket_id=ticket.pk, actor=ana, at=minutes(2))


class TestDecline:
    def test_pages_the_next_step_at_once(self, ticket, ana, bob):
        escalation.fire_due(at=NOON)

        response.decline(ticket_id=ticket.pk, actor=ana, at=minutes(1))
        escalation.fire_due(at=minutes(1))

        assert list(Page.objects.order_by("pk").values_list("user", flat=True)) == [ana.pk, bob.pk]


class TestReassign:
    def test_keeps_number_and_history_and_pages_the_new_team(self, ticket, ana, bob):
        other = make.policy(bob)
        other.team.escalation_policy = other
        other.team.save()

        reassigned = response.reassign(
            ticket_id=ticket.pk, team=other.team, reason="It is the database.", actor=ana, at=minutes(3)
        )

        assert (reassigned.number, reassigned.team) == (ticket.number, other.team)
        assert reassigned.timeline.filter(kind=EntryKind.OPENED).exists()
        assert [e.state for e in Escalation.objects.order_by("pk")] == ["ended", "triggered"]


class TestRestore:
    def test_ends_every_escalation(self, ticket, ana):
        response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(5))

        assert Escalation.objects.get().state == "ended"

    def test_resolves_too_when_no_prevention_is_needed(self, ticket):
        ticket = response.restore(ticket_id=ticket.pk, actor=None, at=minutes(5))

        assert ticket.status == TicketStatus.RESOLVED
        assert ticket.resolved_at == ticket.restored_at == minutes(5)

    def test_leaves_it_restored_when_prevention_is_needed(self, service):
        severe = make.SeverityFactory(rank=1, needs_prevention=True)
        ticket = response.declare(title="Down", service=service, severity=severe, at=NOON)

        ticket = response.restore(ticket_id=ticket.pk, actor=None, at=minutes(5))

        assert ticket.status == TicketStatus.RESTORED


class TestReopen:
    def test_pages_again_on_the_same_record(self, ticket, ana):
        response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(5))
        response.close(ticket_id=ticket.pk, code="solved", actor=ana, at=minutes(6))

        again = response.reopen(ticket_id=ticket.pk, reason="It is back.", actor=ana, at=minutes(9))

        assert (again.status, again.restored_at, again.closure_code) == ("in_progress", None, "")
        assert Escalation.objects.running().count() == 1


class TestEdit:
    def test_changes_only_what_is_named(self, ticket, ana):
        response.edit(
            ticket_id=ticket.pk,
            changes={"title": "Checkout is slow", "customer_impact": "No carts"},
            actor=ana,
            at=minutes(1),
        )

        ticket.incident.refresh_from_db()
        assert (ticket.incident.title, ticket.incident.customer_impact) == ("Checkout is slow", "No carts")
        assert ticket.timeline.filter(kind=EntryKind.CHANGE).count() == 2


class TestLinks:
    def test_lead_to_their_page_once(self, ticket):
        escalation.fire_due(at=NOON)
        page = Page.objects.get()
        key = paging.link_for(page).rstrip("/").rsplit("/", 1)[1]

        assert paging.page_for_link(key=key, at=NOON) == page
        assert paging.use_link(page=page, at=NOON)
        assert not paging.use_link(page=page, at=NOON)

    def test_are_refused_when_changed_or_old(self, ticket):
        escalation.fire_due(at=NOON)
        page = Page.objects.get()
        key = paging.link_for(page).rstrip("/").rsplit("/", 1)[1]

        for wrong in (key[:-1] + ("0" if key[-1] != "0" else "1"), "x", f"{page.pk}-", "9" * 30 + "-a"):
            with pytest.raises(paging.BadLink):
                paging.page_for_link(key=wrong, at=NOON)
        with pytest.raises(paging.BadLink, match="a day old"):
            paging.page_for_link(key=key, at=NOON + timedelta(hours=25))


class TestAddResponders:
    def test_pages_the_team_with_its_own_acknowledgement(self, ticket, ana, bob):
        """S4."""
        helpers = make.policy(bob)
        helpers.team.escalation_policy = helpers
        helpers.team.save()

        response.add_responders(ticket_id=ticket.pk, team=helpers.team, actor=ana, at=minutes(1))

        assert Escalation.objects.running().count() == 2
        with pytest.raises(response.TicketRefused, match="responds already"):
            response.add_responders(ticket_id=ticket.pk, team=helpers.team, actor=ana, at=minutes(2))

    def test_lets_the_team_see_a_private_incident(self, ana):
        service = make.ServiceFactory()
        ticket = response.declare(
            title="Leak",
            service=service,
            severity=make.SeverityFactory(),
            visibility="private",
            visibility_reason="Security",
            at=NOON,
        )
        helper = make.MembershipFactory(user=ana)
        assert not Ticket.objects.visible_to(ana).exists()

        response.add_responders(ticket_id=ticket.pk, team=helper.team, actor=None, at=minutes(1))

        assert list(Ticket.objects.visible_to(ana)) == [ticket]
