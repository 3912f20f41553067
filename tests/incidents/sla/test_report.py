"""The SLA report: numbers counted by hand, and the clocks behind each of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import SlaCycle
from incidents.sla import report
from incidents.sla.report import Grouping, Section, Tally
from tests import factories as make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def version() -> Any:
    return make.SlaTargetVersionFactory()


@pytest.fixture
def ticket() -> Any:
    return make.IncidentFactory(service=make.ServiceFactory(slug="shop", name="Shop"))


def _report(by: str = "service", **options: Any) -> list[Section]:
    return report.read_report(SlaCycle.objects.all(), by=by, zone=BERLIN, **options)


def _groups(section: Section) -> dict[str, Tally]:
    return {group.key: tally for group, tally in section.groups}


class TestNumbers:
    def test_count_kept_and_broken_and_waivers_beside_breaches(self, version: Any, ticket: Any) -> None:
        """K-44: "12 broken, of them 2 waived"; nothing is subtracted."""
        fields = {"ticket": ticket, "version": version}
        for cycle in range(1, 4):
            make.SlaCycleFactory(cycle=cycle, **fields)
        make.broken_clock(cycle=4, **fields)
        make.waived_clock(cycle=5, **fields)

        (section,) = _report()

        assert _groups(section) == {"shop": Tally(met=3, broken=2, waived=1)}
        assert section.total == Tally(met=3, broken=2, waived=1)

    def test_count_no_waiver_that_waits_or_was_declined(self, version: Any, ticket: Any) -> None:
        clock = make.broken_clock(ticket=ticket, version=version)
        breach = clock.ticket.slabreach_set.get()
        make.SlaWaiverFactory(breach=breach, status="declined", decided_by=make.UserFactory(), decided_at=NOON)
        make.SlaWaiverFactory(breach=breach)

        (section,) = _report()

        assert section.total == Tally(broken=1)

    def test_give_a_waiver_to_its_own_cycle_and_team_alone(self, ticket: Any) -> None:
        version, web = make.SlaTargetVersionFactory(target__kind="ola"), make.TeamFactory(slug="web")
        fields = {"ticket": ticket, "version": version}
        make.waived_clock(team=web, **fields)
        make.broken_clock(team=make.TeamFactory(slug="data"), **fields)
        make.broken_clock(**fields)
        make.broken_clock(team=web, cycle=2, **fields)

        (section,) = _report("team")

        assert _groups(section)["web"] == Tally(broken=2, waived=1)
        assert section.total == Tally(broken=4, waived=1)

    def test_keep_a_breach_that_history_no_longer_shows(self, version: Any, ticket: Any) -> None:
        """K-40: it stays and is counted, and the report says so."""
        make.broken_clock(ticket=ticket, version=version, breach_holds=False)

        (section,) = _report()

        assert section.total == Tally(broken=1, unconfirmed=1)

    def test_leave_out_clocks_that_are_not_decided(self, version: Any, ticket: Any) -> None:
        make.SlaCycleFactory(
            ticket=ticket, version=version, state="running", stopped_at=None, decided_at=None, is_kept=None
        )

        assert _report() == []

    def test_keep_promises_apart(self, ticket: Any) -> None:
        for metric in ("acknowledge", "restore"):
            make.SlaCycleFactory(ticket=ticket, version=make.SlaTargetVersionFactory(target__metric=metric))
        make.SlaCycleFactory(ticket=ticket, version=make.SlaTargetVersionFactory(target__kind="ola"))

        titles = [section.title for section in _report()]

        assert titles == [
            "SLA, to customers: Acknowledge",
            "SLA, to customers: Restore",
            "OLA, between teams: Restore",
        ]

    def test_keep_those_of_other_systems_apart(self, version: Any, ticket: Any) -> None:
        make.SlaCycleFactory(ticket=ticket, version=version)
        imported = {"version": None, "kind": "sla", "metric": "restore", "source": "Former desk"}
        make.SlaCycleFactory(ticket=ticket, cycle=2, **imported)
        make.SlaCycleFactory(ticket=ticket, cycle=3, **imported)

        own, former = _report()

        assert (own.source, own.total) == ("", Tally(met=1))
        assert (former.source, former.total) == ("Former desk", Tally(met=2))


class TestGroups:
    def test_of_customers_count_a_clock_under_each_and_the_total_once(self, version: Any, ticket: Any) -> None:
        fields = {"ticket": ticket, "version": version}
        make.SlaCycleFactory(cycle=1, customers=["ACME", "Globex", "ACME"], **fields)
        make.broken_clock(cycle=2, customers=["ACME"], **fields)
        make.SlaCycleFactory(cycle=3, **fields)

        (section,) = _report("customer")

        assert _groups(section) == {"ACME": Tally(1, 1), "Globex": Tally(1), "": Tally(1)}
        assert section.total == Tally(2, 1)

    def test_of_one_customer_leave_out_the_others(self, version: Any, ticket: Any) -> None:
        make.SlaCycleFactory(ticket=ticket, version=version, customers=["ACME", "Globex"])

        (section,) = _report("customer", customers=["Globex"])

        assert _groups(section) == {"Globex": Tally(1)}

    def test_of_teams_name_the_team_of_an_ola(self, ticket: Any) -> None:
        version = make.SlaTargetVersionFactory(target__kind="ola")
        web, data = make.TeamFactory(slug="web"), make.TeamFactory(slug="data")
        make.SlaCycleFactory(ticket=ticket, version=version, team=web, owner=data)
        make.SlaCycleFactory(ticket=ticket, version=version, owner=data)

        (section,) = _report("team")

        assert _groups(section) == {"web": Tally(1), "data": Tally(1)}

    def test_of_months_are_the_readers_months(self, version: Any, ticket: Any) -> None:
        """Half past eleven in the evening of May 31 in UTC is June in Berlin."""
        late = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
        make.SlaCycleFactory(ticket=ticket, version=version, cycle=1, decided_at=late)
        make.SlaCycleFactory(ticket=ticket, version=version, cycle=2, decided_at=late - timedelta(hours=2))

        (section,) = _report("month")

        assert [(group.label, tally.met) for group, tally in section.groups] == [("June 2026", 1), ("May 2026", 1)]

    def test_without_a_value_have_words(self, version: Any) -> None:
        make.SlaCycleFactory(version=version, service=None, owner=None)

        labels = [_report(by)[0].groups[0][0].label for by in ("service", "team", "customer", "category")]

        assert labels == ["No service", "No team", "No customer", "No category"]

    def test_stand_with_the_most_broken_first(self, version: Any, ticket: Any) -> None:
        make.SlaCycleFactory(ticket=ticket, version=version, cycle=1, category="a")
        make.broken_clock(ticket=ticket, version=version, cycle=2, category="b")

        (section,) = _report("category")

        assert [group.key for group, _ in section.groups] == ["b", "a"]


class TestPercentages:
    def test_need_twenty(self) -> None:
        assert Tally(met=19).met_percent is None
        assert Tally(met=20).met_percent == 100
        assert Tally(met=10, broken=9, waived=9).met_percent is None
        assert Tally(met=10, broken=10, waived=9).met_percent == 50

    def test_are_never_rounded_up_to_all(self) -> None:
        assert Tally(met=9_999, broken=1).met_percent == 99.9


class TestRecords:
    @pytest.mark.parametrize("by", Grouping.values)
    def test_behind_each_number_are_as_many(self, version: Any, by: str) -> None:
        ticket = make.IncidentFactory()
        for cycle in range(1, 4):
            make.SlaCycleFactory(ticket=ticket, version=version, cycle=cycle)
        make.waived_clock(ticket=ticket, version=version, cycle=4)
        make.broken_clock(ticket=ticket, version=version, cycle=5, breach_holds=False)
        (section,) = _report(by)

        rows = {
            outcome.value: report.with_outcome(SlaCycle.objects.all(), outcome).count() for outcome in report.Outcome
        }

        assert rows == {"decided": 5, "met": 3, "broken": 2, "waived": 1, "unconfirmed": 1}
        assert section.total == Tally(rows["met"], rows["broken"], rows["waived"], rows["unconfirmed"])

    def test_have_the_waiver_and_when_the_breach_became_known(self, version: Any, ticket: Any) -> None:
        make.waived_clock(ticket=ticket, version=version)
        waiver = ticket.slabreach_set.get().waivers.get()

        clock: Any = report.with_corrections(SlaCycle.objects.all()).get()

        assert clock.waiver == {"reason": waiver.reason, "approver": waiver.decided_by.name}
        assert clock.waived_at == waiver.decided_at
        assert clock.breach_recorded_at == ticket.slabreach_set.get().recorded_at


class TestVisibility:
    def test_hides_private_tickets_from_those_who_may_not_see_them(self, version: Any) -> None:
        ticket = make.IncidentFactory(visibility="private", visibility_reason="A person is concerned.")
        make.SlaCycleFactory(ticket=ticket, version=version)
        member = make.MembershipFactory(team=ticket.team).user

        assert list(SlaCycle.objects.visible_to(make.UserFactory())) == []
        assert len(SlaCycle.objects.visible_to(member)) == 1


class TestCost:
    @pytest.mark.parametrize(("by", "most"), [("service", 3), ("team", 3), ("customer", 2), ("month", 2)])
    def test_is_the_same_however_many_there_are(self, version: Any, by: str, most: int) -> None:
        for number in range(5):
            make.SlaCycleFactory(version=version, customers=[f"Customer {number}"], owner=make.TeamFactory())

        with CaptureQueriesContext(connection) as queries:
            _report(by)

        assert len(queries) == most
