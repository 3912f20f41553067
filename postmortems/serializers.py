"""Postmortems as the API shows them, and what its verbs take."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Instant, Key, Lines, ReadKey, RecordSerializer
from incidents.models import ReviewSeat, Ticket
from oncall.models import User
from oncall.serializers.people import Address, PersonSerializer
from postmortems.forms import MOST_TEXT
from postmortems.models import Postmortem, PostmortemComment, PostmortemSection, Presence, Review, Seat, Template
from postmortems.workspace import days_since_restored
from problems.models import KnownError


class TemplateSerializer(RecordSerializer):
    """The sections a postmortem is asked for."""

    sections = serializers.JSONField(read_only=True)

    class Meta:
        model = Template
        fields = ("id", "name", "description", "sections", "needs_other_team", "is_default")


class SectionSerializer(RecordSerializer):
    """A section's text."""

    is_missing = serializers.BooleanField(read_only=True)

    class Meta:
        model = PostmortemSection
        fields = ("key", "title", "is_required", "is_missing", "body", "updated_at")


class CommentSerializer(RecordSerializer):
    """What was said or done in the review."""

    author = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PostmortemComment
        fields = ("id", "kind", "section", "author", "text", "at")


class SeatSerializer(RecordSerializer):
    """Somebody who had a say, and for whom they spoke."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = Seat
        fields = ("kind", "perspective", "user", "presence", "answer", "taken_at")


class ReviewSerializer(RecordSerializer):
    """The seats a review asks for, and who has taken them."""

    seats = SeatSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = ("required", "opened_at", "seats")


class TakeSeatSerializer(InputSerializer):
    """From which seat, and how; another person can only be noted as having attended."""

    seat = serializers.ChoiceField(choices=ReviewSeat.choices)
    presence = serializers.ChoiceField(choices=Presence.choices)
    answer = Lines(max_length=5_000, allow_blank=True, required=False)
    person = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(is_active=True), required=False)


class DaysSerializer(serializers.Serializer[Any]):
    """Days from restoration to each step; null for what was not done yet."""

    draft = serializers.FloatField(allow_null=True)
    review = serializers.FloatField(allow_null=True)
    approval = serializers.FloatField(allow_null=True)


class PostmortemSerializer(RecordSerializer):
    """What was learned from an incident."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    title = serializers.CharField(source="ticket.title", read_only=True)
    url = Address(source="get_absolute_url", read_only=True)
    team = serializers.CharField(source="ticket.team.slug", read_only=True)
    severity = serializers.CharField(source="ticket.severity.name", read_only=True)
    template = ReadKey("name")
    owner = PersonSerializer(read_only=True, allow_null=True)
    approved_by = PersonSerializer(read_only=True, allow_null=True)
    sections = serializers.SerializerMethodField()
    comments = CommentSerializer(many=True, read_only=True)
    review = ReviewSerializer(read_only=True, allow_null=True, default=None)
    days_from_restore = serializers.SerializerMethodField()

    class Meta:
        model = Postmortem
        fields = (
            "id", "url", "ticket", "title", "team", "severity", "template", "owner", "status", "due_on", "sections",
            "public_text", "comments", "review", "approved_by", "days_from_restore", "restored_at", "created_at",
            "updated_at", "drafted_at", "submitted_at", "approved_at", "published_at", "closed_at",
        )  # fmt: skip

    @extend_schema_field(SectionSerializer(many=True))
    def get_sections(self, postmortem: Postmortem) -> list[dict[str, Any]]:
        """The sections in order."""
        rows = sorted(postmortem.sections.all(), key=lambda section: section.position)
        return list(SectionSerializer(rows, many=True).data)

    @extend_schema_field(DaysSerializer())
    def get_days_from_restore(self, postmortem: Postmortem) -> dict[str, float | None]:
        """Days from restoration to first words, review and approval."""
        return {
            "draft": days_since_restored(postmortem, postmortem.drafted_at),
            "review": days_since_restored(postmortem, postmortem.submitted_at),
            "approval": days_since_restored(postmortem, postmortem.approved_at),
        }


