"""The endpoint of saved views."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import ReadViewSet, post_action, write_handler
from oncall.filters.saved_views import SavedViewFilter
from oncall.models import SavedView
from oncall.saved_views import saving
from oncall.serializers.saved_views import (
    NewViewSerializer,
    PlaceSerializer,
    SavedViewSerializer,
    ViewChangesSerializer,
)


class SavedViewViewSet(ReadViewSet):
    """Saved views of lists: the caller's own and those of their teams."""

    queryset = SavedView.objects.select_related("owner", "team")
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilter

    @write_handler(NewViewSerializer, scope=Scope.CONFIGURE, status=201)
    def create(self, data: dict[str, Any]) -> SavedView:
        """Save the state of a list under a name."""
        return saving.save(**data, actor=self.actor, at=self.at)

    @write_handler(ViewChangesSerializer, scope=Scope.CONFIGURE, partial=True)
    def partial_update(self, view: SavedView, data: dict[str, Any]) -> SavedView:
        """Change only the fields that are sent."""
        return saving.change(view_id=view.pk, **data, actor=self.actor, at=self.at)

    @post_action(PlaceSerializer, scope=Scope.CONFIGURE)
    def move(self, view: SavedView, data: dict[str, Any]) -> SavedView:
        """Move it one place earlier or later."""
        return saving.move(view_id=view.pk, **data, actor=self.actor, at=self.at)

    @extend_schema(request=None, responses={204: None})
    @scoped(Scope.CONFIGURE)
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the view; the list itself stays."""
        saving.remove(view_id=self.get_object().pk, actor=self.actor)
        return Response(status=204)
