"""Keys with which programs act for a person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from config.base.models import OneLineField
from oncall.models.people import User


class TokenScope(models.TextChoices):
    """What a token may be used for."""

    READ = "read", "Read everything its owner may read"
    WRITE = "write", "Change records"
    RESPOND = "respond", "Acknowledge, restore, note"


class ApiToken(models.Model):
    """A hashed key of the REST API; the key itself is shown once, when it is made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = OneLineField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=TokenScope), default=list)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"
