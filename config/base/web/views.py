"""What every page shares: sign-in, lists, details, forms; a new model's pages are a few lines each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, FormView, TemplateView, View
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin
from django_tables2.export.export import TableExport

from config.base.data import rights
from config.base.data.clock import database_now
from config.base.data.lifecycle import IllegalMove
from config.base.web import drafts, panels
from config.base.web.filters import query_problems
from config.base.web.forms import add_refusal, refusal_sentences
from config.base.web.retries import SAFE_METHODS, retried
from config.base.web.tables import EXPORTED_ROWS, PAGE_SIZE, CappedPaginator


class Retried:
    """Runs a request that may change something again when it met another transaction (paging rule 17).

    Each try has a view of its own, so that nothing of the one before is left.
    """

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """The view; what is still in conflict at the third try gets a 503 that says so."""
        return retried(super().as_view(**initkwargs), busy=_busy)  # type: ignore[misc]  # a mixin: the class behind it has it


def _busy(request: HttpRequest) -> HttpResponse:
    return render(request, "busy.html", {"title": "Please try again"}, status=503)


class RetriedView(Retried, View):
    """A page without sign-in, as one behind a link."""


class SignedIn(Retried, LoginRequiredMixin):
    """A page of the portal: needs sign-in, has a title, and checks `right` or `may` before it answers.

    `right` is a right of the table; a page whose right hangs on its record overrides `may`.
    """

    title = ""
    right = ""
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer people who are signed in and may see the page; send the others to sign in, or refuse."""
        if request.user.is_authenticated and not self.may():
            raise PermissionDenied(rights.who_can(self.right) if self.right else self.refusal)
        return super().dispatch(request, *args, **kwargs)

    refusal = "Your role does not allow this. A manager of your team or an administrator can help."

    def may(self) -> bool:
        """Whether the person has the page's right; everybody who is signed in, if it needs none."""
        return not self.right or bool(self.person.has_perm(self.right))

    @cached_property
    def at(self) -> datetime:
        """The instant of this request: the database's if it may change something (paging rule 1)."""
        return timezone.now() if self.request.method in SAFE_METHODS else database_now()

    @property
    def person(self) -> Any:
        """The signed-in user, never anonymous; this layer does not know the user model."""
        return self.request.user

    def get_title(self) -> str:
        """The page's title."""
        return self.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context with title and instant."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return {"title": self.get_title(), "at": self.at} | context


class TemplatePage(SignedIn, TemplateView):  # type: ignore[misc]  # the mixin's view is called like Django's
    """A page that shows what `get_context_data` collects."""


