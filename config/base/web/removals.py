"""Buttons that delete a record: a second press, from whichever tab, says that it is gone and leads back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from config.base.web.guards import Guard, Removes
from config.base.web.views import PostPage


class AlreadyRemoved(Exception):
    """The record that a page would remove is gone."""


class RemovePage(PostPage):
    """A button that deletes the row of its address, which `row_to_remove` finds. `back` needs no row.

    A reader learns the same of a row that is hidden as of one that is gone.
    """

    guard: Guard | None = Removes()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer as every page; where nothing is left to remove, say so and go back."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except AlreadyRemoved:
            messages.info(request, "It was already removed.")
            return HttpResponseRedirect(self.back())

    def row_to_remove(self, rows: QuerySet[Any]) -> Any:
        """The row of `rows` that the address names. Raises AlreadyRemoved if it is gone."""
        row = rows.filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise AlreadyRemoved
        return row

    def _press(self) -> HttpResponse:
        try:
            return super()._press()
        except ObjectDoesNotExist:  # another press was faster
            raise AlreadyRemoved from None
