"""Encrypts every encrypted column again with the first key, row by row, so that it can stop and go on anywhere."""

from collections.abc import Iterator

from django.db import models, transaction

from config.base.data import encryption
from config.base.data.encrypted import EncryptedField, Secret


def outdated(model: type[models.Model], field: EncryptedField) -> Iterator[int]:
    """The ids of the rows whose value is not encrypted with the first key."""
    rows = model._base_manager.order_by("pk").values_list("pk", field.attname)
    return (pk for pk, secret in rows.iterator() if not encryption.is_current(secret.stored))


@transaction.atomic
def rotate(model: type[models.Model], field: EncryptedField, pk: int) -> bool:
    """Encrypt one value again; False if it was. Raises SecretUnreadable if it cannot be read."""
    row = model._base_manager.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    secret: Secret | None = getattr(row, field.attname) if row is not None else None
    if secret is None or encryption.is_current(secret.stored):
        return False
    renewed = Secret(encryption.encrypt(secret.reveal()), is_stored=True)
    model._base_manager.filter(pk=pk).update(**{field.attname: renewed})
    return True
