"""People and teams as the API shows them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.net import links
from config.base.rest.configuration import ConfigurationSerializer
from config.base.rest.serializers import Key, ReadKey, RecordSerializer
from oncall.models import EscalationPolicy, Membership, Team, User
from oncall.permissions import can_change_member


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


class PersonKey(serializers.PrimaryKeyRelatedField[Any]):
    """A person who has an account, by id or by e-mail address."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "no_address": "There is no active account with the address {value}.",
        "incorrect_type": "Give a person's id as a number, or their e-mail address as text.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"queryset": User.objects.people().filter(is_active=True)} | kwargs)

    def to_internal_value(self, data: object) -> Any:
        """The person; a text with an @ is an address."""
        if not isinstance(data, str) or "@" not in data:
            return super().to_internal_value(data)
        people: Any = self.get_queryset()
        person = people.filter(email__iexact=data).first()
        if person is None:
            self.fail("no_address", value=data[:254])
        return person


class UserTeamSerializer(RecordSerializer):
    """A team a person belongs to."""

    team = ReadKey("slug")

    class Meta:
        model = Membership
        fields = ("team", "role")


class UserSerializer(RecordSerializer):
    """An account: of a person, with the address they sign in with, or of a program; contact methods are private."""

    teams = UserTeamSerializer(source="memberships", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("id", "kind", "name", "email", "time_zone", "is_active", "teams", "joined_at", "updated_at")


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
        fields = (
            "id", "slug", "name", "kind", "description", "time_zone", "escalation_policy", "swaps_need_approval",
            "is_private_by_default", "members", "external_id", "retired_at", "created_at", "updated_at",
        )  # fmt: skip


class TeamWriteSerializer(ConfigurationSerializer):
    """A team; its members are at `/memberships/`."""

    escalation_policy = Key(
        "name", queryset=EscalationPolicy.objects.all(), required=False, allow_null=True, default=None
    )

    class Meta:
        model = Team
        fields = (
            "slug", "name", "kind", "description", "time_zone", "escalation_policy", "swaps_need_approval",
            "is_private_by_default", "external_id", "reason",
        )  # fmt: skip


class MembershipSerializer(RecordSerializer):
    """A person in a team; `fte` and `trained_on` are null for those who may not read them."""

    team = ReadKey("slug")
    user = PersonSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "team", "user", "role", "fte", "trained_on", "external_id")
        extra_kwargs: ClassVar[dict[str, object]] = {"fte": {"allow_null": True}}

    def to_representation(self, instance: Membership) -> dict[str, object]:  # type: ignore[override]  # of one model
        """The membership, as this reader may see it: those who may change it, and the person, see all."""
        answer = super().to_representation(instance)
        reader = self.context["request"].user
        if instance.user_id == reader.pk or can_change_member(reader, instance):
            return answer
        return answer | {"fte": None, "trained_on": None}


class MembershipWriteSerializer(ConfigurationSerializer):
    """A person in a team."""

    team = Key("slug", queryset=Team.objects.all())
    user = PersonKey()

    class Meta:
        model = Membership
        fields = ("team", "user", "role", "fte", "trained_on", "external_id", "reason")
