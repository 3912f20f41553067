"""Filters of postmortems; page, CSV and endpoint share them."""

import django_filters as filters
from django.db.models import QuerySet

from config.base.data.users import Visitor
from config.base.web.filters import FilterSet, RowT, SinceDayFilter, UntilDayFilter, WordsFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import Service, Severity
from oncall.models import Team, User
from postmortems.models import Postmortem, PostmortemQuerySet, PostmortemStatus, Template

STEPS = [
    ("drafted", "First text written"),
    ("submitted", "Submitted for review"),
    ("approved", "Approved"),
    ("not_drafted", "No text yet"),
    ("not_submitted", "Not submitted yet"),
    ("not_approved", "Not approved yet"),
]


class PostmortemFilter(FilterSet):
    """Postmortems."""

    search = WordsFilter(fields=["ticket__title", "sections__body"], label="Words")
    due = filters.ChoiceFilter(label="Due", choices=[("overdue", "Overdue")], method="is_due")
    status = filters.ChoiceFilter(choices=PostmortemStatus)
    whose = filters.ChoiceFilter(
        label="Owner", choices=[("me", "Me"), ("my-teams", "My teams"), ("nobody", "No owner")], method="for_whom"
    )
    team = filters.ModelChoiceFilter(
        label="Team", field_name="ticket__team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    service = filters.ModelChoiceFilter(
        label="Service", field_name="ticket__service", queryset=Service.objects.order_by("name"), to_field_name="slug"
    )
    severity = filters.ModelChoiceFilter(
        label="Severity",
        field_name="ticket__severity",
        queryset=Severity.objects.order_by("position"),
        to_field_name="name",
    )
    owner = filters.ModelChoiceFilter(label="Owned by", queryset=User.objects.people().order_by("name"))
    ticket = ReferenceFilter(field_name="ticket", label="Incident")
    restored_after = SinceDayFilter(field_name="restored_at")
    restored_before = UntilDayFilter(field_name="restored_at")
    step = filters.ChoiceFilter(label="Step", choices=STEPS, method="at_step")

    class Meta(FilterSet.Meta):
        model = Postmortem
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[RowT]) -> QuerySet[RowT]:
        """The rows, each once, even if several sections match the search."""
        rows = super().filter_queryset(queryset)
        return rows.distinct() if self.form.cleaned_data.get("search") else rows

    def at_step(self, queryset: PostmortemQuerySet, name: str, value: str) -> PostmortemQuerySet:
        """Postmortems that have taken a step, or have not yet (S37)."""
        return queryset.filter(**{f"{value.removeprefix('not_')}_at__isnull": value.startswith("not_")})

    def is_due(self, queryset: PostmortemQuerySet, name: str, value: str) -> PostmortemQuerySet:
        """Postmortems that are overdue."""
        return queryset.overdue()

    def for_whom(self, queryset: PostmortemQuerySet, name: str, value: str) -> PostmortemQuerySet:
        """Postmortems of the reader, of their teams, or without an owner."""
        user: Visitor | None = getattr(self.request, "user", None)
        if value == "nobody":
            return queryset.filter(owner__isnull=True)
        if user is None or not user.is_authenticated:
            return queryset.none()
        if value == "me":
            return queryset.filter(owner=user)
        return queryset.filter(ticket__team__memberships__user=user)


class TemplateFilter(FilterSet):
    """Templates of postmortems."""

    search = WordsFilter(fields=["name", "description"])
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Template
        fields: tuple[str, ...] = ()
