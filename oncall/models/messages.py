"""Notices: messages to a person that are not pages."""

from django.db import models

from config.base.data.models import OneLineField
from config.base.data.outbox import OutboxRow
from oncall.models.people import User


class Notice(OutboxRow):
    """One message to one person about their own affairs, an outbox row; it never pages anyone."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    title = OneLineField(max_length=200)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=200)

    class Meta(OutboxRow.Meta):
        abstract = False
        indexes = [*OutboxRow.Meta.indexes, models.Index(fields=["user", "-created_at"], name="oncall_notice_of_user")]
