"""What the verbs of response take."""

from collections.abc import Mapping

from rest_framework import serializers

from config.base.data.lengths import LONG_TEXT, SHORT_TEXT
from config.base.rest.serializers import InputSerializer, Key, Line, Lines
from incidents.categories.catalogue import find_category
from incidents.categories.custom_fields import fields_of, refuse_missing
from incidents.models import ClosureCode, ContactType, HoldReason, Severity, Visibility
from incidents.response.vendors import MAX_LENGTH
from incidents.serializers.tickets import FactsSerializer, ReferenceField
from oncall.models import Team
from oncall.serializers.people import PersonKey


class DeclareSerializer(FactsSerializer):
    """A new incident; the priority follows from impact and urgency, the team from the service."""

    team = Key(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)
    severity = Key(slug_field="name", queryset=Severity.objects.all(), allow_null=True, required=False)
    contact_type = serializers.ChoiceField(choices=ContactType.choices, default=ContactType.API)
    visibility = serializers.ChoiceField(
        choices=Visibility.choices, required=False,
        help_text="Left out, it is private if that is the default of its team or category, else open.",
    )  # fmt: skip
    visibility_reason = Line(max_length=200, allow_blank=True, required=False)
    page = serializers.BooleanField(
        default=True,
        help_text="False pages nobody, whatever the severity: a call that somebody logs, with every custom field that"
        " its category needs.",
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """A private record says why, and a call that somebody logs has what its category needs."""
        if not attrs["page"]:
            about = find_category(str(attrs.get("category", "")))
            sent = attrs.get("custom_fields")
            refuse_missing(fields=fields_of(about), values=sent if isinstance(sent, Mapping) else {})
        if attrs.get("visibility") == Visibility.PRIVATE and not attrs.get("visibility_reason"):
            raise serializers.ValidationError({"visibility_reason": ["Say why this record is private."]})
        return attrs


class NoteSerializer(InputSerializer):
    """A work note, or a comment that the requester reads."""

    text = Lines(max_length=LONG_TEXT)
    is_public = serializers.BooleanField(default=False)


class HoldSerializer(InputSerializer):
    """Whom or what the ticket waits for, and a note."""

    reason = serializers.ChoiceField(choices=HoldReason.choices)
    note = Lines(max_length=SHORT_TEXT, allow_blank=True, default="")


class NotifyVendorSerializer(InputSerializer):
    """The vendor that was notified, its number of the case, and what it was told."""

    vendor = Line(max_length=MAX_LENGTH)
    reference = Line(max_length=MAX_LENGTH, allow_blank=True, default="")
    note = Lines(max_length=SHORT_TEXT, allow_blank=True, default="")


class ReasonSerializer(InputSerializer):
    """A reason."""

    reason = Lines(max_length=SHORT_TEXT)


class ParentSerializer(InputSerializer):
    """The ticket that contains it."""

    parent = ReferenceField()  # type: ignore[assignment]  # the link's own word


class OptionalReasonSerializer(InputSerializer):
    """An optional reason."""

    reason = Lines(max_length=SHORT_TEXT, allow_blank=True, default="")


class OptionalNoteSerializer(InputSerializer):
    """An optional note."""

    note = Lines(max_length=LONG_TEXT, allow_blank=True, default="")


class AssignSerializer(InputSerializer):
    """The person it is assigned to."""

    assignee = PersonKey()


class TeamChoiceSerializer(InputSerializer):
    """A team."""

    team = Key(slug_field="slug", queryset=Team.objects.all())


class ReassignSerializer(TeamChoiceSerializer):
    """The team it is assigned to, and why."""

    reason = Lines(max_length=SHORT_TEXT)


class ChangeSeveritySerializer(InputSerializer):
    """The new severity; lowering it needs a reason."""

    severity = Key(slug_field="name", queryset=Severity.objects.all())
    reason = Lines(max_length=SHORT_TEXT, allow_blank=True, default="")


class CloseSerializer(InputSerializer):
    """How it ended: a closure code, a note and, of a duplicate or merged ticket, the one that stands for it."""

    code = serializers.ChoiceField(choices=ClosureCode.choices)
    other = ReferenceField(required=False)
    note = Lines(max_length=LONG_TEXT, allow_blank=True, default="")
