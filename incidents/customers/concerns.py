"""Concerns about customers: no status page, a page without components, and no message templates."""

from collections.abc import Sequence
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
from incidents.models import MessageTemplate, StatusPage


def list_concerns(at: datetime) -> list[Concern]:
    """What customers would not see."""
    pages = list(StatusPage.objects.order_by("name").values_list("pk", "name", "components").distinct("name"))
    concerns = _components(pages) if pages else [_no_page()]
    if not MessageTemplate.objects.filter(retired_at=None).exists():
        concerns.append(_no_template())
    return concerns


def _no_page() -> Concern:
    return Concern(
        text="There is no status page.",
        effect="Customers cannot see what works, nor subscribe.",
        task=Task.CUSTOMERS,
        stage=Stage.CUSTOMERS,
        url=add_page("incidents_statuspage"),
        button="Add a status page",
        right="incidents.view_statuspage",
    )


def _components(pages: Sequence[tuple[int, str, int | None]]) -> list[Concern]:
    return about_records(
        name_records(((pk, name) for pk, name, component in pages if component is None), "incidents_statuspage"),
        Wording(
            single="status page has no component.",
            several="status pages have no component.",
            effect="It shows nothing that customers use.",
            button="Add components",
        ),
        task=Task.CUSTOMERS,
        stage=Stage.CUSTOMERS,
        url=list_page("incidents_component"),
        right="incidents.view_component",
    )


def _no_template() -> Concern:
    return Concern(
        text="There is no message template.",
        effect="Each update to customers starts from an empty page.",
        task=Task.MESSAGES,
        stage=Stage.TEMPLATES,
        url=add_page("incidents_messagetemplate"),
        button="Add a template",
        right="incidents.view_messagetemplate",
    )
