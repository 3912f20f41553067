"""Choosers: whatever lets somebody choose configuration offers what is in use, and takes nothing else."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.urls import get_resolver
from rest_framework import serializers

from config.base.data.retirement import can_retire
from config.base.rest.serializers import IdKey, Key
from config.base.web.admin import ConfigAdmin
from config.base.web.choices import ChoosesInUse, retirable
from config.base.web.forms import FilterForm
from tests.architecture.sources import APPS, ROOT, place

RETIRABLE = {
    model.__name__ for model in apps.get_models() if can_retire(model) and not hasattr(model, "instance_type")
}
PREVIEWS = {
    "ServiceQuestion": "asks who would be paged, and changes nothing",
    "_ProposalForm": "says what a declaration would do, and chooses nothing",
    "SpanFields": "a day of a calendar also out of use can be excluded",
}
"""Forms that may read what is out of use."""


def descendants(kind: type) -> Iterator[type]:
    children: list[type] = kind.__subclasses__()
    for child in children:
        yield child
        yield from descendants(child)


@pytest.fixture(scope="module", autouse=True)
def _everything_is_loaded() -> None:
    _ = get_resolver().url_patterns
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and "management" not in path.parts:
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


class TestChoosers:
    def test_know_what_can_be_out_of_use(self) -> None:
        assert {"Team", "Service", "Severity", "Calendar", "EscalationPolicy"} <= RETIRABLE

    def test_in_forms_offer_what_is_in_use(self) -> None:
        careless = {
            f"{form.__module__}.{form.__name__}"
            for form in descendants(forms.BaseForm)
            if form.__module__.split(".")[0] in APPS
            and any(retirable(field) for field in getattr(form, "base_fields", {}).values())
            and not issubclass(form, (ChoosesInUse, FilterForm))
            and form.__name__ not in PREVIEWS
            and not form.__subclasses__()
            # The administration puts the check before the forms of its pages.
            and ".admin" not in form.__module__
            and not issubclass(form, forms.ModelForm)
        }

        assert careless == set()

    @pytest.mark.parametrize("app", APPS)
    def test_that_are_filled_by_hand_offer_what_is_in_use(self, app: str) -> None:
        names = "|".join(sorted(RETIRABLE))
        by_hand = re.compile(rf"\.queryset = (?!.*offered\().*\b(?:{names})\.objects")
        careless = [
            f"{place(path)}:{number}"
            for path in (ROOT / app).rglob("*.py")
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if by_hand.search(line)
        ]

        assert careless == []

    def test_in_requests_take_what_is_in_use(self) -> None:
        careless = {
            f"{kind.__module__}.{kind.__name__}.{name}"
            for kind in descendants(serializers.Serializer)
            for name, field in getattr(kind, "_declared_fields", {}).items()
            for related in [getattr(field, "child_relation", field)]
            if (rows := getattr(related, "queryset", None)) is not None and not related.read_only
            if can_retire(rows.model) and not isinstance(related, (Key, IdKey))
        }

        assert careless == set()

    def test_in_the_administration_are_of_one_kind(self) -> None:
        careless = {
            model.__name__
            for model, page in admin.site._registry.items()
            if any(
                field.is_relation and field.related_model and can_retire(field.related_model)
                for field in (*model._meta.fields, *model._meta.many_to_many)
            )
            and not isinstance(page, ConfigAdmin)
        }

        assert careless == set()
