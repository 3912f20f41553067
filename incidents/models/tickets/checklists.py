"""What is to be done on a ticket, step by step."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from config.base.data.models import OneLineField
from incidents.models.tickets.ticket import Ticket
from oncall.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MAX_ITEMS = 50


class ChecklistQuerySet(models.QuerySet["ChecklistItem"]):
    """Items of checklists."""

    def visible_to(self, user: "User | AnonymousUser") -> "ChecklistQuerySet":
        """Those of tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class ChecklistItem(models.Model):
    """A step on a ticket's checklist: ticked by somebody, or still to do."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="checklist", db_index=False)
    text = OneLineField(max_length=200)
    position = models.PositiveSmallIntegerField(help_text="The place on its checklist; the first is 1.")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "position"],
                name="incidents_checklist_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MAX_ITEMS), name="incidents_checklist_length"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="incidents_checklist_text"),
            models.CheckConstraint(
                condition=Q(done_by__isnull=True) | Q(done_at__isnull=False), name="incidents_checklist_done_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}.{self.position} {self.text} ({self.pk})"

    def get_absolute_url(self) -> str:
        """Its place on the page of its ticket."""
        return f"{self.ticket.get_absolute_url()}#checklist"

    @property
    def is_done(self) -> bool:
        """Whether it is ticked."""
        return self.done_at is not None
