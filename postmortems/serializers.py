"""Postmortems as the API shows them, and the input of its actions."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.data.lengths import SHORT_TEXT
from config.base.rest.configuration import ConfigurationSerializer, PartSerializer
from config.base.rest.serializers import (
    InputSerializer,
    Instant,
    Key,
    Line,
    Lines,
    OutputSerializer,
    ReadKey,
    RecordSerializer,
)
from incidents.models import ReviewSeat
from incidents.serializers.tickets import ReferenceField
from oncall.serializers.people import Address, PersonKey, PersonSerializer
from postmortems.forms import MAX_TEXT
from postmortems.models import Postmortem, PostmortemComment, PostmortemSection, Presence, Review, Seat, Template
from postmortems.workspace import days_since_restored
from problems.models import KnownError


class TemplateSerializer(RecordSerializer):
    """The sections of new postmortems."""

    sections = serializers.JSONField(read_only=True)

    class Meta:
        model = Template
        fields = (
            "id", "name", "description", "sections", "needs_other_team", "is_default", "external_id", "retired_at",
        )  # fmt: skip


class TemplateSectionSerializer(PartSerializer):
    """One section of a template."""

    key = serializers.SlugField(max_length=40, help_text="Its name for programs, once in a template.")
    title = Line(max_length=120)
    guidance = Lines(max_length=2_000, required=False, allow_blank=True, default="")
    is_required = serializers.BooleanField(default=False)


class TemplateWriteSerializer(ConfigurationSerializer):
    """A template of postmortems; its sections stand in the order in which they are sent."""

    sections = TemplateSectionSerializer(many=True)

    class Meta:
        model = Template
        fields = ("name", "description", "sections", "needs_other_team", "is_default", "external_id", "reason")


class SectionSerializer(RecordSerializer):
    """A section's text."""

    is_missing = serializers.BooleanField(read_only=True)

    class Meta:
        model = PostmortemSection
        fields = ("key", "title", "is_required", "is_missing", "body", "updated_at")


class CommentSerializer(RecordSerializer):
    """A comment or step of the review."""

    author = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PostmortemComment
        fields = ("id", "kind", "section", "author", "text", "at")


class SeatSerializer(RecordSerializer):
    """A person who took part in the review, and their seat."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = Seat
        fields = ("kind", "perspective", "user", "presence", "answer", "taken_at")


class ReviewSerializer(RecordSerializer):
    """The required seats of a review, and who took them."""

    seats = SeatSerializer(many=True, read_only=True)

    class Meta:
        model = Review
        fields = ("required", "opened_at", "seats")


class TakeSeatSerializer(InputSerializer):
    """The seat to take, and how; for another person only `attended`."""

    seat = serializers.ChoiceField(choices=ReviewSeat.choices)
    presence = serializers.ChoiceField(choices=Presence.choices)
    answer = Lines(max_length=SHORT_TEXT, allow_blank=True, required=False)
    person = PersonKey(required=False)


class DaysSerializer(OutputSerializer):
    """Days from restoration to each step; null for steps not taken yet."""

    draft = serializers.FloatField(allow_null=True)
    review = serializers.FloatField(allow_null=True)
    approval = serializers.FloatField(allow_null=True)


class PostmortemSerializer(RecordSerializer):
    """The post-incident review of an incident."""

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
    def get_sections(self, postmortem: Postmortem) -> list[dict[str, object]]:
        """The sections in order."""
        rows = sorted(postmortem.sections.all(), key=lambda section: section.position)
        return list(SectionSerializer(rows, many=True).data)

    @extend_schema_field(DaysSerializer())
    def get_days_from_restore(self, postmortem: Postmortem) -> dict[str, float | None]:
        """Days from restoration to first text, review and approval."""
        return {
            "draft": days_since_restored(postmortem, postmortem.drafted_at),
            "review": days_since_restored(postmortem, postmortem.submitted_at),
            "approval": days_since_restored(postmortem, postmortem.approved_at),
        }


class DraftSerializer(InputSerializer):
    """The incident, and optionally the template and the owner."""

    ticket = ReferenceField(kind="incident")
    template = Key(slug_field="name", queryset=Template.objects.all(), required=False)
    owner = PersonKey(required=False)


class WriteSerializer(InputSerializer):
    """A section's text; with `seen`, the `updated_at` you read, it is refused if somebody saved it since."""

    section = serializers.SlugField(max_length=40, source="key")
    body = Lines(max_length=MAX_TEXT, allow_blank=True)
    seen = Instant(required=False)


class PublishReportSerializer(InputSerializer):
    """Whether the postmortem is also mailed to subscribers."""

    tells_subscribers = serializers.BooleanField(default=False)


class PublicTextSerializer(InputSerializer):
    """The text that the public reads."""

    text = Lines(max_length=MAX_TEXT, allow_blank=True)


class NewCommentSerializer(InputSerializer):
    """A comment, optionally on one section."""

    text = Lines(max_length=SHORT_TEXT)
    section = serializers.SlugField(max_length=40, required=False)


class TextSerializer(InputSerializer):
    """The reason, or the requested changes."""

    text = Lines(max_length=SHORT_TEXT)


class OptionalTextSerializer(InputSerializer):
    """An optional comment."""

    text = Lines(max_length=SHORT_TEXT, allow_blank=True, required=False)


class PostmortemOwnerSerializer(InputSerializer):
    """The new owner."""

    owner = PersonKey()


class ShareSerializer(OutputSerializer):
    """A share of records, and the lists of both."""

    name = serializers.CharField()
    part = serializers.IntegerField()
    n = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)
    part_url = Address()
    n_url = Address()


class StepSerializer(OutputSerializer):
    """Days from restoration to one step of a postmortem."""

    name = serializers.CharField()
    n = serializers.IntegerField()
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)
    n_url = Address()
    waiting = serializers.IntegerField()
    waiting_url = Address()


class KnownErrorUsesSerializer(RecordSerializer):
    """A known error, and in how many incidents of the period it was used."""

    problem = serializers.CharField(source="problem.reference", read_only=True)
    uses = serializers.IntegerField(source="uses_here", read_only=True)

    class Meta:
        model = KnownError
        fields = ("id", "title", "problem", "uses")


class PreventionReportSerializer(OutputSerializer):
    """How soon postmortems are written, and how many incidents repeat."""

    since = serializers.DateField(source="scope.since")
    until = serializers.DateField(source="scope.until")
    team = serializers.CharField(source="scope.team.slug", allow_null=True, default=None)
    days_from_restore = StepSerializer(source="steps", many=True)
    overdue = serializers.IntegerField(source="overdue_count")
    overdue_url = Address()
    shares = ShareSerializer(many=True)
    known_error_uses = serializers.IntegerField(source="uses")
    known_errors = KnownErrorUsesSerializer(many=True)
    known_errors_url = Address()
