"""Time worked on a ticket: added, corrected and removed by its person, and no minute counted twice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from config.base.data.roles import Role
from config.base.web.display import minutes_text
from incidents.desk import work_time
from incidents.forms.desk import NewWorkTimeForm
from incidents.models import Ticket
from incidents.response import paging
from oncall.models import User, WorkInterval
from oncall.work.claims import WorkRefused
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def ticket() -> Ticket:
    return Ticket.objects.get(pk=make.IncidentFactory().pk)


@pytest.fixture
def ana() -> User:
    return make.UserFactory(name="Ana", roles=[Role.RESPONDER])


def add(ticket: Ticket, person: User, start: datetime, end: datetime, *, at: datetime = NOON) -> WorkInterval:
    """A time that the person adds."""
    return work_time.add(ticket_id=ticket.pk, started_at=start, ended_at=end, actor=person, at=at)


def texts(ticket: Ticket) -> list[str]:
    return list(ticket.timeline.filter(kind="change").order_by("pk").values_list("text", flat=True))


class TestAdding:
    def test_keeps_person_ticket_and_time(self, ticket: Ticket, ana: User) -> None:
        row = add(ticket, ana, NOON - HOUR, NOON - 15 * MINUTE)

        assert (row.user, row.subject_type, row.subject_id, row.source) == (ana, "ticket", ticket.pk, "claimed")
        assert texts(ticket) == ["45 min of work added."]

    @pytest.mark.parametrize(
        ("start", "end", "words"),
        [
            (NOON - HOUR, NOON + MINUTE, "in the future"),
            (NOON - HOUR, NOON - HOUR, "a minute"),
            (NOON - HOUR, NOON - 2 * HOUR, "a minute"),
            (NOON - 24 * HOUR - MINUTE, NOON, "longer than 24 hours"),
        ],
    )
    def test_refuses_what_nobody_worked(
        self, ticket: Ticket, ana: User, start: datetime, end: datetime, words: str
    ) -> None:
        with pytest.raises(WorkRefused, match=words):
            add(ticket, ana, start, end)

    def test_takes_a_whole_day(self, ticket: Ticket, ana: User) -> None:
        assert add(ticket, ana, NOON - 24 * HOUR, NOON).ended_at == NOON

    def test_names_the_time_that_is_recorded_already(self, ticket: Ticket, ana: User) -> None:
        add(ticket, ana, NOON - 2 * HOUR, NOON - HOUR)

        with pytest.raises(WorkRefused, match=r"10:00 to 11:00.*recorded already"):
            add(ticket, ana, NOON - 90 * MINUTE, NOON)

    def test_says_that_a_time_is_running(self, ticket: Ticket, ana: User) -> None:
        paging.begin_work(ticket=ticket, user=ana, at=NOON - HOUR)

        with pytest.raises(WorkRefused, match="is being recorded"):
            add(ticket, ana, NOON - 30 * MINUTE, NOON)
        assert add(ticket, ana, NOON - 2 * HOUR, NOON - HOUR)

    def test_leaves_others_and_other_tickets_alone(self, ticket: Ticket, ana: User) -> None:
        add(ticket, ana, NOON - HOUR, NOON)
        add(ticket, make.UserFactory(), NOON - HOUR, NOON)
        add(Ticket.objects.get(pk=make.IncidentFactory().pk), ana, NOON - HOUR, NOON)

        assert WorkInterval.objects.count() == 3

    def test_is_for_people(self, ticket: Ticket) -> None:
        with pytest.raises(WorkRefused, match="is no person"):
            add(ticket, make.ServiceAccountFactory().user, NOON - HOUR, NOON)

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 120), st.integers(1, 60)), min_size=1, max_size=6))
    def test_never_counts_a_minute_twice(self, spans: list[tuple[int, int]]) -> None:
        with transaction.atomic():
            ticket = Ticket.objects.get(pk=make.IncidentFactory().pk)
            ana = make.UserFactory()
            counted: set[int] = set()
            for begin, length in spans:
                minutes = set(range(begin, begin + length))
                start = NOON - 300 * MINUTE + begin * MINUTE
                try:
                    add(ticket, ana, start, start + length * MINUTE)
                except WorkRefused:
                    assert counted & minutes
                else:
                    assert not counted & minutes
                    counted |= minutes

            (entry,) = work_time.by_person(ticket, at=NOON)
            assert entry.total == minutes_text(len(counted))
            transaction.set_rollback(True)


class TestCorrecting:
    def test_changes_ones_own(self, ticket: Ticket, ana: User) -> None:
        row = add(ticket, ana, NOON - HOUR, NOON)

        work_time.correct(interval_id=row.pk, started_at=NOON - 30 * MINUTE, ended_at=NOON, actor=ana, at=NOON)

        row.refresh_from_db()
        assert row.started_at == NOON - 30 * MINUTE
        assert texts(ticket)[-1] == "1 h of work corrected to 30 min."

    def test_refuses_an_overlap_with_another(self, ticket: Ticket, ana: User) -> None:
        add(ticket, ana, NOON - 3 * HOUR, NOON - 2 * HOUR)
        row = add(ticket, ana, NOON - HOUR, NOON)

        with pytest.raises(WorkRefused, match="recorded already"):
            work_time.correct(interval_id=row.pk, started_at=NOON - 150 * MINUTE, ended_at=NOON, actor=ana, at=NOON)

    def test_refuses_that_of_others_and_of_the_timeline(self, ticket: Ticket, ana: User) -> None:
        row = add(ticket, ana, NOON - HOUR, NOON)
        recorded = make.WorkIntervalFactory(user=ana, subject_id=ticket.pk, started_at=NOON, ended_at=NOON + HOUR)

        with pytest.raises(WorkRefused, match="their own time"):
            work_time.remove(interval_id=row.pk, actor=make.UserFactory(), at=NOON)
        with pytest.raises(WorkRefused, match="from the timeline"):
            work_time.remove(interval_id=recorded.pk, actor=ana, at=NOON)

    def test_removes_ones_own(self, ticket: Ticket, ana: User) -> None:
        row = add(ticket, ana, NOON - HOUR, NOON)

        work_time.remove(interval_id=row.pk, actor=ana, at=NOON)

        assert not WorkInterval.objects.exists()
        assert texts(ticket)[-1] == "1 h of work removed."


class TestSums:
    def test_are_by_person_with_what_is_running(self, ticket: Ticket, ana: User) -> None:
        ben = make.UserFactory(name="Ben")
        add(ticket, ben, NOON - 2 * HOUR, NOON - 75 * MINUTE)
        add(ticket, ana, NOON - 2 * HOUR, NOON - HOUR)
        paging.begin_work(ticket=ticket, user=ana, at=NOON - 10 * MINUTE)

        people = work_time.by_person(ticket, at=NOON)

        assert [(entry.person, entry.total) for entry in people] == [(ana, "1 h 10 min"), (ben, "45 min")]

    def test_take_one_query(self, ticket: Ticket, django_assert_num_queries: Any) -> None:
        for _ in range(3):
            add(ticket, make.UserFactory(), NOON - HOUR, NOON)

        with django_assert_num_queries(1):
            assert len(work_time.by_person(ticket, at=NOON)) == 3


def read_form(ticket: Ticket, *, at: datetime = NOON, **data: Any) -> NewWorkTimeForm:
    form = NewWorkTimeForm(data, ticket=ticket, at=at)
    form.full_clean()
    return form


class TestForm:
    def test_reads_minutes_until_now(self, ticket: Ticket) -> None:
        form = read_form(ticket, minutes="45", at=NOON + timedelta(seconds=20))

        assert form.cleaned_data == {"started_at": NOON - 45 * MINUTE, "ended_at": NOON}

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({}, "minutes"),
            ({"minutes": "5", "started_at": "2026-03-02T10:00"}, "minutes"),
            ({"minutes": "1441"}, "minutes"),
            ({"started_at": "2026-03-02T10:00"}, "ended_at"),
            ({"ended_at": "2026-03-02T10:00"}, "started_at"),
        ],
    )
    def test_wants_one_of_the_two(self, ticket: Ticket, data: dict[str, Any], field: str) -> None:
        assert list(read_form(ticket, **data).errors) == [field]

    @pytest.mark.parametrize(
        ("start", "end", "minutes"),
        [
            ("2026-03-29T01:30", "2026-03-29T03:30", 60),  # an hour is left out
            ("2026-10-25T01:30", "2026-10-25T03:30", 180),  # an hour comes twice
            ("2026-10-25T02:50", "2026-10-25T02:10", 20),  # from the first 02:50 to the second 02:10
        ],
    )
    def test_counts_real_minutes_in_nights_when_clocks_change(
        self, ticket: Ticket, start: str, end: str, minutes: int
    ) -> None:
        with timezone.override(BERLIN):
            times = read_form(ticket, started_at=start, ended_at=end).cleaned_data

        assert times["ended_at"] - times["started_at"] == minutes * MINUTE

    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)),
        st.integers(1, 1440),
        st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
    )
    @settings(max_examples=80, deadline=None)
    def test_reads_back_what_a_clock_showed(self, wall: datetime, minutes: int, name: str) -> None:
        zone = ZoneInfo(name)
        start = wall.replace(second=0, microsecond=0, tzinfo=UTC)
        end = start + minutes * MINUTE
        read = [moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes") for moment in (start, end)]
        with timezone.override(zone):
            times = read_form(Ticket(), started_at=read[0], ended_at=read[1]).cleaned_data

        first, last = times["started_at"], times["ended_at"]
        # Of a time that comes twice it is the first, unless the end would come before the start.
        assert first.astimezone(zone).fold == 0
        assert first in {start, start - HOUR, start - HOUR / 2}
        assert last in {end, end - HOUR, end - HOUR / 2}
        assert last > first


class TestPage:
    def test_adds_corrects_and_removes(self, client: Client, ticket: Ticket, ana: User) -> None:
        client.force_login(ana)
        address = ticket.get_absolute_url()
        assert f"{address}work-time/new/" in client.get(address).content.decode()

        client.post(f"{address}work-time/new/", {"minutes": "30"})
        row = WorkInterval.objects.get()
        page = client.get(address).content.decode()
        assert "30 min" in page.split('id="work-time"')[1]
        form = {"started_at": (row.started_at - HOUR).isoformat(), "ended_at": str(row.ended_at)}
        assert client.post(f"{address}work-time/{row.pk}/correct/", form).status_code == 302
        assert "1 h 30 min" in client.get(address).content.decode()
        client.post(f"{address}work-time/{row.pk}/remove/")
        assert not WorkInterval.objects.exists()

    def test_says_beside_the_field_why_not(self, client: Client, ticket: Ticket, ana: User) -> None:
        client.force_login(ana)
        client.post(f"{ticket.get_absolute_url()}work-time/new/", {"minutes": "30"})

        answer = client.post(f"{ticket.get_absolute_url()}work-time/new/", {"minutes": "10"})

        assert answer.status_code == 422
        assert "recorded already" in answer.content.decode()

    def test_offers_nothing_on_the_time_of_others(self, client: Client, ticket: Ticket, ana: User) -> None:
        row = add(ticket, ana, NOON - HOUR, NOON)
        client.force_login(make.UserFactory(roles=[Role.RESPONDER]))

        assert f"work-time/{row.pk}/" not in client.get(ticket.get_absolute_url()).content.decode()
        assert client.get(f"{ticket.get_absolute_url()}work-time/{row.pk}/correct/").status_code == 404


class TestApi:
    def test_adds_corrects_and_removes(self, ticket: Ticket, ana: User) -> None:
        api = client_of(ana)
        times = {"started_at": "2026-03-02T09:00:00Z", "ended_at": "2026-03-02T10:00:00Z"}

        created = api.post("/api/v1/work-intervals/", {"ticket": ticket.reference, **times}, format="json")
        assert created.status_code == 201, created.json()
        place = f"/api/v1/work-intervals/{created.json()['id']}/"
        changed = api.patch(place, {"ended_at": "2026-03-02T10:30:00Z"}, format="json")
        assert (changed.json()["started_at"], changed.json()["ended_at"]) == (
            "2026-03-02T09:00:00Z",
            "2026-03-02T10:30:00Z",
        )
        assert api.delete(place).status_code == 204
        assert not WorkInterval.objects.exists()

    def test_refuses_an_overlap_by_the_name_of_the_field(self, ticket: Ticket, ana: User) -> None:
        add(ticket, ana, NOON - HOUR, NOON)
        times = {"started_at": (NOON - HOUR).isoformat(), "ended_at": NOON.isoformat()}

        answer = client_of(ana).post("/api/v1/work-intervals/", {"ticket": ticket.reference, **times}, format="json")

        assert answer.status_code == 400
        assert "recorded already" in str(answer.json())

    def test_is_for_those_who_act_on_tickets_and_for_ones_own(self, ticket: Ticket, ana: User) -> None:
        row = add(ticket, ana, NOON - HOUR, NOON)
        place = f"/api/v1/work-intervals/{row.pk}/"

        assert client_of(make.UserFactory()).delete(place).status_code == 403
        assert client_of(make.UserFactory(roles=[Role.RESPONDER])).delete(place).status_code == 409
        assert WorkInterval.objects.filter(pk=row.pk).exists()
