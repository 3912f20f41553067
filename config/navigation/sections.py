"""The sections of the portal by job, in the order of the side bar."""

from collections.abc import Callable
from dataclasses import dataclass

from config.base.data import rights
from config.base.data.users import User


def _everybody(user: User) -> bool:
    return True


def _administers(user: User) -> bool:
    return user.is_active and (user.is_staff or rights.configures_a_team(user))


def _reads_requesters(user: User) -> bool:
    return user.has_perm("incidents.view_contact")


@dataclass(frozen=True)
class Section:
    """An entry of the side bar: its view, and the beginnings of the addresses that belong to it.

    `count` names the number beside it; `asks` says what is counted, for those who only hear it.
    """

    view: str
    label: str
    icon: str
    paths: tuple[str, ...]
    count: str = ""
    asks: str = ""
    is_loud: bool = False
    may: Callable[[User], bool] = _everybody


@dataclass(frozen=True)
class Group:
    """Sections of one job; one without a name stands alone."""

    label: str
    sections: tuple[Section, ...]


GROUPS = (
    Group("Work", (
        Section("my-work", "My work", "checklist", ("/work/", "/tasks/"), "my_work", "open"),
        Section("incidents:queue", "Queue", "inbox", ("/incidents/", "/tickets/"), "queue", "open"),
        Section("incidents:majors", "Major incidents", "urgent", ("/majors/",), "majors", "running", is_loud=True),
    )),
    Group("On call", (
        Section("oncall:on-call", "Now", "phone-calling", ("/on-call/", "/my-shifts/")),
        Section("incidents:alerts", "Alerts", "bell-ringing", ("/alerts/",), "alerts", "open"),
        Section("oncall:schedules", "Rota", "calendar-week", ("/schedules/", "/calendars/", "/handoff-notes/")),
        Section("oncall:overrides", "Overrides, swaps, time off", "arrows-exchange",
                ("/overrides/", "/swaps/", "/time-off/", "/me/time-off/", "/me/rest/"), "swaps", "to answer"),
    )),
    Group("Improve", (
        Section("problems:problems", "Problems", "bulb", ("/problems/", "/tickets/PRB-", "/known-errors/"),
                "problems", "open in your teams"),
        Section("postmortems:postmortems", "Postmortems", "file-text", ("/postmortems/",), "postmortems", "to write"),
        Section("incidents:action-items", "Action items", "list-check", ("/action-items/",), "actions", "yours"),
    )),
    Group("Customers", (
        Section("incidents:public-incidents", "Status page", "broadcast", ("/customers/",)),
        Section("incidents:maintenances", "Maintenance", "tool", ("/customers/maintenances/",)),
    )),
    Group("Directory", (
        Section("incidents:services", "Services", "stack-2", ("/services/",)),
        Section("oncall:teams", "Teams", "users-group", ("/teams/", "/people/")),
        Section("incidents:requesters", "Requesters", "users", ("/requesters/",), may=_reads_requesters),
        Section("incidents:integrations", "Integrations", "plug", ("/integrations/",)),
    )),
    Group("", (
        Section("incidents:reports", "Reports", "chart-bar", ("/reports/", "/corrections/", "/waivers/")),
        Section("admin:index", "Setup", "settings", ("/admin/",), may=_administers),
    )),
)  # fmt: skip

PHONE_BAR = ("my-work", "incidents:queue", "oncall:on-call")
"""The sections at the foot of a phone's screen; all others are behind More."""


def section_of(path: str) -> Section | None:
    """The section to which an address belongs: the one with the longest beginning of it."""
    matches = [
        (len(start), section)
        for group in GROUPS
        for section in group.sections
        for start in section.paths
        if path.startswith(start)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None
