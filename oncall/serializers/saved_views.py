"""Saved views as the API shows and takes them."""

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Key, Line, ReadKey, RecordSerializer
from oncall.models import SavedView, Team
from oncall.saved_views import saving
from oncall.serializers.people import Address, PersonSerializer


class SavedViewSerializer(RecordSerializer):
    """A name for a list's query string."""

    url = Address(source="get_absolute_url", read_only=True)
    owner = PersonSerializer(read_only=True, allow_null=True)
    team = ReadKey("slug", allow_null=True)

    class Meta:
        model = SavedView
        fields = ("id", "name", "path", "query", "url", "owner", "team", "position", "created_at", "updated_at")


class ViewChangesSerializer(InputSerializer):
    """A new name or a new query string."""

    name = Line(max_length=60)
    query = Line(max_length=saving.MAX_QUERY_LENGTH)


class NewViewSerializer(ViewChangesSerializer):
    """A new view; for a team if the caller manages it, else for the caller."""

    path = Line(max_length=200)
    team = Key(slug_field="slug", queryset=Team.objects.all(), required=False, allow_null=True)


class PlaceSerializer(InputSerializer):
    """The direction of a move."""

    to = serializers.ChoiceField(choices=["earlier", "later"])
