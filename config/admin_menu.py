"""The administration's side bar, and the concerns on its front page."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from config.base.data.clock import database_now
from config.base.data.outbox import OutboxState
from config.base.web import admin_changes
from incidents.models import Integration, Level, PriorityRule, Service, Severity
from oncall import schedules
from oncall.engine import health_checks
from oncall.models import EscalationPolicy, Obligation, Page, Team, User

_GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "People",
        (
            ("Accounts", "person", "oncall_user"),
            ("Teams", "groups", "oncall_team"),
            ("Contact methods", "call", "oncall_contactmethod"),
            ("Notification rules", "notifications", "oncall_notificationrule"),
            ("Saved views", "bookmark", "oncall_savedview"),
            ("Service accounts", "smart_toy", "oncall_serviceaccount"),
            ("API tokens", "key", "oncall_apitoken"),
            ("Roles", "shield_person", "auth_group"),
        ),
    ),
    (
        "On call",
        (
            ("Schedules", "calendar_month", "oncall_schedule"),
            ("Schedule versions", "history", "oncall_scheduleversion"),
            ("Overrides", "swap_horiz", "oncall_override"),
            ("Swaps", "sync_alt", "oncall_swaprequest"),
            ("Time off", "beach_access", "oncall_absence"),
            ("Closed accounts", "person_off", "oncall_deactivation"),
            ("Handoff notes", "waving_hand", "oncall_handoffnote"),
            ("Calendars", "event_busy", "oncall_calendar"),
            ("Opening hours", "schedule", "oncall_calendarversion"),
            ("Calendar feeds", "rss_feed", "oncall_feedtoken"),
            ("Escalation policies", "escalator_warning", "oncall_escalationpolicy"),
        ),
    ),
    (
        "Practice",
        (
            ("Services", "hub", "incidents_service"),
            ("Severities", "priority_high", "incidents_severity"),
            ("Priority matrix", "grid_on", "incidents_priorityrule"),
            ("SLA targets", "timer", "incidents_slatarget"),
            ("SLA clocks", "hourglass_top", "incidents_slacycle"),
            ("SLA breaches", "timer_off", "incidents_slabreach"),
            ("Requesters", "contacts", "incidents_contact"),
            ("Postmortem templates", "description", "postmortems_template"),
            ("Task rules", "event_upcoming", "oncall_obligationrule"),
        ),
    ),
    (
        "Intake",
        (
            ("Integrations", "input", "incidents_integration"),
            ("Alerts", "warning", "incidents_alert"),
            ("Events", "receipt_long", "incidents_event"),
        ),
    ),
    (
        "Customers",
        (
            ("Status pages", "public", "incidents_statuspage"),
            ("Components", "widgets", "incidents_component"),
            ("Message templates", "draft", "incidents_messagetemplate"),
            ("Public incidents", "campaign", "incidents_publicincident"),
            ("Maintenance", "construction", "incidents_scheduledmaintenance"),
            ("Maintenance updates", "engineering", "incidents_maintenanceupdate"),
            ("Updates", "chat", "incidents_customerupdate"),
            ("Subscribers", "contact_mail", "incidents_subscriber"),
            ("Deliveries", "outgoing_mail", "incidents_updatedelivery"),
        ),
    ),
    (
        "Records",
        (
            ("Incidents", "local_fire_department", "incidents_incident"),
            ("Problems", "search_insights", "problems_problem"),
            ("Postmortems", "school", "postmortems_postmortem"),
            ("Known errors", "lightbulb", "problems_knownerror"),
            ("Action items", "task_alt", "incidents_actionitem"),
            ("Prevention waived", "do_not_disturb_on", "incidents_preventionwaiver"),
            ("Excluded time", "more_time", "incidents_slacredit"),
            ("Breaches waived", "gavel", "incidents_slawaiver"),
            ("Timeline", "timeline", "incidents_timelineentry"),
            ("Tasks", "event_available", "oncall_obligation"),
            ("Reminders", "notifications_active", "oncall_reminder"),
            ("Work intervals", "timer", "oncall_workinterval"),
        ),
    ),
    (
        "System health",
        (
            ("Escalations", "trending_up", "oncall_escalation"),
            ("Pages", "sms", "oncall_page"),
            ("Notices", "mail", "oncall_notice"),
            ("Workers", "memory", "oncall_enginelane"),
        ),
    ),
)


@dataclass(frozen=True)
class Concern:
    """Something an administrator should fix, how often it occurs, and where."""

    text: str
    count: int
    url: str
    is_urgent: bool = False


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """Groups and entries, in the order of setting up; only those the reader may see."""
    groups: list[dict[str, object]] = [
        {"title": group, "separator": True, "collapsible": False, "items": [_item(*entry) for entry in entries]}
        for group, entries in _GROUPS
    ]
    changes = {
        "title": "Changes",
        "icon": "history",
        "link": reverse_lazy("configuration-changes"),
        "permission": admin_changes.may_read,
    }
    return [*groups, {"title": "History", "separator": True, "collapsible": False, "items": [changes]}]


def _item(title: str, icon: str, model: str) -> dict[str, object]:
    app, _, name = model.partition("_")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{model}_changelist"),
        "permission": lambda request: (
            request.user.is_superuser if app == "auth" else request.user.has_perm(f"{app}.view_{name}")
        ),
    }


def front_page(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    """The context of the index page, with what needs attention."""
    return context | {"concerns": concerns()}


def concerns() -> list[Concern]:
    """What does not work: findings about the engine first, then gaps in the configuration."""
    at = database_now()
    engine = [
        Concern(
            " ".join([finding.text, finding.ends, finding.recipient]),
            finding.count,
            _list("oncall_enginelane"),
            is_urgent=finding.is_alarm,
        )
        for finding in health_checks.check_health(at=at).findings
        if finding.code != "dead_letters"
    ]
    empty = [roster for roster in schedules.load_at(at) if not schedules.on_call(roster, at=at).users]
    cells = len(Level.values) ** 2
    counted = [
        Concern(
            "Pages that could not be sent: send them again or discard them.",
            Page.objects.filter(state=OutboxState.DEAD).count(),
            f"{_list('oncall_page')}?state__exact=dead",
            is_urgent=True,
        ),
        Concern("Schedules with nobody on call right now.", len(empty), _list("oncall_schedule"), is_urgent=True),
        Concern(
            "Escalation policies without a step: they page only their fallback.",
            EscalationPolicy.objects.filter(steps=None).count(),
            _list("oncall_escalationpolicy"),
        ),
        Concern(
            "Services that page nobody: add an escalation policy to them or to their team.",
            Service.objects.filter(escalation_policy=None, team__escalation_policy=None).count(),
            _list("incidents_service"),
        ),
        Concern(
            "Teams without an escalation policy: a ticket assigned to them pages only their managers.",
            Team.objects.filter(escalation_policy=None).count(),
            _list("oncall_team"),
        ),
        Concern(
            "People without a verified contact method: they are paged only by e-mail.",
            User.objects.people()
            .filter(is_active=True, memberships__role__in=["manager", "responder"])
            .exclude(Q(contact_methods__verified_at__isnull=False))
            .distinct()
            .count(),
            _list("oncall_user"),
        ),
        Concern(
            "Paused integrations: their events are refused.",
            Integration.objects.filter(paused_at__isnull=False).count(),
            _list("incidents_integration"),
        ),
        Concern(
            "Tasks overdue by more than a week: complete or reassign them.",
            Obligation.objects.overdue(at - timedelta(days=7)).count(),
            f"{_list('oncall_obligation')}?status__exact=open",
        ),
        Concern(
            "There are no severities: add at least one.",
            int(not Severity.objects.exists()),
            _list("incidents_severity"),
        ),
        Concern(
            "Empty cells in the priority matrix: fill them in.",
            cells - PriorityRule.objects.count(),
            _list("incidents_priorityrule"),
        ),
    ]
    return engine + [concern for concern in counted if concern.count > 0]


def _list(model: str) -> str:
    return reverse(f"admin:{model}_changelist")
