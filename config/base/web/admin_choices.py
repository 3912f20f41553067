"""Choosers of the administration: its forms and their rows take nothing that is out of use."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django import forms
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Model
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from config.base.web.choices import ChoosesInUse

if TYPE_CHECKING:  # at run time the class behind it may be of either look
    from unfold.admin import TabularInline as _Inline
else:
    _Inline = InlineModelAdmin


class ChoosesInUseInline(_Inline):
    """Rows below a record, whose forms take nothing that is out of use; stands before Django's class."""

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: object) -> type[BaseInlineFormSet]:
        """The formset."""
        formset: type[BaseInlineFormSet] = super().get_formset(request, obj, **kwargs)
        formset.form = in_use_only(formset.form)
        return formset


def in_use_only(form: type[forms.ModelForm]) -> type[forms.ModelForm]:
    """The form's class, with choosers that offer and take what is in use."""
    kind: Callable[..., type[forms.ModelForm]] = type(form)
    return kind(form.__name__, (ChoosesInUse, form), {"__module__": __name__})