@extend_schema_field({"type": "string", "example": "INC-7"})
class TicketKey(serializers.Field[Ticket, str, str, Any]):
    """An incident by its reference, if the caller may know of it."""

    default_error_messages = {"unknown": "There is no such incident: {value}. Write it as INC-7."}

    def to_internal_value(self, data: Any) -> Ticket:
        """The ticket."""
        value = data if isinstance(data, str) else ""
        _, _, number = value.partition("-")
        known = Ticket.objects.incidents().visible_to(self.context["request"].user)
        found = known.filter(number=int(number)).first() if number.isdecimal() and len(number) < 19 else None
        if found is None or found.reference != value.upper():
            self.fail("unknown", value=str(data)[:40])
        return found


class DraftSerializer(InputSerializer):
    """Of which incident, and if you like by which template and for whom."""

    ticket = TicketKey()
    template = Key(slug_field="name", queryset=Template.objects.all(), required=False)
    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(is_active=True), required=False)


class WriteSerializer(InputSerializer):
    """A section's text; `seen` is its `updated_at` as you read it, to be refused if somebody was faster."""

    section = serializers.SlugField(max_length=40, source="key")
    body = Lines(max_length=MOST_TEXT, allow_blank=True)
    seen = Instant(required=False)


class PublishReportSerializer(InputSerializer):
    """Whether customers get the report by mail, too."""

    tells_subscribers = serializers.BooleanField(default=False)


class PublicTextSerializer(InputSerializer):
    """What the public reads."""

    text = Lines(max_length=MOST_TEXT, allow_blank=True)


class CommentAskedSerializer(InputSerializer):
    """A comment, on one section if you like."""

    text = Lines(max_length=5_000)
    section = serializers.SlugField(max_length=40, required=False)


class TextSerializer(InputSerializer):
    """Why, or what should change."""

    text = Lines(max_length=5_000)


class OptionalTextSerializer(InputSerializer):
    """A word on the way."""

    text = Lines(max_length=5_000, allow_blank=True, required=False)


class PostmortemOwnerSerializer(InputSerializer):
    """Who brings it to an end."""

    owner = serializers.PrimaryKeyRelatedField(queryset=User.objects.filter(is_active=True))


class ShareSerializer(serializers.Serializer[Any]):
    """How many of how many, and the lists of both."""

    name = serializers.CharField()
    part = serializers.IntegerField()
    n = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)
    part_url = Address()
    n_url = Address()


class StepSerializer(serializers.Serializer[Any]):
    """Days from restoration to one step of a postmortem."""

    name = serializers.CharField()
    n = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    n_url = Address()
    waiting = serializers.IntegerField()
    waiting_url = Address()


class HelpedSerializer(RecordSerializer):
    """A known error, and in how many incidents of the period it helped."""

    problem = serializers.CharField(source="problem.reference", read_only=True)
    uses = serializers.IntegerField(source="uses_here", read_only=True)

    class Meta:
        model = KnownError
        fields = ("id", "title", "problem", "uses")


class PreventionReportSerializer(serializers.Serializer[Any]):
    """How soon lessons are written, and whether trouble stays away."""

    since = serializers.DateField(source="scope.since")
    until = serializers.DateField(source="scope.until")
    team = serializers.CharField(source="scope.team.slug", allow_null=True, default=None)
    days_from_restore = StepSerializer(source="steps", many=True)
    overdue = serializers.IntegerField(source="overdue_count")
    overdue_url = Address()
    shares = ShareSerializer(many=True)
    known_error_uses = serializers.IntegerField(source="uses")
    known_errors = HelpedSerializer(source="helped", many=True)
    known_errors_url = Address(source="helped_url")
