"""Filters of people and teams."""

import django_filters as filters

from config.base.web.filters import FilterSet, RetiredFilter, WordsFilter, YesNoFilter
from oncall.models import Membership, MembershipRole, Team, TeamKind, User


class UserFilter(FilterSet):
    """People."""

    search = WordsFilter(fields=["name", "email"])
    name = filters.CharFilter()
    email = filters.CharFilter(label="E-mail", lookup_expr="iexact", max_length=254)
    team = filters.ModelChoiceFilter(field_name="teams", queryset=Team.objects.order_by("name"), to_field_name="slug")
    is_active = YesNoFilter()

    class Meta(FilterSet.Meta):
        model = User
        fields: tuple[str, ...] = ()


class TeamFilter(FilterSet):
    """Teams."""

    search = WordsFilter(fields=["name"])
    name = filters.CharFilter()
    slug = filters.CharFilter()
    kind = filters.ChoiceFilter(choices=TeamKind)
    retired = RetiredFilter()
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Team
        fields: tuple[str, ...] = ()


class MembershipFilter(FilterSet):
    """Members of teams."""

    team = filters.ModelChoiceFilter(queryset=Team.objects.order_by("name"), to_field_name="slug")
    user = filters.ModelChoiceFilter(queryset=User.objects.people().order_by("name"))
    role = filters.ChoiceFilter(choices=MembershipRole)
    external_id = filters.CharFilter()

    class Meta(FilterSet.Meta):
        model = Membership
        fields: tuple[str, ...] = ()
