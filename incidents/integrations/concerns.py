"""Concerns about intake: no integration yet, and paused ones."""

from datetime import datetime

from config.base.web.concerns import (
    Concern,
    Stage,
    Task,
    Wording,
    about_records,
    add_page,
    list_page,
    name_records,
)
from incidents.models import Integration

_RIGHT = "incidents.view_integration"


def list_concerns(at: datetime) -> list[Concern]:
    """Integrations that are missing or paused."""
    rows = list(Integration.objects.order_by("name").values_list("pk", "name", "paused_at"))
    if not rows:
        return [
            Concern(
                text="No monitoring sends alerts.",
                effect="Add an integration and paste its address into your monitoring.",
                task=Task.INTAKE,
                stage=Stage.INTAKE,
                url=add_page("incidents_integration"),
                button="Add an integration",
                right=_RIGHT,
            )
        ]
    return about_records(
        name_records(((pk, name) for pk, name, paused_at in rows if paused_at), "incidents_integration"),
        Wording(
            single="integration is paused.",
            several="integrations are paused.",
            effect="Its events are refused.",
            button="Resume",
        ),
        task=Task.INTAKE,
        stage=Stage.INTAKE,
        url=list_page("incidents_integration"),
        right=_RIGHT,
    )
