"""API tokens, with which programs act for a person, and stored answers for repeated requests."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from config.base.data.models import OneLineField
from config.base.rest.scopes import Scope
from oncall.models.people import User


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
