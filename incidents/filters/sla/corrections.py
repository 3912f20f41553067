"""Filters of excluded times and of waivers."""

import django_filters as filters
from django.db.models import QuerySet

from config.base.data.users import Visitor
from config.base.web.batched_choices import BatchedChoiceFilter
from config.base.web.filters import FilterSet, MomentFilter, RowT, WholeNumberFilter, WordsFilter
from incidents.filters.tickets import ReferenceFilter
from incidents.models import SlaCredit, SlaMetric, SlaWaiver, WaiverStatus
from oncall.models import Team


def in_turn(
    rows: QuerySet[RowT], reader: Visitor, *, value: str, right: str, assignee: str = "ticket__assignee"
) -> QuerySet[RowT]:
    """Those that the reader may decide now ("me"), or has requested; `assignee` is the path to who never decides."""
    if not reader.is_authenticated or (value == "me" and not reader.has_perm(right)):
        return rows.none()
    if value == "requested":
        return rows.filter(requested_by=reader)
    own = rows.filter(**{assignee: reader}).order_by().values("pk")
    return rows.filter(status=WaiverStatus.ASKED).exclude(requested_by=reader).exclude(pk__in=own)


def turn_filter() -> filters.ChoiceFilter:
    """Whose turn it is; the set needs a method `for_reader`."""
    choices = [("me", "Waits for me"), ("requested", "Requested by me")]
    return filters.ChoiceFilter(label="Whose", choices=choices, method="for_reader")


class SlaCreditFilter(FilterSet):
    """Excluded times."""

    search = WordsFilter(fields=["reason", "ticket__title"])
    status = filters.ChoiceFilter(choices=WaiverStatus)
    turn = turn_filter()
    team = BatchedChoiceFilter(
        field_name="ticket__team", label="Assigned team", queryset=Team.objects.all(), to_field_name="slug"
    )
    ticket = ReferenceFilter(field_name="ticket")
    batch = filters.UUIDFilter()
    starts_before = MomentFilter(field_name="starts_at", lookup_expr="lt")
    ends_after = MomentFilter(field_name="ends_at", lookup_expr="gte")

    class Meta(FilterSet.Meta):
        model = SlaCredit
        fields: tuple[str, ...] = ()

    def for_reader(self, queryset: QuerySet[SlaCredit], name: str, value: str) -> QuerySet[SlaCredit]:
        """Those that the reader may decide now, or has requested."""
        return in_turn(queryset, self.reader, value=value, right="incidents.decide_slacredit")


class SlaWaiverFilter(FilterSet):
    """Waivers of breaches."""

    search = WordsFilter(fields=["reason", "breach__ticket__title"])
    status = filters.ChoiceFilter(choices=WaiverStatus)
    turn = turn_filter()
    team = BatchedChoiceFilter(
        field_name="breach__ticket__team", label="Assigned team", queryset=Team.objects.all(), to_field_name="slug"
    )
    metric = filters.ChoiceFilter(field_name="breach__metric", label="Promise", choices=SlaMetric)
    ticket = ReferenceFilter(field_name="breach__ticket")
    breach = WholeNumberFilter(field_name="breach")
    breached_after = MomentFilter(field_name="breach__breached_at", lookup_expr="gte")
    breached_before = MomentFilter(field_name="breach__breached_at", lookup_expr="lt")

    class Meta(FilterSet.Meta):
        model = SlaWaiver
        fields: tuple[str, ...] = ()

    def for_reader(self, queryset: QuerySet[SlaWaiver], name: str, value: str) -> QuerySet[SlaWaiver]:
        """Those that the reader may decide now, or has requested."""
        path = "breach__ticket__assignee"
        return in_turn(queryset, self.reader, value=value, right="incidents.decide_slawaiver", assignee=path)
