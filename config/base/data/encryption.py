"""Encrypts what the product must read again: secrets, whose keys are outside the database (ENCRYPTION_KEYS).

Fernet of the library `cryptography`: AES-128-CBC with HMAC-SHA256. The first key encrypts, and every key of the list
decrypts, so a key can be replaced while the product runs. A stored value names its key: `enc1:<key id>:<token>`.
"""

import base64
import functools
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

MARK = "enc1:"
"""Begins each encrypted value; a value without it was stored before there was encryption."""
_KEY_LENGTH = 32
NO_KEY = (
    "Nothing secret can be stored or used: this server has no encryption key. Ask the operator to set ENCRYPTION_KEYS."
)
WRONG_KEY = (
    "This secret cannot be read: it was encrypted with a key that this server does not have."
    " Ask the operator to add that key to ENCRYPTION_KEYS, or enter the secret again."
)


class SecretUnreadable(Exception):
    """A secret can be neither read nor stored: its key is missing or wrong. The message is for people."""


def encrypt(text: str) -> str:
    """The text, encrypted with the first key. Raises SecretUnreadable without a key."""
    keys = _keys(tuple(settings.ENCRYPTION_KEYS))
    if not keys:
        raise SecretUnreadable(NO_KEY)
    key_id, cipher = next(iter(keys.items()))
    return f"{MARK}{key_id}:{cipher.encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """The text of an encrypted value; one that was stored readable is returned as it is.

    Raises SecretUnreadable if its key is not among ours, or if the value was damaged.
    """
    if not stored.startswith(MARK):
        return stored
    keys = _keys(tuple(settings.ENCRYPTION_KEYS))
    if not keys:
        raise SecretUnreadable(NO_KEY)
    key_id, _, token = stored.removeprefix(MARK).partition(":")
    if key_id not in keys:
        raise SecretUnreadable(WRONG_KEY)
    try:
        return keys[key_id].decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeError):
        raise SecretUnreadable(WRONG_KEY) from None


def key_ids() -> list[str]:
    """The names of our keys, the one that encrypts first; they say nothing about the keys."""
    return list(_keys(tuple(settings.ENCRYPTION_KEYS)))


def is_current(stored: str) -> bool:
    """Whether a stored value is empty or encrypted with the first key; any other waits for `rotate_secrets`."""
    ids = key_ids()
    return not stored or (bool(ids) and stored.startswith(f"{MARK}{ids[0]}:"))


def find_key_faults(keys: Sequence[str]) -> list[str]:
    """What is wrong with a list of keys, as sentences that do not contain a key."""
    if not keys:
        return [
            "ENCRYPTION_KEYS is empty: no secret can be stored or used. Set it to 32 or more random characters, "
            "keep them outside the database, and keep a copy."
        ]
    return [
        f"Key {number} of ENCRYPTION_KEYS is too short: use {_KEY_LENGTH} or more random characters."
        for number, key in enumerate(keys, start=1)
        if len(key) < _KEY_LENGTH
    ]


@functools.lru_cache(maxsize=8)
def _keys(keys: tuple[str, ...]) -> dict[str, Fernet]:
    """Each key's name and cipher. A key is any long random text: what the cipher needs is made of it."""
    return {
        hashlib.sha256(b"holdfast.key-id:" + key.encode()).hexdigest()[:8]: Fernet(
            base64.urlsafe_b64encode(hashlib.sha256(b"holdfast.key:" + key.encode()).digest())
        )
        for key in keys
        if len(key) >= _KEY_LENGTH
    }
