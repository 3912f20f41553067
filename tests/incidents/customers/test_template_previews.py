"""Templates previewed per channel: with a real incident's values, and everything else as plain text."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.base.data.roles import Role
from incidents.customers.template_previews import MAX_BODY, preview_text
from incidents.models import CustomerUpdate, MessageTemplate, PublicIncident
from tests import factories as make

pytestmark = pytest.mark.django_db
NOON = make.NOON
HOSTILE = "{{ settings.SECRET_KEY }}{% load static %}<script>alert(1)</script><img src=x onerror=alert(1)> 🔥 {page} "


@pytest.fixture
def reader() -> Any:
    return make.UserFactory(name="Pia", is_staff=True, roles=[Role.PRACTICE])


@pytest.fixture
def update() -> Any:
    page = make.StatusPageFactory(name="Acme", time_zone="UTC")
    incident = make.PublicIncidentFactory(page=page, name="Checkout is slow", started_at=NOON - timedelta(minutes=30))
    incident.components.add(make.ComponentFactory(page=page, name="Checkout"))
    return make.CustomerUpdateFactory(
        incident=incident, published_at=NOON, next_update_at=NOON + timedelta(hours=2), status="investigating"
    )


class TestPreviewText:
    def test_has_the_values_of_the_newest_incident(self, reader: Any, update: Any) -> None:
        preview = preview_text("{page}: {components} since {start}, next {next}.", reader=reader, at=NOON)

        assert preview.example_of == "Checkout is slow"
        assert preview.update.body == "Acme: Checkout since 11:30 UTC, next 14:00 UTC."
        assert preview.mail.subject == "[Acme] Checkout is slow"
        assert "Acme: Checkout since 11:30 UTC" in preview.mail.text
        assert preview.sms == "Acme: Checkout is slow. Acme: Checkout since 11:30 UTC, next 14:00 UTC."

    def test_leaves_out_incidents_the_reader_may_not_see(self, reader: Any, update: Any) -> None:
        hidden = make.IncidentFactory(visibility="private", visibility_reason="Security")
        secret = make.PublicIncidentFactory(page=update.incident.page, ticket=hidden, name="A secret")
        make.CustomerUpdateFactory(incident=secret, published_at=NOON + timedelta(minutes=1))

        assert preview_text("{page}", reader=reader, at=NOON).example_of == "Checkout is slow"

    def test_shows_an_example_before_the_first_update(self, reader: Any) -> None:
        preview = preview_text("{page} since {start}", reader=reader, at=NOON)

        assert preview.example_of == ""
        assert "{" not in preview.update.body

    def test_says_what_the_author_fills_in(self, reader: Any, update: Any) -> None:
        preview = preview_text("{audience} cannot pay.", reader=reader, at=NOON)

        assert preview.update.body == "[who is affected] cannot pay."
        assert list(preview.for_author) == ["audience"]

    def test_names_unknown_placeholders_and_leaves_them(self, reader: Any, update: Any) -> None:
        preview = preview_text("{page} {password}", reader=reader, at=NOON)

        assert preview.unknown == ["password"]
        assert preview.update.body == "Acme {password}"

    def test_takes_everything_else_as_text(self, reader: Any, update: Any) -> None:
        body = (HOSTILE * 200)[:MAX_BODY]

        preview = preview_text(body, reader=reader, at=NOON)

        assert "{{ settings.SECRET_KEY }}{% load static %}<script>alert(1)</script>" in preview.mail.text
        assert preview.segments.encoding == "UCS-2"
        assert preview.segments.outside == ("🔥",)

    def test_shows_the_beginning_of_what_is_too_long(self, reader: Any, update: Any) -> None:
        preview = preview_text("x" * (MAX_BODY + 1), reader=reader, at=NOON)

        assert preview.is_cut
        assert len(preview.update.body) == MAX_BODY

    def test_takes_an_unknown_phase_for_the_first(self, reader: Any, update: Any) -> None:
        assert preview_text("x", reader=reader, at=NOON, phase="<b>").update.status == "investigating"

    def test_writes_nothing(self, reader: Any, update: Any) -> None:
        preview_text("{page}", reader=reader, at=NOON)

        assert (CustomerUpdate.objects.count(), PublicIncident.objects.count()) == (1, 1)


class TestPage:
    def test_of_a_template_shows_it_on_each_channel(self, client: Client, reader: Any, update: Any) -> None:
        template = make.MessageTemplateFactory(body="{page} is slow.")
        client.force_login(reader)

        page = client.get(reverse("admin:incidents_messagetemplate_change", args=[template.pk])).content.decode()

        assert page.count("Acme is slow.") == 3
        assert "With the values of “Checkout is slow”" in page
        assert "1 part, " in page

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["without scripts", "as a fragment"])
    def test_of_what_is_typed_is_plain_text(
        self, client: Client, reader: Any, update: Any, headers: dict[str, str]
    ) -> None:
        client.force_login(reader)
        address = reverse("admin:incidents_messagetemplate_preview")

        answer = client.post(address, {"body": HOSTILE, "phase": "investigating"}, headers=headers)
        page = answer.content.decode()

        assert answer.status_code == 200
        assert ("<html" in page) is (not headers)
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ settings.SECRET_KEY }}" in page

    def test_is_for_those_who_may_read_templates(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_staff=True, roles=[Role.AGENT]))

        answer = client.post(reverse("admin:incidents_messagetemplate_preview"), {"body": "x"})

        assert answer.status_code == 403

    def test_refuses_a_template_that_is_too_long(self, client: Client, reader: Any) -> None:
        client.force_login(reader)
        data = {"title": "Long", "phase": "investigating", "body": "{% x %}" * 1500}

        page = client.post(reverse("admin:incidents_messagetemplate_add"), data).content.decode()

        assert "Shorten the text: 10,500 of 10,000 characters." in page
        assert not MessageTemplate.objects.filter(title="Long").exists()
