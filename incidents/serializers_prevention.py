"""Actions, links and decisions to prevent nothing as the API shows them, and what their verbs take."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.base.serializers import Asked, Key, Line, Lines, Shown, ShownKey
from incidents.models import ActionItem, LinkKind, PreventionWaiver, Ticket, TicketLink
from incidents.models.tickets import PREFIXES
from oncall.models import Team, User
from oncall.serializers import PersonSerializer


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}-[0-9]{1,18}$", "example": "INC-7"})
class ReferenceField(serializers.Field[Any, Any, Any, Any]):
    """A ticket that the caller may know of, by its reference."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown": "There is no such ticket, or it is not yours to see. Write its reference, as INC-7."
    }

    def __init__(self, *, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The ticket."""
        prefix, _, number = data.strip().partition("-") if isinstance(data, str) else ("", "", "")
        kinds = [kind for kind, name in PREFIXES.items() if name == prefix and self.kind in {"", kind}]
        if not kinds or not (number.isascii() and number.isdecimal()) or len(number) > 18:
            self.fail("unknown")
        rows = Ticket.objects.visible_to(self.context["request"].user).filter(kind=kinds[0], number=int(number))
        ticket = rows.select_related("service", "severity", "team").first()
        if ticket is None:
            self.fail("unknown")
        return ticket

    def to_representation(self, value: Any) -> str:
        """The reference."""
        return str(value.reference)


class ActionSerializer(Shown):
    """Something owed so that it does not happen again."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    owner = PersonSerializer(read_only=True, allow_null=True)
    team = ShownKey("slug", allow_null=True)

    class Meta:
        model = ActionItem
        fields = (
            "id", "ticket", "title", "owner", "team", "due_on", "is_priority", "status", "reason", "done_at",
            "created_at", "updated_at",
        )  # fmt: skip


class OwnerSerializer(Asked):
    """Who does it: a person, a team, or both."""

    owner = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True), allow_null=True, required=False
    )
    team = Key(slug_field="slug", queryset=Team.objects.all(), allow_null=True, required=False)


class NewActionSerializer(OwnerSerializer):
    """A new action; without a person or a team it is the ticket's team's."""

    ticket = ReferenceField()
    title = Line(max_length=200)
    due_on = serializers.DateField()
    is_priority = serializers.BooleanField(default=False)


class LinkSerializer(Shown):
    """How one ticket relates to another."""

    from_ticket = serializers.CharField(source="from_ticket.reference", read_only=True)
    to_ticket = serializers.CharField(source="to_ticket.reference", read_only=True)

    class Meta:
        model = TicketLink
        fields = ("id", "from_ticket", "kind", "to_ticket", "created_at")


class NewLinkSerializer(Asked):
    """A new link."""

    from_ticket = ReferenceField()
    kind = serializers.ChoiceField(choices=LinkKind.choices)
    to_ticket = ReferenceField()


class WaiverSerializer(Shown):
    """Whether nothing is to be prevented, and who says so."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    requested_by = PersonSerializer(read_only=True)
    decided_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = PreventionWaiver
        fields = ("id", "ticket", "reason", "status", "requested_by", "requested_at", "decided_by", "decided_at")


class NewWaiverSerializer(Asked):
    """For which incident, and why."""

    ticket = ReferenceField(kind="incident")
    reason = Lines(max_length=5_000)
