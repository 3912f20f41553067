"""The health checks: each silence is made and must be seen; a check that breaks hides no other (paging rule 11)."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from oncall.engine import health_checks
from oncall.engine.health_checks import Finding
from oncall.models import EngineLane, EscalationPolicy, User
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
EARLIER = NOON - timedelta(minutes=16)


def findings(at: Any = NOON) -> dict[str, Finding]:
    return {finding.code: finding for finding in health_checks.check_health(at=at).findings}


def alarms() -> set[str]:
    return {finding.code for finding in health_checks.check_health(at=NOON).alarms}


def running(**fields: Any) -> Any:
    """An escalation that has paged somebody and whose next step is near."""
    return make.EscalationFactory(**{"firing": 1, "next_at": NOON + timedelta(minutes=1)} | fields)


def page(minutes_ago: float = 1, **fields: Any) -> Any:
    """A page of a firing some minutes ago, tried then."""
    at = NOON - timedelta(minutes=minutes_ago)
    escalation = fields.pop("escalation", None) or running()
    make.EscalationEntryFactory(escalation=escalation, at=at, event="page")
    return make.PageFactory(
        **{"escalation": escalation, "created_at": at, "due_at": at, "sent_at": at, "accepted_at": None, "attempts": 1}
        | fields
    )


@pytest.fixture(autouse=True)
def lane() -> EngineLane:
    return make.EngineLaneFactory()


class TestHealth:
    def test_finds_nothing_when_every_promise_holds(self) -> None:
        running()
        make.PageFactory()
        page(state="accepted", accepted_at=NOON)

        assert findings() == {}

    def test_asks_everything_in_one_statement(self, django_assert_num_queries: Any) -> None:
        for _ in range(10):
            make.PageFactory(state="dead", ended_at=NOON)

        with django_assert_num_queries(1):
            health_checks.check_health(at=NOON)

    def test_says_what_ends_each_finding_and_whom_it_is_for(self) -> None:
        for check in health_checks._CHECKS.values():
            assert check.ends.startswith("It ends "), check.code
            assert check.ends.endswith("."), check.code
            assert check.owner, check.code

    def test_lists_alarms_first(self) -> None:
        make.PageFactory(state="dead", ended_at=NOON)
        running(next_at=NOON - timedelta(minutes=1))

        result = health_checks.check_health(at=NOON)

        assert [finding.code for finding in result.findings] == ["escalation_overdue", "dead_letters"]
        assert [finding.code for finding in result.notices] == ["dead_letters"]


class TestEngine:
    def test_is_missed_when_it_never_ran(self, lane: EngineLane) -> None:
        lane.delete()

        assert alarms() == {"engine_stale"}

    @pytest.mark.parametrize(("seconds", "expected"), [(30, set()), (31, {"engine_stale"})])
    def test_is_missed_when_it_stopped(self, lane: EngineLane, seconds: int, expected: set[str]) -> None:
        EngineLane.objects.update(swept_at=NOON - timedelta(seconds=seconds))

        assert alarms() == expected

    def test_is_missed_when_one_lane_stopped_everywhere(self) -> None:
        make.EngineLaneFactory(lane="clocks")
        for _ in range(2):
            make.EngineLaneFactory(lane="intake", swept_at=NOON - timedelta(seconds=31))

        assert alarms() == {"lane_stale"}
        assert "intake" in findings()["lane_stale"].text

    @pytest.mark.parametrize(("seconds", "expected"), [(-61, {"clock_off"}), (59, set()), (3600, {"clock_off"})])
    def test_has_a_clock_that_is_right(self, seconds: int, expected: set[str]) -> None:
        make.EngineLaneFactory(worker="host:7", skew_seconds=seconds)
        make.EngineLaneFactory(skew_seconds=3600, stopped_at=NOON)
        make.EngineLaneFactory(skew_seconds=3600, swept_at=NOON - timedelta(hours=1))

        assert alarms() == expected
        if expected:
            assert "host:7" in findings()["clock_off"].text


class TestOverdue:
    @pytest.mark.parametrize(
        ("code", "make_row"),
        [
            ("escalation_overdue", lambda: running(next_at=NOON - timedelta(seconds=11))),
            (
                "page_overdue",
                lambda: make.PageFactory(state="pending", accepted_at=None, due_at=NOON - timedelta(seconds=31)),
            ),
            (
                "lease_expired",
                lambda: make.PageFactory(state="sending", attempts=2, lease_until=NOON - timedelta(seconds=9)),
            ),
            ("alert_unrouted", lambda: make.AlertFactory(route_at=NOON - timedelta(seconds=11))),
            pytest.param(
                "alert_unrouted",
                lambda: make.AlertFactory(route_at=NOON + timedelta(hours=1), route_attempts=5),
                id="alert_that_cannot_be_routed",
            ),
        ],
    )
    def test_rows_are_alarms(self, code: str, make_row: Callable[[], object]) -> None:
        make_row()

        assert alarms() == {code}

    def test_alerts_that_are_held_are_none(self) -> None:
        make.AlertFactory(route_at=NOON + timedelta(seconds=30))

        assert alarms() == set()


class TestUnanswered:
    @pytest.mark.parametrize("exhausted_at", [None, EARLIER])
    def test_is_an_alarm_after_the_limit(self, exhausted_at: Any) -> None:
        fields = {"exhausted_at": exhausted_at, "next_at": None} if exhausted_at else {}
        running(triggered_at=EARLIER, title="INC-7 Ana has left", **fields)

        assert alarms() == {"unanswered"}
        assert "INC-7" in findings()["unanswered"].text
        assert "Ana" not in findings()["unanswered"].text

    def test_has_its_limit_from_the_settings(self, settings: Any) -> None:
        settings.UNANSWERED_ALARM_MINUTES = 17
        running(triggered_at=EARLIER)

        assert alarms() == set()

    def test_begins_anew_with_each_answer(self) -> None:
        escalation = running(triggered_at=EARLIER)
        make.EscalationEntryFactory(escalation=escalation, at=NOON - timedelta(minutes=14), event="snooze_over")

        assert alarms() == set()

    @pytest.mark.parametrize("state", ["acknowledged", "snoozed"])
    def test_is_over_with_an_answer(self, state: str) -> None:
        running(triggered_at=EARLIER, state=state, acknowledged_at=NOON)

        assert alarms() == set()

    def test_of_low_urgency_is_a_notice_once_it_ran_out(self) -> None:
        running(triggered_at=EARLIER, urgency="low")
        assert findings() == {}

        running(triggered_at=EARLIER, urgency="low", exhausted_at=EARLIER, next_at=None)
        assert {code: finding.kind for code, finding in findings().items()} == {"low_urgency_exhausted": "notice"}

    def test_is_seen_at_once_when_nobody_was_paged(self) -> None:
        running(firing=0, triggered_at=NOON - timedelta(seconds=11), exhausted_at=NOON, next_at=None)

        assert alarms() == {"nobody_paged"}


class TestNextStep:
    POLICY = {"repeat": 1, "fallback": [1], "fallback_delay_minutes": 5, "steps": [{"delay_minutes": 20}]}

    @pytest.mark.parametrize(
        ("policy", "minutes", "is_found"),
        [
            (POLICY, 20, False),
            (POLICY, 22, True),
            (POLICY | {"steps": []}, 7, True),
            (POLICY | {"steps": []}, 5, False),
            (POLICY | {"steps": [{"delay_minutes": 1e300}]}, 60, False),
            (POLICY | {"fallback_delay_minutes": -1e300, "steps": [{"delay_minutes": -1e300}]}, 2, True),
            ({}, 2, True),
            ([], 2, True),
            ("text", 2, True),
            (7, 2, True),
            (POLICY | {"steps": "none"}, 7, True),
            (POLICY | {"steps": [{"delay_minutes": "60"}, {"delay_minutes": None}, [], 3]}, 7, True),
            (POLICY | {"fallback_delay_minutes": {"no": "number"}}, 22, True),
        ],
    )
    def test_is_never_further_away_than_the_policy_allows(self, policy: Any, minutes: int, is_found: bool) -> None:
        running(frozen_policy=policy, next_at=NOON + timedelta(minutes=minutes))

        assert ("next_step_too_far" in alarms()) is is_found
        assert "check_failed" not in alarms()

    @pytest.mark.parametrize(("minutes", "is_found"), [(60, False), (62, True)])
    def test_after_an_acknowledgement_is_its_time_out(self, minutes: int, is_found: bool) -> None:
        make.EscalationFactory(
            frozen_policy=self.POLICY | {"ack_timeout_minutes": 60},
            state="acknowledged",
            acknowledged_at=NOON,
            next_at=NOON + timedelta(minutes=minutes),
        )

        assert ("next_step_too_far" in alarms()) is is_found

    def test_may_be_far_when_snoozed(self) -> None:
        make.EscalationFactory(frozen_policy=self.POLICY, state="snoozed", next_at=NOON + timedelta(days=2))

        assert alarms() == set()


class TestProviders:
    def test_that_fail_every_page_of_a_channel_are_an_alarm(self) -> None:
        page(minutes_ago=3, state="accepted", accepted_at=NOON - timedelta(minutes=3))
        page(state="pending", attempts=3, last_error="The provider answered 500.")

        assert alarms() == {"providers_down"}
        assert "sms" in findings()["providers_down"].text

    def test_that_hang_are_an_alarm_while_the_next_try_runs(self) -> None:
        lease = NOON + timedelta(seconds=5)
        page(state="sending", attempts=3, last_error="No answer within 8 s.", lease_until=lease)

        assert alarms() == {"providers_down"}

    @pytest.mark.parametrize(
        "error", ["The provider answered 401.", "No phone gateway is set up (PHONE_GATEWAY_URL)."]
    )
    def test_that_refuse_us_are_an_alarm_at_the_first_page(self, error: str) -> None:
        page(state="failed", last_error=error, ended_at=NOON)

        assert alarms() == {"providers_down"}

    def test_that_refuse_a_number_are_none(self) -> None:
        for _ in range(4):
            page(state="failed", last_error="The provider answered 404.", ended_at=NOON)

        assert alarms() == set()

    def test_that_took_another_page_since_are_none(self) -> None:
        page(state="pending", attempts=9, last_error="The provider answered 500.")
        page(minutes_ago=0, state="accepted", accepted_at=NOON)

        assert alarms() == set()

    def test_are_judged_for_each_channel(self) -> None:
        page(state="pending", attempts=9, channel="voice", last_error="The provider answered 500.")
        page(minutes_ago=0, state="accepted", accepted_at=NOON)

        assert findings()["providers_down"].text.startswith("Every page fails over voice")

    def test_of_one_persons_webhook_are_that_persons(self) -> None:
        page(state="pending", attempts=9, channel="webhook", address="https://a/", last_error="No answer.")
        assert alarms() == set()

        page(state="pending", attempts=9, channel="webhook", address="https://b/", last_error="No answer.")
        assert alarms() == {"providers_down"}

    def test_are_forgotten_after_ten_minutes_without_a_try(self) -> None:
        page(minutes_ago=11, state="pending", attempts=9, last_error="x", due_at=NOON + timedelta(seconds=9))

        assert alarms() == set()


class TestPoison:
    def test_of_an_escalation_is_an_alarm_until_it_ends(self) -> None:
        running(failures=1, failure="no such schedule", title="INC-8 Secret", next_at=NOON + timedelta(days=1))
        running(failures=1, state="ended", ended_at=NOON, next_at=None)

        assert alarms() == {"escalation_failing"}
        assert findings()["escalation_failing"].text.count("INC-8") == 1
        assert "Secret" not in findings()["escalation_failing"].text

    def test_of_a_page_is_an_alarm_until_a_plain_text_was_sent(self) -> None:
        row = page(state="pending", failures=1)
        assert alarms() == {"page_failing"}

        row.state, row.accepted_at = "accepted", NOON
        row.save()
        assert {code: finding.kind for code, finding in findings().items()} == {"message_failing": "notice"}

    def test_of_other_messages_is_a_notice_for_a_day(self) -> None:
        reminder = make.ReminderFactory(failures=1, created_at=NOON, due_at=NOON, state="accepted")

        assert f"task {reminder.obligation_id}" in findings()["message_failing"].text
        assert "message_failing" not in findings(NOON + timedelta(days=1, seconds=1))


class TestOwnership:
    def test_misses_a_fallback_without_an_open_account(self) -> None:
        people = make.UserFactory.create_batch(2)
        policy = make.policy(fallback=people, name="Payments, by day")
        assert findings() == {}

        User.objects.update(is_active=False)
        assert findings()["fallback_closed"].kind == "notice"
        assert "Payments, by day" in findings()["fallback_closed"].text

        people[1].is_active = True
        people[1].save()
        assert findings() == {}
        EscalationPolicy.objects.get(pk=policy.pk).fallback.clear()
        assert set(findings()) == {"fallback_closed"}

    @pytest.mark.parametrize("has", ["service", "ticket"])
    def test_misses_a_team_with_neither_policy_nor_manager(self, has: str) -> None:
        team = make.TeamFactory(name="Payments")
        assert findings() == {}

        owner = team if has == "service" else make.MembershipFactory(role="manager").team
        make.IncidentFactory(service=make.ServiceFactory(team=owner), team=team if has == "ticket" else owner)
        assert {code: finding.kind for code, finding in findings().items()} == {"team_uncovered": "notice"}
        assert "Payments" in findings()["team_uncovered"].text

        manager = make.MembershipFactory(team=team, role="manager").user
        assert findings() == {}
        manager.is_active = False
        manager.save()
        assert set(findings()) == {"team_uncovered"}

    def test_has_a_notice_for_dead_letters(self) -> None:
        make.PageFactory(state="dead", ended_at=NOON)

        assert findings()["dead_letters"].kind == "notice"
        assert alarms() == set()


@pytest.fixture
def broken_check(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(health_checks, "_CHECKS", dict(health_checks._CHECKS))
    health_checks.register_check(code="broken", text="{n}", sql=request.param)


class TestBrokenCheck:
    @pytest.mark.parametrize(
        "broken_check",
        [
            "SELECT 1 FROM no_such_table",
            "SELECT 1 / (extract(epoch from %(at)s) * 0)",
            "SELECT 'x'::int",
            "SELECT 1 WHERE 'a' LIKE 'a%'",
            "SELECT pg_sleep(60)",
            "SELECT %(unknown)s",
        ],
        indirect=True,
    )
    @pytest.mark.usefixtures("broken_check")
    def test_is_a_finding_and_hides_no_other(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health_checks, "_ALONE_SECONDS", 0.05)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '300ms'")
        make.PageFactory(state="dead", ended_at=NOON)
        EngineLane.objects.update(swept_at=NOON - timedelta(minutes=1))

        assert set(findings()) == {"check_failed", "engine_stale", "dead_letters"}
        assert "broken" in findings()["check_failed"].text
        assert findings()["check_failed"].kind == "alarm"

    def test_cannot_be_registered_with_another_placeholder(self) -> None:
        with pytest.raises(KeyError):
            health_checks.register_check(code="x", text="{count}", sql="SELECT 1")


class TestFaces:
    def deep(self, client: Client) -> Any:
        return client.get("/healthz/deep", headers={"Authorization": "Bearer token"})

    def test_answer_503_for_alarms_alone(self, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.METRICS_TOKEN = "token"
        monkeypatch.setattr("config.health.database_now", lambda: NOON)
        make.PageFactory(state="dead", ended_at=NOON)

        notice = self.deep(client)
        running(firing=0, triggered_at=EARLIER)
        alarm = self.deep(client)

        assert (notice.status_code, alarm.status_code) == (200, 503)
        document = json.loads(notice.content)
        assert document["ok"] is True
        assert [(row["code"], row["kind"]) for row in document["findings"]] == [("dead_letters", "notice")]
        assert document["findings"][0]["ends"]

    def test_show_what_ends_a_finding_and_who_is_told(self, client: Client, settings: Any) -> None:
        client.force_login(make.UserFactory(is_staff=True, is_superuser=True))
        make.policy(name="Payments, by day")
        settings.WATCHDOG_ALERT_URL = "https://second.example/"

        for address in ("/system-health/", "/admin/"):
            page = client.get(address).content.decode()
            assert "Payments, by day" in page
            assert "For the managers of the policy&#x27;s team." in page
            assert "It ends when a Celery worker with the engine runs. The watchdog tells the operators." in (
                page.replace("</span> <span>", " ")
            )
