"""What warnings and breaches do (K-36, K-39)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from incidents import response
from incidents.clocks.actions import carry_out, who_is_called
from incidents.models import SlaActionKind, SlaCycle, Ticket, TimelineEntry
from oncall.models import Escalation, Notice, User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make.UserFactory(name="Mara Manager")


@pytest.fixture
def assignee() -> User:
    return make.UserFactory(name="Ana Assignee")


@pytest.fixture
def cycle(manager: User, assignee: User) -> SlaCycle:
    team = make.TeamFactory()
    make.MembershipFactory(team=team, user=manager, role="manager")
    ticket = make.IncidentFactory(team=team, assignee=assignee, title="Payroll leak")
    row: SlaCycle = make.SlaCycleFactory(
        ticket=Ticket.objects.get(pk=ticket.pk), state="running", stopped_at=None, decided_at=None, is_kept=None,
        due_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    return row


def act(cycle: SlaCycle, percent: int, *, is_breach: bool = False) -> None:
    carry_out(ticket=cycle.ticket, cycle_row=cycle, percent=percent, is_breach=is_breach, at=timezone.now())


def receivers() -> list[str]:
    return sorted(Notice.objects.values_list("user__name", flat=True))


def story(cycle: SlaCycle) -> list[str]:
    rows = TimelineEntry.objects.filter(ticket=cycle.ticket_id, source__startswith="sla:").order_by("pk")
    return list(rows.values_list("text", flat=True))


class TestWithoutActions:
    @pytest.mark.parametrize(
        ("percent", "names"),
        [
            (50, []),
            (74, []),
            (75, ["Ana Assignee"]),
            (99, ["Ana Assignee"]),
            (100, ["Ana Assignee", "Mara Manager"]),
            (150, ["Ana Assignee", "Mara Manager"]),
        ],
    )
    def test_tells_the_assignee_and_then_the_managers(self, cycle: SlaCycle, percent: int, names: list[str]) -> None:
        act(cycle, percent)

        assert receivers() == names
        assert story(cycle) == []

    def test_tells_the_managers_where_nobody_is_assigned(self, cycle: SlaCycle) -> None:
        Ticket.objects.filter(pk=cycle.ticket_id).update(assignee=None)

        act(cycle, 75)

        assert receivers() == ["Mara Manager"]

    def test_tells_both_of_a_breach_and_records_it(self, cycle: SlaCycle) -> None:
        act(cycle, 100, is_breach=True)

        assert receivers() == ["Ana Assignee", "Mara Manager"]
        assert story(cycle) == [f"Broken: SLA restore of {cycle.ticket.reference}: 8 hours are over."]

    def test_happens_once_for_a_percentage_and_goal(self, cycle: SlaCycle) -> None:
        for _ in range(2):
            act(cycle, 75)
            act(cycle, 100, is_breach=True)
        assert Notice.objects.count() == 3
        assert len(story(cycle)) == 1

        cycle.goal_minutes = 60
        act(cycle, 75)
        assert Notice.objects.count() == 4

    @pytest.mark.parametrize("origin", ["demo", "case", "import"])
    def test_tells_nobody_of_a_ticket_that_nobody_entered(self, cycle: SlaCycle, origin: str) -> None:
        Ticket.objects.filter(pk=cycle.ticket_id).update(origin=origin)
        cycle.ticket.refresh_from_db()

        act(cycle, 100, is_breach=True)

        assert (receivers(), story(cycle)) == ([], [])

    def test_names_the_ticket_by_its_number_alone(self, cycle: SlaCycle) -> None:
        Ticket.objects.filter(pk=cycle.ticket_id).update(visibility="private", visibility_reason="HR")

        act(cycle, 100, is_breach=True)
        act(cycle, 75)

        for notice in Notice.objects.all():
            assert cycle.ticket.reference in notice.title
            assert "Payroll" not in notice.title + notice.text


class TestActions:
    def action(self, cycle: SlaCycle, **values: Any) -> Any:
        assert cycle.version is not None
        return make.SlaActionFactory(target=cycle.version.target, **values)

    def test_replace_what_happens_without_any(self, cycle: SlaCycle) -> None:
        self.action(cycle, percent=90, act=SlaActionKind.TELL_MANAGER)

        act(cycle, 75)
        assert receivers() == []
        act(cycle, 90)
        assert receivers() == ["Mara Manager"]

    def test_start_a_policy_beside_the_teams_own(self, cycle: SlaCycle) -> None:
        boss = make.UserFactory(name="Bo Boss")
        policy = make.policy([boss], team=cycle.ticket.team)
        make.EscalationFactory(subject_type="ticket", subject_id=cycle.ticket_id, team=cycle.ticket.team)
        self.action(cycle, percent=100, act=SlaActionKind.ESCALATE, policy=policy)

        act(cycle, 100, is_breach=True)
        act(cycle, 100, is_breach=True)

        row = Escalation.objects.get(policy=policy)
        assert row.team is None
        assert row.title == f"Broken: SLA restore of {cycle.ticket.reference}"
        assert story(cycle)[1:] == [f"{row.title}. The policy “{policy.name}” was started."]
        assert who_is_called(policy, at=timezone.now()) == ["Bo Boss"]

    def test_start_no_second_policy_while_one_runs(self, cycle: SlaCycle) -> None:
        for percent in (75, 90):
            self.action(cycle, percent=percent, act=SlaActionKind.ESCALATE, policy=make.policy([make.UserFactory()]))

        act(cycle, 75)
        act(cycle, 90)

        assert Escalation.objects.count() == 1
        assert "was not started: another one still runs" in story(cycle)[1]

    def test_hand_the_ticket_to_a_team(self, cycle: SlaCycle) -> None:
        team = make.TeamFactory(name="Second line")
        self.action(cycle, percent=75, act=SlaActionKind.HAND_OVER, team=team)

        act(cycle, 75)
        act(cycle, 75)

        assert Ticket.objects.get(pk=cycle.ticket_id).team == team
        assert len(story(cycle)) == 1

    def test_that_fail_stop_no_other_and_stand_on_the_timeline(
        self, cycle: SlaCycle, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**_: object) -> None:
            raise RuntimeError("no such thing")

        monkeypatch.setattr(response, "reassign", fail)
        self.action(cycle, percent=75, act=SlaActionKind.HAND_OVER, team=make.TeamFactory())
        self.action(cycle, percent=75, act=SlaActionKind.TELL_MANAGER)

        act(cycle, 75)

        assert receivers() == ["Mara Manager"]
        [text] = story(cycle)
        assert "What should follow failed: RuntimeError: no such thing" in text
