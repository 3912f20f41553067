"""Open tickets of a site whose warnings fall due in one minute: `python -m tests.bench.sla_backlog COUNT MINUTES`.

Prints the minute, as seconds since 1970: it begins at least so many minutes from now.
"""

import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.base.data.models import Origin  # noqa: E402 - Django must be ready before models are imported
from incidents.models import Ticket  # noqa: E402 - for the same reason
from tests.bench import bulk_data, sla_data  # noqa: E402
from tests.factories.sla import SlaTargetVersionFactory  # noqa: E402

GOAL, PERCENT = 75, 80
"""Minutes; the warning comes after an hour."""


def main(count: int, minutes: int) -> None:
    """Fill the database; the targets mark every ticket stale."""
    age = (60 - minutes - 1) / 1440
    bulk_data.fill(count, ages=(age, age), still_open=count)
    Ticket.objects.update(origin=Origin.EDIT)  # nobody is told of the demo's
    sla_data.add_targets(sla_data.COMMON, scale=40)
    SlaTargetVersionFactory(target__metric="fulfil", goal_minutes=GOAL, warn_percents=[PERCENT])
    minute = Ticket.objects.order_by("pk")[0].created_at.replace(second=0, microsecond=0) + timedelta(minutes=60)
    sys.stdout.write(f"{minute.timestamp():.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
