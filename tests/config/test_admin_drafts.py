"""Drafts of the administration's forms: each form with free text has one, and no secret is in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from config.base.data.roles import Role
from config.base.web import drafts
from config.base.web.admin import FactAdmin
from oncall.models import Calendar, ContactMethod, Page, Team, User
from tests import factories as make
from tests.config.test_admin_guards import OURS, own_form, url
from tests.portal.test_drafts import DRAFT, Forms, kept_secrets

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db: None) -> Any:
    return make.UserFactory(name="Ana", is_superuser=True, is_staff=True, roles=[Role.ADMINISTRATOR])


@pytest.fixture
def acting(client: Client, ana: Any) -> Client:
    client.force_login(ana)
    return client


def edited_pages() -> Iterator[tuple[Any, Any]]:
    for model, page in admin.site._registry.items():
        if model._meta.app_label in OURS and not isinstance(page, FactAdmin):
            yield model, page


def form_fields(page: Any, request: Any) -> Iterator[dict[str, Any]]:
    """The fields of each form of a page: to add, to change, and of the rows below, also of rows below rows."""
    yield page.get_form(request).base_fields
    if page.model is User:  # the only one whose form to change is another one than that to add
        yield page.get_form(request, request.user, change=True).base_fields
    inlines = list(page.get_inline_instances(request))
    while inlines:
        inline = inlines.pop()
        yield inline.get_formset(request).form.base_fields
        inlines += [below(inline.model, admin.site) for below in getattr(inline, "inlines", ())]


class TestEveryForm:
    def test_hides_its_secrets(self, rf: RequestFactory, ana: Any) -> None:
        request: Any = rf.get("/admin/")
        request.user = ana
        forgotten, looked = set(), 0
        for model, page in edited_pages():
            for fields in form_fields(page, request):
                looked += 1
                forgotten |= {f"{model._meta.label}.{name}" for name in kept_secrets(fields)}

        assert forgotten == set(), (
            "Name them in `secret_inputs` of their model, or in _OPEN of tests/portal/test_drafts.py."
        )
        assert looked > 30

    @pytest.mark.parametrize("model", [model for model, _ in edited_pages()], ids=lambda model: model._meta.label)
    def test_with_free_text_names_its_draft(self, acting: Client, model: Any) -> None:
        address = url(model, "add")
        page = acting.get(address).content.decode()

        [(texts, names)] = [
            (texts, names) for action, texts, names in Forms(address, page).rows if "logout" not in action
        ]

        assert names == ([model._meta.label] if texts else [])


class TestDraft:
    def test_belongs_to_the_record_and_the_person_and_has_rows(self, acting: Client, ana: Any) -> None:
        address = url(Team, "change", make.TeamFactory().pk)

        page = acting.get(f"{address}?_changelist_filters=q%3Da").content.decode()

        assert f'data-draft="oncall.Team" data-record="{address}" data-rows="added"' in page
        assert f'<meta name="person" content="{ana.pk}">' in page
        assert "drafts.js" in page

    def test_is_named_when_it_was_saved_and_when_it_was_sent_twice(self, acting: Client) -> None:
        address = url(Calendar, "add")
        data = own_form(acting.get(address).content.decode()).data(name="Holidays", draft=DRAFT)

        first, again = acting.post(address, data), acting.post(address, data)

        assert [answer.cookies[drafts.COOKIE].value for answer in (first, again)] == [DRAFT, DRAFT]
        assert Calendar.objects.count() == 1

    def test_stays_with_a_form_that_was_refused(self, acting: Client) -> None:
        address = url(Calendar, "add")
        data = own_form(acting.get(address).content.decode()).data(name="", draft=DRAFT)

        refused = acting.post(address, data)

        assert drafts.COOKIE not in refused.cookies
        assert own_form(refused.content.decode()).fields["draft"] == [DRAFT]

    def test_is_not_for_those_who_only_read(self, acting: Client) -> None:
        page = acting.get(url(Page, "change", make.PageFactory().pk)).content.decode()

        assert "data-draft" not in page

    def test_leaves_out_the_address_of_a_contact_method_everywhere(self, acting: Client) -> None:
        method = make.ContactMethodFactory()
        pages = [
            acting.get(address).content.decode()
            for address in (url(ContactMethod, "change", method.pk), url(type(method.user), "change", method.user_id))
        ]

        for page in pages:
            fields = [part for part in page.split("<input")[1:] if "address" in part.split(">")[0]]
            assert fields
            assert [part for part in fields if "data-secret" not in part.split(">")[0]] == []
