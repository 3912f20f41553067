"""The eight tasks of the administration, with the kinds of records that belong to each.

A kind of record that people edit belongs to one task; a test asks for it. Records of the daily work, such as
incidents, stand under "All records" alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from config.base.web.concerns import Task


@dataclass(frozen=True)
class Entry:
    """A kind of record: `model` is written as "oncall.team", `purpose` says in a sentence what it is for."""

    model: str
    title: str
    purpose: str
    is_headline: bool = False
    """Whether the first page says how many there are."""


@dataclass(frozen=True)
class PageLink:
    """Another page that belongs to a task; `name` is its address's, `right` what its readers need, if anything."""

    name: str
    title: str
    purpose: str
    right: str = ""


@dataclass(frozen=True)
class TaskPage:
    """A task: its word, an icon, what is done there, its kinds of records, and other pages."""

    task: Task
    title: str
    icon: str
    words: str
    entries: tuple[Entry, ...]
    links: tuple[PageLink, ...] = ()


_SEVERITIES = (
    Entry("incidents.severity", "Severities", "How bad an incident is, who is paged and what it starts.", True),
    Entry("incidents.slatarget", "SLA targets", "Promises: by when to acknowledge, update, restore, prevent.", True),
    Entry("incidents.priorityrule", "Priority matrix", "Impact and urgency give the priority and propose a severity."),
    Entry(
        "incidents.category",
        "Categories",
        "What tickets are about, for which team, and whether they are private.",
        True,
    ),
    Entry("incidents.slatargetversion", "Versions of SLA targets", "What a target promises from a moment on."),
    Entry("incidents.slaaction", "Actions of SLA targets", "Whom a clock tells or pages before it is broken."),
    Entry("oncall.calendar", "Calendars", "Public holidays and own days off."),
    Entry("oncall.calendarversion", "Opening hours", "When the clocks of a calendar run."),
    Entry("oncall.calendardate", "Days off", "Each single day of the calendars."),
    Entry("incidents.slabreach", "SLA breaches", "Promises that were broken."),
    Entry("incidents.slawarning", "SLA warnings", "Warnings that were sent before a breach."),
    Entry("incidents.slacredit", "Excluded time", "Minutes that no clock counts, with who decided it."),
    Entry("incidents.slawaiver", "Breaches waived", "Breaches that are reported as waived, with the reason."),
)
_PAGING = (
    Entry("oncall.escalationpolicy", "Escalation policies", "Whom to page, in which order, how long to wait.", True),
    Entry("oncall.schedule", "Schedules", "Who is on call when; the rotation is drawn in the portal.", True),
    Entry("oncall.escalationstep", "Steps of policies", "The steps of all policies in one list."),
    Entry("oncall.escalationtarget", "Targets of steps", "Where a person, schedule or team is paged."),
    Entry("oncall.scheduleversion", "Schedule versions", "The rotation of a schedule from a moment on."),
    Entry("oncall.layer", "Layers", "Each rotation of a schedule."),
    Entry("oncall.layermember", "People in layers", "Each person's place in a rotation."),
    Entry("oncall.override", "Overrides", "Somebody covers for somebody else."),
    Entry("oncall.overrideperson", "People of overrides", "Who was put on call or taken off."),
    Entry("oncall.swaprequest", "Swaps", "Shifts that people ask others to take."),
    Entry("oncall.swapoffer", "Offers to swap", "Who offered to take a shift."),
    Entry("oncall.absence", "Time off", "When a person is away; the rota warns about it."),
    Entry("oncall.reliefrequest", "Requests for relief", "After a hard night somebody asked to be relieved."),
    Entry("oncall.handoffnote", "Handoff notes", "Notes for the next person on call."),
    Entry("oncall.escalation", "Escalations", "Runs of a policy, now and before."),
    Entry("oncall.escalationentry", "Log of escalations", "Each step that fired, and why it reached whom."),
    Entry("oncall.page", "Pages", "Each message to a person; send again what could not be sent."),
)
_SERVICES = (
    Entry("incidents.service", "Services", "What the company offers or depends on, and which team owns it.", True),
    Entry("incidents.servicedependency", "Dependencies", "Which service needs which.", True),
    Entry("incidents.serviceownership", "Owners over time", "Which team owned a service in which period."),
)
_PEOPLE = (
    Entry("oncall.user", "Accounts", "People who sign in, are paged or follow.", True),
    Entry("oncall.team", "Teams", "Who owns services, is paged and runs incidents together.", True),
    Entry("oncall.membership", "Members of teams", "Who is in which team, and as what."),
    Entry("auth.group", "Roles", "What the people of a group may do."),
    Entry("oncall.contactmethod", "Contact methods", "Phone numbers, addresses and webhooks of people."),
    Entry("oncall.notificationrule", "Notification rules", "On which contact method a person is paged, and when."),
    Entry("oncall.deactivation", "Closed accounts", "People who left, and since when."),
    Entry("oncall.waketest", "Wake tests", "Test pages that people sent to themselves."),
    Entry("oncall.obligationrule", "Task rules", "What must be done by when, and who is reminded."),
    Entry("oncall.rulereminder", "Reminders of rules", "When a rule reminds, and whom."),
    Entry("oncall.obligation", "Tasks", "What people and teams have to do by a due time."),
    Entry("oncall.reminder", "Reminders", "Each message about a task."),
    Entry("oncall.workinterval", "Work intervals", "When a person worked on something."),
)
_INTAKE = (
    Entry("incidents.integration", "Integrations", "Who sends alerts, for which service, with which severity.", True),
    Entry("incidents.alert", "Alerts", "What monitoring reported, and why it opened what."),
    Entry("incidents.event", "Events", "Each message as it arrived."),
)
_CUSTOMERS = (
    Entry("incidents.statuspage", "Status pages", "What customers see and subscribe to.", True),
    Entry("incidents.component", "Components", "The parts of a status page, as customers know them.", True),
    Entry("incidents.subscriber", "Subscribers", "Addresses that get updates.", True),
    Entry("incidents.contact", "Requesters", "People who report trouble, with or without an account."),
    Entry("incidents.publicincident", "Public incidents", "Incidents as customers see them."),
    Entry("incidents.customerupdate", "Updates", "What was published about incidents."),
    Entry("incidents.scheduledmaintenance", "Maintenance", "Planned work that customers are told about."),
    Entry("incidents.maintenanceupdate", "Maintenance updates", "What was published about planned work."),
    Entry("incidents.updatedelivery", "Deliveries", "Each mail to a subscriber."),
)
_MESSAGES = (
    Entry("incidents.messagetemplate", "Message templates", "Texts that an update to customers begins with.", True),
    Entry("postmortems.template", "Postmortem templates", "The sections that a new postmortem gets.", True),
    Entry("oncall.notice", "Notices", "Messages to people about their own affairs."),
)
_SYSTEM = (
    Entry("oncall.serviceaccount", "Service accounts", "Accounts of programs, each with a team that answers.", True),
    Entry("oncall.apitoken", "API tokens", "Keys of programs and people; revoke them here.", True),
    Entry("oncall.feedtoken", "Calendar feeds", "Addresses of calendars that people subscribed to."),
    Entry("oncall.savedview", "Saved views", "Lists under a name, for a person or a team."),
)
TASK_PAGES = (
    TaskPage(Task.SEVERITIES, "Severities and SLAs", "stairs", "how bad, who wakes, by when", _SEVERITIES),
    TaskPage(
        Task.PAGING,
        "Who is paged",
        "notifications_active",
        "policies, schedules, pages",
        _PAGING,
        (
            PageLink(
                "admin:incidents_service_simulate",
                "Simulator",
                "Who would be paged, when and on what, if a service broke at some moment?",
                "oncall.change_escalationpolicy",
            ),
            PageLink("oncall:on-call", "On call now", "Who is on call in every schedule, with gaps."),
            PageLink("oncall:schedules", "Draw a rotation", "Schedules are planned and previewed in the portal."),
        ),
    ),
    TaskPage(
        Task.SERVICES,
        "Services",
        "deployed_code",
        "owner, policy, dependencies",
        _SERVICES,
        (PageLink("incidents:readiness", "Readiness", "Would a page about each service reach somebody?"),),
    ),
    TaskPage(Task.PEOPLE, "People and teams", "group", "accounts, roles, methods, leavers", _PEOPLE),
    TaskPage(
        Task.INTAKE,
        "Intake",
        "input",
        "alerts, keys, words of senders",
        _INTAKE,
        (PageLink("incidents:integrations", "Settings to copy", "What to paste into each monitoring tool."),),
    ),
    TaskPage(Task.CUSTOMERS, "Customers", "public", "status pages, subscribers", _CUSTOMERS),
    TaskPage(Task.MESSAGES, "Messages and templates", "chat", "updates, postmortems", _MESSAGES),
    TaskPage(
        Task.SYSTEM,
        "System",
        "monitor_heart",
        "health, access of programs, settings",
        _SYSTEM,
        (
            PageLink("oncall:system-health", "System health", "Whether pages are sent in time, and what is not."),
            PageLink("oncall:who-can", "Who can do what", "Every right, with who has it."),
            PageLink(
                "configuration",
                "Configuration as a file",
                "Export it, and import it into another system.",
                right="oncall.change_team",
            ),
        ),
    ),
)


def find_task(slug: str) -> TaskPage | None:
    """The task with this word in its address."""
    return next((page for page in TASK_PAGES if page.task == slug), None)


def task_of(model: str) -> TaskPage | None:
    """The task of a model, written as "oncall.team"; none for records of the daily work."""
    return next((page for page in TASK_PAGES for entry in page.entries if entry.model == model), None)


def entries() -> Iterable[Entry]:
    """The entries of all tasks."""
    return (entry for page in TASK_PAGES for entry in page.entries)
