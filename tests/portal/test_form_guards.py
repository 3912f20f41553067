"""Every page that changes something: once per form, and on the state that its author saw."""

import inspect
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.base.web.forms import EditForm
from config.base.web.guards import ActsOn, Edits, Guard, Once, Removes, Repeatable
from config.base.web.views import DomainCallMixin, FormPage, PostPage
from incidents.models import Ticket
from incidents.views.response import verbs as incident_verbs
from postmortems.models import Postmortem
from postmortems.views import verbs as postmortem_verbs
from problems.views import verbs as problem_verbs
from tests.portal import pages

TEMPLATES = Path(__file__).parents[2] / "templates"
OWN_RULES = {
    "PageLink": "its link answers once; what follows is done once by `submissions`",
    "WakeTestLink": "a passed test stays passed",
    "Proposal": "it only shows",
    "CallFields": "it only shows",
    "CallOutlook": "it only shows",
    "RequesterChoices": "it only shows",
    "Subscribe": "an address is subscribed once, and asked again only after a pause",
    "Confirm": "a confirmed address stays confirmed",
    "Unsubscribe": "an ended subscription stays ended",
}
"""Views with a POST that are no page of the portal, and what makes a second POST harmless."""
TABLES: list[Any] = [incident_verbs.VERBS, problem_verbs.VERBS, postmortem_verbs.VERBS]
NO_ROW = {"ExternalLinkRemove": "a link is a part of its ticket; what was removed stays removed"}
"""Pages that remove what is no row, and what makes a second press harmless."""
_FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*?(?:{%.*?%}[^>]*?)*>.*?</form>", re.DOTALL)
_DELETES = re.compile("Delete|Remove")
_ADDRESS = re.compile(r"""(?:action="{% url|{% post_to) ["']?([\w:-]+)["']?""")


def _views() -> list[type[Any]]:
    return list(dict.fromkeys(view for _, view in pages.views()))


def _guards() -> Iterator[tuple[str, type[Any], Guard]]:
    """Each page or verb with its guard."""
    for view in _views():
        if issubclass(view, DomainCallMixin) and isinstance(view.guard, Guard):
            yield view.__qualname__, view, view.guard
    for table in TABLES:
        for verb in table.values():
            yield verb.name, verb.form, verb.guard


class TestDeclarations:
    @pytest.mark.parametrize("base", [FormPage, PostPage])
    def test_are_needed_by_every_page(self, base: Any) -> None:
        class Forgetful(base):
            """A page that does not say what it protects."""

        with pytest.raises(ImproperlyConfigured, match="must declare its `guard`"):
            Forgetful.as_view()

    def test_are_there_for_every_view_with_a_post(self) -> None:
        own = {view.__name__ for view in _views() if _is_ours(view) and hasattr(view, "post")}
        guarded = {view.__name__ for view in _views() if issubclass(view, DomainCallMixin)}

        assert own - guarded == set(OWN_RULES)
        assert len(guarded) > 60

    def test_of_pages_that_delete_a_row_end_well_a_second_time(self) -> None:
        """Each page that says it deletes or removes has the guard that tests/portal/test_removals.py tries."""
        deleting = {
            name
            for name, owner, guard in _guards()
            if issubclass(owner, PostPage) and _DELETES.search(f"{owner.__name__} {owner.done} {owner.confirm}")
        }

        assert deleting - set(NO_ROW) == {name for name, _, guard in _guards() if isinstance(guard, Removes)}
        assert len(deleting) >= 4

    def test_say_why(self) -> None:
        for name, _, guard in _guards():
            if isinstance(guard, Once | Repeatable):
                assert len(guard.why.split()) >= 3, name

    def test_of_edits_have_a_form_that_compares(self) -> None:
        edits = [(name, _form_of(owner)) for name, owner, guard in _guards() if isinstance(guard, Edits)]

        assert len(edits) > 9
        assert [name for name, form in edits if not issubclass(form, EditForm)] == []

    def test_are_edits_wherever_a_form_compares(self) -> None:
        compared = [(name, guard) for name, owner, guard in _guards() if issubclass(_form_of(owner), EditForm)]

        assert [name for name, guard in compared if not isinstance(guard, Edits)] == []

    def test_name_columns_that_exist(self) -> None:
        for table, model in ((incident_verbs.VERBS, "ticket"), (postmortem_verbs.VERBS, "postmortem")):
            for verb in table.values():
                assert not isinstance(verb.guard, ActsOn) or verb.guard.record == model

    def test_of_questions_see_each_column_that_their_form_shows(self) -> None:
        """A column that a form shows and its mark misses would be written over; `updated_at` follows every change."""
        missed = {
            (name, column)
            for name, owner, guard in _guards()
            if isinstance(guard, ActsOn) and "updated_at" not in guard.columns
            for column in set(getattr(_form_of(owner), "base_fields", ())) & _columns_of(owner, guard)
            if column not in {*guard.columns, *_ASKED_ANEW}
        }

        assert missed == set()

    def test_cannot_be_gone_round(self) -> None:
        for view in _views():
            if not issubclass(view, DomainCallMixin):
                continue
            for name in {"post", "form_valid"} & set(dir(view)):
                source = inspect.getsource(getattr(view, name))
                assert f"super().{name}(" in source or "answer_once(" in source or "go_on(" in source, (view, name)


