"""Requesters as the API shows and takes them."""

from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Line, RecordSerializer
from incidents.models import Contact
from oncall.serializers.people import PersonSerializer


class RequesterSerializer(RecordSerializer):
    """A requester."""

    user = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Contact
        fields = (
            "id", "name", "email", "phone", "organisation", "location", "is_vip", "user", "created_at", "updated_at",
        )  # fmt: skip


class RequesterInputSerializer(InputSerializer):
    """The requester; a known e-mail address means the requester that has it."""

    name = Line(max_length=120)
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = Line(max_length=40, allow_blank=True, default="")
    location = Line(max_length=120, allow_blank=True, default="")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """A name is required even where the rest of a change is partial."""
        if "name" not in attrs:
            raise serializers.ValidationError({"name": ["Write the requester's name."]})
        return {"email": "", "phone": "", "location": ""} | attrs
