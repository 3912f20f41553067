"""Who may do what in the administration: the table of rights, also for one record and for the rows below it.

People who manage a team reach what belongs to their team and nothing else; a refusal says who can do the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from config.base.data import rights
from config.base.data.users import User, signed_in

_ELSEWHERE = "You can do this only for a team that you manage. {who}"


class HeldForm(forms.ModelForm):
    """A form that refuses to put a record where the person has no right to it, as into another team."""

    held_by: User
    held_code = ""

    def _post_clean(self) -> None:
        """As Django does, and look at the record as it would be saved."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which its stubs leave out
        if self.errors or self.held_by.has_perm(self.held_code, self.instance):
            return
        line = rights.by_code()[self.held_code]
        field = line.team_path.split(".")[0].removesuffix("_id")
        refusal = _ELSEWHERE.format(who=rights.who_can(self.held_code))
        self.add_error(field if field in self.fields else None, refusal)


class ByRights(ModelAdmin):
    """A page whose rights are those of the table; stands before `ModelAdmin`."""

    names_are_open = False
    """Whether people who set up something of their team may choose any of these records by name."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only the rows that the person may see or change; to choose from, all whose names are open."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if self._is_choice(request):
            return rows
        return rights.held_rows(rows, signed_in(request), self._code("view"), self._code("change"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the page is in the index: for those who may see some of its records."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may see this record, or some; to choose one by name is less."""
        return self._is_choice(request) or self._holds(request, "view", obj) or self._holds(request, "change", obj)

    def _is_choice(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        is_choosing = match is not None and match.view_name == "admin:autocomplete"
        return is_choosing and self.names_are_open and rights.configures_a_team(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the person may add records."""
        return self._holds(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may change this record, or some."""
        return self._holds(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may delete this record, or some."""
        return self._holds(request, "delete", obj)

    def _code(self, action: str) -> str:
        return f"{self.opts.app_label}.{get_permission_codename(action, self.opts)}"

    def _holds(self, request: HttpRequest, action: str, obj: Model | None = None) -> bool:
        if obj is not None:
            return bool(request.user.has_perm(self._code(action), obj))
        return rights.holds_somewhere(request.user, self._code(action))

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form; for those who have the right only with some records, one that keeps to these."""
        form = super().get_form(request, obj, **kwargs)
        code = self._code("add" if obj is None else "change")
        is_limited = code in rights.by_code() and rights.by_code()[code].team and not request.user.has_perm(code)
        if not is_limited or ("fields" in kwargs and kwargs["fields"] is None):
            return form
        names = {"held_by": request.user, "held_code": code, "__module__": __name__}
        return type(form)(form.__name__, (HeldForm, form), names)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The list, or who may see it."""
        with self._names_who_can("view"):
            page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """The form, or who may use it."""
        with self._names_who_can("add" if object_id is None else "change"):
            page: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return page

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """The question, or who may answer it."""
        with self._names_who_can("delete"):
            page: HttpResponse = super().delete_view(request, object_id, extra_context)
        return page

    @contextmanager
    def _names_who_can(self, action: str) -> Iterator[None]:
        try:
            yield
        except PermissionDenied as refusal:
            code = self._code(action)
            if str(refusal) or code not in rights.by_code():
                raise
            raise PermissionDenied(rights.who_can(code)) from refusal

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: object, object_id: str) -> HttpResponse:
        """Of a record of another team, who can change it; of what is not there, Django's answer."""
        code = self._code("change")
        line = rights.by_code().get(code)
        if line is not None and line.team and not line.owner and self._is_stored(object_id):
            raise PermissionDenied(_ELSEWHERE.format(who=rights.who_can(code)))
        answer: HttpResponse = super()._get_obj_does_not_exist_redirect(request, opts, object_id)
        return answer

    def _is_stored(self, object_id: str) -> bool:
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError:
            return False
        return bool(self.model._base_manager.filter(pk=key).exists())


class RowsByRights:
    """Rows below a record: who has the right to rows of some team has it below records that are theirs to change."""

    model: type[Model]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may see the rows."""
        return self._holds_below(request, "view", obj) or self._holds_below(request, "change", obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may add rows below the record."""
        return self._holds_below(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may change the rows below the record."""
        return self._holds_below(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the person may delete rows below the record."""
        return self._holds_below(request, "delete", obj)

    def _holds_below(self, request: HttpRequest, action: str, obj: Model | None) -> bool:
        opts = self.model._meta
        code = f"{opts.app_label}.{get_permission_codename(action, opts)}"
        if request.user.has_perm(code):
            return True
        line = rights.by_code().get(code)
        if line is None or not line.team or not rights.holds_somewhere(request.user, code):
            return False
        parent = obj._meta if obj is not None else None
        return parent is None or bool(request.user.has_perm(f"{parent.app_label}.change_{parent.model_name}", obj))
