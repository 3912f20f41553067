"""Categories of tickets, which administrators maintain."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once
from config.base.data.models import OneLineField, external_id_field, retired_at_field
from oncall.models import Team

MAX_CUSTOM_FIELDS = 30
_NAME = RegexValidator(
    r"\A[a-z][a-z0-9_]{0,39}\Z", "A name has small letters, digits and underscores, 40 at most.", code="name"
)
_CUSTOM_FIELD = {
    "name": str, "label": str, "kind": str, "choices": list, "is_required": bool, "help_text": str, "is_retired": bool,
}  # fmt: skip


class CustomFieldKind(models.TextChoices):
    """What a custom field holds."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Day"
    YES_NO = "yes_no", "Yes or no"
    CHOICE = "choice", "Choice"


def validate_custom_fields(value: object) -> None:
    """Refuse fields of a category that are not a list of objects with exactly the keys of a definition."""
    if not isinstance(value, list) or len(value) > MAX_CUSTOM_FIELDS:
        raise ValidationError(f"A category has {MAX_CUSTOM_FIELDS} fields at most.")
    names: set[str] = set()
    for row in value:
        if not isinstance(row, dict) or set(row) != set(_CUSTOM_FIELD):
            raise ValidationError(f"Each field has exactly: {', '.join(_CUSTOM_FIELD)}.")
        if not all(isinstance(row[name], kind) for name, kind in _CUSTOM_FIELD.items()) or not row["label"]:
            raise ValidationError("Name, label, kind and help are texts; required and retired are true or false.")
        _NAME(row["name"])
        if row["name"] in names:
            raise ValidationError(f"Two fields have the name {row['name']}. Give one of them another name.")
        names.add(row["name"])
        _validate_choices(row)


def _validate_choices(row: dict[str, object]) -> None:
    choices, label = row["choices"], row["label"]
    if row["kind"] not in CustomFieldKind.values:
        raise ValidationError(f"{label}: choose one of these kinds: {', '.join(CustomFieldKind.values)}.")
    texts = [choice for choice in choices if isinstance(choice, str) and choice] if isinstance(choices, list) else []
    if texts != choices or len(set(texts)) != len(texts):
        raise ValidationError(f"{label}: each choice is a text, and stands there once.")
    if bool(texts) != (row["kind"] == CustomFieldKind.CHOICE):
        raise ValidationError(f"{label}: a choice needs its choices, and no other kind has any.")


class Category(models.Model):
    """What a ticket is about. A ticket keeps the words of its category; they name it in any case of letters."""

    name = OneLineField(
        max_length=60,
        unique=True,
        help_text="Tickets keep these words: after another name, older tickets are of the old one.",
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who gets a ticket of this category that has neither a team nor a service.",
    )
    is_private = models.BooleanField(
        "is private by default",
        default=False,
        db_default=False,
        help_text="A new ticket of this category is seen only by its team, the requester and who opened it.",
    )
    custom_fields = models.JSONField(
        default=list,
        blank=True,
        db_default=Value([], models.JSONField()),
        validators=[validate_custom_fields],
        help_text="What tickets of this category ask for beyond the fields of every ticket, in this order.",
    )
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="incidents_category_name",
                violation_error_message="There is a category with this name already.",
            ),
            external_id_once(name="incidents_category_external_id"),
        ]

    def __str__(self) -> str:
        return self.name
