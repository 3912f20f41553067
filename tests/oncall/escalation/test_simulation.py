"""The simulation of a policy says exactly what the engine then does: people, channels, instants and reasons."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import escalation
from oncall.escalation import simulation
from oncall.escalation.simulation import simulate
from oncall.models import (
    ContactMethod,
    Escalation,
    EscalationEntry,
    EscalationPolicy,
    EscalationStep,
    NotificationRule,
    OverridePerson,
    Page,
    User,
)
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SPRING = datetime(2026, 3, 29, 0, 50, tzinfo=UTC)
"""Ten minutes before Berlin's clocks jump from 02:00 to 03:00."""
AUTUMN = datetime(2026, 10, 25, 0, 20, tzinfo=UTC)
"""02:20 in Berlin for the first time; 02:30 and 02:59 come twice that night."""
Log = list[tuple[Any, ...]]


def simulated(policy: EscalationPolicy, at: datetime, urgency: str = "high") -> Log:
    run = simulate(policy=policy, team=policy.team, at=at, urgency=urgency)
    lines = [event.line for event in run.events]
    people = [[(person.user, dict(person.because)) for person in line.reached] for line in lines]
    log: Log = [(line.at, line.event, line.step, line.round, names) for line, names in zip(lines, people, strict=True)]
    return log + [_of_page(page) for event in run.events for page in event.pages]


def fired(policy: EscalationPolicy, at: datetime, urgency: str = "high") -> Log:
    """Let the engine fire it, pass by pass at each due time, until nothing is due any more."""
    row = escalation.trigger(
        subject_type="test", subject_id=1, title="Trouble", url="/", policy=policy, team=policy.team, at=at,
        urgency=urgency,
    )  # fmt: skip
    while row.next_at is not None:
        escalation.fire_due(at=row.next_at)
        row.refresh_from_db()
    log: Log = [
        (entry.at, entry.event, entry.step, entry.round,
         [(person["user"], person["because"]) for person in entry.detail.get("people", ())])
        for entry in EscalationEntry.objects.order_by("pk")
    ]  # fmt: skip
    return log + [_of_page(page) for page in Page.objects.order_by("pk")]


def _of_page(page: Page) -> tuple[Any, ...]:
    return page.firing, page.rule, page.user_id, page.channel, page.address, page.due_at, page.contact_method_id


def agree(policy: EscalationPolicy, at: datetime = NOON, urgency: str = "high") -> Log:
    expected = simulated(policy, at, urgency)

    assert fired(policy, at, urgency) == expected
    return expected


def events(log: Log) -> list[tuple[str, int | None]]:
    return [(line[1], line[2]) for line in log if isinstance(line[1], str)]


@pytest.fixture
def ana() -> User:
    return make.person_with_phone("Ana Ruiz")


@pytest.fixture
def bo() -> User:
    return make.person_with_phone("Bo Lind")


