"""The page of the administration that exports configuration as a file, and imports one after a look at its changes."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView
from unfold.widgets import UnfoldAdminFileFieldWidget

from config.base.data import rights
from config.base.data.clock import database_now
from config.base.data.cpu_budget import OverBudget
from config.base.data.history import REASON_LENGTH
from config.base.data.users import User, signed_in
from config.base.web.forms import Form
from config.configuration.document import MAX_BYTES, Problem, Refused
from config.configuration.exporting import export_configuration
from config.configuration.importing import Outcome, OutOfDate, import_configuration
from config.configuration.kinds import KINDS
from config.configuration.lines import numbers_text, value_text

CACHE_SECONDS = 3600
"""How long a file can be imported after a look at its changes, without sending it again."""


class FileForm(Form):
    """A file to look at."""

    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".yaml,.yml", "aria-describedby": "file-help"}),
        help_text=f"A file of another system's export, of at most {MAX_BYTES // 1024} KiB.",
    )


class ApplyForm(Form):
    """The import of exactly what the page listed."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        label="Why",
        max_length=REASON_LENGTH,
        help_text="Kept in the history of each record, as “Agreed in the review”.",
    )


@dataclass(frozen=True)
class ChangeRow:
    """A changed record in words; a new one lists no fields."""

    section: str
    record: str
    fields: tuple[tuple[str, str, str], ...]


class ConfigurationPage(FormView):
    """An export to download, and a file to look at and then to import."""

    template_name = "admin/configuration.html"
    form_class = FileForm
    person: User

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """For those who may change every kind of record."""
        self.person = _allowed(request)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The list of what a file changes, or the import of what was listed."""
        return self._apply() if "digest" in request.POST else super().post(request, *args, **kwargs)

    def form_valid(self, form: FileForm) -> HttpResponse:
        """The list of what the file changes; nothing is saved."""
        file: UploadedFile = form.cleaned_data["file"]
        content = file.read(MAX_BYTES + 1)
        try:
            outcome = self._dry_run(content)
        except Refused as refusal:
            return self._page(problems=refusal.problems)
        except OverBudget as refusal:
            return self._page(problems=[Problem(str(refusal))])
        key = secrets.token_urlsafe(24)
        cache.set(self._place(key), content, CACHE_SECONDS)
        return self._page(outcome, ApplyForm(initial={"key": key, "digest": outcome.digest}))

    def _apply(self) -> HttpResponse:
        form = ApplyForm(self.request.POST)
        key = str(self.request.POST.get("key", ""))[:64]
        content = cache.get(self._place(key))
        if content is None:
            messages.warning(self.request, "The file is not here any more. Choose it again, and look at its changes.")
            return redirect(reverse("configuration"))
        try:
            if not form.is_valid():
                return self._page(self._dry_run(content), form)
            outcome = import_configuration(
                content,
                is_dry_run=False,
                reason=form.cleaned_data["reason"],
                expected=form.cleaned_data["digest"],
                at=database_now(),
                actor=self.person,
            )
        except Refused as refusal:
            return self._page(problems=refusal.problems)
        except OutOfDate as news:
            messages.warning(self.request, "Something was changed since. Nothing was imported: look at the new list.")
            return self._page(news.outcome, ApplyForm(initial={"key": key, "digest": news.outcome.digest}))
        messages.success(self.request, f"The file is imported: {numbers_text(outcome)}.")
        return redirect(reverse("configuration"))

    def _dry_run(self, content: bytes) -> Outcome:
        return import_configuration(content, is_dry_run=True, at=database_now(), actor=self.person)

    def _page(
        self, outcome: Outcome | None = None, form: ApplyForm | None = None, *, problems: Sequence[Problem] = ()
    ) -> HttpResponse:
        context = self.get_context_data(
            form=FileForm(),
            outcome=outcome,
            apply_form=form,
            problems=problems,
            numbers=numbers_text(outcome) if outcome else "",
            rows=list(_rows(outcome)) if outcome else [],
        )
        return self.render_to_response(context)

    def get_context_data(self, **context: object) -> dict[str, object]:
        """What every page of the administration shows, too."""
        frame = admin.site.each_context(self.request)
        return {**frame, "title": "Configuration as a file", **super().get_context_data(**context)}

    def _place(self, key: str) -> str:
        return f"configuration:{self.person.pk}:{key}"


def download(request: HttpRequest) -> HttpResponse:
    """The configuration of this system as a file."""
    _allowed(request)
    response = HttpResponse(export_configuration(), content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="holdfast-{timezone.localdate():%Y-%m-%d}.yaml"'
    return response


def _rows(outcome: Outcome) -> Iterator[ChangeRow]:
    for change in outcome.changes:
        fields = [
            (field.name.replace("_", " "), value_text(field.old), value_text(field.new)) for field in change.fields
        ]
        yield ChangeRow(change.section.replace("_", " "), change.record, tuple(fields))


def _allowed(request: HttpRequest) -> User:
    """The reader, who may change every kind of record that a file holds. Raises PermissionDenied with whom to ask."""
    person = signed_in(request)
    for kind in KINDS:
        code = kind.viewset.code_of("change")
        if not person.has_perm(code):
            raise PermissionDenied(rights.who_can(code))
    return person
