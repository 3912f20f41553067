"""Pages that delete a record: a second press, from this tab or another one, says that it is gone and leads back."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from config.base.web.guards import Removes
from config.base.web.views import DomainCallMixin
from incidents.models import Ticket
from problems.investigation import factors
from tests import factories as make
from tests.portal import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client: Client) -> Any:
    person = make.UserFactory(name="Ana", is_superuser=True)
    client.force_login(person)
    return person


def _view(person: Any) -> Any:
    return make.SavedViewFactory(owner=person)


def _method(person: Any) -> Any:
    return make.ContactMethodFactory(user=person, verified_at=None)


def _rule(person: Any) -> Any:
    method = make.ContactMethodFactory(user=person)
    make.NotificationRuleFactory(user=person, contact_method=method, position=0)
    return make.NotificationRuleFactory(user=person, contact_method=method, position=1)


def _factor(person: Any) -> Any:
    return make.FactorFactory(problem=make.ProblemFactory())


def _requester(person: Any) -> Any:
    ticket = make.IncidentFactory()
    ticket.affected_contacts.add(make.ContactFactory())
    return ticket.affected_contacts.through.objects.get()


def _item(person: Any) -> Any:
    return make.ChecklistItemFactory()


def _time(person: Any) -> Any:
    return make.WorkIntervalFactory(user=person, subject_id=make.IncidentFactory().pk, source="claimed")


def _watcher(person: Any) -> Any:
    return make.WatcherFactory()


ROWS: dict[str, Callable[[Any], Any]] = {
    "incidents:checklist-remove": _item,
    "incidents:requester-remove": _requester,
    "incidents:watcher-remove": _watcher,
    "incidents:work-time-remove": _time,
    "oncall:method-remove": _method,
    "oncall:rule-remove": _rule,
    "oncall:view-remove": _view,
    "problems:factor-remove": _factor,
}
"""By the name of its address: the row that a page deletes."""


_OF_TICKETS: dict[str, Callable[[Any], Ticket]] = {
    "incidents:checklist-remove": attrgetter("ticket"),
    "incidents:requester-remove": attrgetter("ticket"),
    "incidents:watcher-remove": attrgetter("ticket"),
    "incidents:work-time-remove": lambda time: Ticket.objects.get(pk=time.subject_id),
    "problems:factor-remove": attrgetter("problem"),
}
"""Those below a ticket, and which one: who may see that sees the rows of all."""


def _address(name: str, row: Any) -> str:
    of_ticket = [_OF_TICKETS[name](row).reference] if name in _OF_TICKETS else []
    return reverse(name, args=[*of_ticket, row.pk])


def _texts(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


class TestEveryPageThatDeletes:
    def test_is_on_the_list(self) -> None:
        removing = {
            name
            for name, view in pages.views()
            if issubclass(view, DomainCallMixin) and isinstance(view.guard, Removes)
        }

        assert set(ROWS) == removing

    @pytest.mark.parametrize("name", ROWS)
    def test_says_the_second_time_that_it_is_done(self, client: Client, ana: Any, name: str) -> None:
        row = ROWS[name](ana)
        address = _address(name, row)

        first, second = client.post(address), client.post(address)

        assert not type(row)._default_manager.filter(pk=row.pk).exists()
        assert (first.status_code, second.status_code) == (302, 302)
        assert first["Location"] == second["Location"]
        assert "It was already removed." in _texts(second)
        assert client.get(second["Location"]).status_code == 200

    @pytest.mark.parametrize("name", [name for name in ROWS if name not in _OF_TICKETS])
    def test_says_the_same_of_what_is_somebody_elses(self, client: Client, ana: Any, name: str) -> None:
        row = ROWS[name](make.UserFactory())

        answer = client.post(_address(name, row))

        assert type(row)._default_manager.filter(pk=row.pk).exists()
        assert "It was already removed." in _texts(answer)

    def test_below_a_hidden_record_is_not_found(self, client: Client) -> None:
        client.force_login(make.UserFactory())
        problem = make.ProblemFactory(visibility="private", visibility_reason="Security")
        factor = make.FactorFactory(problem=problem)

        assert client.post(_address("problems:factor-remove", factor)).status_code == 404


class TestFactor:
    def test_that_another_press_removed_meanwhile_is_written_down_once(
        self, client: Client, ana: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        factor, remove = make.FactorFactory(problem=make.ProblemFactory()), factors.remove

        def remove_twice(**values: Any) -> None:
            remove(**values)
            remove(**values)

        monkeypatch.setattr(factors, "remove", remove_twice)
        answer = client.post(_address("problems:factor-remove", factor))

        assert "It was already removed." in _texts(answer)
        assert factor.problem.timeline.filter(text__startswith="Factor removed").count() == 1
