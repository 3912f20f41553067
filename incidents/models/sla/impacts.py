"""What a planned change of a target would do to many open tickets, computed in the background (K-42)."""

from django.db import models

from config.base.data.constraints import one_of
from config.base.data.models import Recorded
from incidents.models.sla.targets import SlaKind, SlaMetric, SlaScope, SlaTarget
from oncall.models import User


class SlaImpact(Recorded):
    """A preview that takes longer than a request: its progress, and its figures once it is finished.

    It is a note on the way to a change and no fact: the next preview of its person deletes it after a day.
    """

    target = models.ForeignKey(
        SlaTarget, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="Empty: a new target."
    )
    kind = models.CharField(max_length=12, choices=SlaKind)
    metric = models.CharField(max_length=14, choices=SlaMetric)
    content = models.JSONField(help_text="The version as it would be stored.")
    scope = models.CharField("binds", max_length=3, choices=SlaScope, default=SlaScope.ALL)
    is_retired = models.BooleanField("ends the target", default=False)
    effective_from = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="Tells whether a form is still the one that was computed.")
    total = models.PositiveIntegerField(default=0, help_text="Tickets to look at.")
    done = models.PositiveIntegerField(default=0, help_text="Tickets that were looked at.")
    open_clocks = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0, help_text="Open clocks that change.")
    in_breach = models.PositiveIntegerField(default=0, help_text="Of these, in breach at that minute.")
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When a worker last went on with it.")
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "preview of an SLA target"
        verbose_name_plural = "previews of SLA targets"
        constraints = [
            one_of("kind", SlaKind.values, name="incidents_slaimpact_kind"),
            one_of("metric", SlaMetric.values, name="incidents_slaimpact_metric"),
            one_of("scope", SlaScope.values, name="incidents_slaimpact_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.metric} from {self.effective_from:%Y-%m-%d %H:%M}Z ({self.pk})"
