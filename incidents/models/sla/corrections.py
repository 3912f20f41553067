"""Corrections of the past: excluded time and waivers, each with a reason and decided by somebody else (K-43, K-44)."""

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse

from config.base.data.constraints import one_of, whole_minute
from incidents.models.prevention import WaiverStatus
from incidents.models.sla.records import SlaBreach
from incidents.models.tickets.ticket import Ticket
from oncall.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Span(Func):
    """The half-open range of two columns."""

    function = "tstzrange"


class Decided(models.Model):
    """Something requested by one person with a reason, and decided by another."""

    reason = models.TextField()
    status = models.CharField(max_length=8, choices=WaiverStatus, default=WaiverStatus.ASKED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            one_of("status", WaiverStatus.values, name="incidents_%(class)s_status"),
            models.CheckConstraint(condition=~Q(reason=""), name="incidents_%(class)s_has_reason"),
            models.CheckConstraint(
                condition=Q(status="asked", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(status="asked") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="incidents_%(class)s_decided_by",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="incidents_%(class)s_second_person",
            ),
        ]


class SlaCreditQuerySet(models.QuerySet["SlaCredit"]):
    """Excluded times."""

    def visible_to(self, user: "User | AnonymousUser") -> "SlaCreditQuerySet":
        """Those of tickets this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))


class SlaCredit(Decided):
    """Minutes of a ticket that no clock counts, such as a holiday nobody had entered; "excluded time" on screens."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="sla_credits")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    batch = models.UUIDField(null=True, blank=True, db_index=True, help_text="Requested for many tickets at once.")

    objects = SlaCreditQuerySet.as_manager()

    class Meta(Decided.Meta):
        verbose_name = "excluded time"
        verbose_name_plural = "excluded times"
        constraints = [
            *Decided.Meta.constraints,
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="incidents_slacredit_span"),
            whole_minute("starts_at", name="incidents_slacredit_starts_minute"),
            whole_minute("ends_at", name="incidents_slacredit_ends_minute"),
            ExclusionConstraint(
                name="incidents_slacredit_no_overlap",
                expressions=[
                    ("ticket", RangeOperators.EQUAL),
                    (Span("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=~Q(status="declined"),
                violation_error_message="These minutes overlap another excluded time of this ticket.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.starts_at:%Y-%m-%d %H:%M}Z to {self.ends_at:%Y-%m-%d %H:%M}Z ({self.pk})"

    def get_absolute_url(self) -> str:
        """Its page, with the decision."""
        return reverse("incidents:excluded-time", args=[self.pk])

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see its ticket."""
        return self.ticket.is_visible_to(user)

    @property
    def minutes(self) -> int:
        """How long it is, in real minutes (K-2)."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class SlaWaiverQuerySet(models.QuerySet["SlaWaiver"]):
    """Waivers of breaches."""

    def visible_to(self, user: "User | AnonymousUser") -> "SlaWaiverQuerySet":
        """Those of tickets this person may see."""
        return self.filter(breach__ticket__in=Ticket.objects.visible_to(user))


class SlaWaiver(Decided):
    """The only mercy: a breach stays and is reported as waived, with its reason (K-44)."""

    breach = models.ForeignKey(SlaBreach, on_delete=models.CASCADE, related_name="waivers")

    objects = SlaWaiverQuerySet.as_manager()

    class Meta(Decided.Meta):
        verbose_name = "waiver of a breach"
        verbose_name_plural = "waivers of breaches"
        constraints = [
            *Decided.Meta.constraints,
            models.UniqueConstraint(
                fields=["breach"], condition=~Q(status="declined"), name="incidents_slawaiver_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.breach_id} {self.status} ({self.pk})"

    def get_absolute_url(self) -> str:
        """Its page, with the decision."""
        return reverse("incidents:sla-waiver", args=[self.pk])

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see the ticket of its breach."""
        return self.ticket.is_visible_to(user)

    @property
    def ticket(self) -> Ticket:
        """The ticket whose promise was broken."""
        return self.breach.ticket
