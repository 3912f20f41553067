"""Pages: messages that must reach a person."""

from django.db import models
from django.db.models import Q

from config.base.data.constraints import one_of
from config.base.data.outbox import UNSENT, OutboxRow
from oncall.models.escalation import Escalation
from oncall.models.people import ContactMethod, User


class Purpose(models.TextChoices):
    """Why a page is sent: to get an answer, or to tell somebody who has answered something new (R-E7a)."""

    RING = "ring", "Asks for an answer"
    NEWS = "news", "Tells the person who has it"


class PageQuerySet(models.QuerySet["Page"]):
    """Pages."""

    def unsent(self) -> "PageQuerySet":
        """Those that no provider has accepted and that may still be sent."""
        return self.filter(state__in=UNSENT)


class Page(OutboxRow):
    """One message to one person on one channel, because a step of an escalation fired."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="pages")
    firing = models.PositiveIntegerField()
    rule = models.PositiveSmallIntegerField(help_text="Position of the person's notification rule.")
    attempt_of_rule = models.PositiveSmallIntegerField(
        default=0, help_text="0 for the rule's own channel, 1 and up for those tried after it failed."
    )
    purpose = models.CharField(max_length=4, choices=Purpose, default=Purpose.RING, db_default=Purpose.RING)
    text = models.CharField(max_length=300, blank=True, default="", db_default="", help_text="What the news is.")
    count = models.PositiveIntegerField(default=1, db_default=1, help_text="How many pieces of news it tells.")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pages")
    contact_method = models.ForeignKey(
        ContactMethod, on_delete=models.SET_NULL, null=True, blank=True, related_name="pages"
    )
    link_used_at = models.DateTimeField(null=True, blank=True, help_text="The link in the message works once.")
    relay_at = models.DateTimeField(null=True, blank=True, help_text="Set until the signal about it was delivered.")

    objects = PageQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        abstract = False
        constraints = [
            *OutboxRow.Meta.constraints,
            one_of("purpose", Purpose.values, name="oncall_page_purpose"),
        ]
        indexes = [
            *OutboxRow.Meta.indexes,
            models.Index(fields=["escalation", "firing"], name="oncall_page_of_firing"),
            models.Index(fields=["user", "-created_at"], name="oncall_page_of_user"),
            models.Index(fields=["relay_at"], condition=Q(relay_at__isnull=False), name="oncall_page_relay"),
            models.Index(fields=["user", "-due_at"], condition=Q(purpose="news"), name="oncall_page_news"),
        ]
