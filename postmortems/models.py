"""Postmortems: their templates, sections, revisions, reviews and public texts."""

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Now
from django.urls import reverse
from simple_history.models import HistoricalRecords

from config.base.data.constraints import external_id_once, one_of
from config.base.data.models import OneLineField, external_id_field, retired_at_field
from config.base.data.search_vectors import TextVector
from incidents.models import ReviewSeat, Ticket, Visibility
from oncall.models import PEOPLE, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

PUBLIC_TEXT = "public_text"
"""The key of revisions of the public text; no section may have it."""
SECTION_TEXT = TextVector("body")
"""The words of a section; the index and the search must use the same."""
_SECTION = {"key": str, "title": str, "guidance": str, "is_required": bool}


def validate_sections(value: object) -> None:
    """Refuse sections of a template that are not `[{"key", "title", "guidance", "is_required"}]`."""
    if not isinstance(value, list) or not value:
        raise ValidationError("Add at least one section.")
    keys: set[str] = set()
    for section in value:
        if not isinstance(section, dict) or set(section) != set(_SECTION):
            raise ValidationError(f"Each section has exactly: {', '.join(_SECTION)}.")
        if not all(isinstance(section[name], kind) for name, kind in _SECTION.items()) or not section["title"]:
            raise ValidationError("key, title and guidance are texts; is_required is true or false.")
        validate_slug(section["key"])
        if section["key"] in keys | {PUBLIC_TEXT} or len(section["key"]) > 40:
            raise ValidationError(f"The key {section['key']} is already used or too long. Choose another one.")
        keys.add(section["key"])


class Template(models.Model):
    """The sections of new postmortems; changes do not affect existing postmortems."""

    name = OneLineField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    sections = models.JSONField(
        validators=[validate_sections], help_text='[{"key": ..., "title": ..., "guidance": ..., "is_required": true}]'
    )
    needs_other_team = models.BooleanField(
        "needs another team",
        default=False,
        help_text="Approval needs a person from outside the owner team in the review.",
    )
    is_default = models.BooleanField("is the default", default=False)
    external_id = external_id_field()
    retired_at = retired_at_field()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            external_id_once(name="postmortems_template_external_id"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="postmortems_template_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PostmortemStatus(models.TextChoices):
    """The status of a postmortem; the moves are in `postmortems.status`."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    CLOSED = "closed", "Closed"


UNAPPROVED = (PostmortemStatus.DRAFT, PostmortemStatus.IN_REVIEW)


class PostmortemQuerySet(models.QuerySet["Postmortem"]):
    """Postmortems; portal, API and admin use the same filters."""

    def visible_to(self, user: "User | AnonymousUser") -> "PostmortemQuerySet":
        """Postmortems of incidents that this person may see."""
        return self.filter(ticket__in=Ticket.objects.visible_to(user))

    def overdue(self) -> "PostmortemQuerySet":
        """Postmortems that are not approved and past their due day."""
        return self.filter(status__in=UNAPPROVED, due_on__lt=Cast(Now(), models.DateField()))

    def published(self) -> "PostmortemQuerySet":
        """Postmortems whose `public_text` is public, newest first; nothing else of them is public."""
        return self.filter(published_at__isnull=False, ticket__visibility=Visibility.OPEN).order_by(
            "-published_at", "-pk"
        )

    def for_list(self) -> "PostmortemQuerySet":
        """With the related names of a list row, in one query."""
        return self.select_related("ticket__service", "ticket__severity", "ticket__team", "owner")


class Postmortem(models.Model):
    """The post-incident review of one incident: written, reviewed, approved and, if wanted, published."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, related_name="postmortem")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="postmortems")
    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_postmortems",
        limit_choices_to=PEOPLE,
    )
    status = models.CharField(max_length=10, choices=PostmortemStatus, default=PostmortemStatus.DRAFT)
    due_on = models.DateField(help_text="Overdue if not approved by the end of this day.")
    public_text = models.TextField(blank=True, help_text="The status page shows it. A text of its own, never a copy.")
    public_written_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    restored_at = models.DateTimeField(help_text="The days to draft, review and approval count from here.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    drafted_at = models.DateTimeField(null=True, blank=True, help_text="When a person first wrote in it.")
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="When it first went into review.")
    approved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PostmortemQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("status", PostmortemStatus.values, name="postmortems_postmortem_status"),
            models.CheckConstraint(
                condition=Q(status__in=UNAPPROVED, approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(status__in=UNAPPROVED),
                name="postmortems_postmortem_approved_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(owner__isnull=True) | ~Q(approved_by=F("owner")),
                name="postmortems_postmortem_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True)
                | Q(status__in=[PostmortemStatus.PUBLISHED, PostmortemStatus.CLOSED]) & ~Q(public_text=""),
                name="postmortems_postmortem_published_what",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostmortemStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="postmortems_postmortem_published_when",
            ),
            models.CheckConstraint(
                condition=Q(status=PostmortemStatus.CLOSED, closed_at__isnull=False)
                | (~Q(status=PostmortemStatus.CLOSED) & Q(closed_at__isnull=True)),
                name="postmortems_postmortem_closed_when",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(status__in=UNAPPROVED), name="postmortems_due"),
            models.Index(
                fields=["-published_at"], condition=Q(published_at__isnull=False), name="postmortems_published"
            ),
        ]

    def __str__(self) -> str:
        return f"Postmortem {self.pk} of ticket {self.ticket_id}"

    def get_absolute_url(self) -> str:
        """Its page in the portal."""
        return reverse("postmortems:postmortem", args=[self.pk])

    def is_visible_to(self, user: "User | AnonymousUser") -> bool:
        """Whether this person may see its ticket."""
        return self.ticket.is_visible_to(user)

    @property
    def is_approved(self) -> bool:
        """Whether it is approved."""
        return self.status not in UNAPPROVED

    def is_overdue(self, today: date) -> bool:
        """Whether it is not approved and its due day is before `today`."""
        return not self.is_approved and self.due_on < today


