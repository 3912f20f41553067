"""On-call load (R-Q1): totals, fair shares, pages, limits, and who may read it."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from config.base.data.roles import Role
from oncall.load import fair_share, figures
from oncall.models import Membership, MembershipRole, Override, OverridePerson
from oncall.schedules import fairness
from oncall.schedules.plan import Layer, Plan, Version
from oncall.schedules.rotation import Rotation
from oncall.schedules.timeline import Shift, subtract_intervals
from oncall.schedules.wall_clock import MINUTE
from tests import factories as make
from tests.clients import client_of

FIRST, LAST = date(2026, 3, 2), date(2026, 4, 12)
"""Six weeks from a Monday on; the clocks of Europe change within."""
WHOLE_MONTHS: dict[str, Any] = {"first_day": date(2026, 3, 1), "last_day": date(2026, 4, 30)}
MINUTES = 6 * 7 * 24 * 60
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]
START = datetime(2026, 3, 1, tzinfo=UTC)


@st.composite
def shifts(draw: Any) -> list[Shift]:
    drawn = []
    for _ in range(draw(st.integers(0, 12))):
        start = START + timedelta(minutes=draw(st.integers(0, 90_000)))
        drawn.append(Shift(draw(st.integers(1, 5)), start, start + timedelta(minutes=draw(st.integers(1, 20_000)))))
    return drawn


class TestTotals:
    @settings(deadline=None)
    @given(
        shifts(),
        shifts(),
        st.sampled_from(ZONES),
        st.dictionaries(st.integers(1, 7), st.decimals("0.1", "1", places=2), max_size=6),
        st.sets(st.dates(date(2026, 3, 1), date(2026, 5, 1)), max_size=6),
    )
    def test_of_categories_are_the_minutes_of_the_shifts_and_targets_add_up(
        self, shifts_here: Any, shifts_elsewhere: Any, zone: str, weights: Any, holidays: Any
    ) -> None:
        """R-Q1: no minute is lost or counted twice, whatever the zone, its changes of the clock and its holidays."""
        rules = fairness.Rules(zone=ZoneInfo(zone), night=figures._NIGHT, holidays=holidays)
        elsewhere = fairness.Rules(zone=ZoneInfo("UTC"), night=figures._NIGHT)

        report = fairness.combined_report([(shifts_here, rules), (shifts_elsewhere, elsewhere)], weights=weights)

        for user, share in report.shares.items():
            assert sum(share.minutes.values()) == sum(
                s.minutes for s in (*shifts_here, *shifts_elsewhere) if s.user == user
            )
        total = sum(share.total for share in report.shares.values())
        assert sum((share.target for share in report.shares.values()), Fraction(0)) == (total if report.shares else 0)
        assert sum((share.deviation for share in report.shares.values()), Fraction(0)) == 0
        assert 0 <= report.balance <= 1

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 90)), max_size=8), st.data())
    def test_of_what_is_left_and_what_is_cut_out_add_up(self, raw: Any, data: Any) -> None:
        spans = [(START + timedelta(minutes=a), START + timedelta(minutes=a + n)) for a, n in raw]
        excluded = data.draw(st.lists(st.sampled_from(spans), max_size=4)) if spans else []

        def minutes(intervals: Any) -> set[int]:
            return {m for s, e in intervals for m in range((s - START) // MINUTE, (e - START) // MINUTE)}

        assert minutes(subtract_intervals(spans, excluded)) == minutes(spans) - minutes(excluded)


@pytest.fixture
def team() -> Any:
    return make.TeamFactory(name="Shop", slug="shop", time_zone="Europe/Berlin")


def _people(team: Any, *names: str, **fields: Any) -> list[Any]:
    users = [make.UserFactory(name=name, time_zone="Europe/Berlin") for name in names]
    for person in users:
        make.MembershipFactory(team=team, user=person, **fields)
    return users


@pytest.fixture
def planner(team: Any) -> Any:
    return make.MembershipFactory(team=team, role=MembershipRole.MANAGER, user__name="Mia").user


def _load_of(team: Any, viewer: Any, **fields: Any) -> figures.Load:
    days: dict[str, Any] = {"first_day": FIRST, "last_day": LAST, "at": make.NOON} | fields
    return figures.visible_load(team=team, viewer=viewer, **days)


def _lines(load: figures.Load) -> dict[str, figures.Figures]:
    return {line.user.name: line for line in load.people if line.user}


@pytest.mark.django_db
class TestFigures:
    def test_share_by_part_of_full_time(self, team: Any, planner: Any) -> None:
        ana, bob = _people(team, "Ana", "Bob")
        Membership.objects.filter(user=bob).update(fte=Decimal("0.5"))
        make.weekly_schedule(ana, bob, team=team, zone="Europe/Berlin")

        load = _load_of(team, planner)

        lines = _lines(load)
        total = MINUTES - 60  # the night in which the clock goes forward
        assert load.total is not None
        assert load.total.total == total
        assert lines["Ana"].target == Fraction(total * 2, 3)
        assert lines["Bob"].target == Fraction(total, 3)
        assert lines["Bob"].total > lines["Bob"].target
        assert lines["Ana"].fte == 1

    def test_share_by_presence_in_the_versions(self, team: Any) -> None:
        """A person who joined for the last third has a third of a share (R-Q1)."""
        zone = ZoneInfo("UTC")
        first, second = START, START + timedelta(days=20)
        plan = _plan(zone, (first, [1, 2]), (second, [1, 2, 3]))

        presence = fair_share.presence(plan, since=START, until=START + timedelta(days=30))

        assert presence == {1: 30 * 1440, 2: 30 * 1440, 3: 10 * 1440}

    def test_leave_out_a_closed_account(self) -> None:
        plan = _plan(ZoneInfo("UTC"), (START, [1]))
        closed = Plan(plan.versions, (), {1: ((START + timedelta(days=4), START + timedelta(days=7)),)})

        assert fair_share.presence(closed, since=START, until=START + timedelta(days=10)) == {1: 7 * 1440}

    def test_give_weight_0_to_someone_who_only_covered(self, team: Any, planner: Any) -> None:
        ana, bob = _people(team, "Ana", "Bob")
        schedule = make.weekly_schedule(ana, team=team)
        _cover(schedule, ana, bob)

        lines = _lines(_load_of(team, planner))

        assert lines["Bob"].total == 600
        assert lines["Bob"].target == 0
        assert lines["Ana"].target == lines["Ana"].total + 600

    def test_count_pages_nights_and_incidents(self, team: Any, planner: Any) -> None:
        ana, bob = _people(team, "Ana", "Bob")
        schedule = make.weekly_schedule(ana, bob, team=team)
        turn = datetime(2026, 3, 2, 9, tzinfo=UTC)  # Ana's, by the anchor
        again = make.EscalationFactory()
        make.log_page(ana, turn + timedelta(hours=3), schedule=schedule, escalation=again)
        make.log_page(ana, turn + timedelta(hours=4), schedule=schedule, escalation=again)
        make.log_page(ana, turn.replace(hour=22, minute=30), schedule=schedule)  # 23:30 in Berlin
        make.log_page(ana, turn + timedelta(hours=5))  # not because of this rota

        line = _lines(_load_of(team, planner))["Ana"]

        assert (line.pages, line.night_pages, line.incidents) == (3, 1, 2)

    def test_sort_holidays_before_weekends(self, team: Any, planner: Any) -> None:
        (ana,) = _people(team, "Ana")
        make.weekly_schedule(ana, team=team, zone="Europe/Berlin")

        load = _load_of(team, planner, first_day=date(2026, 3, 6), last_day=date(2026, 3, 9))

        assert dict(_lines(load)["Ana"].minutes) == {
            "holiday": 0, "weekend": 2880, "night": 2 * 7 * 60, "day": 2 * 17 * 60,
        }  # fmt: skip

    def test_report_exceeded_limits(self, team: Any, planner: Any) -> None:
        """Google's limits: two incidents in a shift of twelve hours, a quarter of the time."""
        ana, bob = _people(team, "Ana", "Bob")
        schedule = make.weekly_schedule(ana, bob, team=team)
        for n in range(29):
            make.log_page(ana, datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=5 * n), schedule=schedule)

        load = _load_of(team, planner, last_day=date(2026, 3, 8))

        messages = [(excess.code, excess.sentence) for excess in load.excesses if excess.user == ana.pk]
        assert [code for code, _ in messages] == [figures.MANY_INCIDENTS, figures.MUCH_TIME]
        assert "Ana had 2." in messages[0][1]
        assert "is on call 94 % of the time" in messages[1][1]

    def test_report_a_person_on_call_for_too_long(self, team: Any, planner: Any) -> None:
        (ana,) = _people(team, "Ana")
        make.weekly_schedule(ana, team=team)

        assert "LONG_STRETCH" in [excess.code for excess in _load_of(team, planner).excesses]

    @pytest.mark.parametrize(
        ("first", "last"),
        [(LAST, FIRST), (FIRST, FIRST + timedelta(days=400)), (date(1999, 1, 1), date(1999, 1, 2))],
    )
    def test_refuse_days_that_make_no_range(self, team: Any, planner: Any, first: date, last: date) -> None:
        with pytest.raises(figures.BadRange):
            _load_of(team, planner, first_day=first, last_day=last)

    def test_take_400_days(self, team: Any, planner: Any) -> None:
        assert _load_of(team, planner, last_day=FIRST + timedelta(days=399)).total is not None

    def test_accept_parts_of_full_time_only_in_range(self, team: Any) -> None:
        (ana,) = _people(team, "Ana")
        for fte in ("0", "0.05", "1.1"):
            with pytest.raises(IntegrityError), transaction.atomic():
                Membership.objects.filter(user=ana).update(fte=Decimal(fte))


