"""A verb has one name: as a function of the domain, in the portal's address and as an action of the API."""

from collections.abc import Callable, Iterable
from inspect import getmembers
from typing import Any

import pytest
from django.urls import reverse

from incidents import response
from incidents.api.prevention import ActionItemViewSet, WaiverViewSet
from incidents.api.tickets import IncidentViewSet
from incidents.prevention import action_items, waivers
from incidents.views.response.verbs import VERBS

OF_PROGRAMS = {"note_origin"}
"""What only a program does that brings records in; it is no verb of a person at work."""
OF_THE_DESK = {"add_external_link", "add_requester", "remove_external_link", "remove_requester"}
"""Buttons of panels: `incidents.desk.joining` and `incidents.tickets.external_links`; the form names what is added."""


def api_verbs(viewset: type[Any]) -> set[str]:
    """The present names of the POST actions of an endpoint's records; those of many records repeat one of these."""
    actions: Iterable[Any] = viewset.get_extra_actions()
    return {
        action.url_path
        for action in actions
        if action.detail and "post" in action.mapping and not hasattr(action, "alias")
    }


def functions(module: Any) -> dict[str, Callable[..., Any]]:
    """The public functions of a module that a verb may call."""
    return {name: member for name, member in getmembers(module, callable) if not name.startswith("_")}


class TestIncidents:
    @pytest.mark.parametrize("verb", sorted(api_verbs(IncidentViewSet) - OF_PROGRAMS - OF_THE_DESK))
    def test_api_verb_is_a_function_of_the_domain(self, verb: str) -> None:
        assert verb in response.__all__
        assert verb in functions(response)

    def test_portal_has_the_verbs_of_the_api(self) -> None:
        # An incident resolves by itself; the portal shows its conditions in place of the verb.
        of_people = api_verbs(IncidentViewSet) - {"resolve"} - OF_PROGRAMS - OF_THE_DESK
        assert {name.replace("-", "_") for name in VERBS} == of_people


@pytest.mark.parametrize("verb", ["complete", "decline", "reassign"])
class TestActionItems:
    def test_have_one_name(self, verb: str) -> None:
        assert verb in functions(action_items)
        assert verb in api_verbs(ActionItemViewSet)
        assert reverse(f"incidents:action-item-{verb}", args=[7]) == f"/action-items/7/{verb}/"


@pytest.mark.parametrize("verb", ["approve", "decline"])
class TestWaivers:
    def test_have_one_name(self, verb: str) -> None:
        assert f"{verb}_waiver" in functions(waivers)
        assert verb in api_verbs(WaiverViewSet)
        assert reverse(f"incidents:waiver-{verb}", args=[7]) == f"/waivers/7/{verb}/"
