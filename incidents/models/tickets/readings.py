"""Who has read a private ticket."""

from typing import TYPE_CHECKING

from django.db import models

from incidents.models.tickets.ticket import Ticket
from oncall.models import ApiToken, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PrivateReadingQuerySet(models.QuerySet["PrivateReading"]):
    """Readings of private tickets."""

    def visible_to(self, user: "User | AnonymousUser") -> "PrivateReadingQuerySet":
        """Those of tickets this person may see, for people who work on tickets."""
        if not user.has_perm("incidents.act_ticket"):
            return self.none()
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class PrivateReading(models.Model):
    """A person opened a private ticket, in the portal or with a token; a database trigger refuses to change it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="readings", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.ForeignKey(
        ApiToken, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The API token by which it was read.",
    )  # fmt: skip
    at = models.DateTimeField(help_text="The first time in its hour.")
    hour = models.DateTimeField(editable=False)

    objects = PrivateReadingQuerySet.as_manager()

    class Meta:
        verbose_name = "reading of a private ticket"
        verbose_name_plural = "readings of private tickets"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user", "hour"], name="incidents_privatereading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.ticket_id}"
