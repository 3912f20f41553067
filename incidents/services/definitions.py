"""Create, change and delete services."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from config.base.data.configuration import delete_record, write_record
from incidents.models import Service
from incidents.services import readiness
from incidents.services.dependencies import set_dependencies
from oncall.models import User


@transaction.atomic
def save_service(
    *,
    service: Service | None,
    values: Mapping[str, object],
    depends_on: Collection[Service] | None = None,
    reason: str = "",
    at: datetime,
    actor: User | None,
) -> Service:
    """Create a service, or give a stored one these values; the same values twice change nothing.

    Without `depends_on` what it needs stays as it is. Its readiness is checked again after a change. Raises
    ValidationError by field, also for what it needs in a circle.
    """
    saved = Service() if service is None else service
    changed = write_record(saved, values, actor=actor, reason=reason)
    if depends_on is not None:
        changed += set_dependencies(service=saved, needs=depends_on, actor=actor, reason=reason)
    if changed:
        readiness.mark_due(at=at, services=[saved.pk])
    return saved


def delete_service(*, service: Service, reason: str = "", actor: User | None) -> None:
    """Delete a service with what it needs. Raises InUse while an incident, another service or any record names it."""
    delete_record(service, actor=actor, reason=reason)
