"""The one type of column for secrets that are used again: encrypted in the database, sealed in the program."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from config.base.data import encryption
from config.base.data.encryption import SecretUnreadable


class Secret:
    """A secret as a record holds it: it is read with `reveal()` alone, and prints as dots.

    False if it is empty. Reading decrypts, so a record with an unreadable secret can still be loaded and saved.
    """

    __slots__ = ("_is_new", "_value")

    def __init__(self, value: str, *, is_stored: bool = False) -> None:
        self._value = value
        self._is_new = not is_stored

    def reveal(self) -> str:
        """The secret itself. Raises SecretUnreadable if its key is missing or wrong."""
        return self._value if self._is_new else encryption.decrypt(self._value)

    @property
    def stored(self) -> str:
        """What the database holds of it. Raises SecretUnreadable for a new secret without a key."""
        if not self._value:
            return ""
        return encryption.encrypt(self._value) if self._is_new else self._value

    @property
    def is_readable(self) -> bool:
        """Whether it is new or its key is here."""
        try:
            self.reveal()
        except SecretUnreadable:
            return False
        return True

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and (self._value, self._is_new) == (other._value, other._is_new)

    def __hash__(self) -> int:
        return hash((self._value, self._is_new))

    def __str__(self) -> str:
        return "••••" if self else ""

    def __repr__(self) -> str:
        return "<Secret>"


class _SecretAttribute(DeferredAttribute):
    """Makes a Secret of whatever is set, so that a record never holds a plain text."""

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = _secret(value)


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(str(value or ""))


class EncryptedField(models.TextField):
    """A secret, encrypted with a key outside the database; `max_length` counts its own characters.

    The column is text. It can be asked for nothing: every lookup but `isnull` is refused, because two encryptions of
    one text differ.
    """

    descriptor_class = _SecretAttribute
    if TYPE_CHECKING:  # read by the types of Django
        _pyi_private_set_type: Secret | str  # type: ignore[assignment]  # a text is sealed when it is set
        _pyi_private_get_type: Secret  # type: ignore[assignment]  # never a plain text

    def __init__(self, *args: Any, **options: Any) -> None:
        own: dict[str, Any] = {"blank": True, "default": ""}
        super().__init__(*args, **own | options)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Secret:
        """The stored value, sealed."""
        return Secret(value or "", is_stored=True)

    def to_python(self, value: object) -> Secret:
        """A secret as forms and `full_clean` see it."""
        return _secret(value)

    def get_prep_value(self, value: object) -> str:
        """What is stored. Raises SecretUnreadable for a new secret without a key."""
        return _secret(value).stored

    def value_to_string(self, obj: models.Model) -> str:
        """The stored value for a dump, never the secret."""
        return _secret(self.value_from_object(obj)).stored

    def clean(self, value: object, model_instance: models.Model | None) -> Secret:
        """The secret. Raises ValidationError if it is too long, missing, or cannot be encrypted."""
        secret = _secret(value)
        if not secret and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")
        try:
            secret.stored  # noqa: B018 - asks whether it could be stored
        except SecretUnreadable as error:
            raise ValidationError(str(error), code="key") from None
        if self.max_length and secret.is_readable and len(secret.reveal()) > self.max_length:
            raise ValidationError(f"Write at most {self.max_length} characters.", code="max_length")
        return secret

    def get_lookup(self, lookup_name: str) -> type[models.Lookup] | None:
        """`isnull` alone."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)

    def save_form_data(self, instance: models.Model, data: object) -> None:
        """Set the secret; an empty input keeps the present one, because a form never shows it."""
        if data:
            setattr(instance, self.attname, data)

    def formfield(self, **options: Any) -> forms.Field | None:
        """A field that never shows the present secret."""
        widget = {"form_class": forms.CharField, "widget": forms.PasswordInput(render_value=False)}
        return super().formfield(**options | widget)


def encrypted_columns() -> Iterator[tuple[type[models.Model], EncryptedField]]:
    """Every encrypted column of every table."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedField):
                yield model, field
