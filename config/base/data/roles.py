"""Roles of people: groups that exist from the first migration on."""

from django.db import models


class Role(models.TextChoices):
    """The groups that exist from the first migration on; the table of rights says what each may do."""

    AGENT = "Service desk agent", "Service desk agent"
    RESPONDER = "Responder", "Responder"
    COMMANDER = "Incident commander", "Incident commander"
    MANAGER = "Manager", "Manager"
    PRACTICE = "Practice owner", "Practice owner"
    ADMINISTRATOR = "Administrator", "Administrator"
