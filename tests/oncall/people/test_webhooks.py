"""A person's webhook: refused at every place where it could be saved, if outgoing calls may not reach it."""

import ast
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from config.base.net import destinations
from oncall.models import ContactMethod
from oncall.people import contact_methods
from tests import factories as make
from tests.architecture.sources import ROOT

pytestmark = pytest.mark.django_db
INSIDE = ("https://127.0.0.1/x", "http://hooks.example.com/", "https://[::1]/", "https://169.254.169.254/latest")

# Who calls out, and where the address comes from.
CALLERS = {
    "oncall/calendars/ical_import.py": "typed, called once and not stored",
    "oncall/channels/answers.py": "the gateway's from the settings; a person's from ContactMethod, checked in clean()",
    "oncall/engine/watchdog_alerts.py": "from the settings",
}


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = {"hooks.example.com": "93.184.216.34", "inside.example.com": "10.0.0.5"}
    monkeypatch.setattr(destinations, "look_up", lambda host, port: [addresses.get(host, host)])


class TestSaving:
    @pytest.mark.parametrize("url", [*INSIDE, "https://inside.example.com/"])
    def test_refuses_what_leads_inside_in_the_portal(self, client: Client, url: str) -> None:
        client.force_login(make.UserFactory())

        answer = client.post("/me/reach/add/", {"kind": "webhook", "address": url})

        assert answer.status_code == 422
        assert "may not be called" in answer.content.decode()
        assert not ContactMethod.objects.exists()

    def test_refuses_it_in_the_domain_and_in_the_model(self) -> None:
        user = make.UserFactory()

        with pytest.raises(ValidationError, match="may not be called"):
            contact_methods.add(user=user, kind="webhook", address="https://inside.example.com/")
        with pytest.raises(ValidationError, match="may not be called"):
            ContactMethod(user=user, kind="webhook", address="https://inside.example.com/").full_clean()

    def test_checks_again_when_a_stored_one_is_edited(self, monkeypatch: pytest.MonkeyPatch) -> None:
        method = contact_methods.add(
            user=make.UserFactory(), kind="webhook", address="https://hooks.example.com/a/key", secret="mine"
        )
        method.full_clean()
        monkeypatch.setattr(destinations, "look_up", lambda host, port: ["10.0.0.5"])

        with pytest.raises(ValidationError, match="may not be called"):
            ContactMethod.objects.get(pk=method.pk).full_clean()

    def test_shows_the_host_and_never_the_rest(self, client: Client) -> None:
        user = make.UserFactory()
        contact_methods.add(user=user, kind="webhook", address="https://hooks.example.com/a/key")
        client.force_login(user)

        page = client.get("/me/").content.decode()

        assert "https://hooks.example.com/...#" in page
        assert "a/key" not in page

    def test_takes_an_address_once(self) -> None:
        user = make.UserFactory()
        contact_methods.add(user=user, kind="webhook", address="https://hooks.example.com/a/key")

        with pytest.raises(ValidationError):
            contact_methods.add(user=user, kind="webhook", address="https://hooks.example.com/a/key")

    def test_refuses_the_shown_form_of_another_address(self) -> None:
        method = contact_methods.add(
            user=make.UserFactory(), kind="webhook", address="https://hooks.example.com/a/key"
        )
        method.address = "https://hooks.example.com/...#00000000"

        with pytest.raises(ValidationError, match="whole address"):
            method.full_clean()

    def test_keeps_a_secret_that_a_form_leaves_empty(self, client: Client) -> None:
        client.force_login(make.UserFactory(is_staff=True, is_superuser=True))
        method = contact_methods.add(
            user=make.UserFactory(), kind="webhook", address="https://hooks.example.com/a/key", secret="mine"
        )
        body = {"user": str(method.user_id), "kind": "webhook", "address": method.address, "secret": ""}

        answer = client.post(f"/admin/oncall/contactmethod/{method.pk}/change/", body)

        assert answer.status_code == 302
        method = ContactMethod.objects.get(pk=method.pk)
        assert (method.secret.reveal(), method.destination) == ("mine", "https://hooks.example.com/a/key")


def test_every_caller_of_an_address_is_known() -> None:
    callers = {
        str(path.relative_to(ROOT))
        for app in ("config", "oncall", "incidents", "problems", "postmortems")
        for path in Path(ROOT, app).rglob("*.py")
        if "http.send(" in path.read_text()
        and any(
            isinstance(node, ast.Call) and ast.unparse(node.func) == "http.send"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }

    assert callers == CALLERS.keys()
