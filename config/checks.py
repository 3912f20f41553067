"""System checks of the deployment: what must be set before the product runs."""

from django.conf import settings
from django.core import checks

from config.base.data import encryption


def check_encryption_keys(**options: object) -> list[checks.CheckMessage]:
    """Keys that are missing or too short: an error that stops `migrate`, a warning elsewhere, so that paging runs."""
    level = checks.Error if settings.PROCESS_ROLE == "migrate" else checks.Warning
    hint = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'. See docs/operations.md."
    return [
        level(fault, hint=hint, id="holdfast.E001") for fault in encryption.find_key_faults(settings.ENCRYPTION_KEYS)
    ]
