"""Categories of tickets, which administrators maintain."""

from django.db import models
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once
from config.base.data.models import OneLineField, external_id_field, retired_at_field
from oncall.models import Team


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
