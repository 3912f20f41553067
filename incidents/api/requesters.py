"""The endpoint of requesters."""

from config.base.api import ReadViewSet
from config.base.permissions import Role, ScopedAccess, only
from incidents.filters.requesters import ContactFilter
from incidents.models import (
    Contact,
)
from incidents.serializers.requesters import ContactSerializer


class ContactViewSet(ReadViewSet):
    """Requesters; for the service desk."""

    queryset = Contact.objects.select_related("user")
    serializer_class = ContactSerializer
    filterset_class = ContactFilter
    permission_classes = (ScopedAccess, only(Role.AGENT, Role.ADMINISTRATOR))
    order = "id"
