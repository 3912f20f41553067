"""API tokens, with which programs act, the service accounts of programs, and stored answers for repeated requests."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data import rights
from config.base.data.models import Dated, OneLineField
from config.base.rest.scopes import Scope
from oncall.models.people import AccountKind, Team, User


class ServiceAccountQuerySet(models.QuerySet["ServiceAccount"]):
    """Service accounts."""

    def visible_to(self, user: Any) -> "ServiceAccountQuerySet":
        """Those that the table of rights shows to this person."""
        rows: Any = rights.held_rows(self, user, "oncall.view_serviceaccount")
        return rows


class ServiceAccount(Dated):
    """An account for a program: a team answers for it, so that it outlives the person who made it."""

    user = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="service_account", editable=False,
        limit_choices_to={"kind": AccountKind.SERVICE.value},
    )  # fmt: skip
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="service_accounts", help_text="Its managers answer for it."
    )
    description = models.TextField(help_text="What the program does, and where it runs.")
    created_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = ServiceAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(closed_by__isnull=True), name="oncall_serviceaccount_closed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user.name)

    def get_absolute_url(self) -> str:
        """The account's page."""
        return reverse("oncall:service-account", args=[self.pk])

    def is_visible_to(self, user: Any) -> bool:
        """Whether this person may see it, asked by each right with it."""
        return type(self)._default_manager.visible_to(user).filter(pk=self.pk).exists()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens."""

    def working(self, *, at: datetime) -> "ApiTokenQuerySet":
        """Those that are accepted at `at`, if their account is open."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True)


class ApiToken(models.Model):
    """A token of the REST API; only a digest of its key is stored, and the key is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = OneLineField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), default=list)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    revoked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"


class IdempotentRequest(models.Model):
    """A POST that is done once, by the Idempotency-Key of the API or a form's key, and its answer; for a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idempotent_requests")
    key = models.CharField(max_length=200)
    method = models.CharField(max_length=8)
    path = models.TextField()
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.TextField(blank=True)
    etag = models.CharField(max_length=80, blank=True)
    location = models.CharField(max_length=500, blank=True, default="", db_default="")
    record_id = models.BigIntegerField(null=True, blank=True, help_text="The record that the answer shows.")
    rights = models.CharField(
        max_length=64, blank=True, default="", db_default="",
        help_text="A digest of the roles and teams of the caller, if the answer shows no record.",
    )  # fmt: skip
    is_shown_once = models.BooleanField(
        default=False, db_default=False, help_text="The answer held a key, so it was not stored."
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="oncall_idempotentrequest_once"),
            models.CheckConstraint(
                condition=Q(is_shown_once=False) | Q(answer=""), name="oncall_idempotentrequest_shown_once"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="oncall_idempotent_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} with key {self.key} ({self.pk})"
