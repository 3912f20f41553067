"""A person's own shifts, and the handoff notes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oncall.cover import overrides
from oncall.models import HandoffNote
from oncall.rota import handoff_notes, my_shifts
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
HANDOFF = datetime(2026, 6, 1, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana Silva")


@pytest.fixture
def bob() -> Any:
    return make.UserFactory(name="Bob Martin")


@pytest.fixture
def shop(ana: Any, bob: Any) -> Any:
    """Bob's week begins on 1 June at 9."""
    return make.weekly_schedule(ana, bob, name="Shop")


class TestMyShifts:
    def test_are_sorted_into_past_running_and_coming(self, shop: Any, ana: Any, bob: Any) -> None:
        """R-F4, with both neighbors."""
        shifts = my_shifts.person_shifts(user=bob, at=make.NOON)

        [running] = shifts.running
        assert (running.starts_at, running.ends_at) == (HANDOFF, HANDOFF + WEEK)
        assert (running.before, running.following) == ((ana,), (ana,))
        assert shifts.next is not None
        assert shifts.next.starts_at == HANDOFF + 2 * WEEK
        assert [shift.starts_at for shift in shifts.past] == [HANDOFF - 2 * WEEK, HANDOFF - 4 * WEEK]
        assert len(shifts.coming) == 6

    def test_hold_what_only_an_override_gives(self, shop: Any) -> None:
        cy = make.UserFactory()
        at = make.NOON
        overrides.create_override(
            schedule=shop, op="add", users=[cy], starts_at=at + WEEK, ends_at=at + 2 * WEEK, actor=None, at=at,
            origin="case",
        )  # fmt: skip

        shifts = my_shifts.person_shifts(user=cy, at=at)

        assert [(shift.starts_at, shift.ends_at) for shift in shifts.coming] == [(at + WEEK, at + 2 * WEEK)]

    def test_may_have_no_end_in_sight(self, ana: Any) -> None:
        make.weekly_schedule(ana)

        [running] = my_shifts.person_shifts(user=ana, at=make.NOON).running

        assert (running.starts_at, running.ends_at) == (None, None)

    def test_cost_as_many_queries_on_ten_schedules_as_on_one(self, shop: Any, ana: Any, bob: Any) -> None:
        with CaptureQueriesContext(connection) as for_one:
            my_shifts.person_shifts(user=ana, at=make.NOON)
        for n in range(9):
            make.weekly_schedule(ana, bob, name=f"More {n}")
        with CaptureQueriesContext(connection) as for_ten:
            my_shifts.person_shifts(user=ana, at=make.NOON)

        assert len(for_ten) == len(for_one) <= 7


class TestWrite:
    def test_takes_a_note_from_the_person_on_call(self, shop: Any, bob: Any) -> None:
        note = handoff_notes.write_note(schedule=shop, text="Watch the replica.", actor=bob, at=make.NOON)

        assert list(handoff_notes.recent_notes([shop.pk], at=make.NOON)) == [note]
        assert not handoff_notes.recent_notes([shop.pk], at=make.NOON + handoff_notes.RECENT)

    def test_takes_it_until_a_day_after_the_shift(self, shop: Any, ana: Any) -> None:
        handoff_notes.write_note(schedule=shop, text="Late, but here.", actor=ana, at=HANDOFF + timedelta(hours=23))
        with pytest.raises(handoff_notes.NotYourShift):
            handoff_notes.write_note(schedule=shop, text="Too late.", actor=ana, at=HANDOFF + timedelta(hours=25))

    def test_refuses_other_people_and_empty_texts(self, shop: Any, bob: Any) -> None:
        with pytest.raises(handoff_notes.NotYourShift):
            handoff_notes.write_note(schedule=shop, text="Hello.", actor=make.UserFactory(), at=make.NOON)
        for text in (" \n", "\u202e\x00", "x" * 10_001):
            with pytest.raises(ValidationError):
                handoff_notes.write_note(schedule=shop, text=text, actor=bob, at=make.NOON)

    def test_is_held_by_the_database_too(self, shop: Any, bob: Any) -> None:
        with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
            HandoffNote.objects.create(schedule=shop, author=bob, text="", at=make.NOON)


class TestPages:
    def test_lead_from_one_shift_to_the_next(self, client: Client, ana: Any) -> None:
        """Ana writes; Bob, who is next, reads it on his page and on the rota."""
        bob = make.UserFactory(name="Bob Martin")
        at = timezone.now()
        anchor = (at - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        schedule = make.weekly_schedule(ana, bob, name="Shop", anchor=anchor)
        client.force_login(ana)
        page = client.get("/my-shifts/").content.decode()
        assert "You are on call on" in page
        assert "Bob Martin" in page

        sent = client.post(f"/schedules/{schedule.pk}/hand-off/", {"text": "Watch the **replica**."})

        assert sent.status_code == 302
        client.force_login(bob)
        for url in ("/my-shifts/", f"/schedules/{schedule.pk}/rota/"):
            assert "Watch the <strong>replica</strong>." in client.get(url).content.decode(), url
        assert "Watch the" in client.get("/handoff-notes/").content.decode()

    def test_keep_what_was_typed_when_it_is_refused(self, client: Client, shop: Any) -> None:
        client.force_login(make.UserFactory())

        response = client.post(f"/schedules/{shop.pk}/hand-off/", {"text": "All that I know."})

        assert response.status_code == 422
        assert "All that I know." in response.content.decode()
        assert "Only people who are on call" in response.content.decode()
        assert client.get("/schedules/99999/hand-off/").status_code == 404

    def test_of_somebody_without_shifts_say_so(self, client: Client, ana: Any) -> None:
        client.force_login(ana)

        assert "None in the next three months." in client.get("/my-shifts/").content.decode()

    def test_of_the_api_write_and_read(self, ana: Any) -> None:
        schedule = make.weekly_schedule(ana)
        client = client_of(ana, scopes=["read", "rota"])

        created = client.post("/api/v1/handoff-notes/", {"schedule": schedule.pk, "text": "Quiet."}, format="json")
        refused = client.post(
            "/api/v1/handoff-notes/", {"schedule": make.ScheduleFactory().pk, "text": "Quiet."}, format="json"
        )

        assert created.status_code == 201, created.content
        assert created.json()["author"]["name"] == "Ana Silva"
        assert refused.status_code == 409
        assert client.get("/api/v1/handoff-notes/", {"schedule": schedule.pk}).json()["results"] == [created.json()]
