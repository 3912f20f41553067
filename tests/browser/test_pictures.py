"""The README's pictures: the demo's company on one fixed afternoon. `make pictures` writes them to docs/images."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser

from config.base.data.roles import Role
from config.demo.loading import load
from incidents import response
from incidents.customers import updates
from incidents.models import Component, Service, StatusPage, Ticket
from oncall.models import User
from tests import factories as make

PICTURES = os.environ.get("PICTURES")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),
    pytest.mark.skipif(not PICTURES, reason="`make pictures` takes the README's pictures."),
]

AT = datetime(2026, 3, 12, 14, 20, tzinfo=UTC)
MOST_BYTES = 80_000
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


@pytest.fixture
def ringing(transactional_db: Any) -> Iterator[Ticket]:
    """The demo's company in the middle of an incident: one step was paged, one update was published."""
    with time_machine.travel(AT, tick=False):
        for role in Role:
            Group.objects.get_or_create(name=role.value)
        load(at=AT)
        began, carla = AT - timedelta(minutes=4), User.objects.get(email="carla@demo.example")
        ticket = response.declare(
            title="Every second checkout fails after the card", service=Service.objects.get(slug="checkout"),
            impact=1, urgency=1, actor=carla, at=began, customer_impact="An error after the card number; no order.",
            description="Began with the **14:02** release. Cards of one bank, it seems.",
        )  # fmt: skip
        escalation = ticket.responses.get().escalation
        escalation.step, escalation.next_at = 1, AT + timedelta(minutes=3)
        escalation.save()
        paged = User.objects.get(email="aylin@demo.example")
        make.PageFactory(
            escalation=escalation, user=paged, created_at=began, due_at=began, sent_at=began, accepted_at=began
        )
        make.EngineLaneFactory(worker="worker-1:4711", started_at=AT - timedelta(hours=5), swept_at=AT)
        _publish_update(ticket, carla)
        yield ticket


def _publish_update(ticket: Ticket, carla: User) -> None:
    page = StatusPage.objects.get()
    draft = updates.Draft(
        page=page, name="Paying by card fails for some", status="investigating", impact="major",
        components=tuple(Component.objects.filter(service=ticket.service)), component_status="partial_outage",
        body="Some of you see an error after entering the card. Paying by invoice works.",
        started_at=AT - timedelta(minutes=6), next_update_at=AT + timedelta(minutes=26),
    )  # fmt: skip
    updates.publish(draft=draft, ticket_id=ticket.pk, actor=carla, at=AT - timedelta(minutes=2))


def test_the_readme_shows_the_product_as_it_is(browser: Browser, live_server: Any, ringing: Ticket) -> None:
    people = {name: User.objects.get(email=f"{name}@demo.example") for name in ("aylin", "jonas", "lena")}
    desk, phone = {"width": 1280, "height": 800}, {"width": 390, "height": 780}
    shots = [
        ("queue", "/", "jonas", desk),
        ("phone", reverse("incidents:respond", args=[ringing.reference]), "aylin", phone),
        ("incident", ringing.get_absolute_url(), "aylin", desk),
        ("status", reverse("incidents:status"), "", desk),
        ("reports", reverse("incidents:reports"), "lena", desk),
    ]
    for name, address, who, size in shots:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=size,  # type: ignore[arg-type]
            color_scheme="dark" if size is phone else "light",
            reduced_motion="reduce",
        )
        if who:
            client = Client()
            client.force_login(people[who])
            context.add_cookies(
                [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
            )
        page = context.new_page()
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        picture = Image.open(BytesIO(page.screenshot()))
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)
        context.close()

        assert (IMAGES / f"{name}.png").stat().st_size < MOST_BYTES, f"{name}.png is too large for a README"
