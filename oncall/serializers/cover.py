"""Serializers of overrides, swaps and time off."""

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Instant, Line, ReadId, RecordSerializer
from oncall.models import Absence, Override, OverrideOp, Schedule, SwapOffer, SwapRequest, User
from oncall.serializers.people import PersonKey, PersonSerializer


class OverrideSerializer(RecordSerializer):
    """An exception to the rotation; `[starts_at, ends_at)` in whole minutes."""

    schedule = ReadId()
    users = PersonSerializer(many=True, read_only=True)
    out = PersonSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    cancelled_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Override
        fields = (
            "id", "schedule", "op", "users", "out", "starts_at", "ends_at", "reason", "external_id", "created_by",
            "created_at", "cancelled_at", "cancelled_by",
        )  # fmt: skip


class NewOverrideSerializer(InputSerializer):
    """With `replace`, the single user of `users` covers for `out`; `set`, `add` and `remove` take several."""

    schedule = serializers.PrimaryKeyRelatedField(queryset=Schedule.objects.select_related("team"))
    op = serializers.ChoiceField(choices=OverrideOp.choices)
    users = PersonKey(queryset=User.objects.people(), many=True, allow_empty=False)
    out = PersonKey(queryset=User.objects.people(), required=False, allow_null=True)
    starts_at = Instant()
    ends_at = Instant()
    reason = Line(max_length=200, required=False, allow_blank=True)
    external_id = Line(max_length=120, required=False, allow_blank=True)


class SwapOfferSerializer(RecordSerializer):
    """A person who would take it, optionally for a time of their own in return."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = SwapOffer
        fields = ("id", "user", "return_starts_at", "return_ends_at", "note", "status", "created_at", "ended_at")


class SwapSerializer(RecordSerializer):
    """A shift, or a part of one, that a person asks others to take."""

    schedule = ReadId()
    requested_by = PersonSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)
    chosen = ReadId(allow_null=True)
    offers = SwapOfferSerializer(many=True, read_only=True)

    class Meta:
        model = SwapRequest
        fields = (
            "id", "schedule", "requested_by", "starts_at", "ends_at", "note", "status", "offers", "chosen",
            "decided_by", "answer", "created_at", "accepted_at", "ended_at",
        )  # fmt: skip


class NewSwapSerializer(InputSerializer):
    """The time on call that others should take."""

    schedule = serializers.PrimaryKeyRelatedField(queryset=Schedule.objects.select_related("team"))
    starts_at = Instant()
    ends_at = Instant()
    note = Line(max_length=200, required=False, allow_blank=True)


class NewOfferSerializer(InputSerializer):
    """The time that you want in return; empty for none."""

    return_starts_at = Instant(required=False, allow_null=True)
    return_ends_at = Instant(required=False, allow_null=True)
    note = Line(max_length=200, required=False, allow_blank=True)


class OfferChoiceSerializer(InputSerializer):
    """One of the swap's offers."""

    offer = serializers.IntegerField(min_value=1)


class AnswerSerializer(InputSerializer):
    """The reason for declining."""

    answer = Line(max_length=200)


class AbsenceSerializer(RecordSerializer):
    """Time off of a person; the rota warns about it and changes nothing."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = Absence
        fields = ("id", "user", "starts_at", "ends_at", "note", "external_id", "created_at", "cancelled_at")


class PutAbsenceSerializer(InputSerializer):
    """Who is away from when to when."""

    user = PersonKey(queryset=User.objects.people())
    starts_at = Instant()
    ends_at = Instant()
    note = Line(max_length=120, required=False, allow_blank=True)


class NewAbsenceSerializer(PutAbsenceSerializer):
    """The same, with the id in another system."""

    external_id = Line(max_length=120, required=False, allow_blank=True)
