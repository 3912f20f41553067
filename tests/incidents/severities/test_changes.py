"""Severities are stored with their place and their promises, all or nothing; what contradicts itself is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.base.data.clock import ceil_minute
from incidents.models import Severity, SlaMetric, SlaStart, SlaTarget, SlaTargetVersion
from incidents.severities import changes, promises
from incidents.severities.drafts import SeverityDraft, draft_of
from incidents.severities.order import Place
from incidents.severities.promises import Promise
from incidents.sla.drafts import VersionDraft
from incidents.sla.targets import create_target
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db
SOON = timedelta(minutes=5)
"""By then every change of a test is in force."""
ACK, FIRST, NEXT, RESTORE, PREVENT = (
    SlaMetric.ACKNOWLEDGE, SlaMetric.FIRST_UPDATE, SlaMetric.NEXT_UPDATE, SlaMetric.RESTORE, SlaMetric.PREVENT,
)  # fmt: skip


@pytest.fixture
def lead() -> User:
    return make.UserFactory()


@pytest.fixture
def critical() -> Severity:
    make.PolicyFactory()
    return make.SeverityFactory(rank=1)


def retail(**values: object) -> Severity:
    usual = {
        "name": "SEV2-Retail", "title": "Major, stores", "description": "Five stores or more cannot sell.",
        "pages": True, "postmortem_days": 5,
    }  # fmt: skip
    return Severity(**usual | values)


def draft(severity: Severity, below: Severity | None = None, **goals: int) -> SeverityDraft:
    return SeverityDraft(
        severity, Place(below), {SlaMetric(name): Promise(goal) for name, goal in goals.items()}, reason="Agreed"
    )


def refusals(attempt: SeverityDraft) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        changes.save_severity(draft=attempt, at=timezone.now(), actor=None)
    return refused.value.message_dict


class TestSave:
    def test_stores_a_severity_with_place_level_and_targets(self, critical: Severity, lead: User) -> None:
        mild = make.SeverityFactory(rank=3)

        stored = changes.save_severity(
            draft=draft(retail(), critical, acknowledge=5, restore=240), at=timezone.now(), actor=lead
        )

        assert [row.name for row in Severity.objects.order_by("position")] == ["SEV1", "SEV2-Retail", "SEV3"]
        assert (stored.rank, stored.position) == (1, 2)
        mild.refresh_from_db()
        assert mild.position == 3
        versions = SlaTargetVersion.objects.filter(conditions={"severity": [stored.pk]}).select_related("target")
        assert {row.target.name: (row.goal_minutes, row.start) for row in versions} == {
            "Acknowledge, SEV2-Retail": (5, SlaStart.ALERTED),
            "Restore, SEV2-Retail": (240, SlaStart.IMPACT),
        }
        assert {row.created_by for row in versions} == {lead}
        assert {row.note for row in versions} == {"Agreed"}
        assert stored.history.get().history_change_reason == "Agreed"
        assert stored.history.get().history_user == lead

    def test_of_the_same_draft_twice_changes_nothing(self, critical: Severity, lead: User) -> None:
        stored = changes.save_severity(draft=draft(retail(), critical, restore=240), at=timezone.now(), actor=lead)
        later = timezone.now() + SOON

        changes.save_severity(draft=draft_of(stored, at=later), at=timezone.now(), actor=lead)

        assert stored.history.count() == 1
        assert SlaTargetVersion.objects.count() == 1

    def test_of_a_changed_promise_makes_a_version_from_the_moment_on(self, critical: Severity, lead: User) -> None:
        stored = changes.save_severity(draft=draft(retail(), critical, restore=240), at=timezone.now(), actor=lead)
        moment = ceil_minute(timezone.now()) + timedelta(days=1)

        changes.save_severity(
            draft=SeverityDraft(stored, Place(critical), {RESTORE: Promise(180)}, effective_from=moment),
            at=timezone.now(), actor=lead,
        )  # fmt: skip

        own = promises.own_targets(stored, at=moment - timedelta(minutes=1))[RESTORE]
        assert own.promise == Promise(240)
        assert [row.effective_from for row in own.planned] == [moment]
        assert promises.stated(promises.own_targets(stored, at=moment)) == {RESTORE: Promise(180)}
        assert SlaTarget.objects.count() == 1

    def test_without_a_promise_ends_its_target_and_with_it_again_continues_it(
        self, critical: Severity, lead: User
    ) -> None:
        stored = changes.save_severity(draft=draft(retail(), critical, restore=240), at=timezone.now(), actor=lead)
        changes.save_severity(draft=draft(stored, critical), at=timezone.now(), actor=lead)
        assert promises.stated(promises.own_targets(stored, at=timezone.now() + SOON)) == {}

        changes.save_severity(draft=draft(stored, critical, restore=300), at=timezone.now(), actor=lead)

        assert promises.stated(promises.own_targets(stored, at=timezone.now() + SOON)) == {RESTORE: Promise(300)}
        assert SlaTarget.objects.count() == 1

    def test_that_no_longer_pages_starts_the_clock_with_the_ticket(self, critical: Severity, lead: User) -> None:
        stored = changes.save_severity(draft=draft(retail(), critical, acknowledge=5), at=timezone.now(), actor=lead)
        stored.pages = False
        changes.save_severity(draft=draft(stored, critical, acknowledge=5), at=timezone.now(), actor=lead)

        own = promises.own_targets(stored, at=timezone.now() + SOON)[ACK]
        assert own.version is not None
        assert own.version.start == SlaStart.OPENED


class TestRefusals:
    def test_name_an_acknowledgement_after_the_restoration(self, critical: Severity) -> None:
        [sentence] = refusals(draft(retail(), critical, acknowledge=300, restore=240))["acknowledge_goal"]

        assert sentence.startswith("5 hours is longer than restore (4 hours)")

    def test_name_a_cadence_longer_than_restore(self, critical: Severity) -> None:
        assert "next_update_goal" in refusals(draft(retail(), critical, next_update=300, restore=240))
        assert "first_update_goal" in refusals(draft(retail(), critical, first_update=300, restore=240))

    def test_compare_promises_on_different_calendars(self, critical: Severity, lead: User) -> None:
        office = make.CalendarVersionFactory().calendar
        attempt = SeverityDraft(
            retail(), Place(critical), {ACK: Promise(30, office), RESTORE: Promise(240)}
        )  # fmt: skip

        assert "because their calendars differ" in refusals(attempt)["acknowledge_goal"][0]

    def test_name_a_major_that_pages_nobody(self, critical: Severity) -> None:
        assert "led by nobody" in refusals(draft(retail(is_major=True, pages=False), critical))["pages"][0]

    def test_name_that_there_is_no_policy(self) -> None:
        assert "no escalation policy" in refusals(draft(retail()))["pages"][0]

    def test_name_that_the_policies_reach_nobody(self, critical: Severity) -> None:
        policy = make.PolicyFactory()
        make.ServiceFactory(team=policy.team, escalation_policy=policy)
        User.objects.update(is_active=False)

        assert "would reach nobody now" in refusals(draft(retail(), critical))["pages"][0]

    def test_name_a_postmortem_in_no_days(self, critical: Severity) -> None:
        attempt = draft(retail(needs_postmortem=True, postmortem_days=0), critical)

        assert "0 days" in refusals(attempt)["postmortem_days"][0]

    def test_name_a_time_to_resolve_without_prevention(self, critical: Severity) -> None:
        assert "needs_prevention" in refusals(draft(retail(), critical, prevent=4800))

    def test_name_an_unknown_placeholder(self, critical: Severity) -> None:
        attempt = draft(retail(first_words="Since {start} {nonsense}"), critical)

        assert "nonsense" in refusals(attempt)["first_words"][0]

    def test_name_a_name_that_is_taken(self, critical: Severity) -> None:
        assert "name" in refusals(draft(retail(name="SEV1"), critical))

    def test_name_a_teams_own_target_that_would_be_looser(self, critical: Severity, lead: User) -> None:
        stored = changes.save_severity(draft=draft(retail(), critical, restore=240), at=timezone.now(), actor=lead)
        team = make.TeamFactory()
        own = VersionDraft(200, conditions={"team": [team.pk], "severity": [stored.pk]}, position=1)
        create_target(
            name="Restore, Storefront", kind="sla", metric="restore", draft=own, at=timezone.now(), actor=lead
        )

        [sentence] = refusals(draft(stored, critical, restore=100))["restore_goal"]

        assert "“Restore, Storefront” (3 hours 20 minutes), would be looser" in sentence

    def test_name_a_target_that_stands_first(self, critical: Severity, lead: User) -> None:
        everything = VersionDraft(480, conditions={}, position=1)
        create_target(name="All", kind="sla", metric="restore", draft=everything, at=timezone.now(), actor=lead)

        [sentence] = refusals(draft(retail(), critical, restore=240))["restore_goal"]

        assert sentence.startswith("“All” (8 hours) stands before it")

    def test_store_nothing(self, critical: Severity) -> None:
        refusals(draft(retail(), critical, acknowledge=300, restore=240))

        assert Severity.objects.get() == critical
        assert not SlaTarget.objects.exists()


class TestPlaceOfNewTargets:
    def test_is_before_the_target_that_would_apply_otherwise(self, critical: Severity, lead: User) -> None:
        everything = VersionDraft(480, conditions={}, position=5)
        create_target(name="All", kind="sla", metric="restore", draft=everything, at=timezone.now(), actor=lead)

        stored = changes.save_severity(draft=draft(retail(), critical, restore=240), at=timezone.now(), actor=lead)

        assert promises.own_targets(stored, at=timezone.now() + SOON)[RESTORE].target.name == "Restore, SEV2-Retail"
        assert SlaTargetVersion.objects.get(target__name="Restore, SEV2-Retail").position == 4
