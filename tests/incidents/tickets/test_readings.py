"""Who opens a private ticket is recorded, once a person and hour, and shown to those who work on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from config.base.data.roles import Role
from incidents.models import PrivateReading
from incidents.tickets.readings import record_reading
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(name="Ana Agent", roles=[Role.AGENT])


@pytest.fixture
def ticket(agent: Any) -> Any:
    team = make.MembershipFactory(user=agent).team
    return make.IncidentFactory(team=team, visibility="private", visibility_reason="A complaint")


class TestRecordReading:
    def test_of_an_open_ticket_records_nothing(self, agent: Any) -> None:
        record_reading(ticket=make.IncidentFactory(), user=agent, at=NOON)

        assert not PrivateReading.objects.exists()

    @settings(max_examples=25)
    @given(minutes=st.lists(st.integers(0, 300), min_size=1, max_size=8))
    def test_has_one_row_for_each_person_and_hour_with_the_first_moment(self, minutes: list[int]) -> None:
        with transaction.atomic():
            ticket = make.IncidentFactory(visibility="private", visibility_reason="A complaint")
            people = [make.UserFactory(), make.UserFactory()]
            for person in people:
                for minute in minutes:
                    record_reading(ticket=ticket, user=person, at=NOON + timedelta(minutes=minute))

            first = {minute // 60: NOON + timedelta(minutes=minute) for minute in reversed(minutes)}
            for person in people:
                rows = PrivateReading.objects.filter(ticket=ticket, user=person)
                assert sorted(row.at for row in rows) == sorted(first.values())
            transaction.set_rollback(True)

    def test_is_never_changed(self) -> None:
        row = make.PrivateReadingFactory()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            PrivateReading.objects.filter(pk=row.pk).update(at=NOON + timedelta(hours=1))


class TestFaces:
    def test_of_the_portal_record_a_refresh_once(self, client: Client, agent: Any, ticket: Any) -> None:
        client.force_login(agent)

        for _ in range(2):
            page = client.get(ticket.get_absolute_url()).content.decode()

        row = PrivateReading.objects.get()
        assert (row.ticket_id, row.user, row.token) == (ticket.pk, agent, None)
        assert "Who has read this" in page

    def test_of_the_phone_record_it(self, client: Client, agent: Any, ticket: Any) -> None:
        client.force_login(agent)

        client.get(reverse("incidents:respond", args=[ticket.reference]))

        assert PrivateReading.objects.get().user == agent

    def test_of_programs_record_the_token(self, agent: Any, ticket: Any) -> None:
        client = client_of(agent)

        client.get(f"/api/v1/incidents/{ticket.reference}/")

        row = PrivateReading.objects.get()
        assert row.user == agent
        assert row.token is not None
        [listed] = client.get(f"/api/v1/private-readings/?ticket={ticket.reference}").json()["results"]
        assert (listed["ticket"], listed["user"]["name"]) == (ticket.reference, "Ana Agent")
        assert listed["token"] == row.token.name

    def test_record_nobody_who_may_not_see_it(self, client: Client, ticket: Any) -> None:
        stranger = make.UserFactory(roles=[Role.AGENT])
        client.force_login(stranger)

        assert client.get(ticket.get_absolute_url()).status_code == 404
        assert client_of(stranger).get(f"/api/v1/incidents/{ticket.reference}/").status_code == 404
        assert not PrivateReading.objects.exists()

    def test_record_nothing_of_an_open_ticket(self, client: Client, agent: Any) -> None:
        client.force_login(agent)

        page = client.get(make.IncidentFactory().get_absolute_url()).content.decode()

        assert "Who has read this" not in page
        assert not PrivateReading.objects.exists()

    def test_show_readers_to_people_who_work_on_it_alone(self, client: Client, ticket: Any) -> None:
        make.PrivateReadingFactory(ticket=ticket, user__name="Nosy Ned")
        requester = make.UserFactory()
        type(ticket).objects.filter(pk=ticket.pk).update(opened_by=requester)
        client.force_login(requester)

        page = client.get(ticket.get_absolute_url())

        assert page.status_code == 200
        assert "Nosy Ned" not in page.content.decode()
        assert client_of(requester).get("/api/v1/private-readings/").json()["results"] == []
