"""The endpoint of requesters."""

from config.base.rest.permissions import ScopedAccess, require_right
from config.base.rest.viewsets import ReadViewSet
from incidents.filters.requesters import RequesterFilter
from incidents.models import Contact
from incidents.serializers.requesters import RequesterSerializer


class RequesterViewSet(ReadViewSet):
    """Requesters, for the service desk."""

    queryset = Contact.objects.select_related("user")
    serializer_class = RequesterSerializer
    filterset_class = RequesterFilter
    permission_classes = (ScopedAccess, require_right("incidents.view_contact"))
    order = "id"
