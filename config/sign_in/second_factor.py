"""Second factors: their secrets are stored encrypted, as every secret that is used again."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from config.base.data import encryption

_SECRETS = ("secret", "seed", "migrated_codes")
"""The keys of an authenticator's data that hold secrets; allauth encrypts these through the adapter."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts what a code is made of."""

    def encrypt(self, text: str) -> str:
        """What is stored. Raises SecretUnreadable without a key."""
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """What was stored. Raises SecretUnreadable if its key is missing or wrong."""
        return encryption.decrypt(encrypted_text)


@transaction.atomic
def rotate(authenticator_id: int) -> bool:
    """Encrypt the secrets of one second factor with the first key; False if they were.

    Raises SecretUnreadable if one of them cannot be read.
    """
    row = Authenticator.objects.select_for_update().filter(pk=authenticator_id).first()
    if row is None or all(map(encryption.is_current, secrets_of(row))):
        return False
    row.data |= {name: _renewed(row.data[name]) for name in _SECRETS if name in row.data}
    row.save(update_fields=["data"])
    return True


def secrets_of(row: Authenticator) -> list[str]:
    """What is stored of its secrets."""
    values = [row.data[name] for name in _SECRETS if name in row.data]
    return [text for value in values for text in (value if isinstance(value, list) else [value])]


def _renewed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renewed(part) for part in value]
    return value if encryption.is_current(value) else encryption.encrypt(encryption.decrypt(value))