class ListPage(SignedIn, SingleTableMixin, FilterView):
    """A model's list: filter and sort in the URL, pages, CSV. Declare queryset, table, filterset, title.

    `empty` says what to do when there are no rows; `create` is a (URL name, label) of the button above.
    `refresh` reloads the list every so many seconds; `filters` are the ones to draw, all of them work;
    `keep_empty` are the parameters that mean something also when they are empty.
    """

    template_name = "generic/list.html"
    paginator_class = CappedPaginator
    table_pagination = {"per_page": PAGE_SIZE}
    lead = ""
    empty = "Nothing here yet."
    create: tuple[str, str] | None = None
    refresh = 0
    filters: tuple[str, ...] = ("search",)
    keep_empty: tuple[str, ...] = ()

    def may_create(self) -> bool:
        """Whether the button above the list is for this person."""
        return self.create is not None

    def address(self) -> str:
        """The list's own address, to which its saved views belong."""
        return self.request.path

    def get_queryset(self) -> QuerySet[Any]:
        """The declared rows, limited to those the reader may see."""
        rows: QuerySet[Any] = super().get_queryset()
        return rows.visible_to(self.request.user) if hasattr(rows, "visible_to") else rows

    def get_filterset(self, filterset_class: Any) -> Any:
        """The filter; a page draws its options, a CSV file does not."""
        filterset = super().get_filterset(filterset_class)
        filterset.form.batch.is_drawn = "export" not in self.request.GET
        return filterset

    def get_table(self, **kwargs: Any) -> Any:
        """The table; its relative times count from this request's instant."""
        table = super().get_table(**kwargs)
        table.at = self.at
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context of the list's template."""
        context = super().get_context_data(**kwargs)
        parameters = {k: v for k, v in self.request.GET.items() if v and k not in {"page", "sort", "per_page"}}
        return context | {
            "lead": self.lead,
            "empty": self.empty,
            "create": self.create if self.may_create() else None,
            "refresh": self.refresh,
            "filter_fields": [context["filter"].form[name] for name in self.filters],
            "is_filtered": bool(parameters),
            "query_problems": query_problems(context["filter"].form, list(self.request.GET)),
            "panels": panels.collect("list", self.request, self),
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        """The page, or with `?export=csv` its rows."""
        if self.request.GET.get("export") == "csv":
            return self._export(context["table"])
        page: HttpResponseBase = super().render_to_response(context, **kwargs)
        return page

    def _export(self, table: Any) -> HttpResponse:
        table.data.data = table.data.data[:EXPORTED_ROWS]
        name = f"{self.title.lower().replace(' ', '-')}-{self.at:%Y-%m-%d}.csv"
        file: HttpResponse = TableExport("csv", table).response(filename=name)
        return file


class DetailPage(SignedIn, DetailView):
    """A record's page; `place` names the panels that other apps add to it."""

    place = ""

    def get_title(self) -> str:
        """The record's own name."""
        return str(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context with the panels of the apps above."""
        context = super().get_context_data(**kwargs)
        if self.place:
            context["panels"] = panels.collect(self.place, self.request, self.object)
        return context


class DomainCallMixin:
    """Makes one domain call and shows its refusal beside the form."""

    refusals: tuple[type[Exception], ...] = (IllegalMove,)
    done = ""
    request: HttpRequest

    def show_success(self, text: str) -> None:
        """Show a message on the next page."""
        if text:
            messages.success(self.request, text)

    def redirect_saved(self, target: Any) -> HttpResponse:
        """Go to `target` after the form was saved: what was typed is no draft any more. For pages of several forms."""
        return drafts.name_sent(self.request, redirect(target))


class FormPage(SignedIn, DomainCallMixin, FormView):
    """A form and the one domain call behind it: declare `form_class`, `button`, and `perform`."""

    template_name = "generic/form.html"
    button = "Save"
    lead = ""

    def perform(self, form: Any) -> Any:
        """Make the domain call; return where to go next."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save a valid form; what was saved is no draft any more."""
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        answer: HttpResponse = self.form_valid(form)
        return drafts.name_sent(request, answer) if answer.status_code < 400 else answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Go to the next page, or show the refusal above the form."""
        try:
            target = self.perform(form)
        except self.refusals as refusal:
            add_refusal(form, refusal)
            return self.form_invalid(form)
        self.show_success(self.done)
        return redirect(target)

    def form_invalid(self, form: Any) -> HttpResponse:
        """The form again with its errors; 422 tells programs and htmx that nothing was saved."""
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context of the form's template."""
        return {"button": self.button, "lead": self.lead} | super().get_context_data(**kwargs)


class PostPage(SignedIn, DomainCallMixin, View):
    """A button: POST makes one domain call and returns to the page.

    Each declares `confirm`, the question before what cannot be undone, or one by the action in its address; empty
    for what can be undone or repeated. The tag `post_to` puts it on the form.
    """

    confirm: str | Mapping[str, str]
    http_method_names = ["post"]

    @classmethod
    def question(cls, arguments: Mapping[str, Any]) -> str:
        """The question before the call at the address with these arguments; empty if there is none."""
        return cls.confirm if isinstance(cls.confirm, str) else cls.confirm[arguments["action"]]

    def perform(self) -> Any:
        """Make the domain call; return where to go next."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make the call and confirm it, or show why it was refused."""
        try:
            target = self.perform()
        except self.refusals as refusal:
            messages.error(request, " ".join(chain.from_iterable(refusal_sentences(refusal).values())))
            return HttpResponseRedirect(self.back())
        self.show_success(self.done)
        return redirect(target)

    def back(self) -> str:
        """Where to go after a refusal."""
        return "/"
