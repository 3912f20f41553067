"""Swaps: who asks others to take a shift, who offers to take it, and the result."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from config.base.data.constraints import one_of, whole_minute
from config.base.data.lifecycle import Lifecycle
from config.base.data.models import OneLineField, Recorded
from oncall.models.cover.overrides import Override
from oncall.models.people import PEOPLE, User
from oncall.models.schedules import Schedule


class SwapStatus(models.TextChoices):
    """The status of a swap (R-O4)."""

    OPEN = "open", "Open"
    OFFERED = "offered", "Offered"
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


UNDECIDED = (SwapStatus.OPEN, SwapStatus.OFFERED, SwapStatus.AWAITING_APPROVAL)
SWAPS = Lifecycle.of(
    "swap",
    {
        "open": "offered cancelled expired",
        "offered": "open awaiting_approval accepted cancelled expired",
        "awaiting_approval": "open offered accepted declined cancelled expired",
        "accepted": "",
        "declined": "",
        "cancelled": "",
        "expired": "",
    },
)


class OfferStatus(models.TextChoices):
    """The status of an offer."""

    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


OFFERS = Lifecycle.of(
    "offer", {"pending": "accepted declined withdrawn", "accepted": "", "declined": "", "withdrawn": ""}
)


class SwapRequest(Recorded):
    """A person asks others to take `[starts_at, ends_at)` of their time on call (R-O4)."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="swaps")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="swaps", limit_choices_to=PEOPLE)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = OneLineField(max_length=200, blank=True)
    status = models.CharField(max_length=20, choices=SwapStatus, default=SwapStatus.OPEN)
    # The offer that the requester accepted; until a manager approves, it may still be withdrawn.
    chosen = models.OneToOneField(
        "oncall.SwapOffer", on_delete=models.PROTECT, null=True, blank=True, related_name="chosen_by"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Declined, cancelled or expired.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer = OneLineField(max_length=200, blank=True, help_text="Why a manager declined.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="oncall_swaprequest_ends_later",
                violation_error_message="A swap must end after it starts.",
            ),
            whole_minute("starts_at", name="oncall_swaprequest_starts_minute"),
            whole_minute("ends_at", name="oncall_swaprequest_ends_minute"),
            one_of("status", SwapStatus.values, name="oncall_swaprequest_status"),
            models.CheckConstraint(
                condition=Q(status="accepted", accepted_at__isnull=False, chosen__isnull=False)
                | Q(status="awaiting_approval", accepted_at__isnull=True, chosen__isnull=False)
                | (~Q(status__in=["accepted", "awaiting_approval"]) & Q(accepted_at__isnull=True)),
                name="oncall_swaprequest_accepted",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["declined", "cancelled", "expired"], ended_at__isnull=False)
                | (~Q(status__in=["declined", "cancelled", "expired"]) & Q(ended_at__isnull=True)),
                name="oncall_swaprequest_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                condition=Q(status__in=["open", "offered", "awaiting_approval"]),
                name="oncall_swaprequest_due",
            ),
            models.Index(fields=["schedule", "-starts_at"], name="oncall_swaprequest_of"),
        ]

    def __str__(self) -> str:
        return f"Swap {self.pk}"

    def get_absolute_url(self) -> str:
        """The swap's page."""
        return reverse("oncall:swap", args=[self.pk])


class SwapOffer(Recorded):
    """A person offers to take the shift, with or without a shift of their own in return."""

    swap = models.ForeignKey(SwapRequest, on_delete=models.PROTECT, related_name="offers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", limit_choices_to=PEOPLE)
    return_starts_at = models.DateTimeField(null=True, blank=True)
    return_ends_at = models.DateTimeField(null=True, blank=True)
    note = OneLineField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=OfferStatus, default=OfferStatus.PENDING)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Accepted, declined or withdrawn.")
    overrides = models.ManyToManyField(Override, related_name="+", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["swap", "user"], condition=Q(status="pending"), name="oncall_swapoffer_once"
            ),
            one_of("status", OfferStatus.values, name="oncall_swapoffer_status"),
            models.CheckConstraint(
                condition=Q(return_starts_at__isnull=True, return_ends_at__isnull=True)
                | Q(return_starts_at__isnull=False, return_ends_at__gt=F("return_starts_at")),
                name="oncall_swapoffer_return",
            ),
            whole_minute("return_starts_at", name="oncall_swapoffer_starts_minute"),
            whole_minute("return_ends_at", name="oncall_swapoffer_ends_minute"),
            models.CheckConstraint(
                condition=Q(status="pending", ended_at__isnull=True)
                | (~Q(status="pending") & Q(ended_at__isnull=False)),
                name="oncall_swapoffer_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer {self.pk} of swap {self.swap_id}"

    @property
    def is_two_way(self) -> bool:
        """Whether the offer wants a shift in return."""
        return self.return_starts_at is not None
