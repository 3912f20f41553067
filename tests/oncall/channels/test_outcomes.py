"""The outcome of each channel when the provider accepts, refuses, or does not answer."""

import json
import smtplib
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.mail import EmailMessage

from oncall.channels import SENDERS, Message, Outcome, answers
from oncall.channels.base import plain

HTTP_CHANNELS = ("sms", "voice", "push", "webhook")


class Provider:
    """A local HTTP server that answers as set and records the requests."""

    def __init__(self) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
                provider.may_answer.wait(10)
                self.send_response(provider.status)
                for name, value in provider.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self) -> None:
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    provider = Provider()
    settings.OUTGOING_ALLOW = ["127.0.0.1/32"]
    settings.PHONE_GATEWAY_URL = provider.url
    yield provider
    provider.close()


def send(kind: str, address: str = "+49301234567", **fields: Any) -> Outcome:
    """Send a page on a channel."""
    return SENDERS[kind](
        Message(key="1:1:1:0", kind=kind, address=address, person="Ana", title="Shop is down", link="/x", **fields)
    )


def send_to(provider: Provider, kind: str, **fields: Any) -> Outcome:
    """Send a page on an HTTP channel to the local provider."""
    return send(kind, provider.url if kind == "webhook" else "+49301234567", **fields)


@pytest.mark.parametrize("kind", HTTP_CHANNELS)
class TestHttpChannels:
    def test_accept_a_2xx_answer_with_the_providers_id(self, provider: Provider, kind: str) -> None:
        provider.status, provider.headers = 202, {"X-Message-Id": "m-7"}

        outcome = send_to(provider, kind)

        assert outcome == Outcome(is_accepted=True, provider_id="m-7")
        [(headers, _)] = provider.requests
        assert headers["idempotency-key"] == "1:1:1:0"

    @pytest.mark.parametrize(
        ("status", "is_permanent"), [(400, True), (404, True), (408, False), (429, False), (500, False), (503, False)]
    )
    def test_tell_permanent_failures_from_others(
        self, provider: Provider, kind: str, status: int, is_permanent: bool
    ) -> None:
        provider.status = status

        outcome = send_to(provider, kind)

        assert (outcome.is_accepted, outcome.is_permanent) == (False, is_permanent)
        assert str(status) in outcome.error

    def test_read_retry_after_in_seconds(self, provider: Provider, kind: str) -> None:
        provider.status, provider.headers = 429, {"Retry-After": "20"}

        assert send_to(provider, kind).retry_after == timedelta(seconds=20)

    def test_can_be_retried_after_a_timeout(
        self, provider: Provider, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(answers, "SEND_DEADLINE", timedelta(seconds=0.3))
        provider.may_answer.clear()

        outcome = send_to(provider, kind)

        assert (outcome.is_accepted, outcome.is_permanent) == (False, False)

    def test_fail_for_good_at_an_address_that_may_not_be_called(
        self, provider: Provider, kind: str, settings: Any
    ) -> None:
        settings.OUTGOING_ALLOW = []

        outcome = send_to(provider, kind)

        assert (outcome.is_accepted, outcome.is_permanent) == (False, True)
        assert provider.requests == []


class TestPhone:
    def test_blames_nobody_without_a_gateway(self, settings: Any) -> None:
        settings.PHONE_GATEWAY_URL = ""

        outcome = send("sms")

        assert (outcome.is_accepted, outcome.is_permanent) == (False, False)
        assert "PHONE_GATEWAY_URL" in outcome.error

    @pytest.mark.parametrize("status", [401, 402, 403, 407])
    def test_blames_nobody_for_the_gateways_credentials(self, provider: Provider, status: int) -> None:
        """R-E8: the person's number is not wrong, so the page goes on being tried."""
        provider.status = status

        outcome = send_to(provider, "sms")

        assert (outcome.is_accepted, outcome.is_permanent) == (False, False)

    def test_sends_one_line_with_severity_and_service(self, provider: Provider) -> None:
        send_to(provider, "sms", facts={"severity": "SEV1", "service": "Shop"})

        [(headers, body)] = provider.requests
        assert (body["to"], body["text"]) == ("+49301234567", "SEV1 - Shop is down - Shop")
        assert "webhook-signature" not in headers

    def test_signs_with_the_gateways_secret(self, provider: Provider, settings: Any) -> None:
        settings.PHONE_GATEWAY_SECRET = "shared"

        send_to(provider, "sms")

        assert provider.requests[0][0]["webhook-signature"].startswith("v1,")


class TestWebhook:
    def test_sends_the_type_and_signs_with_the_persons_secret(self, provider: Provider) -> None:
        send_to(provider, "webhook", secret="mine", type="notice")

        [(headers, body)] = provider.requests
        assert body["type"] == "notice"
        assert body["data"]["title"] == "Shop is down"
        assert headers["webhook-signature"].startswith("v1,")


class TestEmail:
    def test_is_accepted_with_the_same_id_on_a_repeat(self, mailoutbox: list[EmailMessage]) -> None:
        first, second = (send("email", "ana@example.com") for _ in range(2))

        assert first.is_accepted
        assert first.provider_id == second.provider_id != ""
        assert [mail.to for mail in mailoutbox] == [["ana@example.com"]] * 2

    @pytest.mark.parametrize(
        ("error", "is_permanent"),
        [
            (smtplib.SMTPRecipientsRefused({"ana@example.com": (550, b"No such user")}), True),
            (smtplib.SMTPRecipientsRefused({"ana@example.com": (450, b"Try later")}), False),
            (smtplib.SMTPDataError(451, b"Try later"), False),
            (smtplib.SMTPServerDisconnected("gone"), False),
            (TimeoutError("timed out"), False),
            (ConnectionRefusedError("refused"), False),
        ],
    )
    def test_tells_permanent_failures_from_others(
        self, error: Exception, is_permanent: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(mail: EmailMessage) -> int:
            raise error

        monkeypatch.setattr(EmailMessage, "send", fail)

        outcome = send("email", "ana@example.com")

        assert (outcome.is_accepted, outcome.is_permanent) == (False, is_permanent)

    def test_cannot_be_prepared_for_an_address_that_breaks_the_header(self) -> None:
        """F23: the fault lies in the message, so a plain text is tried next."""
        outcome = send("email", "ana@example.com\nBcc: eve@example.com")

        assert (outcome.is_accepted, outcome.is_unprepared) == (False, True)

    def test_of_a_plain_text_uses_no_template(
        self, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("oncall.channels.email.render_to_string", None)

        outcome = SENDERS["email"](plain(key="1:1:1:0", kind="email", address="ana@example.com", link="https://x/l"))

        assert outcome.is_accepted
        assert "https://x/l" in str(mailoutbox[0].body)
