"""Figures of the reports as the API shows them."""

from rest_framework import serializers

from config.base.rest.serializers import OutputSerializer


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
