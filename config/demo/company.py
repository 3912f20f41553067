"""The demo's company as far as it is loaded: what each chapter reads and adds to."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from incidents.models import Contact, Service, Severity, Ticket
from oncall.models import Calendar, Team, User

PASSWORD = "holdfast-demo"  # noqa: S105 - printed on the terminal; the demo listens on this machine only
HISTORY = timedelta(days=548)
SEED = 20261


@dataclass
class Company:
    """What the chapters of the demo read and add to."""

    at: datetime
    since: datetime
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    severities: dict[int, Severity] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    requesters: list[Contact] = field(default_factory=list)
    responders: dict[int, list[User]] = field(default_factory=dict)
    """By team."""
    calendars: dict[str, Calendar] = field(default_factory=dict)
    """Public holidays, by zone."""
    tickets: list[Ticket] = field(default_factory=list)
    """The incidents of the past, the oldest first."""
    outputs: dict[str, Any] = field(default_factory=lambda: {"ical": [], "status_url": ""})
    """What the credentials file and the terminal show."""

    def person(self, first_name: str) -> User:
        """The person with that first name."""
        return self.people[f"{first_name}@demo.example"]
