"""The endpoint of requesters."""

from config.base.rest.permissions import ScopedAccess, require_right
from config.base.rest.scopes import Scope
from config.base.rest.viewsets import ReadViewSet, write_handler
from incidents.filters.requesters import RequesterFilter
from incidents.models import Contact
from incidents.permissions import can_write_requesters
from incidents.requesters import directory
from incidents.serializers.requesters import RequesterDetailsSerializer, RequesterSerializer


class RequesterViewSet(ReadViewSet):
    """Requesters, for the service desk; `search` takes words, and a phone number in any spacing."""

    queryset = Contact.objects.select_related("user")
    serializer_class = RequesterSerializer
    filterset_class = RequesterFilter
    permission_classes = (ScopedAccess, require_right("incidents.view_contact"))
    order = "id"

    @write_handler(RequesterDetailsSerializer, scope=Scope.DECLARE, may=can_write_requesters, status=201)
    def create(self, data: dict[str, object]) -> Contact:
        """Add a requester; an address that somebody has already is refused."""
        return directory.create_requester(values=data, actor=self.actor)

    @write_handler(RequesterDetailsSerializer, scope=Scope.DECLARE, may=can_write_requesters, partial=True)
    def partial_update(self, requester: Contact, data: dict[str, object]) -> Contact:
        """Correct the named details and no others; what stood there is kept in the history."""
        return directory.correct_requester(requester_id=requester.pk, values=data, actor=self.actor)
