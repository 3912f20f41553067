"""People and teams named in a note: told once, watching from then on, and nothing for who may not see the ticket."""

import pytest
from django.test import Client

from config.base.data.roles import Role
from incidents import response
from incidents.models import Ticket, Watcher
from incidents.tickets import mention_choices, mentions
from oncall.models import Notice, Page, User
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory(title="Payroll was read").pk)


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana", email="ana@example.com", roles=[Role.RESPONDER])


@pytest.fixture
def bo() -> User:
    return make.UserFactory(name="Bo Li", email="bo.li@example.com")


def note(ticket: Ticket, actor: User | None, text: str, *, is_public: bool = False) -> str:
    """What the writer reads."""
    response.add_note(ticket_id=ticket.pk, text=text, actor=actor, at=NOON, is_public=is_public)
    return mentions.describe_note(ticket, actor) if actor else ""


def receivers() -> list[str]:
    return list(Notice.objects.order_by("user__name").values_list("user__name", flat=True))


class TestPerson:
    @pytest.mark.parametrize("call", ["@bo.li", "@BO.LI", "@bo.li@example.com", '@"Bo Li"', '@"bo li"'])
    def test_is_told_and_watches(self, ticket: Ticket, ana: User, bo: User, call: str) -> None:
        answer = note(ticket, ana, f"{call}, please look. {call}!")

        assert answer == "Note added. Told: Bo Li."
        notice = Notice.objects.get()
        assert (notice.user, notice.title) == (bo, f"{ticket.reference}: You are named in a note")
        assert notice.text.startswith(f"Ana named you in a note on {ticket.reference}.")
        assert "Payroll" not in notice.text + notice.title
        watcher = Watcher.objects.get()
        assert (watcher.user, watcher.added_by) == (bo, ana)
        assert not Page.objects.exists()

    def test_goes_on_to_watch(self, ticket: Ticket, ana: User, bo: User) -> None:
        for _ in range(2):
            note(ticket, ana, "@bo.li")

        assert Watcher.objects.count() == 1

    @pytest.mark.parametrize("text", ["bo.li@example.com", "`@bo.li`", "https://e.test/@bo.li", "Bo Li"])
    def test_is_not_named_by_an_address_or_code(self, ticket: Ticket, ana: User, bo: User, text: str) -> None:
        assert note(ticket, ana, text) == "Note added."
        assert not Notice.objects.exists()
        assert ticket.timeline.get(kind="note").data == {}

    def test_is_not_told_by_themselves(self, ticket: Ticket, ana: User) -> None:
        note(ticket, ana, "@ana did it")

        assert not Notice.objects.exists()
        assert not Watcher.objects.exists()

    def test_is_not_named_in_what_the_requester_reads(self, ticket: Ticket, ana: User, bo: User) -> None:
        assert note(ticket, ana, "@bo.li helps you", is_public=True) == "Note added."
        assert not Notice.objects.exists()

    def test_whose_account_is_closed_is_not_meant(self, ticket: Ticket, ana: User) -> None:
        make.UserFactory(email="gone@example.com", is_active=False)

        assert note(ticket, ana, "@gone") == "Note added. Nobody here has the name @gone, so nobody was told."
        assert not Watcher.objects.exists()

    def test_whom_two_fit_is_not_told(self, ticket: Ticket, ana: User, bo: User) -> None:
        make.UserFactory(email="bo.li@other.example")

        assert "Several people or teams fit @bo.li" in note(ticket, ana, "@bo.li")
        assert not Notice.objects.exists()
        assert note(ticket, ana, "@bo.li@example.com") == "Note added. Told: Bo Li."

    def test_is_not_told_of_what_they_may_not_see(self, ticket: Ticket, ana: User, bo: User) -> None:
        Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason="HR")
        ticket.refresh_from_db()

        answer = note(ticket, ana, "@bo.li")

        assert answer == f"Note added. Not told, because of who may see {ticket.reference}: @bo.li."
        assert not Notice.objects.exists()
        assert not Watcher.objects.exists()

    def test_counts_among_the_first_twenty_names(self, ticket: Ticket, ana: User, bo: User) -> None:
        answer = note(ticket, ana, " ".join(f"@x{number}" for number in range(mentions.MAX_NAMES)) + " @bo.li")

        assert answer == "Note added. Nobody here has the name @x0, @x1, @x2 and 17 more, so nobody was told."


