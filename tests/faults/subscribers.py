"""Customers for a site, and an update to all of them: `fill 300`, then `publish`."""

import os
import sys
import time
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from incidents.customers import updates  # noqa: E402 - Django must be ready before models are imported
from incidents.models import StatusPage, Subscriber, Ticket  # noqa: E402
from oncall.models import User  # noqa: E402


def fill(count: int) -> None:
    """A status page with `count` subscribers."""
    at = datetime.now(UTC)
    page, _ = StatusPage.objects.get_or_create(slug="acme", defaults={"name": "Acme"})
    Subscriber.objects.bulk_create(
        (
            Subscriber(page=page, email=f"customer{n}@example.org", requested_at=at, created_at=at, confirmed_at=at)
            for n in range(count)
        ),
        ignore_conflicts=True,
    )


def publish() -> None:
    """One update to everybody about the first incident; prints the seconds it waited: those on the clock less its CPU.

    A program that has just started imports what publishing needs, which is work and no wait.
    """
    at = datetime.now(UTC)
    page, ticket = StatusPage.objects.get(slug="acme"), Ticket.objects.incidents().order_by("pk")[0]
    draft = updates.Draft(
        page=page, name="Payments fail", status="investigating", body="We are looking into it.", started_at=at,
        next_update_at=at + timedelta(minutes=30),
    )  # fmt: skip
    author, _ = User.objects.get_or_create(email="commander@example.org", defaults={"name": "Carla"})
    began, cpu = time.monotonic(), time.process_time()
    updates.publish(draft=draft, ticket_id=ticket.pk, actor=author, at=at)
    took, worked = time.monotonic() - began, time.process_time() - cpu
    sys.stdout.write(f"{took - worked:.3f}")


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        publish()
