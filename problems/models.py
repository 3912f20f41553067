"""Problems, their contributing factors, and known errors."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from config.base.data.constraints import one_of
from config.base.data.models import OneLineField
from config.base.data.search_vectors import TextVector
from incidents.models import Incident, Service, Ticket
from oncall.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

WORDS = SearchVector("title", "symptoms", config="english")
"""The search vector of known errors; the index and the search must use the same."""

KNOWN_ERROR_TEXT = TextVector("title", "symptoms", "workaround")
"""All words of known errors, for global search; the index and the search must use the same."""


class Problem(Ticket):
    """The cause, or possible cause, of incidents; columns that lists need are on Ticket."""

    cause = models.TextField(blank=True)
    workaround = models.TextField(blank=True)
    services_at_risk = models.ManyToManyField(
        Service,
        blank=True,
        related_name="problems_at_risk",
        help_text="Other services that the same cause may affect (S34).",
    )

    class Meta:
        base_manager_name = "objects"


class ProblemRelatedQuerySet(models.QuerySet[Any]):
    """Rows that belong to a problem."""

    def visible_to(self, user: "User | AnonymousUser") -> "ProblemRelatedQuerySet":
        """Rows of problems that this person may see."""
        return self.filter(problem__in=Ticket.objects.visible_to(user).values("pk"))


class Factor(models.Model):
    """A contributing factor; its parent is the factor that it explains."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="factors")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    text = models.TextField()
    evidence_url = models.URLField(blank=True, max_length=500)
    position = models.PositiveSmallIntegerField(default=0, help_text="Among those of the same parent.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = ProblemRelatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="problems_factor_says_something"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="problems_factor_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text[:60]} ({self.pk})"


class KnownErrorQuerySet(ProblemRelatedQuerySet):
    """Known errors."""

    def with_uses(self, user: "User | AnonymousUser") -> "KnownErrorQuerySet":
        """Each with `seen_hits` and `last_seen_at`: the uses in incidents that this person may see, and the last."""
        uses = KnownErrorUse.objects.filter(
            known_error=OuterRef("pk"), incident__in=Ticket.objects.visible_to(user).values("pk")
        )
        totals = uses.order_by().values("known_error").annotate(n=models.Count("pk"), last_at=models.Max("used_at"))
        return self.annotate(
            seen_hits=Coalesce(models.Subquery(totals.values("n")), 0),
            last_seen_at=models.Subquery(totals.values("last_at")),
        )


class KnownErrorStatus(models.TextChoices):
    """Whether it is shown on new incidents."""

    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


class KnownError(models.Model):
    """Symptoms and workaround of a problem that is understood and not yet fixed."""

    problem = models.OneToOneField(Problem, on_delete=models.CASCADE, related_name="known_error")
    title = OneLineField(max_length=200)
    symptoms = models.TextField(help_text="What people see, in their own words. New incidents are matched with it.")
    workaround = models.TextField(help_text="What to do until it is fixed, step by step.")
    status = models.CharField(max_length=10, choices=KnownErrorStatus, default=KnownErrorStatus.PUBLISHED)
    # Of all incidents, private ones too, so readers get `with_uses` instead. Only the release before reads them.
    hits = models.PositiveIntegerField(default=0, editable=False, help_text="In how many incidents it was used.")
    last_hit_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = KnownErrorQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", KnownErrorStatus.values, name="problems_knownerror_status"),
            models.CheckConstraint(condition=~Q(workaround=""), name="problems_knownerror_helps"),
        ]
        indexes = [
            GinIndex(WORDS, name="problems_knownerror_words"),
            GinIndex(KNOWN_ERROR_TEXT, name="problems_knownerror_text"),
            GinIndex(OpClass("title", name="gin_trgm_ops"), name="problems_knownerror_title"),
            GinIndex(OpClass("symptoms", name="gin_trgm_ops"), name="problems_knownerror_symptoms"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.pk})"

    def get_absolute_url(self) -> str:
        """Its own page."""
        return reverse("problems:known-error", args=[self.pk])


class KnownErrorUse(models.Model):
    """A use of a known error in an incident; at most one each, so that hits count incidents."""

    known_error = models.ForeignKey(KnownError, on_delete=models.CASCADE, related_name="uses")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="known_errors_used")
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["known_error", "incident"], name="problems_knownerroruse_once"),
        ]

    def __str__(self) -> str:
        return f"{self.known_error_id} in {self.incident_id}"