class PostmortemSection(models.Model):
    """The current text of a section, with title and guidance copied from the template."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField(max_length=40)
    title = OneLineField(max_length=120)
    guidance = models.TextField(blank=True)
    is_required = models.BooleanField(default=False)
    body = models.TextField(blank=True, help_text="Markdown.")
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "key"], name="postmortems_section_once"),
            models.UniqueConstraint(fields=["postmortem", "position"], name="postmortems_section_position"),
        ]
        indexes = [GinIndex(SECTION_TEXT, name="postmortems_section_words")]

    def __str__(self) -> str:
        return f"{self.title} of postmortem {self.postmortem_id}"

    @property
    def is_missing(self) -> bool:
        """Whether it is required and still empty."""
        return self.is_required and not self.body


class PostmortemRevision(models.Model):
    """One saved version of a text; a database trigger refuses to change or delete it."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="revisions")
    key = models.SlugField(max_length=40, help_text="The section, or public_text.")
    number = models.PositiveIntegerField()
    body = models.TextField(blank=True)
    author = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: written by the product.",
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["postmortem", "key", "number"], name="postmortems_revision_once")
        ]

    def __str__(self) -> str:
        return f"Revision {self.number} of {self.key} of postmortem {self.postmortem_id}"


class RemarkKind(models.TextChoices):
    """The kind of an entry in the review."""

    COMMENT = "comment", "Comment"
    SUBMITTED = "submitted", "Submitted for review"
    CHANGES = "changes", "Changes requested"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"
    CLOSED = "closed", "Closed"
    OWNER = "owner", "Owner"
    SEAT = "seat", "Seat"


class PostmortemComment(models.Model):
    """A comment or step of the review; a database trigger refuses to change it."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="comments")
    kind = models.CharField(max_length=10, choices=RemarkKind, default=RemarkKind.COMMENT)
    section = models.SlugField(max_length=40, blank=True, help_text="The section it is about, if any.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("kind", RemarkKind.values, name="postmortems_comment_kind")]
        indexes = [models.Index(fields=["postmortem", "at", "id"], name="postmortems_comment_of")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk} on postmortem {self.postmortem_id}"


class Perspective(models.TextChoices):
    """The perspective of a reviewer; each has one question (S30)."""

    PROCESS = "process", "Process"
    OPERATIONS = "operations", "Operations"
    SECURITY = "security", "Security"
    CUSTOMER = "customer", "Customer"


class Presence(models.TextChoices):
    """Whether the person attended or signed off."""

    ATTENDED = "attended", "Attended"
    SIGNED_OFF = "signed_off", "Signed off"


class Review(models.Model):
    """The review of one postmortem, with the seats required for approval as they were when it began."""

    postmortem = models.OneToOneField(Postmortem, on_delete=models.CASCADE, related_name="review")
    required = ArrayField(models.CharField(max_length=12, choices=ReviewSeat), default=list, blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(required__contained_by=ReviewSeat.values), name="postmortems_review_required"
            )
        ]

    def __str__(self) -> str:
        return f"Review of postmortem {self.postmortem_id}"


class Seat(models.Model):
    """A person who attended a review or signed it off, and the seat they took (S29)."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="seats")
    kind = models.CharField(max_length=12, choices=ReviewSeat)
    perspective = models.CharField(max_length=10, choices=Perspective)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="review_seats", limit_choices_to=PEOPLE)
    presence = models.CharField(max_length=10, choices=Presence)
    answer = models.TextField(blank=True, help_text="To the question of the perspective.")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "kind", "user"], name="postmortems_seat_once"),
            one_of("kind", ReviewSeat.values, name="postmortems_seat_kind"),
            one_of("perspective", Perspective.values, name="postmortems_seat_perspective"),
            models.CheckConstraint(
                condition=Q(presence="attended") | (Q(presence="signed_off") & ~Q(answer="")),
                name="postmortems_seat_signed_off_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.presence} ({self.pk})"
