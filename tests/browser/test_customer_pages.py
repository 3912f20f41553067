"""What customers see and get: each page fits at two widths, light and dark, and keeps the content policy."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories as make
from tests.browser.conftest import take_shot

pytestmark = [pytest.mark.django_db(transaction=True)]


def _addresses(company: dict[str, Any]) -> dict[str, str]:
    at = timezone.now()
    page = make.StatusPageFactory(name="Nordwind", slug="nordwind", is_default=True, time_zone="Europe/Berlin")
    make.StatusPageFactory(name="Nordwind for partners", slug="partners")
    group = make.ComponentFactory(page=page, name="Shop", description="Everything you buy with")
    part = make.ComponentFactory(page=page, name="Cart and payment", group=group, service=company["service"],
                                 status="partial_outage")  # fmt: skip
    trouble = make.PublicIncidentFactory(
        page=page, name="Card payments fail", ticket=company["ringing"], impact="major", created_at=at, started_at=at,
        next_update_at=at + timedelta(minutes=20),
    )  # fmt: skip
    trouble.components.add(part)
    make.CustomerUpdateFactory(incident=trouble, published_at=at, next_update_at=at + timedelta(minutes=20))
    work = make.MaintenanceFactory(
        page=page, name="Moving to new database servers", starts_at=at + timedelta(days=2), created_by=company["ana"],
        ends_at=at + timedelta(days=2, hours=1), turn_at=at + timedelta(days=2),
    )  # fmt: skip
    work.components.add(part)
    make.MaintenanceUpdateFactory(maintenance=work, published_at=at, author=company["ana"],
                                  body="Orders may take a few seconds longer.\n\nNothing is lost.")  # fmt: skip
    return {
        "status": "/status/",
        "status-partners": "/status/partners/",
        "status-incident": trouble.get_absolute_url(),
        "status-maintenance": work.get_public_url(),
        "status-subscribe": "/status/subscribe/",
        "maintenances": reverse("incidents:maintenances"),
        "maintenance": work.get_absolute_url(),
        "maintenance-new": reverse("incidents:maintenance-new"),
        "maintenance-tell": reverse("incidents:maintenance-tell", args=[work.pk]),
        "update": f"{company['ringing'].get_absolute_url()}update/",
    }


@pytest.mark.parametrize(("width", "dark"), [(1360, False), (390, False), (390, True)])
def test_every_page_fits_and_keeps_the_policy(
    open_page: Callable[..., Any], company: dict[str, Any], width: int, dark: bool
) -> None:
    page = open_page(width=width, dark=dark, user=company["ana"])
    for name, address in _addresses(company).items():
        answer = page.goto(address)
        assert answer.status == 200, name
        page.wait_for_load_state("networkidle")
        take_shot(page, f"{name}-{width}-{'dark' if dark else 'light'}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px"
