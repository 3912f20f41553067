"""Saving a list's state under a name, and keeping the names in order."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import FormPage, ListPage, PostPage
from oncall.filters.saved_views import SavedViewFilter
from oncall.forms.saved_views import SaveViewForm, ViewForm
from oncall.models import SavedView
from oncall.saved_views import saving
from oncall.tables.saved_views import SavedViewTable


class SavedViewList(ListPage):
    """The reader's own saved views and those of their teams."""

    title = "Saved views"
    lead = "Each is a name for a list's address; filter or sort any list, and save it there."
    queryset = SavedView.objects.select_related("team", "owner").order_by("path", "position")
    table_class = SavedViewTable
    filterset_class = SavedViewFilter
    empty = "No saved views yet. Filter a list, then press “Save this view” above it."


class SavedViewNew(FormPage):
    """A name for the state that the address carries here."""

    title = "Save this view"
    button = "Save the view"
    form_class = SaveViewForm
    refusals = (Refusal,)
    done = "Saved. It is above the list."

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Which list it is of."""
        super().setup(request, *args, **kwargs)
        found = saving.list_at(request.GET.get("path", ""))
        if found is None:
            raise Http404
        self.lead = f"A name for “{found.title}” as you see it now. What is in it changes with the list."

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the teams this person manages."""
        return super().get_form_kwargs() | {"user": self.person}

    def perform(self, form: Any) -> Any:
        """Keep it."""
        asked = self.request.GET
        return saving.save(
            path=asked["path"],
            query=asked.get("query", ""),
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back to the list."""
        asked = self.request.GET
        back = f"{asked['path']}?{asked.get('query', '')}"
        return super().get_context_data(**kwargs) | {"back": back}


class _OfView:
    """One of the views that this person may change."""

    kwargs: dict[str, Any]
    request: Any
    view: SavedView

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find it."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        if request.user.is_authenticated:
            rows = SavedView.objects.visible_to(request.user).select_related("team")
            self.view = get_object_or_404(rows, pk=kwargs["pk"])

    refusal = "This view belongs to a team. Whoever manages the team can change it."

    def may(self) -> bool:
        """Its owner, or who manages its team."""
        return saving.may_change(self.request.user, self.view)


class SavedViewEdit(_OfView, FormPage):
    """Its name, its place, and its end."""

    title = "A saved view"
    template_name = "oncall/saved_views/saved_view.html"
    form_class = ViewForm
    refusals = (Refusal,)
    done = "Saved."

    def get_initial(self) -> dict[str, Any]:
        """The name it has."""
        return {"name": self.view.name}

    def perform(self, form: Any) -> Any:
        """Give it the name."""
        saving.change(view_id=self.view.pk, actor=self.person, at=self.at, **form.cleaned_data)
        return "oncall:views"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the view and its list."""
        found = saving.list_at(self.view.path)
        return super().get_context_data(**kwargs) | {
            "view": self.view,
            "list_title": found.title if found else self.view.path,
            "back": reverse("oncall:views"),
        }


class SavedViewMove(_OfView, PostPage):
    """One place earlier or later."""

    refusals = (Refusal,)
    done = "Moved."

    def perform(self) -> Any:
        """Move it."""
        saving.move(view_id=self.view.pk, to=self.kwargs["to"], actor=self.person, at=self.at)
        return reverse("oncall:view", args=[self.view.pk])


class SavedViewRemove(_OfView, PostPage):
    """The end of a name."""

    refusals = (Refusal,)
    done = "Deleted. The list itself is as it was."

    def perform(self) -> Any:
        """Forget it."""
        saving.remove(view_id=self.view.pk, actor=self.person)
        return "oncall:views"
