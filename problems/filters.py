"""Filters of problems, factors and known errors; page and endpoint share them."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from config.base.web.filters import FilterSet, WordsFilter
from incidents.filters.tickets import ReferenceFilter, TicketFilter
from incidents.models import Service, Ticket, TicketKind
from incidents.prevention import recurrence
from oncall.models import Team
from problems.known_errors import matching
from problems.models import Factor, KnownError, KnownErrorStatus


class ProblemFilter(TicketFilter):
    """Problems."""

    proactive = filters.BooleanFilter(label="Raised before any incident", method="raised_before")

    class Meta(TicketFilter.Meta):
        model = Ticket
        fields: tuple[str, ...] = ()

    def raised_before(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Those that no incident had shown yet when they were opened (S38)."""
        return queryset.filter(recurrence.is_proactive() if value else ~recurrence.is_proactive())


class FactorFilter(FilterSet):
    """Contributing factors."""

    problem = ReferenceFilter(field_name="problem")

    class Meta(FilterSet.Meta):
        model = Factor
        fields: tuple[str, ...] = ()


class LooksLikeFilter(ReferenceFilter):
    """Known errors that look like an incident, named as INC-7."""

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The few best; none for an incident the reader may not know of."""
        if not value:
            return queryset
        user: Any = getattr(self.parent.request, "user", None)
        number = value.rpartition("-")[2]
        incident = (
            Ticket.objects.visible_to(user)
            .filter(kind=TicketKind.INCIDENT, number=int(number) if number.isdecimal() and len(number) < 19 else 0)
            .first()
        )
        if incident is None:
            return queryset.none()
        return queryset.filter(pk__in=[one.pk for one in matching.find_for(incident, user=user)])


class ResemblesFilter(filters.CharFilter):
    """Known errors that look like words of a trouble that is not declared yet."""

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The few best; those of the asked service count as nearer."""
        if not value:
            return queryset
        service = self.parent.form.cleaned_data.get("service")
        user: Any = getattr(self.parent.request, "user", None)
        found = matching.find(title=value, service=service, user=user)
        return queryset.filter(pk__in=[one.pk for one in found])


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
    used = filters.DateFromToRangeFilter(field_name="uses__used_at", distinct=True)
    looks_like = LooksLikeFilter(field_name="incident")
    resembles = ResemblesFilter(max_length=300)

    class Meta(FilterSet.Meta):
        model = KnownError
        fields: tuple[str, ...] = ()
