"""Concerns about services: who answers for them and who is paged."""

from collections.abc import Callable, Iterable
from datetime import datetime

from config.base.web.concerns import (
    Concern,
    NamedRecord,
    Stage,
    Task,
    Wording,
    about_records,
    add_page,
    list_page,
    name_records,
)
from incidents.models import Service, Severity
from oncall.models import Membership

_RIGHT = "incidents.view_service"


def list_concerns(at: datetime) -> list[Concern]:
    """No service at all; services whose team has no manager; and services that page nobody."""
    services = list(Service.objects.filter(retired_at=None).select_related("team").order_by("name"))
    if not services:
        return [_no_service()]
    managed = set(
        Membership.objects.active_managers()
        .filter(team__in={service.team_id for service in services})
        .values_list("team", flat=True)
    )
    paging = Severity.objects.filter(retired_at=None, pages=True).order_by("position")
    names = list(paging.values_list("name", flat=True)[:4])
    return [
        *_without_owner(_named(services, lambda service: service.team_id not in managed)),
        *_without_policy(
            _named(services, lambda row: not (row.escalation_policy_id or row.team.escalation_policy_id)), names
        ),
    ]


def _named(services: Iterable[Service], is_meant: Callable[[Service], bool]) -> list[NamedRecord]:
    return name_records(((row.pk, row.name) for row in services if is_meant(row)), "incidents_service")


def _no_service() -> Concern:
    return Concern(
        text="There is no service.",
        effect="Alerts, incidents and rotas are about services.",
        task=Task.SERVICES,
        stage=Stage.SERVICES,
        url=add_page("incidents_service"),
        button="Add a service",
        right=_RIGHT,
        is_blocking=True,
    )


def _without_owner(records: list[NamedRecord]) -> list[Concern]:
    return about_records(
        records,
        Wording(
            single="service has no owner: its team has no manager.",
            several="services have no owner: their teams have no manager.",
            effect="Nobody answers for it.",
            button="Choose a manager",
        ),
        task=Task.SERVICES,
        stage=Stage.SERVICES,
        url=list_page("incidents_service"),
        right=_RIGHT,
    )


def _without_policy(records: list[NamedRecord], severities: list[str]) -> list[Concern]:
    """It cannot work where a severity pages people; without such a severity it is only not set up."""
    severity_text = ", ".join(severities[:3]) + (" and others" if len(severities) > 3 else "")
    says = f"{severity_text} should page people; they reach only managers of the team." if severities else ""
    return about_records(
        records,
        Wording(
            single="service has no escalation policy, nor has its team.",
            several="services have no escalation policy, nor have their teams.",
            effect=says or "Only managers of the team are paged.",
            button="Choose a policy",
        ),
        task=Task.SERVICES,
        stage=Stage.SERVICES,
        url=list_page("incidents_service"),
        right=_RIGHT,
        is_blocking=bool(severities),
    )
