"""What every page shares: sign-in, lists, details, forms; a new model's pages are a few lines each."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import DetailView, FormView, TemplateView, View
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from config.base.data import answers, retirement, rights, undo
from config.base.data.clock import database_now
from config.base.data.lifecycle import IllegalMove
from config.base.data.users import User, signed_in
from config.base.web import csv_files, drafts, guards, panels, submissions, undo_tags
from config.base.web.active_filters import filter_context
from config.base.web.filters import FilterSet, in_use_unless_asked
from config.base.web.forms import EditForm, add_refusal, refusal_sentences
from config.base.web.guards import Guard, LastChange, Repeatable
from config.base.web.retries import SAFE_METHODS, Retried
from config.base.web.tables import PAGE_SIZE, CappedPaginator, Table
from config.base.web.tabs import Tab, tabs_of

Destination: TypeAlias = str | Model | HttpResponse
"""Where a person goes after a domain call: an address or a record, or a page that is shown only once."""


class SignedIn(Retried, LoginRequiredMixin):
    """A page of the portal: needs sign-in, has a title, and checks `right` or `may` before it answers.

    `right` is a right of the table; a page whose right hangs on its record overrides `may`.
    """

    title = ""
    right = ""
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
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
    def person(self) -> User:
        """The signed-in user, never anonymous."""
        return signed_in(self.request)

    def get_title(self) -> str:
        """The page's title."""
        return self.title

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The context with title and instant."""
        context: dict[str, object] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return {"title": self.get_title(), "at": self.at} | context


class TemplatePage(SignedIn, TemplateView):  # type: ignore[misc]  # the mixin's view is called like Django's
    """A page that shows what `get_context_data` collects."""


class ListPage(SignedIn, SingleTableMixin, FilterView):
    """A model's list: filter and sort in the URL, pages, CSV. Declare queryset, table, filterset, title.

    `empty` says what to do when there are no rows; `create` is a (URL name, label) of the button above.
    `refresh` reloads the list every so many seconds; `filters` are the ones to draw, all of them work;
    `keep_empty` are the parameters that mean something also when they are empty. `tabs` are the lists of its
    subject, as (URL name, label), this one included; `icon` stands in the empty list.
    """

    template_name = "generic/list.html"
    paginator_class = CappedPaginator
    table_pagination = {"per_page": PAGE_SIZE}
    lead = ""
    icon = "list-details"
    tabs: tuple[tuple[str, str], ...] = ()
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

    def get_filterset(self, filterset_class: type[FilterSet]) -> FilterSet:
        """The filter, of what is in use unless asked; a page draws its options, a CSV file does not."""
        filterset = in_use_unless_asked(super().get_filterset(filterset_class))
        filterset.form.batch.is_drawn = "export" not in self.request.GET
        return filterset

    def get_table(self, **kwargs: object) -> Table:
        """The table, as the reader sees it now."""
        table = super().get_table(**kwargs)
        table.at, table.reader = self.at, self.person
        return table

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The context of the list's template."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form, columns = context["filter"].form, context["table"].columns.columns
        of_filter = filter_context(form, self.request.GET, names=self.filters, columns=columns)
        return context | of_filter | {
            "lead": self.lead, "empty": self.empty, "create": self.create if self.may_create() else None,
            "refresh": self.refresh, "icon_name": self.icon, "tabs": self.get_tabs(),
            "panels": panels.collect("list", self.request, self),
        }  # fmt: skip

    def get_tabs(self) -> list[Tab]:
        """The tabs beside the title."""
        return tabs_of(self.tabs, path=self.request.path)

    def render_to_response(self, context: dict[str, Any], **kwargs: object) -> HttpResponseBase:
        """The page, or with `?export=csv` its rows, unless a part of the address is not understood."""
        if self.request.GET.get("export") == "csv" and not context["query_problems"]:
            return csv_files.table_response(context["table"], title=self.title, at=self.at)
        page: HttpResponseBase = super().render_to_response(context, **kwargs)
        return page


class DetailPage(SignedIn, DetailView):
    """A record's page; `place` names the panels that other apps add to it."""

    place = ""

    def get_title(self) -> str:
        """The record's own name, with the word retired if it is out of use."""
        return retirement.marked(self.object)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The context with the panels of the apps above."""
        context = super().get_context_data(**kwargs)
        if self.place:
            context["panels"] = panels.collect(self.place, self.request, self.object)
        return context


class DomainCallMixin:
    """Makes one domain call, once per form and on the state that its author saw, and shows its refusal.

    Each page declares its `guard`; one without does not start.
    """

    guard: Guard | None = None
    refusals: tuple[type[Exception], ...] = (IllegalMove,)
    done = ""
    undo_offer: undo.Offer | None = None
    """What takes back what `perform` has done, if it can be taken back."""
    request: HttpRequest
    submission: submissions.Submission | None = None
    stale_advice = ""
    locked: Model | None = None
    """The guard's record, read under its lock."""

    if TYPE_CHECKING:  # a page has both

        @property
        def at(self) -> datetime:
            """The instant of this request."""

        @property
        def person(self) -> User:
            """The signed-in user."""

    @classmethod
    def as_view(cls, **initkwargs: object) -> Callable[..., HttpResponseBase]:
        """The view. Raises ImproperlyConfigured for a page that does not say what it protects."""
        if cls.guard is None:
            raise ImproperlyConfigured(
                f"{cls.__qualname__} must declare its `guard`: what happens when its form is sent twice, or was opened"
                " before somebody else changed the record. See config/base/web/guards.py."
            )
        view: Callable[..., HttpResponseBase] = super().as_view(**initkwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return view

    def show_success(self, text: str) -> None:
        """Show a message on the next page, with the button *Undo* if the change can be taken back."""
        if text:
            messages.success(self.request, text, extra_tags=undo_tags.tag_of(self.undo_offer, person=self.person))

    def answer_once(self, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """Answer a POST by the guard: one that was answered before leads to the same place, a stale one is refused.

        All of it is one transaction: the check, the effect, and the memory of the answer.
        """
        if isinstance(self.guard, Repeatable):
            return answer()
        with transaction.atomic():
            self.submission = submissions.claim(self.request, user=self.person, at=self.at)
            if self.submission is not None and self.submission.earlier:
                return self._answer_again(self.submission)
            if self.guard is not None and self.guard.record:
                self.locked = self.lock_record()
            if conflict := self._conflict():
                self._is_stale = True
                return self.answer_unsent(conflict)
            return answer()

    def lock_record(self) -> Model | None:
        """The guard's record as it is now, locked until the end of this request's transaction."""
        record = getattr(self, self.guard.record) if self.guard else None
        if record is None:
            return None
        rows = type(record)._base_manager.select_for_update(no_key=True, of=("self",))
        locked: Model | None = rows.filter(pk=record.pk).first()
        if locked is None:
            raise Http404
        return locked

    def last_change(self, record: Model) -> LastChange:
        """Who changed the guard's record last, for the one whose form is stale."""
        return guards.last_change(record)

    def describe_change(self, record: Any, columns: Sequence[str]) -> str:
        """What these columns of the guard's record hold now, in words."""
        return guards.describe_columns(record, columns)

    def answer_unsent(self, text: str) -> HttpResponse:
        """Say why nothing was done, and show the page as it is now."""
        raise NotImplementedError

    def go_on(self, target: Destination) -> HttpResponse:
        """The answer after the domain call: what it returned to show or where it leads; kept for a repeat.

        What was typed is saved, so it is no draft any more.
        """
        self.show_success(self.done)
        if isinstance(target, HttpResponse):
            if self.submission is not None:
                self.submission.keep(target=resolve_url(self.after_repeat()), text=answers.SHOWN_ONCE)
            return drafts.name_sent(self.request, target)
        place = resolve_url(target)
        if self.submission is not None:
            self.submission.keep(target=place, text=self.done)
        return drafts.name_sent(self.request, HttpResponseRedirect(place))

    def after_repeat(self) -> str | Model:
        """Where a repeat leads when the first answer is a page that is shown only once, with a key."""
        raise NotImplementedError

    def seen_token(self) -> str:
        """The state for the page's own form: the one its author saw, also through a preview, until it is refused."""
        sent = self.request.POST.get(guards.FIELD, "")
        if self.guard is None or not self.guard.columns:
            return ""
        if sent and not self._is_stale:
            return sent
        return guards.seen_token(self.locked or getattr(self, self.guard.record))

    _is_stale = False

    def _conflict(self) -> str:
        if self.guard is None or not self.guard.columns:
            return ""
        token = self.request.POST.get(guards.FIELD, "")
        changed = guards.changed_columns(token, self.locked, self.guard.columns)
        if not changed:
            return ""
        what = self.describe_change(self.locked, changed) if self.locked else ""
        who = self.last_change(self.locked).sentence(self.person, "changed") if self.locked else "This changed"
        news = f"{who} after you opened the page{f': {what}' if what else ''}."
        return f"{news} So nothing was done. {self.stale_advice}"

    def _answer_again(self, submission: submissions.Submission) -> HttpResponse:
        if submission.is_changed:
            submissions.renew(self.request)
            return self.answer_unsent(submissions.sent_before(submission.earlier["target"]))
        messages.info(self.request, f"{submission.earlier['text']} {submissions.SENT_TWICE}".strip())
        return drafts.name_sent(self.request, HttpResponseRedirect(submission.earlier["target"]))


class FormPage(SignedIn, DomainCallMixin, FormView):
    """A form and the one domain call behind it: declare `form_class`, `button`, `guard`, and `perform`."""

    template_name = "generic/form.html"
    button = "Save"
    lead = ""
    stale_advice = "What you typed is still here. Check it, and send it again if it is still right."

    def perform(self, form: Any) -> Destination:
        """Make the domain call; return where to go next, or a page that is shown only once."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Make the call, or show the form again with what is wrong."""
        return self.answer_once(self._submit)

    def _submit(self) -> HttpResponse:
        form = self._own_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def _own_form(self) -> Any:
        form = self.get_form()
        if isinstance(form, EditForm) and form.is_stale and self.locked is not None:
            form.saved_by = self.last_change(self.locked).sentence(self.person, "saved")
        return form

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Go to the next page, or show the refusal above the form."""
        try:
            target = self.perform(form)
        except self.refusals as refusal:
            add_refusal(form, refusal)
            return self.form_invalid(form)
        return self.go_on(target)

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The form again with its errors; 422 tells programs and htmx that nothing was saved."""
        response = self.render_to_response(self.get_context_data(form=form))
        response.status_code = 422
        return response

    def answer_unsent(self, text: str) -> HttpResponse:
        """The form again, with what was typed and what changed."""
        form = self._own_form()
        form.full_clean()
        form.add_error(None, text)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The context of the form's template."""
        context = {"button": self.button, "lead": self.lead, "form_seen": self.seen_token()}
        return context | super().get_context_data(**kwargs)


class PostPage(SignedIn, DomainCallMixin, View):
    """A button: POST makes one domain call and returns to the page. Declare `guard` and `perform`.

    Each declares `confirm`, the question before what cannot be undone, or one by the action in its address; empty
    for what can be undone or repeated. The tag `post_to` puts it on the form.
    """

    confirm: str | Mapping[str, str]
    http_method_names = ["post"]
    stale_advice = "This is how it is now. Press the button again if it is still right."

    @classmethod
    def question(cls, arguments: Mapping[str, str]) -> str:
        """The question before the call at the address with these arguments; empty if there is none."""
        return cls.confirm if isinstance(cls.confirm, str) else cls.confirm[arguments["action"]]

    def perform(self) -> Destination:
        """Make the domain call; return where to go next, or a page that is shown only once."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Make the call and confirm it, or show why it was refused."""
        return self.answer_once(self._press)

    def _press(self) -> HttpResponse:
        try:
            target = self.perform()
        except self.refusals as refusal:
            return self._refuse(" ".join(chain.from_iterable(refusal_sentences(refusal).values())))
        return self.go_on(target)

    def answer_unsent(self, text: str) -> HttpResponse:
        """The page as it is now, with what changed."""
        return self._refuse(text)

    def _refuse(self, text: str) -> HttpResponse:
        messages.error(self.request, text)
        return HttpResponseRedirect(self.back())

    def back(self) -> str:
        """Where to go after a refusal."""
        return "/"