@pytest.mark.django_db
class TestPrivacy:
    def test_shows_a_person_their_own_line_and_no_small_group(self, team: Any) -> None:
        people = _people(team, "Ana", "Bob", "Cem", "Dua")
        make.weekly_schedule(*people, team=team)

        load = _load_of(team, people[0], **WHOLE_MONTHS)

        assert list(_lines(load)) == ["Ana"]
        assert (load.others, load.total, load.balance) == (None, None, None)
        assert {excess.user for excess in load.excesses} <= {people[0].pk}

    def test_shows_others_as_a_group_of_four_or_more(self, team: Any) -> None:
        people = _people(team, "Ana", "Bob", "Cem", "Dua", "Eli")
        make.weekly_schedule(*people, team=team)

        load = _load_of(team, people[0], **WHOLE_MONTHS)

        assert load.others is not None
        assert load.total is not None
        assert load.others.people == 4
        assert load.others.total + _lines(load)["Ana"].total == load.total.total

    def test_shows_a_stranger_groups_only(self, team: Any) -> None:
        people = _people(team, "Ana", "Bob", "Cem", "Dua")
        make.weekly_schedule(*people, team=team)

        load = _load_of(team, make.UserFactory(), **WHOLE_MONTHS)

        assert (load.people, load.others and load.others.people, load.excesses) == ([], 4, [])

    def test_hides_a_group_that_would_reveal_one_person(self, team: Any) -> None:
        """The rota says whose week it was; so a week, or the difference of two answers, would reveal one person."""
        people = _people(team, "Ana", "Bob", "Cem", "Dua", "Eli")
        schedule = make.weekly_schedule(*people, team=team)
        assert _load_of(team, people[0], schedule=schedule, **WHOLE_MONTHS).others is not None
        for days in (
            {"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 8)},
            {"first_day": date(2026, 3, 1), "last_day": date(2026, 4, 29)},
            {"first_day": date(2026, 3, 2), "last_day": date(2026, 4, 30)},
        ):
            assert _load_of(team, people[0], **days).others is None, days

        make.weekly_schedule(*_people(team, "Fay", "Gil"), team=team)

        assert _load_of(team, people[0], schedule=schedule, **WHOLE_MONTHS).others is None
        assert _load_of(team, people[0], **WHOLE_MONTHS).others is not None

    def test_needs_four_others_in_every_month(self, team: Any) -> None:
        people = _people(team, "Ana", "Bob", "Cem", "Dua", "Eli")
        schedule = make.weekly_schedule(*people, team=team)
        newcomer = _people(team, "Zoe")[0]
        version = schedule.versions.create(
            created_at=START, effective_from=datetime(2026, 4, 1, tzinfo=UTC), time_zone="UTC", origin="case"
        )
        layer = version.layers.create(anchor="2026-01-05T09:00", slots=1)
        layer.members.create(slot=0, user=newcomer)

        assert _load_of(team, people[0], **WHOLE_MONTHS).others is None
        assert _load_of(team, people[0], **WHOLE_MONTHS | {"last_day": date(2026, 3, 31)}).others is not None

    @pytest.mark.parametrize("path", ["/teams/shop/load/", "/teams/shop/load/?export=csv"])
    def test_holds_on_page_and_csv(self, client: Client, team: Any, planner: Any, path: str) -> None:
        people = _people(team, "Ana Silva", "Bob Martin")
        make.weekly_schedule(*people, team=team)
        days = {"since": FIRST.isoformat(), "until": LAST.isoformat()}

        client.force_login(people[0])
        own = client.get(path, days | ({"export": "csv"} if "csv" in path else {})).content.decode()
        client.force_login(planner)
        complete = client.get(path, days | ({"export": "csv"} if "csv" in path else {})).content.decode()

        assert "Ana Silva" in own
        assert "Bob Martin" not in own
        assert "Bob Martin" in complete

    def test_holds_over_the_api(self, team: Any, planner: Any) -> None:
        people = _people(team, "Ana", "Bob")
        schedule = make.weekly_schedule(*people, team=team)
        days = {"since": FIRST.isoformat(), "until": LAST.isoformat()}

        for url in (f"/api/v1/teams/{team.pk}/load/", f"/api/v1/schedules/{schedule.pk}/load/"):
            own = client_of(people[0]).get(url, days).json()
            complete = client_of(planner).get(url, days).json()

            assert [line["person"]["name"] for line in own["people"]] == ["Ana"]
            assert own["total"] is None
            assert [line["person"]["name"] for line in complete["people"]] == ["Ana", "Bob"]
            assert complete["total"]["total"] == sum(sum(line["minutes"].values()) for line in complete["people"])


@pytest.mark.django_db
class TestPages:
    def test_need_as_many_queries_for_many_as_for_one(self, client: Client, team: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.ADMINISTRATOR]))
        days = {"since": FIRST.isoformat(), "until": LAST.isoformat()}
        make.weekly_schedule(*_people(team, "Ana"), team=team)
        client.get("/teams/shop/load/", days)

        with CaptureQueriesContext(connection) as for_one:
            client.get("/teams/shop/load/", days)
        for n in range(6):
            people = _people(team, f"P{n}", f"Q{n}")
            schedule = make.weekly_schedule(*people, team=team)
            make.log_page(people[0], datetime(2026, 3, 3, tzinfo=UTC), schedule=schedule)
            make.ReliefRequestFactory(user=people[0], schedule=schedule)
        with CaptureQueriesContext(connection) as for_many:
            answer = client.get("/teams/shop/load/", days)

        assert answer.status_code == 200
        assert len(for_many) == len(for_one)

    def test_say_what_is_wrong_with_the_days(self, client: Client, team: Any, planner: Any) -> None:
        client.force_login(planner)

        for days in ({"since": "2026-01-01", "until": "2028-01-01"}, {"since": "x"}, {"until": "0001-01-01"}):
            answer = client.get("/teams/shop/load/", days)

            assert answer.status_code == 200
            assert b"is not understood" in answer.content

    def test_give_csv_that_no_spreadsheet_runs(self, client: Client, team: Any, planner: Any) -> None:
        (ana,) = _people(team, "=HYPERLINK(1)")
        make.weekly_schedule(ana, team=team)
        client.force_login(planner)

        answer = client.get(
            "/teams/shop/load/", {"export": "csv", "since": FIRST.isoformat(), "until": LAST.isoformat()}
        )

        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert rows[0]["person"] == "'=HYPERLINK(1)"
        assert [row["person"] for row in rows[1:]] == ["all"]
        parts = ("holiday_minutes", "weekend_minutes", "night_minutes", "day_minutes")
        assert sum(int(rows[0][name]) for name in parts) == int(rows[0]["minutes"])

    @pytest.mark.parametrize("days", [{}, {"since": "2026-01-01"}, {"since": "2026-01-01", "until": "2028-01-01"}])
    def test_refuse_days_over_the_api(self, team: Any, planner: Any, days: dict[str, str]) -> None:
        answer = client_of(planner).get(f"/api/v1/teams/{team.pk}/load/", days)

        assert answer.status_code == 400
        assert set(answer.json()["fields"]) <= {"since", "until"}


def _plan(zone: ZoneInfo, *versions: tuple[datetime, list[int]]) -> Plan:
    return Plan(
        tuple(
            Version(
                n, start, start, zone,
                (Layer(n, 0, zone, Rotation(datetime(2026, 3, 1), "week", 1, tuple((user,) for user in users))),),
            )
            for n, (start, users) in enumerate(versions, start=1)
        )
    )  # fmt: skip


def _cover(schedule: Any, out: Any, user: Any) -> None:
    start = datetime(2026, 3, 10, 10, tzinfo=UTC)
    row = Override.objects.create(
        schedule=schedule, op="replace", out=out, starts_at=start, ends_at=start + timedelta(hours=10),
        created_at=START, origin="case",
    )  # fmt: skip
    OverridePerson.objects.create(override=row, user=user)
