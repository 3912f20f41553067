"""Maintenance: mailed at scheduling, an hour before and at its end; begins and ends automatically; its documents."""

import uuid
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from config.base.data.lifecycle import IllegalMove
from config.base.data.roles import Role
from config.base.net import broker
from incidents.customers import deliveries, maintenance
from incidents.customers.maintenance import MaintenanceRefused, Plan
from incidents.models import ScheduledMaintenance, UpdateDelivery
from tests import factories as make
from tests.clients import client_of
from tests.factories import NOON
from tests.incidents.customers.test_status_page import INCIDENT_KEYS, MAINTENANCE_KEYS

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def broker_ask() -> Any:
    """The calls to Celery; no broker is needed."""
    with mock.patch.object(broker, "enqueue", return_value=True) as ask:
        yield ask


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory(name="Acme", time_zone="Europe/Berlin", is_default=True)


@pytest.fixture
def component(page: Any) -> Any:
    return make.ComponentFactory(page=page, name="Shop")


@pytest.fixture
def author() -> Any:
    return make.UserFactory(name="Carla", roles=[Role.COMMANDER])


@pytest.fixture
def work(page: Any, component: Any, author: Any) -> ScheduledMaintenance:
    plan = Plan(
        page=page, name="New servers", body="The shop may be slow.", components=(component,),
        starts_at=NOON + 3 * HOUR, ends_at=NOON + 4 * HOUR,
    )  # fmt: skip
    return maintenance.schedule(plan=plan, actor=author, at=NOON)


def _statuses(work: ScheduledMaintenance) -> list[tuple[str, bool]]:
    return [(update.status, update.is_mailed) for update in work.updates.order_by("pk")]


class TestTurning:
    def test_reminds_begins_and_ends_automatically(self, work: Any, component: Any) -> None:
        """Mailed at scheduling, an hour before, and at its end."""
        seen = []
        for minutes in (119, 120, 120, 179, 180, 180, 239, 240, 240):
            count = maintenance.advance_due(at=NOON + timedelta(minutes=minutes))
            work.refresh_from_db()
            component.refresh_from_db()
            seen.append((count, work.status, component.status))

        assert [count for count, _, _ in seen] == [0, 1, 0, 0, 1, 0, 0, 1, 0]
        assert seen[1][1:] == ("scheduled", "operational")
        assert seen[4][1:] == ("in_progress", "under_maintenance")
        assert seen[7][1:] == ("completed", "operational")
        assert (work.turn_at, work.completed_at) == (None, NOON + 4 * HOUR)
        assert _statuses(work) == [
            ("scheduled", True), ("scheduled", True), ("in_progress", False), ("completed", True),
        ]  # fmt: skip

    def test_catches_up_after_the_engine_was_away(self, work: Any) -> None:
        for _ in range(3):
            maintenance.advance_due(at=NOON + 9 * HOUR)
        work.refresh_from_db()

        assert [status for status, _ in _statuses(work)] == ["scheduled", "in_progress", "completed"]

    def test_leaves_an_outage_and_other_work_alone(self, work: Any, page: Any, component: Any, author: Any) -> None:
        down = make.ComponentFactory(page=page, status="major_outage")
        work.components.add(down)
        plan = Plan(page=page, name="Longer", body="Slow.", components=(component,), starts_at=work.starts_at,
                    ends_at=work.ends_at + HOUR)  # fmt: skip
        maintenance.schedule(plan=plan, actor=author, at=NOON)
        for minutes in (120, 180, 240):
            maintenance.advance_due(at=NOON + timedelta(minutes=minutes))

        component.refresh_from_db()
        down.refresh_from_db()
        assert (component.status, down.status) == ("under_maintenance", "major_outage")
        maintenance.advance_due(at=NOON + 5 * HOUR)
        component.refresh_from_db()
        assert component.status == "operational"

    def test_of_work_within_the_hour_needs_no_reminder(self, page: Any, author: Any) -> None:
        plan = Plan(page=page, name="Soon", body="Slow.", starts_at=NOON + HOUR / 2, ends_at=NOON + HOUR)

        soon = maintenance.schedule(plan=plan, actor=author, at=NOON)

        assert soon.turn_at == soon.starts_at


