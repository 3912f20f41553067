"""Integrations: created, given a new key, paused and resumed."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from config.base.data.configuration import check_record, delete_record, write_record
from config.base.data.history import sign_history
from config.base.rest import tokens
from incidents.intake import integration_keys
from incidents.models import Integration, Service, Severity
from oncall.models import User

HINT_LENGTH = 4


@transaction.atomic
def create_integration(
    *,
    name: str,
    kind: str,
    service: Service,
    default_severity: Severity,
    severities: Mapping[str, str] | None = None,
    external_id: str = "",
    reason: str = "",
    actor: User | None,
    at: datetime,
) -> tuple[Integration, str]:
    """Create an integration; returns it and its key, which is shown only now.

    Raises ValidationError, by field, for a name that is taken and for mappings to unknown severities.
    """
    key = _new_key()
    integration = Integration(
        name=name,
        kind=kind,
        service=service,
        default_severity=default_severity,
        severities={} if severities is None else severities,
        external_id=external_id,
        created_at=at,
        **_key_columns(key, at=at),
    )
    check_record(integration)
    _save(integration, actor, reason or "Created.")
    return integration, key


@transaction.atomic
def change_integration(
    *, integration_id: int, values: Mapping[str, object], reason: str = "", actor: User | None
) -> Integration:
    """Change what an integration is for; the same values twice change nothing, and its key stays.

    Raises ValidationError by field, as `create_integration`.
    """
    integration = _lock_integration(integration_id)
    if write_record(integration, values, actor=actor, reason=reason):
        transaction.on_commit(integration_keys.clear_cache)
    return integration


@transaction.atomic
def delete_integration(*, integration_id: int, reason: str = "", actor: User | None) -> None:
    """Delete an integration, whose key stops working. Raises InUse once it has received an event or an alert."""
    delete_record(_lock_integration(integration_id), actor=actor, reason=reason)
    transaction.on_commit(integration_keys.clear_cache)


@transaction.atomic
def rotate_key(*, integration_id: int, actor: User | None, at: datetime) -> tuple[Integration, str]:
    """Give the integration a new key, shown only now; the old one stops working within seconds."""
    integration = _lock_integration(integration_id)
    key = _new_key()
    for column, value in _key_columns(key, at=at).items():
        setattr(integration, column, value)
    _save(integration, actor, "New key.")
    return integration, key


@transaction.atomic
def pause(*, integration_id: int, actor: User | None, at: datetime) -> Integration:
    """Refuse the sender's events until it is resumed; each refusal is stored and shown."""
    integration = _lock_integration(integration_id)
    if integration.paused_at is None:
        integration.paused_at = at
        _save(integration, actor, "Paused.")
    return integration


@transaction.atomic
def resume(*, integration_id: int, actor: User | None) -> Integration:
    """Take the sender's events again."""
    integration = _lock_integration(integration_id)
    if integration.paused_at is not None:
        integration.paused_at = None
        _save(integration, actor, "Resumed.")
    return integration


def _new_key() -> str:
    """32 lower-case hexadecimal digits: what every PagerDuty client takes (intake rule 4)."""
    return secrets.token_hex(16)


def _key_columns(key: str, *, at: datetime) -> dict[str, object]:
    return {"key_hint": key[:HINT_LENGTH], "key_digest": tokens.digest(key), "key_changed_at": at}


def _lock_integration(integration_id: int) -> Integration:
    return Integration.objects.select_for_update(no_key=True).get(pk=integration_id)


def _save(integration: Integration, actor: User | None, reason: str) -> None:
    """Save with a history row that names the person, and clear the cache of keys at the commit."""
    sign_history(integration, actor=actor, reason=reason)
    integration.save()
    transaction.on_commit(integration_keys.clear_cache)
