"""Items of checklists as the API shows them, and what their verbs take."""

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Line, RecordSerializer
from incidents.checklists.editing import MAX_TEXT
from incidents.models import ChecklistItem
from incidents.models.tickets.checklists import MAX_ITEMS
from incidents.serializers.tickets import ReferenceField
from oncall.serializers.people import PersonSerializer


class ChecklistItemSerializer(RecordSerializer):
    """An item of a ticket's checklist."""

    ticket = serializers.CharField(source="ticket.reference", read_only=True)
    done_by = PersonSerializer(read_only=True, allow_null=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = ChecklistItem
        fields = (
            "id", "ticket", "position", "text", "done_at", "done_by", "created_by", "created_at", "updated_at",
        )  # fmt: skip


class ChecklistTextSerializer(InputSerializer):
    """The words of an item."""

    text = Line(max_length=MAX_TEXT)


class NewChecklistItemSerializer(ChecklistTextSerializer):
    """A new item, below the others of its ticket."""

    ticket = ReferenceField()


class ChecklistPlaceSerializer(InputSerializer):
    """A place on the checklist, of which the first is 1."""

    position = serializers.IntegerField(min_value=1, max_value=MAX_ITEMS)
