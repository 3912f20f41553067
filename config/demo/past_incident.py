"""One incident of the demo's past."""

from dataclasses import dataclass, field
from datetime import datetime

from config.demo.incident_patterns import Pattern
from config.demo.master_data import MAJOR_RANKS
from incidents.models import Contact
from oncall.models import Team, User


@dataclass
class PastIncident:
    """A past incident: what, when, and who."""

    pattern: Pattern
    title: str
    rank: int
    team: Team
    responder: User
    began_at: datetime
    created_at: datetime
    restored_at: datetime
    alerted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    changed_at: datetime | None = None
    closure_code: str = ""
    contact_type: str = "alert"
    requester: Contact | None = None
    is_private: bool = False
    steps: int = 1
    helpers: list[User] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Its status today."""
        return "closed" if self.closed_at else "resolved" if self.resolved_at else "restored"

    @property
    def is_major(self) -> bool:
        """Whether a commander led it."""
        return self.rank in MAJOR_RANKS
