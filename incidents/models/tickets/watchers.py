"""People who are told what becomes of a ticket, though it is not theirs."""

from typing import TYPE_CHECKING

from django.db import models

from incidents.models.tickets.ticket import Ticket
from oncall.models import PEOPLE, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class WatcherQuerySet(models.QuerySet["Watcher"]):
    """Watchers."""

    def visible_to(self, user: "User | AnonymousUser") -> "WatcherQuerySet":
        """Those of tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class Watcher(models.Model):
    """A person who watches a ticket: notices of its status, its severity and public comments, and never a page."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watchers", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", limit_choices_to=PEOPLE)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    objects = WatcherQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="incidents_watcher_once")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.ticket_id}"