class TestTeam:
    @pytest.fixture
    def members(self, bo: User) -> list[User]:
        team = make.TeamFactory(name="Payments", slug="payments")
        people: list[User] = [bo, make.UserFactory(name="Cy"), make.UserFactory(name="Dee", is_active=False)]
        for person in people:
            make.MembershipFactory(team=team, user=person)
        return people

    @pytest.mark.parametrize("call", ["@payments", '@"Payments"'])
    def test_is_told_and_does_not_watch(self, ticket: Ticket, ana: User, members: list[User], call: str) -> None:
        assert note(ticket, ana, call) == "Note added. Told: Payments."
        assert receivers() == ["Bo Li", "Cy"]
        assert "named your team Payments" in Notice.objects.all()[0].text
        assert not Watcher.objects.exists()

    def test_and_its_member_are_told_once(self, ticket: Ticket, ana: User, members: list[User]) -> None:
        note(ticket, ana, "@payments @bo.li")

        assert receivers() == ["Bo Li", "Cy"]
        assert "named you" in Notice.objects.get(user=members[0]).text

    def test_is_told_as_far_as_it_may_see(self, ticket: Ticket, ana: User, members: list[User]) -> None:
        Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason="HR", opened_by=members[0])
        ticket.refresh_from_db()

        answer = note(ticket, ana, "@payments")

        assert answer.endswith(f"Some people of @payments may not see {ticket.reference}, and were not told.")
        assert receivers() == ["Bo Li"]

    def test_out_of_use_is_not_meant(self, ticket: Ticket, ana: User) -> None:
        make.TeamFactory(slug="old", retired_at=NOON)

        assert "Nobody here has the name @old" in note(ticket, ana, "@old")


class TestChoices:
    def offers(self, ticket: Ticket, words: str) -> list[str]:
        return [choice.call for choice in mention_choices.offer(words, ticket=ticket)]

    def test_fit_names_addresses_and_slugs(self, ticket: Ticket, bo: User) -> None:
        make.TeamFactory(name="Boats", slug="boats")
        make.UserFactory(name="Bob", is_active=False)

        assert self.offers(ticket, "bo") == ["@bo.li", "@boats"]
        assert self.offers(ticket, "LI") == ["@bo.li"]
        assert self.offers(ticket, '"bo l') == ["@bo.li"]
        assert self.offers(ticket, "%") == []
        assert self.offers(ticket, " ") == []

    def test_are_read_as_the_one_that_was_chosen(self, ticket: Ticket, ana: User, bo: User) -> None:
        make.UserFactory(name="Bo Li", email="bo.li@other.example")
        make.UserFactory(name="Zoë O'Neill", email="o'neill@example.com")
        make.MembershipFactory(team=make.TeamFactory(name="Bo team", slug="ana"))

        for words in ("bo", "o'neill", "ana"):
            for choice in mention_choices.offer(words, ticket=ticket):
                read = mentions.read_mentions(f"See {choice.call} now", ticket=ticket)
                assert [*read.people.values(), *read.teams.values()] == [choice.target]
        assert self.offers(ticket, "bo li") == ["@bo.li@example.com", "@bo.li@other.example"]
        assert self.offers(ticket, "o'neill") == ['@"o\'neill"']
        assert '@"Bo team"' in self.offers(ticket, "ana")

    def test_leave_out_who_may_not_see_the_ticket(self, ticket: Ticket, bo: User) -> None:
        Ticket.objects.filter(pk=ticket.pk).update(visibility="private", visibility_reason="HR")
        ticket.refresh_from_db()

        assert self.offers(ticket, "bo") == []

    def test_are_for_people_who_act_on_tickets(self, client: Client, ticket: Ticket, ana: User, bo: User) -> None:
        address = f"{ticket.get_absolute_url()}mentions/?q=bo"

        client.force_login(bo)
        assert client.get(address).status_code == 403
        client.force_login(ana)
        assert 'data-call="@bo.li"' in client.get(address).content.decode()


class TestFaces:
    @pytest.mark.parametrize("kind", [make.IncidentFactory, make.ProblemFactory])
    def test_mark_the_name_and_say_who_was_told(self, client: Client, ana: User, bo: User, kind: type) -> None:
        ticket = Ticket.objects.get(pk=kind().pk)
        client.force_login(ana)
        User.objects.filter(pk=bo.pk).update(name="Bo <Li>")
        page = client.get(ticket.get_absolute_url()).content.decode()
        address = page.split("data-composer")[0].rsplit('action="', 1)[1].split('"')[0]

        answer = client.post(address, {"text": "Ask @bo.li, not @cy"}, follow=True).content.decode()

        assert "<mark>@Bo &lt;Li&gt;</mark>, not @cy" in answer
        assert "Note added. Told: Bo &lt;Li&gt;. Nobody here has the name @cy, so nobody was told." in answer

    def test_of_programs_do_the_same(self, ticket: Ticket, ana: User, bo: User) -> None:
        api = client_of(ana)

        added = api.post(f"/api/v1/incidents/{ticket.pk}/add_note/", {"text": "@bo.li @cy"}, format="json")

        assert added.status_code == 200
        assert receivers() == ["Bo Li"]
        [entry] = api.get(f"/api/v1/timeline/?ticket={ticket.reference}&kind=note").json()["results"]
        assert entry["data"] == {
            "mentions": [{"name": "bo.li", "user": bo.pk}],
            "unmet": [{"name": "cy", "reason": "unknown"}],
        }
