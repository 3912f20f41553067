"""Updates for customers: drafts, publishing once, the form, the panel and the endpoint."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.base.data.lifecycle import IllegalMove
from config.base.data.roles import Role
from incidents.customers import updates
from incidents.customers.updates import Draft
from incidents.models import CustomerUpdate, MessageTemplate, PublicIncident, Severity, TimelineEntry
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
NOON = make.NOON


@pytest.fixture
def page() -> Any:
    return make.StatusPageFactory(name="Acme", time_zone="Europe/Berlin")


@pytest.fixture
def ticket() -> Any:
    severity = make.SeverityFactory(rank=1)
    make.cadence_of(severity)
    return make.IncidentFactory(severity=severity)


@pytest.fixture
def commander() -> Any:
    return make.UserFactory(name="Cleo Commander", roles=[Role.COMMANDER])


@pytest.fixture
def draft(page: Any) -> Draft:
    component = make.ComponentFactory(page=page, name="Payments")
    return Draft(
        page=page, name="Payments fail", status="investigating", body="We are looking into it.", impact="major",
        components=(component,), component_status="partial_outage", started_at=NOON - timedelta(minutes=20),
        next_update_at=NOON + timedelta(minutes=20),
    )  # fmt: skip


class TestProposal:
    """S11: what the form proposes, and when the next update is due."""

    def test_takes_the_impact_from_the_severity(self) -> None:
        severity = make.SeverityFactory.build(customer_impact="critical", component_status="major_outage")

        assert updates.proposed_impact(severity) == {"impact": "critical", "component_status": "major_outage"}

    def test_notices_that_customers_do_not_know_of_the_restoration(
        self, ticket: Any, draft: Draft, commander: Any
    ) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)
        assert not updates.customer_summary(ticket, at=NOON)["is_restored_unannounced"]  # type: ignore[index]

        ticket.restored_at = NOON
        assert updates.customer_summary(ticket, at=NOON)["is_restored_unannounced"]  # type: ignore[index]


class TestDraft:
    def test_fills_what_the_form_knows_and_leaves_the_rest_to_the_author(self, draft: Draft) -> None:
        template = MessageTemplate(body="Since {start} some {audience} see it in {components}. Next by {next}.")

        text = updates.fill_template(template, draft=draft, at=NOON)

        assert text == "Since 13:40 CEST some {audience} see it in Payments. Next by 14:20 CEST."

    def test_knows_every_placeholder_of_the_templates_that_come_with_it(self) -> None:
        bodies = MessageTemplate.objects.values_list("body", flat=True)

        assert [name for body in bodies for name in updates.unknown_placeholders(body)] == []

    def test_of_long_ago_says_the_day(self, draft: Draft) -> None:
        older = replace(draft, started_at=NOON - timedelta(days=3))

        assert updates.fill_placeholders("{start} {duration}", draft=older, at=NOON) == "29 May 2026 14:00 CEST 3 d"


class TestPublish:
    def test_moves_the_page_and_tells_the_timeline(self, draft: Draft, ticket: Any, commander: Any) -> None:
        update = updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)

        incident = PublicIncident.objects.get(ticket=ticket)
        component = draft.components[0]
        component.refresh_from_db()
        assert (incident.name, incident.impact, incident.status) == ("Payments fail", "major", "investigating")
        assert incident.next_update_at == NOON + timedelta(minutes=20)
        assert component.status == "partial_outage"
        assert update.affected == [
            {
                "code": component.public_id,
                "name": "Payments",
                "old_status": "operational",
                "new_status": "partial_outage",
            }
        ]
        assert TimelineEntry.objects.get(ticket=ticket).text == "Update published: investigating, Payments."

    def test_publishes_one_draft_once(self, draft: Draft, ticket: Any, commander: Any) -> None:
        first = updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)
        again = updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)

        assert first == again
        assert CustomerUpdate.objects.count() == 1

    def test_ends_the_promise_and_the_outage_when_it_is_resolved(
        self, draft: Draft, ticket: Any, commander: Any
    ) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)
        resolved = Draft(page=draft.page, name=draft.name, status="resolved", body="It works again.",
                     components=draft.components, started_at=draft.started_at)  # fmt: skip

        updates.publish(draft=resolved, ticket_id=ticket.pk, actor=commander, at=NOON + timedelta(hours=1))

        incident = PublicIncident.objects.get()
        draft.components[0].refresh_from_db()
        assert (incident.next_update_at, incident.resolved_at) == (None, NOON + timedelta(hours=1))
        assert draft.components[0].status == "operational"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"body": "Some {audience} see it."}, "audience"),
            ({"next_update_at": None}, "next update"),
            ({"next_update_at": NOON}, "in the future"),
            ({"body": " "}, "Write what customers"),
            ({"status": "postmortem", "body": "x"}, "No update about this incident"),
        ],
    )
    def test_refuses_what_is_not_ready(
        self, draft: Draft, ticket: Any, commander: Any, change: Any, message: str
    ) -> None:
        with pytest.raises(updates.UpdateRefused, match=message):
            updates.publish(draft=replace(draft, **change), ticket_id=ticket.pk, actor=commander, at=NOON)

        assert not CustomerUpdate.objects.exists()

    def test_refuses_a_move_that_does_not_follow(self, draft: Draft, ticket: Any, commander: Any) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)

        with pytest.raises(IllegalMove):
            updates.publish(
                draft=replace(draft, status="postmortem", key=uuid.uuid4()),
                ticket_id=ticket.pk, actor=commander, at=NOON,
            )  # fmt: skip

    def test_counts_those_it_reaches(self, draft: Draft) -> None:
        another = make.ComponentFactory(page=draft.page)
        make.SubscriberFactory(page=draft.page)
        make.SubscriberFactory(page=draft.page).components.add(*draft.components)
        make.SubscriberFactory(page=draft.page).components.add(another)
        make.SubscriberFactory(page=draft.page, confirmed_at=None)
        make.SubscriberFactory(page=draft.page, unsubscribed_at=NOON)

        assert updates.preview(draft, at=NOON).recipients == 2


class TestComposer:
    def _typed(self, draft: Draft, **changed: Any) -> dict[str, Any]:
        soon = timezone.now() + timedelta(minutes=30)
        return {
            "form_key": str(draft.key), "name": draft.name, "status": "investigating", "impact": "major",
            "components": [draft.components[0].pk], "component_status": "partial_outage", "body": draft.body,
            "started_at": "2026-06-01T11:40", "next_update_at": f"{soon:%Y-%m-%dT%H:%M}",
        } | changed  # fmt: skip

    def test_begins_without_the_tickets_words(self, client: Client, draft: Draft, ticket: Any, commander: Any) -> None:
        client.force_login(commander)

        form = client.get(f"/tickets/{ticket.reference}/update/").context["form"]

        assert form["name"].value() in {None, ""}
        assert form["body"].value() in {None, ""}

    def test_begins_with_the_first_words_of_the_severity(
        self, client: Client, draft: Draft, ticket: Any, commander: Any
    ) -> None:
        Severity.objects.update(first_words="Since {start} some cannot {symptom}. Next update by {next}.")
        client.force_login(commander)

        body = client.get(f"/tickets/{ticket.reference}/update/").context["form"]["body"].value()

        assert body.startswith("Since ")
        assert "{start}" not in body
        assert "{symptom}" in body  # for the author

    def test_previews_the_mail_as_plain_text(self, client: Client, draft: Draft, ticket: Any, commander: Any) -> None:
        client.force_login(commander)
        hostile = replace(draft, body="<script>alert(1)</script>")

        page = client.post(f"/tickets/{ticket.reference}/update/", self._typed(hostile, do="preview")).content.decode()

        assert "As customers will see it" in page
        assert "<script>alert(1)" not in page

    def test_fills_previews_and_publishes(self, client: Client, draft: Draft, ticket: Any, commander: Any) -> None:
        client.force_login(commander)
        url = f"/tickets/{ticket.reference}/update/"
        template = make.MessageTemplateFactory(body="{components} fail. Next by {next}.", phase="identified")

        filled = client.post(url, self._typed(draft, template=template.pk, do="fill")).context["form"]
        preview = client.post(url, self._typed(draft, do="preview"))
        assert not CustomerUpdate.objects.exists()
        published = client.post(url, self._typed(draft, do="publish"))

        assert filled["body"].value().startswith("Payments fail. Next by ")
        assert filled["status"].value() == "identified"
        assert b"0 subscribers by e-mail" in preview.content
        assert b"[Acme] Payments fail" in preview.content
        assert published["Location"] == ticket.get_absolute_url()
        assert CustomerUpdate.objects.get().body == draft.body

    def test_asks_before_it_opens_again_what_customers_read_of_as_over(
        self, client: Client, draft: Draft, ticket: Any, commander: Any
    ) -> None:
        over = replace(draft, status="resolved", next_update_at=None, component_status="")
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)
        updates.publish(draft=replace(over, key=uuid.uuid4()), ticket_id=ticket.pk, actor=commander, at=NOON)
        client.force_login(commander)
        url = f"/tickets/{ticket.reference}/update/"
        typed = self._typed(draft, key=str(uuid.uuid4()), do="publish")

        refused = client.post(url, typed)
        assert refused.status_code == 422
        assert "opens it again on the status page, mails 0 subscribers" in refused.content.decode()
        assert "Yes, open it again for customers" in refused.content.decode()
        assert PublicIncident.objects.get().status == "resolved"

        assert client.post(url, typed | {"reopens": "on"}).status_code == 302
        assert PublicIncident.objects.get().status == "investigating"

    def test_does_not_ask_while_it_is_open(self, client: Client, draft: Draft, ticket: Any, commander: Any) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)
        client.force_login(commander)

        assert b"open it again" not in client.get(f"/tickets/{ticket.reference}/update/").content

    def test_keeps_what_was_typed_when_it_is_refused(
        self, client: Client, draft: Draft, ticket: Any, commander: Any
    ) -> None:
        client.force_login(commander)

        answer = client.post(
            f"/tickets/{ticket.reference}/update/", self._typed(draft, body="Some {symptom} there.", do="publish")
        )

        assert answer.status_code == 422
        assert b"Replace {symptom} with your own words" in answer.content
        assert b"Some {symptom} there." in answer.content

    def test_is_for_people_who_may_publish(self, client: Client, page: Any, ticket: Any) -> None:
        client.force_login(make.UserFactory(roles=[Role.RESPONDER]))

        assert client.get(f"/tickets/{ticket.reference}/update/").status_code == 403


class TestPanel:
    def test_is_red_when_the_promised_update_has_not_come(
        self, client: Client, draft: Draft, ticket: Any, commander: Any
    ) -> None:
        updates.publish(draft=draft, ticket_id=ticket.pk, actor=commander, at=NOON)
        client.force_login(commander)

        content = client.get(ticket.get_absolute_url()).content.decode()

        assert '<p class="late">The next update was due' in content

    def test_is_red_when_the_first_update_is_late(
        self, client: Client, page: Any, ticket: Any, commander: Any
    ) -> None:
        make.ComponentFactory(page=page, service=ticket.service)
        client.force_login(commander)

        assert "The first update was due" in client.get(ticket.get_absolute_url()).content.decode()

    def test_is_folded_where_the_service_is_not_public(
        self, client: Client, page: Any, ticket: Any, commander: Any
    ) -> None:
        client.force_login(commander)

        content = client.get(ticket.get_absolute_url()).content.decode()

        assert "The first update" not in content
        assert f"{ticket.get_absolute_url()}update/" in content, "one can still tell them"

    def test_stays_away_without_a_status_page(self, client: Client, ticket: Any, commander: Any) -> None:
        client.force_login(commander)

        assert "Tell customers" not in client.get(ticket.get_absolute_url()).content.decode()


class TestEndpoint:
    def _body(self, ticket: Any, draft: Draft) -> dict[str, Any]:
        return {
            "incident": ticket.reference, "name": draft.name, "status": "investigating", "body": draft.body,
            "components": [draft.components[0].public_id], "component_status": "major_outage", "key": str(draft.key),
            "next_update_at": (timezone.now() + timedelta(hours=1)).isoformat(),
        }  # fmt: skip

    def test_publishes(self, draft: Draft, ticket: Any, commander: Any) -> None:
        client = client_of(commander)

        first = client.post("/api/v1/updates/", self._body(ticket, draft))
        again = client.post("/api/v1/updates/", self._body(ticket, draft))

        assert (first.status_code, again.status_code) == (201, 201), first.content
        assert first.json()["id"] == again.json()["id"]

    def test_refuses_responders_and_tickets_they_may_not_know_of(
        self, draft: Draft, ticket: Any, commander: Any
    ) -> None:
        responder = client_of(make.UserFactory(roles=[Role.RESPONDER]))
        hidden = make.IncidentFactory(visibility="private", visibility_reason="HR")

        assert responder.post("/api/v1/updates/", self._body(ticket, draft)).status_code == 403
        assert client_of(commander).post("/api/v1/updates/", self._body(hidden, draft)).status_code == 400

    def test_keeps_subscribers_to_staff(self) -> None:
        assert client_of(make.UserFactory()).get("/api/v1/subscribers/").status_code == 403
