"""Figures of the reports as the API shows them."""

from rest_framework import serializers

from config.base.rest.serializers import Instant, OutputSerializer, ReadKey, RecordSerializer
from incidents.models import SlaCycle


class FiguresSerializer(OutputSerializer):
    """One measure of one group; lengths in seconds."""

    n = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    changed = serializers.IntegerField(help_text="How many of those counted had a time changed by hand.")
    left_out_total = serializers.IntegerField()
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many are not counted, by reason."
    )


class CellSerializer(OutputSerializer):
    """The figures of a month or of all months, split or not; null means all."""

    month = serializers.DateField(allow_null=True)
    key = serializers.CharField(allow_null=True, help_text="Slug of team or service, or name of the severity.")
    is_of_all = serializers.BooleanField(help_text="Whether the group is not split.")
    measures = serializers.DictField(child=FiguresSerializer())


class MetricsSerializer(OutputSerializer):
    """The figures of all groups."""

    zone = serializers.CharField(help_text="The time zone of the months.")
    by = serializers.CharField(allow_null=True)
    cells = CellSerializer(many=True)


class SlaTallySerializer(OutputSerializer):
    """How many promises were kept and broken."""

    n = serializers.IntegerField(source="decided", help_text="Kept and broken together.")
    met = serializers.IntegerField(help_text="How many were kept.")
    broken = serializers.IntegerField(help_text="Those waived are among them.")
    waived = serializers.IntegerField(help_text="How many of those broken have an approved waiver.")
    unconfirmed = serializers.IntegerField(help_text="How many of those broken today's history no longer shows.")
    met_percent = serializers.FloatField(
        allow_null=True, help_text="The share of those kept, cut after one decimal; null if n is below 20."
    )


class SlaGroupSerializer(SlaTallySerializer):
    """One service, team, customer, category or month."""

    key = serializers.CharField(
        allow_null=True,
        help_text="Slug of the service or team, name of the customer or category, or month; null for none.",
    )
    name = serializers.CharField(help_text="What the report calls it.")


class SlaSectionSerializer(OutputSerializer):
    """One promise of one system, with its groups."""

    kind = serializers.CharField(help_text="To whom it is promised: sla, ola or underpinning.")
    metric = serializers.CharField(help_text="What is promised.")
    system = serializers.CharField(help_text="The other system that it comes from; empty for this one.")
    total = SlaTallySerializer(help_text="Each clock once, also if it counts under several customers.")
    groups = SlaGroupSerializer(many=True, read_only=True)


class SlaReportSerializer(OutputSerializer):
    """Promises kept and broken."""

    zone = serializers.CharField(help_text="The time zone of the days and months.")
    decided_after = Instant(allow_null=True, help_text="The beginning of the period; null for all that was before.")
    decided_before = Instant(allow_null=True, help_text="The end of the period, not included; null for none.")
    by = serializers.CharField(help_text="What the promises are grouped by.")
    sections = SlaSectionSerializer(many=True, help_text="One for each promise; those of other systems come last.")


class ReportedWaiverSerializer(OutputSerializer):
    """An approved waiver of a breach."""

    reason = serializers.CharField()
    approver = serializers.CharField(help_text="The name of the person who approved it.")


class SlaCycleSerializer(RecordSerializer):
    """A clock of a ticket: one promise, in one cycle, as it was last computed."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    team = ReadKey("slug", allow_null=True, help_text="The team of an OLA; null for other kinds.")
    target = serializers.CharField(
        source="version.target.name", read_only=True, allow_null=True, default=None,
        help_text="The name of the target; null for a clock of another system.",
    )  # fmt: skip
    breach_recorded_at = Instant(read_only=True, allow_null=True, help_text="When the breach became known.")
    waiver = ReportedWaiverSerializer(read_only=True, allow_null=True, help_text="The approved waiver, if any.")
    waived_at = Instant(read_only=True, allow_null=True, help_text="When the waiver was approved.")
    service = ReadKey("slug", allow_null=True, help_text="The service when it was decided.")
    owner = ReadKey("slug", allow_null=True, help_text="The team that had the ticket when it was decided.")

    class Meta:
        model = SlaCycle
        fields = (
            "id", "ticket", "kind", "metric", "team", "cycle", "target", "state", "started_at", "stopped_at", "due_at",
            "goal_minutes", "elapsed_minutes", "decided_at", "is_kept", "breached_at", "breach_recorded_at",
            "breach_holds", "waiver", "waived_at", "service", "owner", "category", "customers", "source",
            "computed_at",
        )  # fmt: skip
