"""Serializers of schedules: versions, layers, the final schedule, previews."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.data.lengths import CONFIG_TEXT
from config.base.rest.serializers import (
    InputSerializer,
    Instant,
    Key,
    Line,
    Lines,
    OutputSerializer,
    ReadId,
    ReadKey,
    RecordSerializer,
)
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
        fields = ("id", "name", "description", "team", "external_id", "created_at", "updated_at")


# The range of a small integer column; the domain has narrower rules where they matter.
_SMALLINT_MIN, _SMALLINT_MAX = -32768, 32767


class NewScheduleSerializer(InputSerializer):
    """A schedule itself; its versions say who is on call."""

    name = Line(max_length=80)
    team = Key("slug", queryset=Team.objects.all())
    description = Lines(required=False, allow_blank=True, max_length=CONFIG_TEXT, default="")
    external_id = Line(required=False, allow_blank=True, max_length=120, default="")


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}], "example": 7})
class PersonReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A person by id or e-mail address; the domain looks up all people at once."""

    default_error_messages = {"invalid": "Write a person's id, such as 7, or an e-mail address."}

    def to_internal_value(self, data: Any) -> int | str:
        """The reference as it was sent."""
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
    length = serializers.IntegerField(default=1, min_value=_SMALLINT_MIN, max_value=_SMALLINT_MAX)
    lengths = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="Minutes of each turn of a custom cycle."
    )
    slots = serializers.ListField(
        child=serializers.ListField(child=PersonReferenceField()),
        help_text="People in order; those in one list are on call together. By id or e-mail address.",
    )
    clock = serializers.ChoiceField(choices=RotationClock.choices, default=RotationClock.WALL)
    count = serializers.ChoiceField(choices=RotationCount.choices, default=RotationCount.CALENDAR)
    concurrent = serializers.IntegerField(default=1, min_value=_SMALLINT_MIN, max_value=_SMALLINT_MAX)


class RestrictionSerializer(InputSerializer):
    """Hours of the week in which a layer covers (R-L2)."""

    type = serializers.ChoiceField(choices=["daily", "weekly"])
    days = serializers.ListField(
        child=serializers.IntegerField(), required=False, allow_null=True, help_text="Of daily: 0 is Monday."
    )
    start = serializers.CharField(help_text="HH:MM")
    end = serializers.CharField(help_text="HH:MM")
    start_day = serializers.IntegerField(required=False, help_text="Of weekly: 0 is Monday.")
    end_day = serializers.IntegerField(required=False)


class HolidaySerializer(InputSerializer):
    """How a layer treats the days off of a calendar (R-L1)."""

    calendar = Key("name", queryset=Calendar.objects.all())
    mode = serializers.ChoiceField(choices=[HolidayMode.EXCLUDE.value, HolidayMode.ONLY.value])


class LayerSerializer(InputSerializer):
    """One rotation of a version; a higher priority wins (R-L1)."""

    id = serializers.IntegerField(
        required=False, help_text="In responses; with keep_turns, the stored layer that this one comes from."
    )
    name = Line(required=False, allow_blank=True, max_length=80)
    priority = serializers.IntegerField(default=0, min_value=_SMALLINT_MIN, max_value=_SMALLINT_MAX)
    kind = serializers.ChoiceField(choices=LayerKind.choices, default=LayerKind.PRIMARY)
    time_zone = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=64)
    starts_at = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=16)
    ends_at = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=16)
    rotation = RotationSerializer()
    restrictions = RestrictionSerializer(many=True, required=False)
    holiday = HolidaySerializer(required=False, allow_null=True)


class LayersSerializer(InputSerializer):
    """The layers of a version, and from when they are in force."""

    time_zone = serializers.CharField(max_length=64, help_text="As Europe/Berlin.")
    layers = LayerSerializer(many=True)
    effective_from = Instant(required=False, help_text="A whole minute, now or later; else see `effective`.")
    effective = serializers.ChoiceField(
        choices=["next_handoff", "now"], default="next_handoff", help_text="Used without `effective_from`."
    )
    note = Line(required=False, allow_blank=True, max_length=200, default="", help_text="Why it was changed.")


class NewVersionSerializer(LayersSerializer):
    """As PUT takes it, and whether to keep the turns of people who stay."""

    keep_turns = serializers.BooleanField(
        default=False, help_text="If only people change, rotate the list so that nobody else's turn moves (R-V4)."
    )


class PreviewSerializer(NewVersionSerializer):
    """A draft, and the range of its preview."""

    since = Instant(required=False)
    until = Instant(required=False)


class LayersField(serializers.Field[Any, Any, Any, Any]):
    """The layers of a version in the neutral format."""

    def to_representation(self, value: Any) -> list[dict[str, Any]]:
        """In the order in which they were sent."""
        return [as_neutral(layer) for layer in sorted(value.all(), key=lambda layer: layer.pk)]


class VersionSerializer(RecordSerializer):
    """The layers in force from an instant on; it can be withdrawn before then, but not changed."""

    schedule = ReadId()
    layers = extend_schema_field(LayerSerializer(many=True))(LayersField)(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    withdrawn_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ScheduleVersion
        fields = (
            "id", "schedule", "effective_from", "time_zone", "layers", "note", "created_at", "created_by",
            "withdrawn_at", "withdrawn_by",
        )  # fmt: skip


class SegmentSerializer(OutputSerializer):
    """A run with the same people on call and the same shadows (R-F4)."""

    starts_at = Instant()
    ends_at = Instant()
    on_call = PersonSerializer(many=True)
    shadow = PersonSerializer(many=True)


class ShiftSerializer(OutputSerializer):
    """A run of minutes in which one person is on call (R-F4)."""

    person = PersonSerializer()
    starts_at = Instant()
    ends_at = Instant()


class SpanSerializer(OutputSerializer):
    """A time span."""

    starts_at = Instant()
    ends_at = Instant()


class WarningSerializer(OutputSerializer):
    """A warning about the rota (R-O5)."""

    code = serializers.CharField()
    message = serializers.CharField()
    starts_at = Instant(allow_null=True)
    ends_at = Instant(allow_null=True)
    people = PersonSerializer(many=True)


class FinalSerializer(OutputSerializer):
    """Who is on call over a range, as known at `as_of`, after all rules."""

    since = Instant()
    until = Instant()
    as_of = Instant(allow_null=True)
    segments = SegmentSerializer(many=True)
    shifts = ShiftSerializer(many=True)
    gaps = SpanSerializer(many=True)


class WarningsSerializer(OutputSerializer):
    """Warnings over a range, the worst first."""

    since = Instant()
    until = Instant()
    warnings = WarningSerializer(many=True)


class PreviewedSerializer(FinalSerializer):
    """The preview of a draft; nothing is stored."""

    effective_from = Instant()
    changes = serializers.ListField(child=serializers.CharField())
    warnings = WarningSerializer(many=True)
