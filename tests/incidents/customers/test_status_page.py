"""The status page: its content, its documents and feeds, and that nothing private is on it."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from incidents.models import PublicIncident, Response
from tests import factories as make

pytestmark = pytest.mark.django_db
MARK = "QZPRIVATEZQ"
TITLES = ["Payments fail", "Moving to new servers"]
DOCUMENTS = (
    "summary", "status", "components", "incidents", "incidents/unresolved", "scheduled-maintenances",
    "scheduled-maintenances/upcoming", "scheduled-maintenances/active",
)  # fmt: skip
ADDRESSES = [
    "/status/", "/status/subscribe/", "/status/history.atom", "/status/history.rss",
    *(f"{root}/api/v2/{name}.json" for root in ("/status", "") for name in DOCUMENTS),
]  # fmt: skip
# Keys of Statuspage's documents, taken from real pages.
MAINTENANCE_KEYS = {"scheduled_for", "scheduled_until"}
INCIDENT_KEYS = {
    "id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at", "impact", "shortlink",
    "started_at", "page_id", "incident_updates", "components",
}  # fmt: skip
COMPONENT_KEYS = {
    "id", "name", "status", "created_at", "updated_at", "position", "description", "showcase", "start_date",
    "group_id", "page_id", "group", "only_show_if_degraded",
}  # fmt: skip
UPDATE_KEYS = {
    "id", "status", "body", "incident_id", "created_at", "updated_at", "display_at", "affected_components",
    "deliver_notifications", "custom_tweet", "tweet_id",
}  # fmt: skip


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory(name="Acme", time_zone="Europe/Berlin")


@pytest.fixture
def trouble(page: Any) -> Any:
    """Payments are down, customers know, and everything behind it carries the mark."""
    at = timezone.now()
    team = make.TeamFactory(name=MARK + "team", slug="qzprivatezq-team", description=MARK)
    service = make.ServiceFactory(name=MARK + "service", slug="qzprivatezq-service", description=MARK, team=team)
    person = make.UserFactory(name=MARK + "person", email="qzprivatezq@example.com")
    requester = make.ContactFactory(name=MARK + "requester", email="qzprivatezq-caller@example.com")
    ticket = make.IncidentFactory(service=service, assignee=person, opened_by=person, requester=requester)
    _mark(ticket)
    make.TimelineEntryFactory(ticket=ticket, actor=person, text=MARK)
    make.AlertFactory(ticket=ticket, title=MARK, explanation=MARK, payload={"secret": MARK})
    escalation = make.EscalationFactory(subject_type="ticket", subject_id=ticket.pk, title=MARK)
    Response.objects.create(ticket=ticket, team=team, escalation=escalation)
    make.PageFactory(escalation=escalation, user=person, address=MARK)
    group = make.ComponentFactory(page=page, name="Shop")
    component = make.ComponentFactory(
        page=page, name="Payments", group=group, service=service, status="partial_outage"
    )
    incident = make.PublicIncidentFactory(
        page=page, ticket=ticket, impact="major", created_at=at, updated_at=at, started_at=at,
        next_update_at=at + timedelta(minutes=20),
    )  # fmt: skip
    incident.components.add(component)
    update = make.CustomerUpdateFactory(
        incident=incident, author=person, body="We are **looking** into it.", published_at=at,
        next_update_at=at + timedelta(minutes=20),
    )  # fmt: skip
    subscriber = make.SubscriberFactory(page=page, email="qzprivatezq-customer@example.org")
    make.UpdateDeliveryFactory(update=update, subscriber=subscriber, last_error=MARK)
    make.MessageTemplateFactory(title=MARK, body=MARK)
    maintenance = make.MaintenanceFactory(page=page, created_by=person, starts_at=at + timedelta(hours=2), turn_at=at,
                                   ends_at=at + timedelta(hours=3))  # fmt: skip
    maintenance.components.add(component)
    notice = make.MaintenanceUpdateFactory(maintenance=maintenance, author=person, body="The shop may be *slow*.")
    make.UpdateDeliveryFactory(update=None, notice=notice, subscriber=subscriber, key="m", last_error=MARK)
    return incident


def _mark(ticket: Any) -> None:
    """Put the mark into every text the ticket has, those of the future included."""
    for field in ticket._meta.get_fields():
        if isinstance(field, models.TextField | models.CharField) and not field.choices and field.editable:
            room = field.max_length or 400
            value = f"https://{MARK}.example.com/" if isinstance(field, models.URLField) else MARK
            setattr(ticket, field.attname, value[:room])
    ticket.save()


class TestNothingPrivate:
    def test_is_at_any_public_address(self, client: Client, trouble: PublicIncident) -> None:
        maintenance = trouble.page.maintenances.get()
        named = [url.replace("/status/", f"/status/{trouble.page.slug}/") for url in ADDRESSES if "status" in url]
        for url in [*ADDRESSES, *named, trouble.get_absolute_url(), maintenance.get_public_url()]:
            answer = client.get(url)
            text = (answer.content.decode() + str(dict(answer.headers))).lower()

            assert answer.status_code == 200, url
            assert MARK.lower() not in text, url
            assert trouble.ticket is not None
            assert trouble.ticket.reference not in answer.content.decode(), url

    def test_is_in_the_ids(self, client: Client, trouble: PublicIncident) -> None:
        summary = client.get("/api/v2/summary.json").json()

        incident = summary["incidents"][0]
        ids = [summary["page"]["id"], incident["id"], incident["incident_updates"][0]["id"]]
        assert all(len(value) == 12 and not value.isdigit() for value in ids)

    def test_is_in_a_cookie_or_a_cache(self, client: Client, trouble: PublicIncident) -> None:
        client.force_login(make.UserFactory())
        for url in ADDRESSES:
            answer = client.get(url)

            assert not answer.cookies, url
            assert "cookie" not in answer.headers.get("Vary", "").lower(), url
        assert client.get("/status/")["Cache-Control"] == "public, max-age=30"


class TestPage:
    def test_answers_the_four_questions(self, client: Client, trouble: PublicIncident) -> None:
        content = client.get("/status/").content.decode()

        assert "A component is down." in content
        assert "Payments" in content
        assert "Partial outage" in content
        assert "The next update comes by" in content
        assert "<script" not in content
        assert "<strong>looking</strong>" in content

    def test_says_that_an_update_is_late(self, client: Client, trouble: PublicIncident) -> None:
        PublicIncident.objects.update(next_update_at=timezone.now() - timedelta(minutes=1))

        assert "It is late; we are sorry." in client.get("/status/").content.decode()

    def test_remembers_ninety_days(self, client: Client, page: Any) -> None:
        for days, name in ((89, "Young"), (91, "Old")):
            at = timezone.now() - timedelta(days=days)
            make.PublicIncidentFactory(page=page, name=name, status="resolved", created_at=at, started_at=at,
                                       resolved_at=at, next_update_at=None)  # fmt: skip

        content = client.get("/status/").content.decode()

        assert "Young" in content
        assert "Old" not in content
        assert "All systems work." in content

    def test_does_not_exist_before_there_is_one(self, client: Client) -> None:
        assert client.get("/status/").status_code == 404

    @pytest.mark.parametrize("url", ["/status/", "/status/history.atom", "/api/v2/summary.json"])
    def test_asks_as_many_questions_for_ten_incidents_as_for_one(self, client: Client, page: Any, url: str) -> None:
        def add() -> None:
            at = timezone.now()
            incident = make.PublicIncidentFactory(page=page, created_at=at)
            incident.components.add(make.ComponentFactory(page=page))
            make.CustomerUpdateFactory(incident=incident)
            make.MaintenanceUpdateFactory(maintenance=make.MaintenanceFactory(page=page, component=True))

        add()
        with CaptureQueriesContext(connection) as for_one:
            client.get(url)
        for _ in range(9):
            add()
        with CaptureQueriesContext(connection) as for_ten:
            client.get(url)

        assert len(for_one) == len(for_ten)


class TestDocuments:
    def test_have_the_shape_programs_know(self, client: Client, trouble: PublicIncident) -> None:
        answer = client.get("/api/v2/summary.json")
        summary = answer.json()

        assert answer["Access-Control-Allow-Origin"] == "*"
        assert set(summary) == {"page", "components", "incidents", "scheduled_maintenances", "status"}
        assert set(summary["page"]) == {"id", "name", "url", "time_zone", "updated_at"}
        assert summary["status"] == {"indicator": "major", "description": "Partial System Outage"}
        (incident,) = summary["incidents"]
        assert set(incident) == INCIDENT_KEYS
        assert set(incident["incident_updates"][0]) == UPDATE_KEYS
        group, component = summary["components"]
        assert set(component) == COMPONENT_KEYS
        assert set(group) == COMPONENT_KEYS | {"components"}
        assert (group["group"], group["components"], component["group_id"]) == (True, [component["id"]], group["id"])

    def test_lists_the_unresolved_alone(self, client: Client, trouble: PublicIncident) -> None:
        PublicIncident.objects.update(status="resolved", next_update_at=None, resolved_at=timezone.now())

        assert client.get("/api/v2/incidents/unresolved.json").json()["incidents"] == []
        assert len(client.get("/api/v2/incidents.json").json()["incidents"]) == 1

    def test_say_404_in_their_shape(self, client: Client, page: Any) -> None:
        answer = client.get("/api/v2/nothing.json")

        assert (answer.status_code, answer.json()) == (404, {"error": "Not found"})

    @pytest.mark.parametrize("url", ["/status/history.atom", "/status/history.rss", "/api/v2/summary.json"])
    def test_are_not_sent_again_unchanged(self, client: Client, trouble: PublicIncident, url: str) -> None:
        tag = client.get(url)["ETag"]

        assert client.get(url, headers={"If-None-Match": tag}).status_code == 304


class TestFeeds:
    def test_tell_the_history_as_atom(self, client: Client, trouble: PublicIncident) -> None:
        answer = client.get("/status/history.atom")
        feed = ElementTree.fromstring(answer.content)  # noqa: S314 - our own output
        name = "{http://www.w3.org/2005/Atom}"

        assert answer["Content-Type"].startswith("application/atom+xml")
        assert [title.text for title in feed.findall(f"{name}entry/{name}title")] == TITLES
        assert (feed.findtext(f"{name}id") or "").startswith("tag:")

    def test_tell_it_as_rss(self, client: Client, trouble: PublicIncident) -> None:
        feed = ElementTree.fromstring(client.get("/status/history.rss").content)  # noqa: S314 - our own output

        assert [title.text for title in feed.findall("channel/item/title")] == TITLES
        assert "looking" in (feed.findtext("channel/item/description") or "")
