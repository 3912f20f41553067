"""First texts of a postmortem's sections, from the incident's record."""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import itemgetter

from config.base.web.display import duration_text
from incidents.models import EntryKind, Incident, Ticket, TimelineEntry

MAX_ENTRIES = 200
# Pages are noise here, and not every reader of a postmortem may read the requester's comments.
_LEFT_OUT = (EntryKind.PAGE, EntryKind.COMMENT)
_STEPS = (
    ("impact_started_at", "Impact began"),
    ("detected_at", "Detected"),
    ("alerted_at", "First page sent"),
    ("acknowledged_at", "Acknowledged"),
    ("mitigated_at", "Mitigated"),
    ("restored_at", "Restored"),
)


def prefill_sections(ticket: Ticket) -> dict[str, str]:
    """Texts by the key of their section; sections without facts are left out."""
    incident = Incident.objects.get(pk=ticket.pk)
    return {key: text for key, write in _WRITERS.items() if (text := write(incident))}


def _timeline(incident: Incident) -> str:
    entries = TimelineEntry.objects.filter(ticket_id=incident.pk).exclude(kind__in=_LEFT_OUT).order_by("at", "pk")
    lines = [(at, f"{label}.") for name, label in _STEPS[:3] if (at := getattr(incident, name))]
    lines += [(entry.at, " ".join(entry.text.split())) for entry in entries[:MAX_ENTRIES]]
    return "\n".join(f"- {_utc(at)} {text}" for at, text in sorted(lines, key=itemgetter(0)))


def _impact(incident: Incident) -> str:
    lines = [incident.customer_impact, f"Severity {incident.severity.name}."]
    if incident.service is not None:
        lines.append(f"Service: {incident.service.name}.")
    if incident.affected_customers:
        lines.append(f"Affected: {incident.affected_customers}.")
    if incident.restored_at is not None:
        lines.append(
            f"From {_utc(incident.impact_started_at)} to {_utc(incident.restored_at)}:"
            f" {duration_text((incident.restored_at - incident.impact_started_at).total_seconds())}."
        )
    return "\n\n".join(filter(None, lines))


def _detection(incident: Incident) -> str:
    lines = [f"Reported by: {incident.get_contact_type_display().lower()}.", incident.opened_because]
    for name, label in _STEPS[1:4]:
        at: datetime | None = getattr(incident, name)
        if at is not None:
            delay = duration_text((at - incident.impact_started_at).total_seconds())
            lines.append(f"{label} {delay} after the impact began.")
    return "\n\n".join(filter(None, lines))


def _response(incident: Incident) -> str:
    teams = incident.responses.order_by("team__name").values_list("team__name", flat=True).distinct()
    return f"Teams involved: {', '.join(teams)}." if teams else ""


def _recovery(incident: Incident) -> str:
    lines = [f"Workaround: {incident.workaround}" if incident.workaround else ""]
    lines += [f"{label} at {_utc(at)}." for name, label in _STEPS[4:] if (at := getattr(incident, name))]
    return "\n\n".join(filter(None, lines))


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


_WRITERS: dict[str, Callable[[Incident], str]] = {
    "timeline": _timeline,
    "impact": _impact,
    "detection": _detection,
    "response": _response,
    "recovery": _recovery,
}
