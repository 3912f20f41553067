"""Abstract bases of models and the column types that several apps share."""

from django.db import models
from django.db.models.functions import Now

from config.base.data import text


class Origin(models.TextChoices):
    """Where a row came from; demo and case rows can page and mail nobody."""

    EDIT = "edit", "Entered"
    IMPORT = "import", "Imported"
    DEMO = "demo", "Demo data"
    CASE = "case", "Worked case"


class OneLineField(models.CharField):
    """One line of text: white space folded, control and bidi characters removed (bad input 22, 23, 24)."""

    def to_python(self, value: object) -> str | None:
        """The cleaned line, as forms, serializers and `full_clean` see it."""
        value_or_none = super().to_python(value)
        return text.clean_line(value_or_none) if value_or_none else value_or_none

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        """Clean also what domain code wrote without a form."""
        value = text.clean_line(getattr(model_instance, self.attname) or "")[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


def external_id_field() -> OneLineField:
    """The column for how another system knows a record; empty in records that no other system keeps."""
    return OneLineField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="How another system knows it, such as a Terraform resource.",
    )


def retired_at_field() -> models.DateTimeField:
    """The column for when configuration was taken out of use: it is not offered any more, and what names it stays."""
    return models.DateTimeField("retired", null=True, blank=True, editable=False)


class Recorded(models.Model):
    """A row with the time when the product recorded it.

    `created_at` is the `at` of the domain function; `recorded_at` is the database's own clock.
    """

    created_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Dated(models.Model):
    """A row whose two times the database writes, also for changes that no form has seen.

    `updated_at` needs the trigger `note_change` on the table; a test looks for it. Rows that are older than the
    columns have the time of the upgrade.
    """

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True
