"""The clocks of a ticket as the API shows them."""

from rest_framework import serializers

from config.base.rest.serializers import Instant, OutputSerializer, RecordSerializer
from incidents.models import SlaKind, SlaMetric, SlaState, SlaWarning, WaiverStatus
from incidents.serializers.sla.targets import TargetReferenceSerializer
from oncall.serializers.people import PersonSerializer


class ClockWarningSerializer(RecordSerializer):
    """A warning that was sent."""

    class Meta:
        model = SlaWarning
        fields = ("percent", "goal_minutes", "warned_at", "recorded_at")


class ClockWaiverSerializer(OutputSerializer):
    """A waiver of a breach, as it stood then."""

    id = serializers.IntegerField(read_only=True)
    status = serializers.ChoiceField(choices=WaiverStatus.choices)
    reason = serializers.CharField()
    requested_by = PersonSerializer()
    requested_at = Instant()
    decided_by = PersonSerializer(allow_null=True)
    decided_at = Instant(allow_null=True)


class ClockCycleSerializer(OutputSerializer):
    """One run of a clock; most clocks have one."""

    number = serializers.IntegerField(help_text="From 1 on; only the cadence of updates has several.")
    started_at = Instant(allow_null=True, help_text="Null for a breach whose clock the history no longer has.")
    stopped_at = Instant(allow_null=True, help_text="When it was met or cancelled; null while it goes on.")
    due_at = Instant(
        allow_null=True,
        help_text="When the goal is reached if nothing more happens; null while it is paused, and if never.",
    )
    goal_minutes = serializers.IntegerField(allow_null=True)
    elapsed_minutes = serializers.IntegerField(allow_null=True, help_text="Minutes that have counted.")
    remaining_minutes = serializers.IntegerField(
        allow_null=True, help_text="The goal without the elapsed minutes; negative once it is overrun."
    )
    percent = serializers.IntegerField(allow_null=True, help_text="Elapsed of the goal, rounded down.")
    state = serializers.ChoiceField(choices=SlaState.choices)
    paused = serializers.BooleanField(help_text="Whether it stands still now.")
    paused_reasons = serializers.ListField(
        child=serializers.CharField(), help_text="Of holds; `team` while another team has the ticket."
    )
    paused_since = Instant(allow_null=True)
    breached = serializers.BooleanField(help_text="Whether the promise was broken; the clock may still go on.")
    breached_at = Instant(allow_null=True)
    breach_recorded_at = Instant(allow_null=True, help_text="When it became known.")
    breach_holds = serializers.BooleanField(
        allow_null=True, help_text="Whether the history still shows it; a recorded breach is never deleted."
    )
    waiver = ClockWaiverSerializer(allow_null=True)
    within_calendar_hours = serializers.BooleanField(
        allow_null=True, help_text="Whether its calendar is open; null once it has ended."
    )
    warnings = ClockWarningSerializer(many=True)


class ClockSerializer(OutputSerializer):
    """One promise of a ticket, with its cycles, the oldest first."""

    kind = serializers.ChoiceField(choices=SlaKind.choices)
    metric = serializers.ChoiceField(choices=SlaMetric.choices)
    team = serializers.CharField(
        source="team.slug", allow_null=True, help_text="The team of an OLA, by slug: it has a clock for each team."
    )
    target = TargetReferenceSerializer(allow_null=True)
    times_incomplete = serializers.BooleanField(
        help_text="Whether its history is of before the timeline told clocks everything."
    )
    cycles = ClockCycleSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        """With `source`, which cannot be declared: a serializer has an attribute of that name."""
        words = "The system that it comes from; empty for a clock of this one."
        return {**super().get_fields(), "source": serializers.CharField(read_only=True, help_text=words)}
