"""Pages: messages that must reach a person, and the engine's own pulse."""

from django.db import models
from django.db.models import Q

from config.base.outbox import UNSENT, OutboxRow
from oncall.models.escalation import Escalation
from oncall.models.people import ContactMethod, User


class PageQuerySet(models.QuerySet["Page"]):
    """Pages."""

    def unsent(self) -> "PageQuerySet":
        """Those that have not been taken by a provider and may still be."""
        return self.filter(state__in=UNSENT)


class Page(OutboxRow):
    """One message to one person on one channel, because a step of an escalation fired."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="pages")
    firing = models.PositiveIntegerField()
    rule = models.PositiveSmallIntegerField(help_text="Position of the person's notification rule.")
    attempt_of_rule = models.PositiveSmallIntegerField(
        default=0, help_text="0 for the rule's own channel, 1.. for the ones tried after it failed."
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pages")
    contact_method = models.ForeignKey(
        ContactMethod, on_delete=models.SET_NULL, null=True, blank=True, related_name="pages"
    )
    link_used_at = models.DateTimeField(null=True, blank=True, help_text="The link in the message works once.")
    news_at = models.DateTimeField(null=True, blank=True, help_text="Until the apps above were told.")

    objects = PageQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        abstract = False
        indexes = [
            *OutboxRow.Meta.indexes,
            models.Index(fields=["escalation", "firing"], name="oncall_page_of_firing"),
            models.Index(fields=["user", "-created_at"], name="oncall_page_of_user"),
            models.Index(fields=["news_at"], condition=Q(news_at__isnull=False), name="oncall_page_news"),
        ]


class EngineLane(models.Model):
    """The pulse of one lane of one worker; a stale row means that worker has stopped."""

    worker = models.CharField(max_length=120)
    lane = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    swept_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="When it was told to end, and did.")
    last_error = models.CharField(max_length=300, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    skew_seconds = models.FloatField(default=0, help_text="The worker's clock minus the database's.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worker", "lane"], name="oncall_enginelane_once")]

    def __str__(self) -> str:
        return f"{self.worker} {self.lane}"


class EngineSchema(models.Model):
    """The one row that says which engine may work on this database (paging rule 12)."""

    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="oncall_engineschema_one_row")]

    def __str__(self) -> str:
        return f"engine schema {self.version}"
