"""Schedules as the API takes and shows them: versions, layers, the final schedule, previews."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Instant, Key, Line, Lines, ReadId, ReadKey, RecordSerializer
from oncall.models import (
    Calendar,
    HolidayMode,
    LayerKind,
    RotationClock,
    RotationCount,
    RotationUnit,
    Schedule,
    ScheduleVersion,
    Team,
)
from oncall.schedules.neutral import as_neutral
from oncall.serializers.people import PersonSerializer


class ScheduleSerializer(RecordSerializer):
    """A schedule; who is on call is at `on-call/`."""

    team = ReadKey("slug")

    class Meta:
        model = Schedule
        fields = ("id", "name", "description", "team", "external_id")


# What a column of small integers holds; the rules of the domain are narrower where they matter.
_LEAST, _MOST = -32768, 32767


class NewScheduleSerializer(InputSerializer):
    """A schedule itself; who is on call is said by its versions."""

    name = Line(max_length=80)
    team = Key("slug", queryset=Team.objects.all())
    description = Lines(required=False, allow_blank=True, max_length=10_000, default="")
    external_id = Line(required=False, allow_blank=True, max_length=120, default="")


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}], "example": 7})
class PersonName(serializers.Field[Any, Any, Any, Any]):
    """A person by id, or by e-mail address; who that is, is looked up for all of them at once."""

    default_error_messages = {"invalid": "Name a person by id, as 7, or by e-mail address."}

    def to_internal_value(self, data: Any) -> int | str:
        """The name as it was given."""
        is_id = isinstance(data, int) and not isinstance(data, bool) and 0 < data < 2**63
        if not is_id and not (isinstance(data, str) and 0 < len(data) <= 254 and "\x00" not in data):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> int:
        """The id."""
        return int(value)


class RotationSerializer(InputSerializer):
    """Who takes turns, and how long a turn lasts (R-R1)."""

    anchor = serializers.CharField(help_text="Local time of a handoff, as 2026-01-05T09:00.")
    unit = serializers.ChoiceField(choices=RotationUnit.choices)
    length = serializers.IntegerField(default=1, min_value=_LEAST, max_value=_MOST)
    lengths = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Minutes of each turn of a custom cycle."
    )
    slots = serializers.ListField(
        child=serializers.ListField(child=PersonName()),
        help_text="People in order; those in one list stand by together. By id or e-mail address.",
    )
    clock = serializers.ChoiceField(choices=RotationClock.choices, default=RotationClock.WALL)
    count = serializers.ChoiceField(choices=RotationCount.choices, default=RotationCount.CALENDAR)
    concurrent = serializers.IntegerField(default=1, min_value=_LEAST, max_value=_MOST)


class RestrictionSerializer(InputSerializer):
    """Hours of the week in which a layer stands by (R-L2)."""

    type = serializers.ChoiceField(choices=["daily", "weekly"])
    days = serializers.ListField(
        child=serializers.IntegerField(), required=False, allow_null=True, help_text="Of daily: 0 is Monday."
    )
    start = serializers.CharField(help_text="HH:MM")
    end = serializers.CharField(help_text="HH:MM")
    start_day = serializers.IntegerField(required=False, help_text="Of weekly: 0 is Monday.")
    end_day = serializers.IntegerField(required=False)


class HolidaySerializer(InputSerializer):
    """What the days off of a calendar mean for a layer (R-L1)."""

    calendar = Key("name", queryset=Calendar.objects.all())
    mode = serializers.ChoiceField(choices=[HolidayMode.EXCLUDE.value, HolidayMode.ONLY.value])


class LayerSerializer(InputSerializer):
    """One rotation of a version; a higher priority wins (R-L1)."""

    id = serializers.IntegerField(required=False, help_text="Of the answer; with keep_turns, the layer it comes from.")
    name = Line(required=False, allow_blank=True, max_length=80)
    priority = serializers.IntegerField(default=0, min_value=_LEAST, max_value=_MOST)
    kind = serializers.ChoiceField(choices=LayerKind.choices, default=LayerKind.PRIMARY)
    time_zone = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=64)
    starts_at = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=16)
    ends_at = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=16)
    rotation = RotationSerializer()
    restrictions = RestrictionSerializer(many=True, required=False)
    holiday = HolidaySerializer(required=False, allow_null=True)


class LayersSerializer(InputSerializer):
    """What a version holds, and from when on."""

    time_zone = serializers.CharField(max_length=64, help_text="As Europe/Berlin.")
    layers = LayerSerializer(many=True)
    effective_from = Instant(required=False, help_text="A whole minute, now or later; else see `effective`.")
    effective = serializers.ChoiceField(
        choices=["next_handoff", "now"], default="next_handoff", help_text="Where no `effective_from` is given."
    )
    note = Line(required=False, allow_blank=True, max_length=200, default="", help_text="Why it was changed.")


class NewVersionSerializer(LayersSerializer):
    """As a PUT takes it; and whether those who stay keep their turns."""

    keep_turns = serializers.BooleanField(
        default=False, help_text="Where only people change, turn the list so that nobody's turn shifts (R-V4)."
    )


class PreviewSerializer(NewVersionSerializer):
    """A draft, and the range over which to show what it would do."""

    since = Instant(required=False)
    until = Instant(required=False)


class LayersShown(serializers.Field[Any, Any, Any, Any]):
    """The layers of a version in the neutral format."""

    def to_representation(self, value: Any) -> list[dict[str, Any]]:
        """In the order in which they were given."""
        return [as_neutral(layer) for layer in sorted(value.all(), key=lambda one: one.pk)]


class VersionSerializer(RecordSerializer):
    """The layers in force from an instant on; never changed, at most withdrawn before its time."""

    schedule = ReadId()
    layers = extend_schema_field(LayerSerializer(many=True))(LayersShown)(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    withdrawn_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ScheduleVersion
        fields = (
            "id", "schedule", "effective_from", "time_zone", "layers", "note", "created_at", "created_by",
            "withdrawn_at", "withdrawn_by",
        )  # fmt: skip


class SegmentSerializer(serializers.Serializer[Any]):
    """A run with the same people on call and the same shadows (R-F4)."""

    starts_at = Instant()
    ends_at = Instant()
    on_call = PersonSerializer(many=True)
    shadow = PersonSerializer(many=True)


class ShiftSerializer(serializers.Serializer[Any]):
    """A run of minutes in which one person is on call (R-F4)."""

    person = PersonSerializer()
    starts_at = Instant()
    ends_at = Instant()


class SpanSerializer(serializers.Serializer[Any]):
    """From when to when."""

    starts_at = Instant()
    ends_at = Instant()


class WarningSerializer(serializers.Serializer[Any]):
    """Something to look at (R-O5)."""

    code = serializers.CharField()
    message = serializers.CharField()
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    people = PersonSerializer(many=True)


class FinalSerializer(serializers.Serializer[Any]):
    """Who is on call over a range, as known at `as_of`: the end of every rule."""

    since = Instant()
    until = Instant()
    as_of = Instant(allow_null=True)
    segments = SegmentSerializer(many=True)
    shifts = ShiftSerializer(many=True)
    gaps = SpanSerializer(many=True)


class WarningsSerializer(serializers.Serializer[Any]):
    """What deserves a second look over a range, the worst first."""

    since = Instant()
    until = Instant()
    warnings = WarningSerializer(many=True)


class PreviewedSerializer(FinalSerializer):
    """What a draft would do; nothing was stored."""

    effective_from = Instant()
    changes = serializers.ListField(child=serializers.CharField())
    warnings = WarningSerializer(many=True)
