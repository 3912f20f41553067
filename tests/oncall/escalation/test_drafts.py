"""Drafts of escalation policies: what is refused, what is told, and what a write leaves in the database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model

from oncall import signals
from oncall.escalation.drafts import PolicyDraft, StepDraft, check_draft, draft_of, write_policy
from oncall.escalation.machine import Target
from oncall.models import EscalationPolicy, EscalationStep, Team, User
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def target(row: Model) -> Target:
    return Target(type(row).__name__.lower(), row.pk)


def step(position: int, *rows: Model, **columns: Any) -> StepDraft:
    return StepDraft(position, tuple(target(row) for row in rows), **columns)


@pytest.fixture
def ana() -> User:
    return make.person_with_phone("Ana Ruiz")


@pytest.fixture
def bo() -> User:
    return make.person_with_phone("Bo Lind")


@pytest.fixture
def draft(ana: User, bo: User) -> Callable[..., PolicyDraft]:
    def build(*steps: StepDraft, **columns: Any) -> PolicyDraft:
        team = columns.pop("team", None) or make.TeamFactory()
        return PolicyDraft(**({"team_id": team.pk, "name": "Days", "fallback": (bo.pk,), "steps": steps} | columns))

    return build


def refusals(draft: PolicyDraft) -> list[tuple[str, str]]:
    return [(finding.key, finding.text) for finding in check_draft(draft, at=NOON).refusals]


def warnings(draft: PolicyDraft) -> list[str]:
    return [finding.text for finding in check_draft(draft, at=NOON).warnings]


class TestRefusals:
    def test_are_none_for_a_policy_that_works(self, draft: Any, ana: User, bo: User) -> None:
        whole = draft(step(0, make.weekly_schedule(ana)), step(1, bo))

        assert (refusals(whole), warnings(whole)) == ([], [])

    def test_name_a_policy_without_steps(self, draft: Any) -> None:
        [(key, text)] = refusals(draft())

        assert key == "steps"
        assert "no step" in text

    def test_name_the_step_without_a_target_by_its_place_in_the_order(self, draft: Any, ana: User) -> None:
        [(key, text)] = refusals(draft(step(7), step(3, ana)))

        assert key == "steps.0.targets"
        assert text.startswith("Step 2 pages nobody.")

    def test_name_a_closed_account(self, draft: Any, ana: User) -> None:
        gone = make.UserFactory(name="Cy Old", is_active=False)

        [(key, text)] = refusals(draft(step(0, ana), step(1, ana, gone)))

        assert (key, text) == (
            "steps.1.targets", "Step 2 pages Cy Old, whose account is closed. Choose somebody else."
        )  # fmt: skip

    def test_name_a_schedule_without_a_rota(self, draft: Any, ana: User) -> None:
        empty = make.ScheduleFactory(name="Nights")

        [(_, text)] = refusals(draft(step(0, empty), step(1, ana)))

        assert text == "Step 1 pages Nights, which has no rota yet, so nobody is ever on call. Plan its rota first."

    def test_let_a_rota_that_begins_in_a_year_pass(self, draft: Any, ana: User) -> None:
        schedule = make.weekly_schedule(ana, since=NOON + timedelta(days=365))

        assert refusals(draft(step(0, ana), step(1, schedule))) == []

    @pytest.mark.parametrize(
        ("member", "words"),
        [
            (None, "which has nobody to page"),
            ({"role": "observer", "user__is_active": True}, "which has nobody to page"),
            ({"user__is_active": False}, "which has nobody to page"),
            ({}, "in which nobody has a verified contact method"),
        ],
        ids=["empty", "observer", "closed", "no method"],
    )
    def test_name_a_team_that_reaches_nobody(
        self, draft: Any, ana: User, member: dict[str, Any] | None, words: str
    ) -> None:
        team: Team = make.TeamFactory(name="Shop")
        if member is not None:
            make.MembershipFactory(team=team, **member)

        [(_, text)] = refusals(draft(step(0, ana), step(1, team)))

        assert text.startswith("Step 2 pages team Shop,")
        assert words in text

    def test_let_a_team_pass_in_which_one_can_be_reached(self, draft: Any, ana: User) -> None:
        team = make.MembershipFactory(user=ana).team
        make.MembershipFactory(team=team)

        assert refusals(draft(step(0, team), step(1, ana))) == []

    def test_name_two_steps_with_one_position(self, draft: Any, ana: User) -> None:
        [(key, text)] = refusals(draft(step(2, ana), step(2, ana)))

        assert key == "steps.1.position"
        assert "Two steps have the position 2." in text

    @pytest.mark.parametrize(
        ("columns", "key"),
        [
            ({"delay_minutes": 0}, "steps.0.delay_minutes"),
            ({"delay_minutes": 40_000}, "steps.0.delay_minutes"),
            ({"mode": "some"}, "steps.0.mode"),
            ({"position": -1}, "steps.0.position"),
            ({"targets": (Target("user", 2**40),)}, "steps.0.targets"),
            ({"targets": (Target("schedule", 2**40),)}, "steps.0.targets"),
            ({"targets": (Target("moon", 1),)}, "steps.0.targets"),
        ],
    )
    def test_name_the_field_that_no_column_can_hold(
        self, draft: Any, ana: User, columns: dict[str, Any], key: str
    ) -> None:
        assert [name for name, _ in refusals(draft(replace(step(0, ana), **columns)))] == [key]

    def test_are_few_for_a_draft_of_thousands_of_steps(self, draft: Any, ana: User) -> None:
        assert len(refusals(draft(*(step(0) for _ in range(5_000))))) == 1

    def test_name_a_fallback_with_closed_accounts_only(self, draft: Any, ana: User) -> None:
        gone = make.UserFactory(is_active=False)

        [(key, _)] = refusals(draft(step(0, ana), fallback=(gone.pk,)))

        assert key == "fallback"

    def test_name_a_service_account_like_a_person_who_does_not_exist(self, draft: Any, ana: User) -> None:
        program = make.ServiceAccountFactory().user

        [(key, _)] = refusals(draft(step(0, ana), step(1, program)))

        assert key == "steps.1.targets"


class TestWarnings:
    def test_name_the_first_gap_of_the_first_step_in_local_time(self, draft: Any, ana: User) -> None:
        team = make.TeamFactory(time_zone="Europe/Berlin")
        schedule = make.weekly_schedule(ana, team=team, since=NOON + timedelta(hours=4))

        assert "Step 1 reaches nobody from Mon 1 Jun 2026, 14:00 CEST to Mon 1 Jun 2026, 18:00 CEST." in warnings(
            draft(step(5, schedule), step(9, ana))
        )

    def test_name_a_missing_second_level(self, draft: Any, ana: User) -> None:
        [text] = warnings(draft(step(0, ana)))

        assert "Only one step" in text

    def test_name_people_without_a_verified_contact_method(self, draft: Any, ana: User) -> None:
        mute = make.UserFactory(name="Di Mute")

        [text] = warnings(draft(step(0, ana), step(1, mute)))

        assert text.startswith("Di Mute has no verified contact method")

    def test_name_a_retired_team(self, draft: Any, ana: User, bo: User) -> None:
        team = make.MembershipFactory(user=ana, team__name="Old shop", team__retired_at=NOON).team
        schedule = make.weekly_schedule(ana, team=team, name="Old rota")

        assert warnings(draft(step(0, schedule), step(1, team))) == [
            "Team Old shop is retired. Choose the one that replaces it.",
            "Team Old shop of the schedule Old rota is retired. Choose the one that replaces it.",
        ]

    def test_cost_the_same_queries_for_any_number_of_steps(
        self, draft: Any, ana: User, django_assert_num_queries: Any, django_assert_max_num_queries: Any
    ) -> None:
        def parts() -> list[Model]:
            return [make.weekly_schedule(ana), make.MembershipFactory(user=ana).team, ana]

        few = draft(step(0, *parts()))
        many = draft(*(step(number, *parts()) for number in range(6)))
        with django_assert_max_num_queries(20) as counted:
            check_draft(few, at=NOON)
        with django_assert_num_queries(len(counted)):
            check_draft(many, at=NOON)


class TestWrite:
    def test_of_a_new_policy_stores_what_the_draft_says(self, draft: Any, ana: User, bo: User) -> None:
        schedule = make.weekly_schedule(ana)
        whole = draft(step(0, schedule, ana), step(4, bo, delay_minutes=9, mode="round_robin"), ack_timeout_minutes=30)

        policy = write_policy(policy=None, draft=whole, at=NOON, actor=ana)

        assert draft_of(policy) == whole
        assert policy.history.latest().history_user == ana

    def test_keeps_the_steps_that_stay_with_their_turn_and_history(self, draft: Any, ana: User, bo: User) -> None:
        policy = write_policy(policy=None, draft=draft(step(0, ana), step(1, bo), step(2, ana)), at=NOON, actor=None)
        first, second, third = policy.steps.order_by("position")
        EscalationStep.objects.filter(pk=second.pk).update(next_target=1)
        changed = replace(draft_of(policy), steps=(step(1, ana, bo, delay_minutes=20), step(0, ana)))

        write_policy(policy=policy, draft=changed, at=NOON, actor=bo)

        assert list(policy.steps.order_by("position").values_list("pk", flat=True)) == [first.pk, second.pk]
        second.refresh_from_db()
        assert (second.next_target, second.delay_minutes, second.history.count()) == (1, 20, 2)
        assert second.history.latest().history_user == bo
        assert EscalationStep.history.filter(id=third.pk, history_type="-").exists()

    def test_of_the_same_draft_again_changes_nothing(self, draft: Any, ana: User, bo: User) -> None:
        whole = draft(step(1, bo), step(0, ana), name=" Days  and nights ")
        policy = write_policy(policy=None, draft=whole, at=NOON, actor=ana)
        policy.refresh_from_db()
        targets = set(policy.steps.values_list("targets", flat=True))
        news: list[object] = []
        receiver = lambda **sent: news.append(sent)  # noqa: E731 - kept in a name, as the signal holds it weakly
        signals.reachability_changed.connect(receiver)

        again = write_policy(policy=policy, draft=whole, at=NOON, actor=ana)

        signals.reachability_changed.disconnect(receiver)
        assert (again.updated_at, again.history.count(), news) == (policy.updated_at, policy.history.count(), [])
        assert set(policy.steps.values_list("targets", flat=True)) == targets

    def test_says_that_reachability_has_changed(self, draft: Any, ana: User) -> None:
        news: list[Any] = []
        receiver = lambda **sent: news.append(sent["policies"])  # noqa: E731 - as above
        signals.reachability_changed.connect(receiver)

        policy = write_policy(policy=None, draft=draft(step(0, ana)), at=NOON, actor=ana)

        signals.reachability_changed.disconnect(receiver)
        assert news == [{policy.pk}]

    def test_is_refused_whole_with_every_wrong_field(self, draft: Any, ana: User) -> None:
        make.policy(ana, name="Days")

        with pytest.raises(ValidationError) as refused:
            write_policy(policy=None, draft=draft(step(0), repeat=21), at=NOON, actor=ana)

        assert set(refused.value.message_dict) == {"name", "repeat", "steps.0.targets"}
        assert EscalationPolicy.objects.count() == 1

    def test_leaves_the_stored_policy_alone_when_it_is_refused(self, draft: Any, ana: User) -> None:
        policy = write_policy(policy=None, draft=draft(step(0, ana)), at=NOON, actor=ana)

        with pytest.raises(ValidationError):
            write_policy(policy=policy, draft=draft(name="Other"), at=NOON, actor=ana)

        assert draft_of(EscalationPolicy.objects.get()).name == "Days"
