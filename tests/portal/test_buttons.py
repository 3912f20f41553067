"""Every button: found through the addresses, it declares what it asks before what cannot be undone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver

from config.base.data.roles import Role
from config.base.web.views import PostPage
from incidents.views.response.verbs import VERBS
from tests import factories as make
from tests.architecture.sources import ROOT
from tests.portal import pages

_FORM = re.compile(r"<form[^>]*?action=\"\{% url ['\"]([a-z:-]+)['\"]")
_ACTIONS = re.compile(r"\(\?P<action>([a-z|-]+)\)")


def _buttons() -> dict[str, type[PostPage]]:
    return {name: view for name, view in pages.views() if issubclass(view, PostPage)}


def _actions(resolver: Any = None) -> Iterator[tuple[type, str]]:
    """(view, action) of each address that names its action."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _actions(pattern)
        elif isinstance(pattern, URLPattern):
            for words in _ACTIONS.findall(str(pattern.pattern)):
                yield from ((getattr(pattern.callback, "view_class", type), action) for action in words.split("|"))


class TestEveryButton:
    def test_declares_its_question_or_that_it_needs_none(self) -> None:
        buttons = _buttons()
        assert len(buttons) > 20

        assert {name for name, view in buttons.items() if not hasattr(view, "confirm")} == set()

    def test_has_a_question_for_each_of_its_actions(self) -> None:
        # One whose actions can all be taken back has no question.
        named = [(view, action) for view, action in _actions() if issubclass(view, PostPage) and view.confirm]
        assert named

        for view, action in named:
            assert view.question({"action": action}).endswith("?") or "? " in view.question({"action": action}), view

    def test_stands_in_templates_with_its_question(self) -> None:
        """`post_to` draws address and question together; an address alone would forget the question."""
        buttons = _buttons()
        alone = [
            (path.name, name)
            for path in (ROOT / "templates").rglob("*.html")
            for name in _FORM.findall(path.read_text())
            if name in buttons
        ]

        assert alone == []


@pytest.mark.django_db
class TestQuestion:
    @pytest.fixture
    def client(self, client: Client) -> Client:
        client.force_login(make.UserFactory(name="Reader", roles=[Role.RESPONDER, Role.MANAGER]))
        return client

    def test_stands_on_the_form(self, client: Client) -> None:
        owner = make.UserFactory()
        client.force_login(owner)
        make.ContactMethodFactory(user=owner, verified_at=None)

        page = client.get(reverse("oncall:me")).content.decode()

        assert 'data-confirm="Remove this contact method?' in page
        assert re.search(r'send/">', page), "sending a code again asks nothing"

    def test_stands_on_a_verb_that_pages_others(self, client: Client) -> None:
        ticket = make.IncidentFactory()

        page = client.get(ticket.get_absolute_url()).content.decode()

        assert f'data-confirm="{VERBS["decline"].confirm}"' in page
        assert page.count("data-confirm") == 1
