"""The demo's fake servers and the reader of what they received."""

import http.client
import json
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from config.demo import fake_servers, inbox
from config.demo.options import free_port
from tests.config.test_servers import ROOT, wait_until

PAGE = {"id": "page-1", "kind": "sms", "to": "+4930123456", "text": "INC-7: mail is down", "url": "/incidents/7/"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty demo folder."""
    monkeypatch.setenv("DEMO_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def gateway(folder: Path) -> Iterator[int]:
    """A running phone gateway's port."""
    server = fake_servers.PhoneGateway(0, fake_servers.MessageStore(folder / "phone"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def post(
    port: int, content: object, *, key: str | None = "key-1", path: str = "/messages"
) -> tuple[int, dict[str, str]]:
    """Send a message to the gateway."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    connection.request("POST", path, body, {"Idempotency-Key": key} if key is not None else {})
    answer = connection.getresponse()
    parsed = json.loads(answer.read())
    connection.close()
    return answer.status, parsed


class TestPhoneGateway:
    def test_keeps_a_message(self, gateway: int) -> None:
        status, answer = post(gateway, PAGE)

        [stored] = inbox.list_phone()
        assert status == 202
        assert stored["id"] == answer["id"]
        assert (stored["message_id"], stored["key"]) == ("page-1", "key-1")
        assert {name: stored[name] for name in ("kind", "to", "text", "url")} == {
            name: PAGE[name] for name in ("kind", "to", "text", "url")
        }

    def test_keeps_a_repeated_message_once(self, gateway: int) -> None:
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: post(gateway, PAGE), range(24)))

        assert len(inbox.list_phone()) == 1
        assert len({answer["id"] for _, answer in answers}) == 1

    def test_keeps_the_same_text_under_another_key(self, gateway: int) -> None:
        post(gateway, PAGE)
        post(gateway, PAGE | {"text": "second"}, key="key-2")

        assert [message["text"] for message in inbox.list_phone()] == ["second", PAGE["text"]]

    @pytest.mark.parametrize(
        ("content", "key", "path", "expected"),
        [
            (PAGE, None, "/messages", 400),
            (b"{", "key", "/messages", 400),
            ([], "key", "/messages", 400),
            (PAGE | {"kind": "pigeon"}, "key", "/messages", 400),
            (PAGE | {"to": ""}, "key", "/messages", 400),
            (PAGE | {"text": "x" * 70_000}, "key", "/messages", 413),
            (PAGE, "key", "/elsewhere", 404),
        ],
    )
    def test_refuses(self, gateway: int, content: object, key: str | None, path: str, expected: int) -> None:
        status, answer = post(gateway, content, key=key, path=path)

        assert status == expected
        assert answer["message"]
        assert inbox.list_phone() == []


class TestMessageStore:
    def test_drops_the_oldest(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fake_servers, "MAX_MESSAGES", 3)
        box = fake_servers.MessageStore(folder / "mail")

        for number in range(5):
            box.put({"subject": str(number)}, key=str(number), original=b"raw")

        assert [mail["subject"] for mail in inbox.list_mail()] == ["4", "3", "2"]
        assert len(list((folder / "mail").iterdir())) == 6


class TestInbox:
    def test_is_empty_before_anything_came(self, folder: Path) -> None:
        assert inbox.list_mail() == []
        assert inbox.list_phone() == []

    def test_reads_one(self, folder: Path) -> None:
        mail_id = fake_servers.MessageStore(folder / "mail").put({"subject": "hello"}, key="1")

        mail = inbox.read_mail(mail_id)

        assert mail is not None
        assert mail["subject"] == "hello"
        assert inbox.read_mail(mail_id[:-1] + ("0" if mail_id[-1] != "0" else "1")) is None

    @pytest.mark.parametrize(
        "mail_id",
        [
            "../credentials",
            "..%2fcredentials",
            "/etc/passwd",
            "",
            ".",
            "1-2\n",
            "0" * 20 + "-" + "a" * 32 + "/../../x",
        ],
    )
    def test_stays_in_its_folder(self, folder: Path, mail_id: str) -> None:
        (folder / "mail").mkdir()
        (folder / "credentials.json").write_text('{"password": "secret"}')

        assert inbox.read_mail(mail_id) is None


class TestProcess:
    def test_takes_mail_and_stops_on_request(self, folder: Path) -> None:
        smtp_port, phone_port = free_port(), free_port()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "config.demo.fake_servers",
                f"--smtp-port={smtp_port}",
                f"--phone-port={phone_port}",
            ],
            cwd=ROOT,
        )
        try:
            assert wait_until(lambda: answers(smtp_port))
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "desk@example.com", "ana@example.com", "Störung"
            message.set_content("Ein Text")
            message.add_alternative("<p>Ein Text</p>", subtype="html")
            with smtplib.SMTP("127.0.0.1", smtp_port, timeout=30) as client:
                client.send_message(message, to_addrs=["ana@example.com", "bo@example.com"])

            [mail] = inbox.list_mail()
            assert (mail["from"], mail["to"]) == ("desk@example.com", ["ana@example.com", "bo@example.com"])
            assert (mail["subject"], mail["text"].strip()) == ("Störung", "Ein Text")
            assert "<p>Ein Text</p>" in mail["html"]
            assert (folder / "mail" / f"{mail['id']}.eml").read_bytes().startswith(b"From: desk@example.com")
            assert post(phone_port, PAGE)[0] == 202

            process.terminate()
            assert process.wait(5) == 0
        finally:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    """Whether something accepts connections on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
