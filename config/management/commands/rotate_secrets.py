"""Encrypts every stored secret with the first key of ENCRYPTION_KEYS."""

from collections.abc import Callable, Iterable
from functools import partial

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.base.data import encryption, rotation
from config.base.data.encrypted import encrypted_columns
from config.base.data.encryption import SecretUnreadable
from config.sign_in import second_factor
from oncall.people import webhook_addresses


class Command(BaseCommand):
    """`rotate_secrets`: after a new first key, and once after the first key; again after it was stopped.

    Each row is a transaction of its own, and what is done is not done again.
    """

    help = "Encrypt every stored secret with the first key of ENCRYPTION_KEYS, and say how many there were."

    def handle(self, *args: object, **options: object) -> None:
        """Rotate one kind after the other. Raises CommandError if a key is wrong or a secret cannot be read."""
        if faults := encryption.find_key_faults(settings.ENCRYPTION_KEYS):
            raise CommandError(" ".join(faults))
        unreadable = self._rotate(
            "webhook addresses that were readable", webhook_addresses.readable_methods(), webhook_addresses.seal
        )
        self.stdout.write(f"addresses in old messages: {webhook_addresses.label_messages()} cut.")
        for model, field in encrypted_columns():
            rotate = partial(rotation.rotate, model, field)
            unreadable += self._rotate(f"{model._meta.label}.{field.name}", rotation.outdated(model, field), rotate)
        factors = Authenticator.objects.order_by("pk").values_list("pk", flat=True)
        unreadable += self._rotate("second factors", factors.iterator(), second_factor.rotate)
        if unreadable:
            raise CommandError(
                f"{unreadable} secrets cannot be read: add the key they were encrypted with to ENCRYPTION_KEYS and "
                "run this again, or let their owners enter them again."
            )

    def _rotate(self, name: str, ids: Iterable[int], rotate: Callable[[int], bool]) -> int:
        """Rotate these rows, say the counts, and return how many could not be read."""
        done = unreadable = 0
        for pk in list(ids):
            try:
                done += rotate(pk)
            except SecretUnreadable:
                unreadable += 1
        self.stdout.write(f"{name}: {done} encrypted" + (f", {unreadable} cannot be read." if unreadable else "."))
        return unreadable
