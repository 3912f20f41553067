"""Filters of problems, factors and known errors; page and endpoint share them."""

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, QuerySet

from config.base.data.wall_clock import DAY, day_start
from config.base.web.filters import DayFilter, FilterSet, WordsFilter, YesNoFilter
from incidents.filters.tickets import ReferenceFilter, TicketFilter
from incidents.models import Service, Ticket
from incidents.prevention import recurrence
from oncall.models import Team
from problems.known_errors import matching
from problems.models import Factor, KnownError, KnownErrorStatus, KnownErrorUse


class ProblemFilter(TicketFilter):
    """Problems."""

    proactive = YesNoFilter(label="Opened before any incident", method="filter_proactive")

    class Meta(TicketFilter.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def filter_proactive(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Problems that had no incident when they were opened, or the others (S38)."""
        is_proactive = recurrence.is_proactive(self.reader)
        return queryset.filter(is_proactive if value else ~is_proactive)


class FactorFilter(FilterSet):
    """Contributing factors."""

    problem = ReferenceFilter(field_name="problem")

    class Meta(FilterSet.Meta):
        model = Factor
        fields: tuple[str, ...] = ()


class LooksLikeFilter(ReferenceFilter):
    """Known errors that match an incident, given as INC-7."""

    may_repeat = False

    def filter(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The best matches; none for an incident that the reader may not see."""
        if value is None:
            return queryset
        user = self.parent.reader
        incident = Ticket.objects.visible_to(user).incidents().filter(**value).first()
        if incident is None:
            return queryset.none()
        return queryset.filter(
            pk__in=[known_error.pk for known_error in matching.find_matches_for(incident, user=user)]
        )


class ResemblesFilter(filters.CharFilter):
    """Known errors that match a text, for an incident that is not declared yet."""

    may_repeat = False

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The best matches; those of the chosen service rank higher."""
        if not value:
            return queryset
        service = self.parent.form.cleaned_data.get("service")
        user = self.parent.reader
        matches = matching.find_matches(title=value, service=service, user=user)
        return queryset.filter(pk__in=[known_error.pk for known_error in matches])


class KnownErrorFilter(FilterSet):
    """Known errors."""

    search = WordsFilter(fields=["title", "symptoms"])
    status = filters.ChoiceFilter(choices=KnownErrorStatus)
    service = filters.ModelChoiceFilter(
        label="Service", field_name="problem__service", queryset=Service.objects.order_by("name"), to_field_name="slug"
    )
    problem = ReferenceFilter(field_name="problem")
    team = filters.ModelChoiceFilter(
        field_name="problem__team", queryset=Team.objects.order_by("name"), to_field_name="slug"
    )
    used_after = DayFilter(label="Used from", method="used_between")
    used_before = DayFilter(label="Used until", method="used_between")
    looks_like = LooksLikeFilter(field_name="incident")
    resembles = ResemblesFilter(max_length=300)

    class Meta(FilterSet.Meta):
        model = KnownError
        fields: tuple[str, ...] = ()

    def used_between(self, queryset: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        """Those of which one use is in the period, in an incident that the reader may see.

        Both ends are about the same use.
        """
        incidents = Ticket.objects.visible_to(self.reader)
        uses = KnownErrorUse.objects.filter(known_error=OuterRef("pk"), incident__in=incidents.values("pk"))
        first, last = (self.form.cleaned_data.get(end) for end in ("used_after", "used_before"))
        if first:
            uses = uses.filter(used_at__gte=day_start(first, self.zone))
        if last:
            uses = uses.filter(used_at__lt=day_start(last + DAY, self.zone))
        return queryset.filter(Exists(uses))
