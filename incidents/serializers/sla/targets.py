"""SLA targets, their versions and promises as the API takes and shows them."""

import dataclasses
from typing import Any

from rest_framework import serializers

from config.base.data.history import REASON_LENGTH
from config.base.data.lengths import CONFIG_TEXT
from config.base.rest.serializers import (
    AnyObject,
    IdKey,
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
from incidents.models import SlaKind, SlaMetric, SlaScope, SlaStart, SlaTarget, SlaTargetVersion
from incidents.sla.asking import Promise
from incidents.sla.drafts import VersionDraft
from incidents.sla.words import goal_text
from oncall.models import Calendar, Team
from oncall.serializers.people import PersonSerializer


class SlaTargetVersionSerializer(RecordSerializer):
    """What a target promises from an instant on; withdrawn if `withdrawn_at` is set."""

    calendar = ReadId(allow_null=True)
    conditions = AnyObject(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = SlaTargetVersion
        fields = (
            "id", "effective_from", "scope", "is_retired", "position", "conditions", "goal_minutes", "calendar",
            "start", "pause_reasons", "warn_percents", "note", "created_at", "created_by", "withdrawn_at",
        )  # fmt: skip


class SlaTargetSerializer(RecordSerializer):
    """A target with its versions, the newest first."""

    versions = SlaTargetVersionSerializer(many=True, read_only=True)
    team = ReadKey("slug", allow_null=True)

    class Meta:
        model = SlaTarget
        fields = (
            "id", "name", "kind", "metric", "description", "team", "versions", "external_id", "created_at",
            "updated_at",
        )  # fmt: skip


class MomentSerializer(InputSerializer):
    """When something takes effect, and why."""

    effective_from = Instant(
        required=False, allow_null=True, default=None, help_text="A whole minute, now or later; null: the next minute."
    )
    note = Line(max_length=200, required=False, allow_blank=True, default="", help_text="Why it is changed.")


class NewSlaVersionSerializer(MomentSerializer):
    """A version of a target; the domain checks the values and names what is wrong."""

    goal_minutes = serializers.IntegerField(help_text="Minutes that may pass, 1 to 129,600.")
    calendar = IdKey(
        queryset=Calendar.objects.all(), required=False, allow_null=True, default=None,
        help_text="The calendar whose open minutes count, by id; null: 24x7.",
    )  # fmt: skip
    start = serializers.ChoiceField(
        choices=SlaStart.choices,
        required=False,
        allow_null=True,
        default=None,
        help_text="When the clock starts; null: the usual rule of the target's kind.",
    )
    conditions = AnyObject(required=False, default=dict, help_text="Allowed values by field; all must hold.")
    position = serializers.IntegerField(required=False, default=1)
    pause_reasons = serializers.ListField(child=Line(max_length=40), required=False, default=list, max_length=20)
    warn_percents = serializers.ListField(
        child=serializers.IntegerField(), required=False, default=lambda: [50, 75, 100], max_length=100
    )
    scope = serializers.ChoiceField(choices=SlaScope.choices, required=False, default=SlaScope.ALL)


class NewSlaTargetSerializer(NewSlaVersionSerializer):
    """A new target with its first version."""

    name = Line(max_length=80)
    kind = serializers.ChoiceField(choices=SlaKind.choices, required=False, default=SlaKind.SLA)
    metric = serializers.ChoiceField(choices=SlaMetric.choices)
    description = Lines(max_length=CONFIG_TEXT, required=False, allow_blank=True, default="")
    team = Key("slug", queryset=Team.objects.all(), required=False, allow_null=True, default=None)
    external_id = Line(max_length=120, required=False, allow_blank=True, default="")
    reason = Line(max_length=REASON_LENGTH, required=False, allow_blank=True, default="")


class TargetChangesSerializer(InputSerializer):
    """What of a target can change without a version."""

    name = Line(max_length=80)
    description = Lines(max_length=CONFIG_TEXT, required=False, allow_blank=True)
    external_id = Line(max_length=120, required=False, allow_blank=True)
    reason = Line(max_length=REASON_LENGTH, required=False, allow_blank=True)


class OfTargetSerializer(InputSerializer):
    """One version of the target."""

    version = serializers.PrimaryKeyRelatedField(
        queryset=SlaTargetVersion.objects.select_related("target", "calendar"), help_text="The version, by id."
    )

    def validate_version(self, version: SlaTargetVersion) -> SlaTargetVersion:
        """It belongs to the target of the address."""
        if version.target_id != self.context["target"].pk:
            raise serializers.ValidationError("This version belongs to another target. Choose one of this target.")
        return version


class RevertSerializer(OfTargetSerializer, MomentSerializer):
    """An old version whose content holds again, from a moment on."""

    scope = serializers.ChoiceField(choices=SlaScope.choices, required=False, default=SlaScope.ALL)


class ConditionFieldSerializer(OutputSerializer):
    """A field that conditions of targets may name."""

    name = serializers.CharField()
    words = serializers.CharField(help_text="Its name on screens.")
    type = serializers.ChoiceField(choices=("integer", "string", "boolean"), help_text="Of its values.")
    values = serializers.ListField(child=serializers.JSONField(), help_text="Where they are fixed, else empty.")


class ConditionFieldsSerializer(OutputSerializer):
    """The fields that conditions of targets may name."""

    condition_fields = ConditionFieldSerializer(many=True)


class TicketFieldsSerializer(InputSerializer):
    """A ticket that does not exist: its fields, and when it would start."""

    fields_ = AnyObject(help_text="One value by field, as in conditions; customers are a list.")
    start = Instant(help_text="When it would be opened.")
    kind = serializers.ChoiceField(
        choices=SlaKind.choices, required=False, allow_null=True, default=None, help_text="Only promises of this kind."
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The fields by their names in a request; a serializer has an attribute `fields` of its own."""
        fields = super().get_fields()
        return {name.rstrip("_"): field for name, field in fields.items()}


class TargetReferenceSerializer(RecordSerializer):
    """A short reference to a target."""

    class Meta:
        model = SlaTarget
        fields = ("id", "name")


class CalendarReferenceSerializer(RecordSerializer):
    """A short reference to a calendar."""

    class Meta:
        model = Calendar
        fields = ("id", "name")


class PromiseSerializer(OutputSerializer):
    """What a ticket would be promised."""

    kind = serializers.ChoiceField(choices=SlaKind.choices)
    metric = serializers.ChoiceField(choices=SlaMetric.choices)
    team = serializers.SlugField(source="team.slug", default=None, allow_null=True, help_text="The team of an OLA.")
    target = TargetReferenceSerializer()
    goal_minutes = serializers.IntegerField()
    goal = serializers.SerializerMethodField(help_text="The goal in words.")
    calendar = CalendarReferenceSerializer(allow_null=True)
    due_at = Instant(allow_null=True)

    def get_goal(self, promise: Promise) -> str:
        """The goal in words."""
        return goal_text(promise.goal_minutes, promise.calendar is None)


class PromisesSerializer(OutputSerializer):
    """The promises of a ticket, in the order of clocks."""

    promises = PromiseSerializer(many=True)


def draft_from(data: dict[str, Any]) -> VersionDraft:
    """The version that a request describes; takes its values out of `data`."""
    values = {field.name: data.pop(field.name) for field in dataclasses.fields(VersionDraft)}
    lists = {name: tuple(values[name]) for name in ("pause_reasons", "warn_percents")}
    return VersionDraft(**values | lists | {"start": values["start"] or ""})