class TestTelling:
    def test_changes_its_status_and_extends_it(self, work: Any, author: Any) -> None:
        say = {"maintenance_id": work.pk, "body": "Longer than we thought.", "actor": author}
        maintenance.tell(**say, status="in_progress", at=NOON + 2 * HOUR)
        maintenance.tell(**say, status="verifying", ends_at=NOON + 6 * HOUR, at=NOON + 3 * HOUR)
        work.refresh_from_db()

        assert (work.status, work.turn_at) == ("verifying", NOON + 6 * HOUR)

    def test_cancels_it_and_mails_that(self, work: Any, author: Any) -> None:
        maintenance.tell(maintenance_id=work.pk, status="completed", body="Called off.", actor=author, at=NOON)
        work.refresh_from_db()

        assert _statuses(work)[-1] == ("completed", True)
        with pytest.raises(MaintenanceRefused, match="nothing to update"):
            maintenance.tell(maintenance_id=work.pk, status="completed", body="Again.", actor=author, at=NOON)

    def test_reminds_again_of_a_new_time(self, work: Any, author: Any) -> None:
        maintenance.advance_due(at=NOON + 2 * HOUR)
        maintenance.tell(maintenance_id=work.pk, status="scheduled", body="Tomorrow instead.", actor=author,
                         at=NOON + 2 * HOUR, starts_at=NOON + 24 * HOUR, ends_at=NOON + 25 * HOUR)  # fmt: skip
        work.refresh_from_db()

        assert work.turn_at == NOON + 23 * HOUR

    def test_refuses_illegal_moves_and_times(self, work: Any, page: Any, author: Any) -> None:
        with pytest.raises(IllegalMove, match="cannot become verifying"):
            maintenance.tell(maintenance_id=work.pk, status="verifying", body="x", actor=author, at=NOON)
        with pytest.raises(MaintenanceRefused, match="end must be after"):
            maintenance.tell(maintenance_id=work.pk, status="scheduled", body="x", actor=author, at=NOON,
                             ends_at=NOON + HOUR)  # fmt: skip
        with pytest.raises(MaintenanceRefused, match="Choose components of this"):
            maintenance.schedule(plan=Plan(page=page, name="x", body="x", starts_at=NOON, ends_at=NOON + HOUR,
                                           components=(make.ComponentFactory(),)), actor=author, at=NOON)  # fmt: skip

    def test_is_checked_by_the_database(self, work: Any) -> None:
        with pytest.raises(IntegrityError, match="turns_or_is_over"), transaction.atomic():
            ScheduledMaintenance.objects.update(status="completed")


class TestMail:
    def test_goes_to_the_subscribers_of_its_components_once(self, work: Any, page: Any, component: Any) -> None:
        """One delivery per subscriber and notice."""
        make.SubscriberFactory(page=page, email="all@example.org")
        make.SubscriberFactory(page=page, email="part@example.org").components.add(component)
        make.SubscriberFactory(page=page).components.add(make.ComponentFactory(page=page))
        make.SubscriberFactory()

        deliveries.fan_out_notice(work.updates.get().pk)
        work.updates.update(fanned_out_at=None)
        deliveries.fan_out_notice(work.updates.get().pk)
        deliveries.send_due()

        assert {message.to[0] for message in mail.outbox} == {"all@example.org", "part@example.org"}
        assert mail.outbox[0].subject == "[Acme] Maintenance: New servers"
        assert "The shop may be slow." in mail.outbox[0].body
        assert "List-Unsubscribe" in mail.outbox[0].extra_headers
        assert UpdateDelivery.objects.filter(notice__isnull=False).count() == 2

    def test_is_queued_again_by_the_sweep(self, work: Any, broker_ask: Any) -> None:
        notice = work.updates.get()
        deliveries.requeue_stale(at=NOON + HOUR)

        broker_ask.assert_any_call(deliveries.fan_out_notice, notice.pk, queue="customers")


