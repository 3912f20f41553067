"""Signatures of outgoing calls, as Standard Webhooks defines them."""

import base64

from django.utils import timezone
from standardwebhooks import Webhook


def signature_headers(message_id: str, body: bytes, *, secret: str) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` (of this attempt) and `webhook-signature`.

    A secret that is not in the standard's own `whsec_` form is taken as plain text.
    """
    now = timezone.now()
    key = secret if secret.startswith("whsec_") else base64.b64encode(secret.encode()).decode()
    name = message_id.replace(".", "-")
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key).sign(name, now, body.decode()),
    }
