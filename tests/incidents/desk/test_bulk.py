"""Actions on many tickets: each by itself; what changed meanwhile is left out by number, with who changed it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.base.data.roles import Role
from incidents import response
from incidents.desk import bulk
from incidents.desk.bulk_words import describe
from incidents.models import Ticket, TicketStatus
from incidents.tickets.bulk_insert import insert_many
from oncall.models import User
from tests import factories as make
from tests.factories import NOON
from tests.portal.sent_forms import main_form

pytestmark = pytest.mark.django_db
QUEUE = "/incidents/?group=open&whose=me"


def tickets(count: int, **fields: Any) -> list[Ticket]:
    return [Ticket.objects.get(pk=make.IncidentFactory(**fields).pk) for _ in range(count)]


def values(rows: Sequence[Ticket]) -> list[str]:
    """What a list sends for these rows."""
    return [f"{row.pk}:{bulk.version_of(row)}" for row in rows]


def change(ticket: Ticket, by: User | None = None) -> None:
    """Somebody else adds a note."""
    response.add_note(ticket_id=ticket.pk, text="News.", actor=by, at=NOON + timedelta(minutes=5))


@pytest.fixture
def agent() -> User:
    return make.UserFactory(name="Ana Ruiz", roles=[Role.AGENT])


@pytest.fixture
def portal(client: Client, agent: User) -> Client:
    client.force_login(agent)
    return client


def act(portal: Client, name: str, rows: Sequence[Ticket], **typed: Any) -> Any:
    """Send the selection, and then the question as it is shown with `typed` in it."""
    address = f"/tickets/bulk/{name}/"
    question = portal.post(address, {"ticket": values(rows), "next": QUEUE})
    assert question.status_code == 200
    sent = main_form(question.content.decode()).data(do="send", **typed)
    return portal.post(address, sent, follow=True)


def messages_of(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


class TestQuestion:
    def test_changes_nothing(self, portal: Client, agent: User) -> None:
        rows = tickets(2)

        page = portal.post("/tickets/bulk/assign/", {"ticket": values(rows)}).content.decode()

        assert all(row.reference in page for row in rows)
        assert not Ticket.objects.filter(assignee__isnull=False).exists()

    def test_unticks_what_has_changed_and_says_who_did_it(self, portal: Client) -> None:
        first, second = tickets(2)
        sent = values([first, second])
        change(second, make.UserFactory(name="Jonas Weber"))

        page = portal.post("/tickets/bulk/hold/", {"ticket": sent}).content.decode()

        assert "Jonas Weber changed it" in page
        assert main_form(page).fields["ticket"] == values([first])

    def test_knows_nothing_of_what_the_person_may_not_see(self, portal: Client) -> None:
        secret = tickets(1, visibility="private", visibility_reason="HR", title="Payroll leak")

        page = portal.post("/tickets/bulk/hold/", {"ticket": values(secret)}).content.decode()

        assert "Payroll leak" not in page
        assert "were not found" in page

    @pytest.mark.parametrize("sent", [[], ["x"], [":"], ["1" * 30 + ":2"], ["٣:1"]])
    def test_of_nothing_says_where_to_choose(self, portal: Client, sent: list[str]) -> None:
        page = portal.post("/tickets/bulk/close/", {"ticket": sent}).content.decode()

        assert "No ticket is chosen." in page

    def test_leads_back_to_this_site_alone(self, portal: Client) -> None:
        rows = tickets(1)
        data = {"ticket": values(rows), "next": "https://evil.example/"}

        assert "evil.example" not in portal.post("/tickets/bulk/hold/", data).content.decode()

    def test_is_for_people_who_act_on_tickets(self, client: Client) -> None:
        client.force_login(make.UserFactory())

        assert client.post("/tickets/bulk/hold/", {"ticket": values(tickets(1))}).status_code == 403

    def test_takes_as_many_queries_for_ten_as_for_two(self, portal: Client) -> None:
        def count(rows: Sequence[Ticket]) -> int:
            sent = values(rows)
            for row in rows[::2]:
                change(row, make.UserFactory())
            with CaptureQueriesContext(connection) as queries:
                portal.post("/tickets/bulk/hold/", {"ticket": sent})
            return len(queries)

        count(tickets(2))  # what is read once a process
        assert count(tickets(10)) == count(tickets(2))


class TestActions:
    def test_assign(self, portal: Client, agent: User) -> None:
        make.MembershipFactory(user=agent)
        rows = tickets(2)

        answer = act(portal, "assign", rows, assignee=agent.pk)

        assert messages_of(answer) == "2 tickets assigned to Ana Ruiz."
        assert answer.redirect_chain == [(QUEUE, 302)]
        assert Ticket.objects.filter(assignee=agent).count() == 2

    def test_hand_over(self, portal: Client) -> None:
        team = make.TeamFactory(name="Network")
        rows = tickets(1) + tickets(1, team=team)

        answer = act(portal, "hand-over", rows, team=team.pk, reason="It is the switch.")

        assert messages_of(answer) == (
            f"1 ticket handed over to Network. {rows[1].reference} is assigned to Network already."
        )

    def test_link(self, portal: Client) -> None:
        [parent, *rows] = tickets(3)

        answer = act(portal, "link", [*rows, parent], parent=f" {parent.reference.lower()}")

        assert messages_of(answer) == (
            f"2 tickets now part of {parent.reference}. A ticket cannot be linked to itself. Choose another ticket."
        )
        assert parent.links_in.filter(kind="parent").count() == 2

    def test_link_to_what_the_person_may_not_see_is_refused(self, portal: Client) -> None:
        [secret] = tickets(1, visibility="private", visibility_reason="HR")

        answer = act(portal, "link", tickets(1), parent=secret.reference)

        assert answer.status_code == 422
        assert "There is no such ticket" in answer.content.decode()

    def test_hold(self, portal: Client) -> None:
        rows = tickets(2)

        assert messages_of(act(portal, "hold", rows, reason="supplier")) == "2 tickets on hold, waiting for: Supplier."
        assert Ticket.objects.filter(hold_reason="supplier").count() == 2

    def test_close_refuses_what_is_not_restored(self, portal: Client) -> None:
        [running, restored] = tickets(2)
        response.restore(ticket_id=restored.pk, actor=None, at=NOON)
        restored.refresh_from_db()

        answer = act(portal, "close", [running, restored], code="solved", note="The disk was full.")

        assert messages_of(answer).startswith("1 ticket closed as: Solved. Restore the service first.")
        restored.refresh_from_db()
        assert (restored.status, restored.closure_note) == (TicketStatus.CLOSED, "The disk was full.")

    def test_leave_problems_to_their_own_pages(self, portal: Client) -> None:
        problem = Ticket.objects.get(pk=make.ProblemFactory().pk)

        answer = act(portal, "hold", [problem], reason="supplier")

        assert answer.status_code == 422
        assert f"{problem.reference} is a problem." in answer.content.decode()


class TestChangesMeanwhile:
    def test_leave_out_what_changed_between_question_and_answer(self, portal: Client) -> None:
        [first, second] = tickets(2)
        address = "/tickets/bulk/hold/"
        question = main_form(portal.post(address, {"ticket": values([first, second])}).content.decode())
        change(second, make.UserFactory(name="Jonas Weber"))

        answer = portal.post(address, question.data(do="send", reason="supplier"), follow=True)

        assert messages_of(answer).startswith("1 ticket on hold, waiting for: Supplier. ")
        assert f"{second.reference} left out: Jonas Weber changed it" in messages_of(answer)
        second.refresh_from_db()
        assert second.status == TicketStatus.NEW

    def test_of_all_show_the_question_again(self, portal: Client) -> None:
        rows = tickets(1)
        address = "/tickets/bulk/hold/"
        question = main_form(portal.post(address, {"ticket": values(rows)}).content.decode())
        change(rows[0])

        refused = portal.post(address, question.data(do="send", reason="supplier"))

        assert refused.status_code == 422
        assert "Nothing was done." in refused.content.decode()
        rows[0].refresh_from_db()
        again = main_form(refused.content.decode()).data(do="send", reason="supplier", ticket=values(rows))
        assert messages_of(portal.post(address, again, follow=True)).startswith("1 ticket on hold")

    def test_of_half_of_three_hundred_are_named_by_number(self, portal: Client) -> None:
        severity, team = make.SeverityFactory(pages=False), make.TeamFactory()
        children = make.IncidentFactory.build_batch(300, severity=severity, team=team, service=None)
        rows = insert_many(children)
        address = "/tickets/bulk/hold/"
        question = main_form(portal.post(address, {"ticket": values(rows)}).content.decode())
        stale = rows[::2]
        Ticket.objects.filter(pk__in=[row.pk for row in stale]).update(updated_at=NOON + timedelta(minutes=1))

        answer = portal.post(address, question.data(do="send", reason="supplier"), follow=True)

        assert answer.status_code == 200
        assert Ticket.objects.filter(hold_reason="supplier").count() == 150
        assert messages_of(answer).startswith("150 tickets on hold, waiting for: Supplier. 150 left out")
        assert all(row.reference in messages_of(answer) for row in stale)

    def test_three_hundred_and_one_are_too_many(self, portal: Client) -> None:
        sent = [f"{number}:x" for number in range(1, 302)]

        assert "the most at once" in portal.post("/tickets/bulk/hold/", {"ticket": sent}).content.decode()
        refused = portal.post("/tickets/bulk/hold/", {"ticket": sent, "do": "send", "reason": "supplier"})
        assert refused.status_code == 422


class TestRepeats:
    def test_of_one_form_are_done_once(self, portal: Client) -> None:
        rows = tickets(1)
        other = make.TeamFactory(name="Network")
        address = "/tickets/bulk/hand-over/"
        question = main_form(portal.post(address, {"ticket": values(rows)}).content.decode())
        data = question.data(do="send", team=other.pk, reason="Theirs.")

        answers = [messages_of(portal.post(address, data, follow=True)) for _ in range(2)]

        assert answers[0] == "1 ticket handed over to Network."
        assert "It was done once." in answers[1]
        assert Ticket.objects.get().reassignments == 1

    def test_of_a_list_with_another_selection_ask_anew(self, portal: Client) -> None:
        """The list's form keeps its key when the browser goes back to it."""
        key = "8c9f5a94-3f0c-4c1e-9a55-2d7b1b0a4e11"
        for row in tickets(2):
            question = portal.post("/tickets/bulk/hold/", {"ticket": values([row]), "form_key": key})
            sent = main_form(question.content.decode()).data(do="send", reason="supplier")
            assert messages_of(portal.post("/tickets/bulk/hold/", sent, follow=True)).startswith("1 ticket on hold")


class TestEach:
    def test_is_undone_alone_when_it_is_refused(self, agent: User) -> None:
        rows = tickets(3)

        def action(ticket: Ticket) -> None:
            response.hold(ticket_id=ticket.pk, reason="supplier", actor=agent, at=NOON)
            if ticket == rows[1]:
                raise response.TicketRefused("No.")

        choices = bulk.read_choices(values(rows))
        outcome = bulk.apply_to_many(action=action, choices=choices, actor=agent)

        assert outcome.done == [rows[0], rows[2]]
        assert list(Ticket.objects.filter(status="on_hold").order_by("pk")) == [rows[0], rows[2]]
        assert describe(outcome, words="on hold", at=NOON) == "2 tickets on hold. No."

    def test_is_named_once_though_it_is_sent_twice(self) -> None:
        [row] = tickets(1)

        assert len(bulk.read_choices(values([row, row]))) == 1
