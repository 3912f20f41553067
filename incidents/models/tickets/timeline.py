"""What happened to a ticket: append-only, written by `incidents.tickets.timeline` alone."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from config.base.data.constraints import one_of
from incidents.models.tickets.ticket import Ticket
from oncall.models import ApiToken, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class EntryKind(models.TextChoices):
    """The kind of an entry."""

    OPENED = "opened", "Opened"
    STATUS = "status", "Status"
    NOTE = "note", "Work note"
    COMMENT = "comment", "Public comment"
    CHANGE = "change", "Change"
    HANDOVER = "handover", "Reassignment"
    PAGE = "page", "Page"
    ESCALATION = "escalation", "Escalation"
    ALERT = "alert", "Alert"
    ACTION = "action", "Action item"
    LINK = "link", "Link"


class TimelineQuerySet(models.QuerySet["TimelineEntry"]):
    """Timeline entries."""

    def visible_to(self, user: "User | AnonymousUser") -> "TimelineQuerySet":
        """Those of tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class TimelineEntry(models.Model):
    """An entry of a ticket's timeline; a database trigger refuses to change or delete it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=12, choices=EntryKind)
    at = models.DateTimeField(help_text="When it happened.")
    # When the product learned it, which may be later than it happened.
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    token = models.ForeignKey(
        ApiToken, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The API token by which the actor did it.",
    )  # fmt: skip
    text = models.TextField()
    data = models.JSONField(default=dict, blank=True)
    source = models.CharField(
        max_length=60, blank=True, help_text="Identifies the fact it records, so that it is recorded once."
    )
    facts = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="What it means to SLA clocks (`incidents.tickets.clock_facts`); empty if nothing.",
    )

    objects = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "timeline entries"
        constraints = [
            one_of("kind", EntryKind.values, name="incidents_entry_kind"),
            models.UniqueConstraint(
                fields=["ticket", "source"], condition=~Q(source=""), name="incidents_entry_told_once"
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="incidents_entry_of"),
            models.Index(
                fields=["ticket", "at", "id"], condition=Q(facts__isnull=False), name="incidents_entry_facts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at:%Y-%m-%d %H:%M:%S}Z {self.kind} ({self.pk})"

    @property
    def is_late(self) -> bool:
        """Whether clocks learned of it a minute or more after it happened."""
        return self.facts is not None and self.recorded_at - self.at >= timedelta(minutes=1)
