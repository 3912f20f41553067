"""The demo's phone and mailbox."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db
_ID = f"{1:020}-{'a' * 32}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    settings.DEMO = True
    monkeypatch.setenv("DEMO_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(make.UserFactory())
    return client


def put(folder: Path, **message: Any) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{_ID}.json").write_text(json.dumps({"id": _ID, "at": datetime.now(UTC).isoformat()} | message))


class TestPhone:
    def test_does_not_exist_outside_the_demo(self, signed_in: Client) -> None:
        for address in ("/demo/phone/", "/demo/mailbox/", f"/demo/mailbox/{_ID}/"):
            assert signed_in.get(address).status_code == 404

    def test_rings_for_a_fresh_message(self, signed_in: Client, folder: Path) -> None:
        put(
            folder / "phone", kind="sms", to="+49301", text="SEV1 - Checkout <b>down</b>", url="https://h.example/p/1/"
        )

        page = signed_in.get("/demo/phone/").content.decode()

        assert "Ringing" in page
        assert "https://h.example/p/1/" in page
        assert "<b>down</b>" not in page

    def test_is_quiet_when_nothing_came(self, signed_in: Client, folder: Path) -> None:
        assert "No messages yet." in signed_in.get("/demo/phone/").content.decode()


class TestMailbox:
    def test_lists_and_opens_mail(self, signed_in: Client, folder: Path) -> None:
        put(
            folder / "mail",
            to=["ana@example.com"],
            subject="Checkout is down",
            text="See https://h.example/p/1/",
            **{"from": "x"},
        )

        assert "Checkout is down" in signed_in.get("/demo/mailbox/").content.decode()
        assert 'href="https://h.example/p/1/"' in signed_in.get(f"/demo/mailbox/{_ID}/").content.decode()

    def test_is_404_for_an_unknown_mail(self, signed_in: Client, folder: Path) -> None:
        assert signed_in.get(f"/demo/mailbox/{_ID}/").status_code == 404
