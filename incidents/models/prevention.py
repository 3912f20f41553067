"""Prevention after restoration: action items, and waivers (no prevention needed)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField
from incidents.models.tickets.ticket import Ticket
from oncall.models import PEOPLE, Team, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ActionStatus(models.TextChoices):
    """The status of an action item."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"


class ActionQuerySet(models.QuerySet["ActionItem"]):
    """Action items."""

    def open(self) -> "ActionQuerySet":
        """Those still to do."""
        return self.filter(status=ActionStatus.OPEN)

    def visible_to(self, user: "User | AnonymousUser") -> "ActionQuerySet":
        """Those of tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class ActionItem(models.Model):
    """An action item: what a person or a team does by a day, so that it does not happen again."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="actions")
    title = OneLineField(max_length=200, help_text='Begin with a verb: "Add an alert on the pool size".')
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="actions", limit_choices_to=PEOPLE
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    due_on = models.DateField()
    is_priority = models.BooleanField(
        "priority", default=False, help_text="The incident is resolved only when it is done."
    )
    status = models.CharField(max_length=8, choices=ActionStatus, default=ActionStatus.OPEN)
    reason = models.TextField(blank=True, help_text="Why it was declined.")
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it ended, done or declined.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", ActionStatus.values, name="incidents_action_status"),
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(team__isnull=False), name="incidents_action_has_owner"
            ),
            models.CheckConstraint(
                condition=Q(status="open", done_at__isnull=True) | (~Q(status="open") & Q(done_at__isnull=False)),
                name="incidents_action_ended_when",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(reason=""), name="incidents_action_declined_why"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(status="open"), name="incidents_action_due"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.pk})"

    def get_absolute_url(self) -> str:
        """Its place on the page of its ticket."""
        return f"{self.ticket.get_absolute_url()}#actions"

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see its ticket."""
        return self.ticket.is_visible_to(user)


class WaiverStatus(models.TextChoices):
    """The status of a waiver."""

    ASKED = "asked", "Requested"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


class WaiverQuerySet(models.QuerySet["PreventionWaiver"]):
    """Prevention waivers."""

    def visible_to(self, user: "User | AnonymousUser") -> "WaiverQuerySet":
        """Those of tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class PreventionWaiver(models.Model):
    """“No prevention needed” for one incident: requested with a reason, decided by somebody else."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="waivers")
    reason = models.TextField()
    status = models.CharField(max_length=8, choices=WaiverStatus, default=WaiverStatus.ASKED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", WaiverStatus.values, name="incidents_waiver_status"),
            models.CheckConstraint(condition=~Q(reason=""), name="incidents_waiver_has_reason"),
            models.CheckConstraint(
                condition=Q(status="asked", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(status="asked") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="incidents_waiver_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="incidents_waiver_second_person",
            ),
            models.UniqueConstraint(fields=["ticket"], condition=Q(status="asked"), name="incidents_waiver_one_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.status} ({self.pk})"

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see its ticket."""
        return self.ticket.is_visible_to(user)