class TestAgreesWithTheEngine:
    def test_on_a_plain_policy(self, ana: User, bo: User) -> None:
        log = agree(make.policy(ana, bo, fallback=[ana]))

        assert events(log) == [("page", 0), ("page", 1), ("page", -1), ("exhausted", None)]

    def test_on_a_round_robin_whose_turn_is_in_the_middle(self, ana: User, bo: User) -> None:
        cy, gone = make.person_with_phone("Cy"), make.UserFactory(is_active=False)
        policy = make.policy([ana, gone, bo, cy], mode="round_robin", repeat=3, fallback=[ana])
        EscalationStep.objects.update(next_target=1)

        log = agree(policy)

        assert [line[4][0][0] for line in log if line[1] == "page"][:4] == [bo.pk, cy.pk, ana.pk, bo.pk]

    def test_on_repeats_with_a_fallback_that_falls_through(self, ana: User) -> None:
        """Nobody in the steps and a closed fallback: the team's managers are the last resort."""
        policy = make.policy(make.ScheduleFactory(), repeat=2, fallback=[make.UserFactory(is_active=False)])
        make.MembershipFactory(team=policy.team, user=ana, role="manager")

        log = agree(policy)

        assert events(log) == [("nobody_on_call", 0), ("page", -1)] * 3 + [("exhausted", None)]

    def test_on_a_policy_that_reaches_nobody_at_all(self) -> None:
        log = agree(make.policy(make.ScheduleFactory(), fallback=[]))

        assert events(log) == [("nobody_on_call", 0), ("exhausted", None)]

    def test_on_a_team(self, ana: User, bo: User) -> None:
        team = make.MembershipFactory(user=bo).team
        make.MembershipFactory(team=team, user=ana, role="manager")
        make.MembershipFactory(team=team, role="observer")
        make.MembershipFactory(team=team, user__is_active=False)

        log = agree(make.policy([team, ana], fallback=[bo]))

        assert [key for key, _ in log[0][4]] == [ana.pk, bo.pk]

    def test_on_a_policy_with_an_acknowledgement_time_out(self, ana: User) -> None:
        agree(make.policy(ana, fallback=[ana], ack_timeout_minutes=10, repeat=1))

    def test_on_a_step_that_reaches_nobody(self, ana: User, bo: User) -> None:
        log = agree(make.policy(make.ScheduleFactory(), ana, make.UserFactory(is_active=False), bo, fallback=[bo]))

        assert log[0][:3] == (NOON, "nobody_on_call", 0)
        assert log[1][:3] == (NOON, "page", 1)

    @pytest.mark.parametrize("urgency", ["high", "low"])
    def test_on_people_with_delays_with_defaults_and_with_no_method(self, ana: User, bo: User, urgency: str) -> None:
        call: ContactMethod = make.ContactMethodFactory(user=ana, kind="voice", address="+493012")
        for position, (minutes, method) in enumerate([(0, ana.contact_methods.get(kind="sms")), (2, call), (7, call)]):
            NotificationRule.objects.create(
                user=ana, urgency="high", position=position, after_minutes=minutes, contact_method=method
            )
        make.ContactMethodFactory(user=bo, kind="push", address="phone")
        mute = make.UserFactory(name="Di Mute")
        make.ContactMethodFactory(user=mute, verified_at=None)

        log = agree(make.policy([ana, bo, mute], fallback=[mute]), urgency=urgency)

        pages = [line[2:6] for line in log if line[0] == 1]
        if urgency == "high":
            due = [minute for key, _, _, minute in pages if key == ana.pk]
            assert due == [NOON + timedelta(minutes=after) for after in (0, 2, 7)]
        assert [line for line in pages if line[0] == mute.pk] == [(mute.pk, "email", mute.email, NOON)]

    @pytest.mark.parametrize(("at", "handoff"), [(SPRING, "02:30"), (SPRING, "03:00"), (AUTUMN, "02:30")])
    def test_on_a_night_whose_clocks_change_at_the_handoff(
        self, ana: User, bo: User, at: datetime, handoff: str
    ) -> None:
        schedule = make.weekly_schedule(ana, bo, unit="day", zone="Europe/Berlin", anchor=f"2026-01-05T{handoff}")

        log = agree(make.policy(schedule, delay=4, repeat=20, fallback=[ana]), at)

        people = [line[4][0][0] for line in log if line[1] == "page" and line[2] == 0]
        assert len(set(people)) == 2, "the handoff lies within the run"
        before, after = dict.fromkeys(people)
        turn = people.index(after)
        assert people == [before] * turn + [after] * (len(people) - turn)
        assert log[0][0] == at

    def test_on_an_override_that_begins_between_two_rounds(self, ana: User, bo: User) -> None:
        schedule = make.weekly_schedule(ana)
        cover = make.OverrideFactory(
            schedule=schedule, op="set", out=None,
            starts_at=NOON + timedelta(minutes=4), ends_at=NOON + timedelta(minutes=30),
        )  # fmt: skip
        OverridePerson.objects.create(override=cover, user=bo)

        log = agree(make.policy(schedule, repeat=1, fallback=[ana]))

        assert [line[4][0][0] for line in log if line[1] == "page"] == [ana.pk, bo.pk, ana.pk]
        assert log[1][4][0][1]["overrides"] == [cover.pk]

    @pytest.mark.parametrize("seed", range(6))
    def test_on_policies_made_by_chance(self, seed: int) -> None:
        dice = random.Random(seed)
        agree(_any_policy(dice), dice.choice([NOON, SPRING, AUTUMN]), dice.choice(["high", "low"]))


