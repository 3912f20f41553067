"""People and teams as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.net import links
from config.base.rest.serializers import ReadKey, RecordSerializer
from oncall.models import Membership, Team, User


@extend_schema_field({"type": "string"})
class Address(serializers.CharField):
    """A path of the portal as a full address."""

    def to_representation(self, value: Any) -> str:
        """The full address; an address outside the portal stays as it is."""
        return links.absolute_url(value) if str(value).startswith("/") else str(value)


class PersonSerializer(RecordSerializer):
    """A short reference to a person."""

    class Meta:
        model = User
        fields = ("id", "name")


class UserTeamSerializer(RecordSerializer):
    """A team a person belongs to."""

    team = ReadKey("slug")

    class Meta:
        model = Membership
        fields = ("team", "role")


class UserSerializer(RecordSerializer):
    """A person with an account; contact methods are private and not shown."""

    teams = UserTeamSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("id", "name", "time_zone", "is_active", "teams")


class TeamMemberSerializer(RecordSerializer):
    """A person in a team."""

    user = PersonSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("user", "role")


class TeamSerializer(RecordSerializer):
    """A team and its members."""

    escalation_policy = ReadKey("name", allow_null=True)
    members = TeamMemberSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = Team
        fields = ("id", "slug", "name", "kind", "description", "time_zone", "escalation_policy", "members")
