"""Templates are edited here; postmortems are edited in the portal and read here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.base.web.admin import FactAdmin, FactInline, HistoryAdmin
from postmortems.forms import TemplateAdminForm
from postmortems.models import (
    Postmortem,
    PostmortemComment,
    PostmortemRevision,
    PostmortemSection,
    Review,
    Seat,
    Template,
)


@admin.register(Template)
class TemplateAdmin(HistoryAdmin):
    """The sections that a postmortem gets."""

    form = TemplateAdminForm
    list_display = ("name", "is_default", "needs_other_team")
    search_fields = ("name", "description")
    ordering = ("name",)


class SectionInline(FactInline):
    """The sections of a postmortem."""

    model = PostmortemSection
    fields = ("title", "is_required", "body", "updated_at")
    ordering = ("position",)
    show_change_link = False


class CommentInline(FactInline):
    """Comments and steps of the review."""

    model = PostmortemComment
    fields = ("at", "kind", "author", "text")
    ordering = ("at", "pk")
    show_change_link = False


@admin.register(Postmortem)
class PostmortemAdmin(FactAdmin):
    """Postmortems, read only; they are changed in the portal and the API."""

    list_display = ("ticket", "status", "due_on", "owner", "approved_by", "approved_at")
    list_filter = ("status", "ticket__severity", "ticket__team")
    list_select_related = ("ticket", "owner", "approved_by")
    search_fields = ("ticket__title", "owner__name")
    ordering = ("-pk",)
    inlines = (SectionInline, CommentInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Postmortem]:
        """Only postmortems of incidents that the reader may see."""
        rows: Any = super().get_queryset(request)
        visible: QuerySet[Postmortem] = rows.visible_to(request.user)
        return visible


class PostmortemRelatedAdmin(FactAdmin):
    """Rows of a postmortem, visible to people who may see it."""

    list_select_related: tuple[str, ...] = ("postmortem", "author")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PostmortemSection]:
        """Only rows of visible postmortems."""
        rows: QuerySet[PostmortemSection] = super().get_queryset(request)
        return rows.filter(postmortem__in=Postmortem.objects.visible_to(request.user))


@admin.register(PostmortemSection)
class SectionAdmin(PostmortemRelatedAdmin):
    """Sections of all postmortems."""

    list_display = ("postmortem", "title", "is_required", "updated_at")
    list_select_related = ("postmortem",)
    search_fields = ("title", "body")
    ordering = ("-pk",)


@admin.register(PostmortemRevision)
class RevisionAdmin(PostmortemRelatedAdmin):
    """Every saved text."""

    list_display = ("at", "postmortem", "key", "number", "author")
    search_fields = ("key", "body", "author__name")
    ordering = ("-pk",)


@admin.register(PostmortemComment)
class CommentAdmin(PostmortemRelatedAdmin):
    """Comments of all postmortems."""

    list_display = ("at", "postmortem", "kind", "author", "text")
    list_filter = ("kind",)
    search_fields = ("text", "author__name")
    ordering = ("-pk",)


class SeatInline(FactInline):
    """The seats that were taken."""

    model = Seat
    fields = ("kind", "user", "presence", "answer", "taken_at")
    ordering = ("pk",)
    show_change_link = False


@admin.register(Review)
class ReviewAdmin(PostmortemRelatedAdmin):
    """The required seats of each review."""

    list_display = ("postmortem", "required", "opened_at")
    list_select_related = ("postmortem",)
    search_fields = ("postmortem__ticket__title",)
    ordering = ("-pk",)
    inlines = (SeatInline,)


@admin.register(Seat)
class SeatAdmin(FactAdmin):
    """Seats of all reviews."""

    list_display = ("review", "kind", "user", "presence", "taken_at")
    list_filter = ("kind", "presence")
    list_select_related = ("review", "user")
    search_fields = ("user__name", "answer")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        """Only rows of visible postmortems."""
        rows: QuerySet[Seat] = super().get_queryset(request)
        return rows.filter(review__postmortem__in=Postmortem.objects.visible_to(request.user))