class TestDocuments:
    @pytest.mark.parametrize(
        ("status", "listed"), [("scheduled", "upcoming"), ("in_progress", "active"), ("verifying", "active")]
    )
    def test_list_it_by_its_status(self, client: Client, work: Any, status: str, listed: str) -> None:
        """In the shape that Statuspage gives."""
        ScheduledMaintenance.objects.update(status=status)

        documents = {
            name: client.get(f"/api/v2/scheduled-maintenances{name}.json").json()["scheduled_maintenances"]
            for name in ("", "/upcoming", "/active")
        }
        (entry,) = documents[f"/{listed}"]
        assert documents[""] == client.get("/api/v2/summary.json").json()["scheduled_maintenances"] == [entry]
        assert documents["/active" if listed == "upcoming" else "/upcoming"] == []
        assert set(entry) == INCIDENT_KEYS | MAINTENANCE_KEYS
        assert (entry["impact"], entry["status"]) == ("maintenance", status)
        assert (entry["scheduled_for"], entry["scheduled_until"]) == (
            "2026-06-01T15:00:00.000Z", "2026-06-01T16:00:00.000Z",
        )  # fmt: skip

    def test_keep_it_when_it_is_over(self, client: Client, work: Any, author: Any) -> None:
        maintenance.tell(maintenance_id=work.pk, status="completed", body="Done.", actor=author, at=NOON + HOUR)

        assert client.get("/api/v2/summary.json").json()["scheduled_maintenances"] == []
        (entry,) = client.get("/api/v2/scheduled-maintenances.json").json()["scheduled_maintenances"]
        assert [update["body"] for update in entry["incident_updates"]] == ["Done.", "The shop may be slow."]
        assert "Done." in client.get("/status/history.atom").content.decode()
        assert "Done." in client.get(work.get_public_url()).content.decode()


class TestPortal:
    def test_schedules_and_tells(self, client: Client, page: Any, component: Any, author: Any) -> None:
        client.force_login(author)
        typed = {"form_key": str(uuid.uuid4()), "name": "New servers", "components": [component.pk],
                 "starts_at": "2099-01-01T10:00", "ends_at": "2099-01-01T11:00",
                 "body": "The shop may be slow."}  # fmt: skip
        answer = client.post("/customers/maintenances/new/", typed)
        assert client.post("/customers/maintenances/new/", typed)["Location"] == answer["Location"]
        work = ScheduledMaintenance.objects.get()
        assert answer["Location"] == work.get_absolute_url()

        update = {"status": "completed", "body": "Called off.", "starts_at": typed["starts_at"],
                "ends_at": typed["ends_at"]}  # fmt: skip
        page_text = client.post(f"{work.get_absolute_url()}tell/", update, follow=True).content.decode()

        assert "Called off." in page_text
        assert "Tell customers…" not in page_text

    def test_keeps_what_was_typed_when_it_is_refused(self, client: Client, page: Any, author: Any) -> None:
        client.force_login(author)

        answer = client.post("/customers/maintenances/new/", {"name": "x", "body": "Slow.",
                             "starts_at": "2099-01-01T10:00", "ends_at": "2099-01-01T09:00"})  # fmt: skip

        assert answer.status_code == 422
        assert "The end must be after the beginning." in answer.content.decode()

    def test_is_for_people_who_may_publish(self, client: Client, work: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.RESPONDER]))

        assert client.get("/customers/maintenances/new/").status_code == 403
        assert client.get(f"{work.get_absolute_url()}tell/").status_code == 403
        assert "Tell customers…" not in client.get(work.get_absolute_url()).content.decode()


class TestEndpoint:
    def test_schedules_and_tells(self, page: Any, component: Any, author: Any) -> None:
        api = client_of(author)
        created = api.post("/api/v1/maintenances/", {
            "name": "New servers", "body": "Slow.", "components": [component.public_id],
            "starts_at": "2099-01-01T10:00:00Z", "ends_at": "2099-01-01T11:00:00Z",
        })  # fmt: skip
        assert created.status_code == 201, created.content
        url = f"/api/v1/maintenances/{created.json()['id']}/tell/"

        begun = api.post(url, {"status": "in_progress", "body": "We begin now."})
        again = api.post(url, {"status": "scheduled", "body": "No."})

        assert (begun.status_code, begun.json()["status"]) == (200, "in_progress")
        assert again.status_code == 409
        assert api.get("/api/v1/maintenance-updates/").json()["results"][0]["body"] == "We begin now."

    def test_refuses_responders_and_unknown_components(self, page: Any, author: Any) -> None:
        body = {"name": "x", "body": "x", "components": ["nothing"], "starts_at": "2099-01-01T10:00:00Z",
                "ends_at": "2099-01-01T11:00:00Z"}  # fmt: skip

        assert client_of(make.UserFactory(roles=[Role.RESPONDER])).post(
            "/api/v1/maintenances/", body).status_code == 403  # fmt: skip
        assert client_of(author).post("/api/v1/maintenances/", body).status_code == 400