def _any_policy(dice: random.Random) -> EscalationPolicy:
    people = [make.UserFactory(is_active=dice.random() > 0.2) for _ in range(6)]
    for person in people:
        for kind in dice.sample(["sms", "voice", "push", "email"], dice.randint(0, 3)):
            method: ContactMethod = make.ContactMethodFactory(user=person, kind=kind)
            if dice.random() > 0.5:
                NotificationRule.objects.create(
                    user=person, urgency=dice.choice(["high", "low"]), position=len(person.notification_rules.all()),
                    after_minutes=dice.randint(0, 20), contact_method=method,
                )  # fmt: skip
    team = make.TeamFactory()
    for person in dice.sample(people, 3):
        make.MembershipFactory(team=team, user=person, role=dice.choice(["manager", "responder", "observer"]))
    rota = make.weekly_schedule(*dice.sample(people, 3), unit="day", zone="Europe/Berlin", anchor="2026-01-05T02:30")
    targets = [*people, team, rota, make.ScheduleFactory()]
    steps = [dice.sample(targets, dice.randint(1, 3)) for _ in range(dice.randint(1, 4))]
    policy = make.policy(
        *steps, delay=dice.randint(1, 90), repeat=dice.randint(0, 3), fallback=dice.sample(people, 2), team=team,
        fallback_delay_minutes=dice.randint(1, 30), mode=dice.choice(["all", "round_robin"]),
    )  # fmt: skip
    policy.steps.filter(mode="round_robin").update(next_target=dice.randint(0, 2))
    return policy


class TestRun:
    def test_writes_nothing(self, ana: User, bo: User, django_assert_max_num_queries: Any) -> None:
        policy = make.policy([ana, bo], mode="round_robin", repeat=2, fallback=[bo])

        with django_assert_max_num_queries(25) as counted:
            simulate(policy=policy, team=policy.team, at=NOON)

        assert not [
            query["sql"] for query in counted.captured_queries if not query["sql"].startswith(("SELECT", "\n"))
        ]
        assert (Escalation.objects.count(), Page.objects.count(), policy.steps.get().next_target) == (0, 0, 0)

    def test_costs_the_same_queries_for_any_length(self, ana: User, bo: User, django_assert_num_queries: Any) -> None:
        def build(count: int) -> EscalationPolicy:
            steps = [[make.weekly_schedule(ana), make.MembershipFactory(user=bo).team, ana] for _ in range(count)]
            return make.policy(*steps, repeat=count, fallback=[bo])

        with django_assert_num_queries(_count(few := build(1))):
            simulate(policy=few, team=few.team, at=NOON)
        many = build(5)
        with django_assert_num_queries(_count(few)):
            simulate(policy=many, team=many.team, at=NOON)

    def test_of_no_policy_pages_the_managers_of_the_team(self, ana: User) -> None:
        team = make.MembershipFactory(user=ana, role="manager").team

        run = simulate(policy=None, team=team, at=NOON)

        assert [page.user_id for page in run.pages] == [ana.pk]

    def test_of_a_policy_without_steps_pages_the_fallback(self, bo: User) -> None:
        run = simulate(policy=(policy := make.policy(fallback=[bo])), team=policy.team, at=NOON)

        assert [event.line.event for event in run.events] == ["page", "exhausted"]

    def test_that_takes_weeks_is_cut_and_says_when_it_goes_on(self, ana: User) -> None:
        policy = make.policy(ana, delay=30_000, fallback=[ana])

        run = simulate(policy=policy, team=policy.team, at=NOON)

        assert len(run.events) == 1
        assert run.cut_at == NOON + timedelta(minutes=30_000)

    def test_of_very_many_lines_is_cut(self, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(simulation, "MAX_LINES", 5)
        policy = make.policy(ana, repeat=20, fallback=[ana])

        run = simulate(policy=policy, team=policy.team, at=NOON)

        assert (len(run.events), run.cut_at) == (5, NOON + timedelta(minutes=25))


def _count(policy: EscalationPolicy) -> int:
    with CaptureQueriesContext(connection) as counted:
        simulate(policy=policy, team=policy.team, at=NOON)
    return len(counted)
