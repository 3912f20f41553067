"""Taking configuration of rotas out of use, and replacing it: exactly what was announced changes."""

from typing import Any

import pytest
from django.utils import timezone

from config.base.data import retirement, uses
from config.base.data.lifecycle import Refusal
from incidents.models import TimelineEntry
from oncall.models import Calendar, EscalationTarget, Team
from tests import factories as make

pytestmark = pytest.mark.django_db


def replace(record: Any, by: Any, **options: Any) -> Any:
    at = timezone.now()
    plan = {change.use.key: change.moving for change in retirement.plan(record, at=at) if change.moving}
    defaults: dict[str, Any] = {"reason": "Merged", "announced": plan, "then_retire": True, "at": at, "actor": None}
    return retirement.replace(record=record, by=by, **defaults | options)


class TestTeams:
    def test_in_charge_of_something_stay_in_use(self) -> None:
        service = make.ServiceFactory()

        with pytest.raises(uses.InUse, match="is used by 1 service") as refusal:
            retirement.retire(record=service.team, reason="Merged", at=timezone.now(), actor=None)

        assert [tally.use.by for tally in refusal.value.tallies] == ["incidents.Service"]

    def test_go_out_of_use_with_a_reason_and_come_back(self) -> None:
        team, boss = make.TeamFactory(), make.UserFactory()

        retirement.retire(record=team, reason="Merged into Core", at=timezone.now(), actor=boss)
        assert not retirement.offered(Team.objects.filter(pk=team.pk)).exists()
        retirement.return_to_use(record=team, reason="Split again", at=timezone.now(), actor=boss)

        assert retirement.offered(Team.objects.filter(pk=team.pk)).exists()
        entries = team.history.order_by("-pk").values_list("history_change_reason", "history_user")[:2]
        assert list(entries) == [("Split again", boss.pk), ("Merged into Core", boss.pk)]

    def test_need_a_reason(self) -> None:
        with pytest.raises(Refusal, match="Write why"):
            retirement.retire(record=make.TeamFactory(), reason=" ", at=timezone.now(), actor=None)

    def test_are_replaced_where_they_are_configuration_and_open_work(self) -> None:
        old, new = make.TeamFactory(), make.TeamFactory(name="Core")
        service = make.ServiceFactory(team=old)
        open_ticket = make.IncidentFactory(service=service, team=old)
        closed = make.IncidentFactory(
            service=service, team=old, status="closed", closure_code="solved", closed_at=timezone.now()
        )
        policy = make.policy([old])
        schedule = make.ScheduleFactory(team=old)

        changes = replace(old, new)

        for row in (service, open_ticket, closed, schedule, old):
            row.refresh_from_db()
        assert (service.team, open_ticket.team, schedule.team) == (new, new, new)
        assert closed.team == old
        assert EscalationTarget.objects.get(step__policy=policy).team == new
        assert TimelineEntry.objects.filter(ticket=open_ticket, text__startswith="Reassigned from").exists()
        assert old.retired_at is not None
        ticket_change = next(change for change in changes if change.use.by == "incidents.Ticket")
        assert (ticket_change.moving, ticket_change.staying) == (1, 1)

    def test_never_page_the_same_twice_in_a_step(self) -> None:
        old, new = make.TeamFactory(), make.TeamFactory()
        policy = make.policy([old, new])

        replace(old, new)

        assert [target.team for target in EscalationTarget.objects.filter(step__policy=policy)] == [new]

    def test_are_not_replaced_by_themselves_or_by_a_retired_one(self) -> None:
        team = make.ServiceFactory().team
        retired = make.TeamFactory(retired_at=timezone.now())

        for by in (team, retired):
            with pytest.raises(retirement.NothingToReplace):
                replace(team, by)

    def test_change_nothing_when_more_uses_them_than_was_announced(self) -> None:
        service, new = make.ServiceFactory(), make.TeamFactory()
        before = service.team

        with pytest.raises(retirement.UsesChanged):
            replace(before, new, announced={"incidents.Service.team": 7})

        service.refresh_from_db()
        assert service.team == before


class TestPolicies:
    def test_are_replaced_at_services_and_teams(self) -> None:
        old, new = make.policy(), make.policy()
        service = make.ServiceFactory(escalation_policy=old)
        team = make.TeamFactory(escalation_policy=old)

        replace(old, new)

        service.refresh_from_db()
        team.refresh_from_db()
        assert (service.escalation_policy, team.escalation_policy) == (new, new)
        assert service.history.latest().history_change_reason == "Merged"


class TestCalendars:
    def test_are_replaced_in_rotas_and_opening_hours_from_the_next_minute_on(self) -> None:
        old, new = make.CalendarFactory(), make.CalendarFactory()
        schedule = make.schedule_excluding(old)
        hours = make.CalendarVersionFactory(holidays=old).calendar

        replace(old, new, then_retire=True)

        newest = schedule.versions.order_by("-effective_from", "-pk").first()
        assert newest is not None
        assert {layer.calendar for layer in newest.layers.all()} == {new}
        assert hours.versions.order_by("-effective_from").first().holidays == new
        assert Calendar.objects.get(pk=old.pk).retired_at is not None
