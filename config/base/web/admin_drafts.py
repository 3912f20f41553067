"""Drafts of the administration's forms: what is typed stays in the browser until it is saved, with its rows."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from config.base.web import drafts


class HidesSecrets:
    """Marks the fields of a form or of its rows that no browser keeps; stands before Django's class."""

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        """The field of a form."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        if field is not None:
            drafts.hide_if_secret(field, db_field)
        return field


class KeptForms(HidesSecrets):
    """Gives each form with free text its draft; stands before `ModelAdmin`."""

    change_form_before_template = "components/admin_draft.html"

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The form, with the field of its draft."""
        more = {"draft_input": _draft_input(request, context)}
        page: HttpResponse = super().render_change_form(  # type: ignore[misc]  # as above
            request, context | more, add=add, change=change, form_url=form_url, obj=obj
        )
        return page


def _draft_input(request: HttpRequest, context: dict[str, Any]) -> SafeString:
    form = context["adminform"].form
    drafts.hide_secrets(form.fields, ())
    fields = [form.fields, *(inline.formset.form.base_fields for inline in context["inline_admin_formsets"])]
    if not any(drafts.has_free_text(each) for each in fields):
        return SafeString()
    return drafts.draft_input(
        name=form._meta.model._meta.label, draft_id=drafts.sent_id(request.POST), record=request.path, rows="added"
    )
