"""Requesters as the API shows and takes them."""

from django.db.models import QuerySet
from rest_framework import serializers

from config.base.rest.serializers import InputSerializer, Line, RecordSerializer
from incidents.models import Contact, ContactType
from oncall.serializers.people import PersonSerializer


class RequesterSerializer(RecordSerializer):
    """A requester."""

    user = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Contact
        fields = (
            "id", "name", "email", "phone", "organisation", "location", "is_vip", "user", "created_at", "updated_at",
        )  # fmt: skip


class RequesterDetailsSerializer(InputSerializer):
    """The details of a requester; a name is enough."""

    name = Line(max_length=120)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    phone = Line(max_length=40, allow_blank=True, required=False)
    organisation = Line(max_length=120, allow_blank=True, required=False)
    location = Line(max_length=120, allow_blank=True, required=False)
    is_vip = serializers.BooleanField(required=False)


class RequesterKey(serializers.PrimaryKeyRelatedField[Contact]):
    """The id of a requester whom the caller may see."""

    def get_queryset(self) -> QuerySet[Contact]:
        """Those requesters."""
        may = self.context["request"].user.has_perm("incidents.view_contact")
        return Contact.objects.all() if may else Contact.objects.none()


class RequesterInputSerializer(InputSerializer):
    """The requester, by id or by name; a known e-mail address means the requester that has it."""

    id = RequesterKey(required=False, queryset=Contact.objects.all())
    name = Line(max_length=120, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = Line(max_length=40, allow_blank=True, default="")
    location = Line(max_length=120, allow_blank=True, default="")

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """A name is required without an id, even where the rest of a change is partial."""
        if "id" in attrs:
            return {"id": attrs["id"]}
        if "name" not in attrs:
            raise serializers.ValidationError({"name": ["Write the requester's name."]})
        return {"email": "", "phone": "", "location": ""} | attrs


class AddRequesterSerializer(InputSerializer):
    """Somebody else with the same trouble, and how they reached the desk."""

    requester = RequesterInputSerializer()
    contact_type = serializers.ChoiceField(choices=ContactType.choices, default=ContactType.API)


class RemoveRequesterSerializer(InputSerializer):
    """A requester who was added."""

    requester = RequesterKey(queryset=Contact.objects.all())
