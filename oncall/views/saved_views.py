"""Pages to save, rename, move and delete saved views of lists."""

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.data.users import signed_in
from config.base.web.guards import Edits, Once
from config.base.web.views import Destination, FormPage, ListPage, PostPage
from oncall.filters.saved_views import SavedViewFilter
from oncall.forms.saved_views import SaveViewForm, ViewForm
from oncall.models import SavedView
from oncall.saved_views import saving
from oncall.tables.saved_views import SavedViewTable


class SavedViewList(ListPage):
    """The reader's own saved views and those of their teams."""

    title = "Saved views"
    lead = "A saved view keeps the filters and order of a list. To add one, filter or sort a list and save it there."
    queryset = SavedView.objects.select_related("team", "owner").order_by("path", "position")
    table_class = SavedViewTable
    filterset_class = SavedViewFilter
    empty = "No saved views yet. Filter a list, then press “Save this view” above it."


class SavedViewNew(FormPage):
    """Save the list and query string in the address under a name."""

    guard = Once("each form is one view")
    title = "Save this view"
    button = "Save view"
    form_class = SaveViewForm
    refusals = (Refusal,)
    done = "Saved. You find it above the list."

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the list."""
        super().setup(request, *args, **kwargs)
        page = saving.list_at(request.GET.get("path", ""))
        if page is None:
            raise Http404
        self.lead = f"Saves the filters and order of “{page.title}” under a name. Its rows change with the list."

    def get_form_kwargs(self) -> dict[str, object]:
        """With the teams this person manages."""
        return super().get_form_kwargs() | {"user": self.person}

    def perform(self, form: SaveViewForm) -> Destination:
        """Save the view."""
        parameters = self.request.GET
        return saving.save(
            path=parameters["path"],
            query=parameters.get("query", ""),
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address of the list."""
        parameters = self.request.GET
        back = f"{parameters['path']}?{parameters.get('query', '')}"
        return super().get_context_data(**kwargs) | {"back": back}


class _OfView:
    """A page or button of one saved view."""

    kwargs: dict[str, Any]
    request: HttpRequest
    view: SavedView

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Load the view."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        if request.user.is_authenticated:
            rows = SavedView.objects.visible_to(request.user).select_related("team")
            self.view = get_object_or_404(rows, pk=kwargs["pk"])

    refusal = "This view belongs to a team. Only a manager of the team can change it."

    def may(self) -> bool:
        """Its owner, or a manager of its team."""
        return saving.may_change(signed_in(self.request), self.view)


class SavedViewEdit(_OfView, FormPage):
    """The page of a saved view: rename, move or delete it."""

    guard = Edits("view")
    title = "Saved view"
    template_name = "oncall/saved_views/saved_view.html"
    form_class = ViewForm
    refusals = (Refusal,)
    done = "Saved."

    def get_form_kwargs(self) -> dict[str, object]:
        """With the present name."""
        self.view.refresh_from_db(fields=["name"])
        return super().get_form_kwargs() | {"current": {"name": self.view.name}}

    def perform(self, form: ViewForm) -> Destination:
        """Rename it."""
        saving.change(view_id=self.view.pk, actor=self.person, at=self.at, **form.cleaned_data)
        return "oncall:views"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the view and its list."""
        page = saving.list_at(self.view.path)
        return super().get_context_data(**kwargs) | {
            "view": self.view,
            "list_title": page.title if page else self.view.path,
            "back": reverse("oncall:views"),
        }


class SavedViewMove(_OfView, PostPage):
    """Move it one place earlier or later."""

    guard = Once("each press is one place")
    confirm = ""
    refusals = (Refusal,)
    done = "Moved."

    def perform(self) -> Destination:
        """Move it."""
        saving.move(view_id=self.view.pk, to=self.kwargs["to"], actor=self.person, at=self.at)
        return reverse("oncall:view", args=[self.view.pk])


class SavedViewRemove(_OfView, PostPage):
    """Delete it."""

    guard = Once("a deleted view stays deleted")
    confirm = "Delete this view? Those who share it lose it too."
    refusals = (Refusal,)
    done = "Deleted. The list itself stays."

    def perform(self) -> Destination:
        """Delete it."""
        saving.remove(view_id=self.view.pk, actor=self.person)
        return "oncall:views"