_ASKED_ANEW = {"reason", "answer"}
"""Empty in each new form, and written together with a column of the mark."""
_TABLE_MODELS: dict[str, Any] = {"ticket": Ticket, "postmortem": Postmortem}


def _columns_of(owner: type[Any], guard: ActsOn) -> set[str]:
    """The columns of the record that a page or a verb acts on."""
    model = typing.get_type_hints(owner).get(guard.name) or _TABLE_MODELS.get(guard.name)
    if model is None:  # a property, perhaps a cached one
        declared: Any = inspect.getattr_static(owner, guard.name)
        returned = typing.get_type_hints(getattr(declared, "fget", None) or declared.func)["return"]
        model = next(iter(typing.get_args(returned)), returned)
    return {column.name for column in model._meta.concrete_fields}


def _is_ours(view: type[Any]) -> bool:
    return view.__module__.startswith(("incidents", "oncall", "problems", "postmortems"))


def _form_of(owner: type[Any]) -> type[Any]:
    """The form of a page, by its declaration or by what its `get_form` returns; of a verb, the form itself."""
    form = getattr(owner, "form_class", None)
    if form is None and hasattr(owner, "get_form"):
        form = typing.get_type_hints(owner.get_form).get("return")
    return form if inspect.isclass(form) else owner


class TestTemplates:
    def test_carry_the_key_in_every_form(self) -> None:
        without = [
            (path.name, form[:80])
            for path, form in _forms()
            if "{% csrf_token %}" not in form and "status_page" not in str(path)
        ]

        assert without == []

    def test_carry_the_state_for_every_page_that_acts_on_one(self) -> None:
        buttons = [
            (str(path.relative_to(TEMPLATES)), name, "{% seen " in form)
            for path, form in _forms()
            for name in _ADDRESS.findall(form)
            if _acts_on_state(name, form)
        ]

        assert len(buttons) >= 6
        assert [entry for entry in buttons if not entry[2]] == []


def _forms() -> Iterator[tuple[Path, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in _FORM.findall(path.read_text()):
            yield path, form


def _acts_on_state(name: str, form: str) -> bool:
    """Whether a page of this name acts on a state; of a table of verbs, whether the button of any verb can."""
    view = dict(pages.views()).get("incidents:verb" if name.startswith("verb_view") else name)
    if view is None or not issubclass(view, DomainCallMixin):
        return False
    return isinstance(view.guard, ActsOn) or (isinstance(view.guard, property) and "verb.name" in form)
