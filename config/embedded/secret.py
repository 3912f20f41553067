"""A secret key that is created once and stored beside the data it protects."""

import os
import secrets
from pathlib import Path


def load_secret(path: Path) -> str:
    """Return the secret in the file, which only its owner can read; create both if they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text().strip()
        if secret:
            return secret
        path.unlink()
        return load_secret(path)
    with os.fdopen(descriptor, "w") as file:
        secret = secrets.token_urlsafe(50)
        file.write(secret)
    return secret
