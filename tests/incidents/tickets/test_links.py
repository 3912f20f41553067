"""Links between tickets: no circles, one ticket that stands for another, and the other's name on both pages."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from config.base.data.roles import Role
from incidents import response
from incidents.models import STANDS_FOR, Ticket, TicketLink
from incidents.tickets import links
from incidents.tickets.locking import TicketRefused
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LINKS = "/api/v1/links/"


def _incident(title: str = "Trouble") -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory(title=title).pk)


def _problem() -> Ticket:
    return Ticket.objects.get(pk=make.ProblemFactory().pk)


def _link(from_ticket: Ticket, kind: str, to_ticket: Ticket) -> TicketLink:
    return links.link_tickets(from_ticket=from_ticket, to_ticket=to_ticket, kind=kind, actor=None, at=NOON)


class TestCircles:
    @pytest.mark.parametrize("kind", ["duplicate_of", "merged_into"])
    @pytest.mark.parametrize("length", [2, 3, 5])
    def test_are_refused_however_long(self, kind: str, length: int) -> None:
        chain = [_incident() for _ in range(length)]
        for first, second in itertools.pairwise(chain):
            _link(first, kind, second)

        with pytest.raises(TicketRefused, match="circle"):
            _link(chain[-1], kind, chain[0])

    def test_of_both_kinds_together_are_refused(self) -> None:
        first, second = _incident(), _incident()
        _link(first, "duplicate_of", second)

        with pytest.raises(TicketRefused, match="circle"):
            _link(second, "merged_into", first)

    def test_of_causes_are_refused(self) -> None:
        first, second = _problem(), _problem()
        _link(first, "caused_by", second)

        with pytest.raises(TicketRefused, match="is caused by"):
            _link(second, "caused_by", first)

    def test_of_tickets_that_are_in_one_already_end(self) -> None:
        first, second, third = _incident(), _incident(), _incident()
        for one_end, other_end in ((first, second), (second, first)):
            make.TicketLinkFactory(from_ticket=one_end, to_ticket=other_end, kind="duplicate_of")

        assert _link(third, "duplicate_of", first).pk


class TestStandingFor:
    def test_is_done_by_one_ticket_only(self) -> None:
        ticket, first, second = _incident(), _incident(), _incident()
        _link(ticket, "duplicate_of", first)

        for kind in STANDS_FOR:
            with pytest.raises(TicketRefused, match="already"):
                _link(ticket, kind, second)

    def test_is_held_by_the_database_too(self) -> None:
        ticket = _incident()
        make.TicketLinkFactory(from_ticket=ticket, to_ticket=_incident(), kind="duplicate_of")

        with pytest.raises(IntegrityError, match="incidents_link_one_stands_for_it"), transaction.atomic():
            make.TicketLinkFactory(from_ticket=ticket, to_ticket=_incident(), kind="merged_into")

    def test_is_for_tickets_of_one_kind(self) -> None:
        with pytest.raises(TicketRefused, match="different kinds"):
            _link(_incident(), "duplicate_of", _problem())

    def test_does_not_name_a_private_ticket(self) -> None:
        ticket = _incident()
        secret = make.IncidentFactory(visibility="private", visibility_reason="HR")
        make.TicketLinkFactory(from_ticket=ticket, to_ticket=secret, kind="duplicate_of")

        with pytest.raises(TicketRefused) as refusal:
            links.link_tickets(
                from_ticket=ticket, to_ticket=_incident(), kind="duplicate_of", actor=make.UserFactory(), at=NOON
            )

        assert "another ticket" in str(refusal.value)
        assert secret.reference not in str(refusal.value)


class TestParent:
    def test_is_one_at_most(self) -> None:
        child, parent = _incident(), _incident()
        link = _link(child, "parent", parent)

        assert _link(child, "parent", parent) == link
        with pytest.raises(TicketRefused, match="is part of another ticket already"):
            _link(child, "parent", _incident())

    def test_is_one_at_most_in_the_database_too(self) -> None:
        child = _incident()
        make.TicketLinkFactory(from_ticket=child, to_ticket=_incident(), kind="parent")

        with pytest.raises(IntegrityError, match="incidents_link_one_parent"), transaction.atomic():
            make.TicketLinkFactory(from_ticket=child, to_ticket=_incident(), kind="parent")

    @pytest.mark.parametrize("length", [2, 3, 5])
    def test_is_never_part_of_its_child(self, length: int) -> None:
        chain = [_incident() for _ in range(length)]
        for child, parent in itertools.pairwise(chain):
            _link(child, "parent", parent)

        with pytest.raises(TicketRefused, match=r"is part of .* a circle"):
            _link(chain[-1], "parent", chain[0])

    def test_has_many_children_and_one_that_stands_for_it(self) -> None:
        parent, first, second, older = (_incident() for _ in range(4))
        _link(first, "parent", parent)
        _link(second, "parent", parent)
        _link(first, "duplicate_of", older)

        assert parent.links_in.count() == 2

    def test_is_a_record_of_the_same_kind(self) -> None:
        problems = _problem(), _problem()

        assert _link(problems[0], "parent", problems[1]).pk
        for child, parent in ((_incident(), problems[0]), (problems[1], _incident())):
            with pytest.raises(TicketRefused, match="different kinds"):
                _link(child, "parent", parent)

    def test_is_named_on_both_timelines_and_pages(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        child, parent = _incident("A till is offline"), _incident("The network is down")

        answer = client.post(f"{child.get_absolute_url()}link/", {"kind": "parent", "other": parent.reference.lower()})

        assert answer.status_code == 302
        assert child.timeline.get().text == f"Part of {parent.reference}."
        assert parent.timeline.get().text == f"Contains {child.reference}."
        assert "Contains" in client.get(parent.get_absolute_url()).content.decode()
        assert "A till is offline" in client.get(f"{parent.get_absolute_url()}story/").content.decode()

    def test_is_unknown_to_those_who_see_one_of_the_two(self, client: Client) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        child = _incident()
        secret = make.IncidentFactory(visibility="private", visibility_reason="HR", title="Payroll leak")
        hidden = make.IncidentFactory(visibility="private", visibility_reason="HR", title="Badge leak")

        answer = client.post(f"{child.get_absolute_url()}link/", {"kind": "parent", "other": secret.reference})
        make.TicketLinkFactory(from_ticket=hidden, to_ticket=child, kind="parent")

        assert answer.status_code == 422
        assert "Badge leak" not in client.get(child.get_absolute_url()).content.decode()
        assert "Badge leak" not in client.get(f"{child.get_absolute_url()}story/").content.decode()

    def test_closes_no_child_when_it_ends(self) -> None:
        child, parent = _incident(), _incident()
        _link(child, "parent", parent)

        response.restore(ticket_id=parent.pk, actor=None, at=NOON)
        response.close(ticket_id=parent.pk, code="solved", actor=None, at=NOON)

        child.refresh_from_db()
        assert child.is_open


class TestRelated:
    def test_is_one_link_from_both_ends(self) -> None:
        first, second = _incident(), _incident()

        assert _link(first, "related", second) == _link(second, "related", first)


class TestApi:
    def test_answers_409_to_a_circle_and_to_a_second_duplicate(self) -> None:
        api = client_of(make.UserFactory(roles=[Role.AGENT]))
        a, b, c = (_incident(title).reference for title in "ABC")
        pairs = [(a, b), (b, a), (b, c), (c, a), (a, c), (a, b)]

        answers = [
            api.post(LINKS, {"from_ticket": first, "kind": "duplicate_of", "to_ticket": second}, format="json")
            for first, second in pairs
        ]

        assert [answer.status_code for answer in answers] == [201, 409, 201, 409, 409, 201]
        assert answers[4].json()["message"].startswith(f"{a} is a duplicate of {b} already.")
        assert TicketLink.objects.count() == 2

    def test_closes_a_merged_incident_with_the_other(self) -> None:
        api = client_of(make.UserFactory(roles=[Role.AGENT]))
        ticket, other = _incident(), _incident()
        url = f"/api/v1/incidents/{ticket.pk}/close/"

        assert api.post(url, {"code": "merged"}, format="json").status_code == 409
        assert api.post(url, {"code": "merged", "other": other.reference}, format="json").status_code == 200
        assert TicketLink.objects.get().kind == "merged_into"


class TestPages:
    @pytest.mark.parametrize(
        ("code", "word", "back"),
        [("merged", "Merged into", "Contains the merged"), ("duplicate", "Duplicate of", "Has the duplicate")],
    )
    def test_of_both_tickets_name_the_other(self, client: Client, code: str, word: str, back: str) -> None:
        client.force_login(make.UserFactory(roles=[Role.AGENT]))
        ticket, other = _incident(), _incident()
        url = f"{ticket.get_absolute_url()}close/"

        refused = client.post(url, {"code": code, "other": ""})
        assert refused.status_code == 422
        assert "which ticket?" in refused.content.decode()
        assert client.post(url, {"code": code, "other": other.reference.lower()}).status_code == 302

        page = client.get(ticket.get_absolute_url()).content.decode()
        assert word in page
        assert other.get_absolute_url() in page
        other_page = client.get(other.get_absolute_url()).content.decode()
        assert back in other_page
        assert ticket.get_absolute_url() in other_page

    def test_refuse_another_ticket_with_another_code(self) -> None:
        with pytest.raises(TicketRefused, match="Only a duplicate"):
            response.close(ticket_id=_incident().pk, code="cancelled", other=_incident(), actor=None, at=NOON)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.mark.parametrize("kind", ["duplicate_of", "parent"])
    def test_of_a_circle_have_one_loser(self, kind: str) -> None:
        chain = [_incident() for _ in range(4)]

        def link(place: int) -> Any:
            try:
                with transaction.atomic():
                    _link(chain[place], kind, chain[(place + 1) % 4])
            except TicketRefused as refusal:
                return refusal
            finally:
                connection.close()
            return None

        with ThreadPoolExecutor(4) as pool:
            refusals = [refusal for refusal in pool.map(link, range(4)) if refusal]

        assert len(refusals) == 1
        assert TicketLink.objects.count() == 3

    def test_of_two_parents_have_one_loser(self) -> None:
        child, parents = _incident(), [_incident() for _ in range(4)]

        def link(parent: Ticket) -> bool:
            try:
                _link(child, "parent", parent)
            except TicketRefused:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(link, parents)) == [False, False, False, True]
