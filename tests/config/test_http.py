"""The outgoing client against a local server, and every way to lead it inside (bad input 43, 44, 45, 46, 47, 48)."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from pytest_django import Settings

from config.base.net import destinations, http

LOCAL = "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Peer:
    """A server that answers each connection with `answer` and keeps what it heard."""

    def __init__(self, answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[bytes] = []
        self.answer = answer
        self.tls = tls
        self.listener = socket.create_server((LOCAL, 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
                if self.tls:
                    connection = self.tls.wrap_socket(connection, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                heard = b""
                # Hanging up on unread bytes would reset the connection and could lose the answer.
                while not heard.endswith(b"\r\n\r\nhello"):
                    heard += connection.recv(65536)
                self.heard.append(heard)
                self.answer(connection)
            except OSError:
                return


@contextmanager
def peer(answer: Callable[[socket.socket], None] | bytes = OK, tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    served = Peer(answer if callable(answer) else lambda connection: connection.sendall(answer), tls)
    try:
        yield served
    finally:
        served.listener.close()


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name stands for these addresses; the list returned grows by each question."""
    lookups: list[str] = []

    def look_up(host: str, port: int) -> list[str]:
        lookups.append(host)
        return list(addresses)

    monkeypatch.setattr(destinations, "look_up", look_up)
    return lookups


def post(url: str, *, seconds: float = 3, **more: object) -> http.Answer:
    call: dict[str, object] = {"method": "POST", "headers": {"Content-Type": "text/plain"}, "body": b"hello"}
    return http.send(url=url, deadline_seconds=seconds, **call | more)  # type: ignore[arg-type]


@pytest.fixture
def inside(settings: Settings) -> None:
    settings.OUTGOING_ALLOW = [f"{LOCAL}/32"]


@pytest.mark.usefixtures("inside")
class TestSend:
    def test_returns_status_headers_and_body(self) -> None:
        with peer(b"HTTP/1.1 404 Not Found\r\nX-Why: gone\r\nContent-Length: 4\r\n\r\ngone") as served:
            answer = post(f"http://{LOCAL}:{served.port}/hook?a=1")

        assert (answer.status, answer.headers["x-why"], answer.body) == (404, "gone", b"gone")
        heard = served.heard[0]
        assert heard.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
        assert f"Host: {LOCAL}:{served.port}".encode() in heard
        assert heard.endswith(b"\r\n\r\nhello")

    def test_does_not_follow_redirects(self) -> None:
        redirect = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        with peer(redirect) as served:
            answer = post(f"http://{LOCAL}:{served.port}/")

        assert (answer.status, len(served.heard)) == (302, 1)

    def test_cuts_an_endless_answer_at_the_cap(self) -> None:
        def endless(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)

        with peer(endless) as served:
            answer = post(f"http://{LOCAL}:{served.port}/", max_answer_bytes=1000)

        assert answer.body == b"x" * 1000

    def test_does_not_unpack_a_compressed_answer(self) -> None:
        with peer(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08") as served:
            answer = post(f"http://{LOCAL}:{served.port}/")

        assert answer.body == b"\x1f\x8b\x08"
        assert b"Accept-Encoding: identity" in served.heard[0]

    @pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
    def test_keeps_one_deadline_when_bytes_drip(self, head: bytes) -> None:
        dripped_all = threading.Event()

        def drip(connection: socket.socket) -> None:
            connection.sendall(head)
            for _ in range(600):
                connection.sendall(b"H" if not head else b"x")
                time.sleep(0.05)
            dripped_all.set()

        with peer(drip) as served, pytest.raises(http.Unreachable):
            post(f"http://{LOCAL}:{served.port}/", seconds=0.4)

        assert not dripped_all.is_set()

    def test_gives_up_on_a_silent_peer(self) -> None:
        with peer(lambda connection: time.sleep(5)) as served, pytest.raises(http.Unreachable):
            post(f"http://{LOCAL}:{served.port}/", seconds=0.3)

    def test_gives_up_on_a_slow_name_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def slow(host: str, port: int) -> list[str]:
            time.sleep(2)
            return [LOCAL]

        monkeypatch.setattr(destinations, "look_up", slow)

        with pytest.raises(http.Unreachable, match="looked up"):
            post("https://slow.example/", seconds=0.2)

    @pytest.mark.parametrize("answer", [b"", b"\x00\x01nonsense\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n"])
    def test_gives_the_same_message_for_every_failure(self, answer: bytes) -> None:
        with peer(answer) as served, pytest.raises(http.Unreachable) as broken:
            post(f"http://{LOCAL}:{served.port}/")
        with pytest.raises(http.Unreachable) as closed:
            post(f"http://{LOCAL}:{served.port}/")

        assert str(broken.value) == str(closed.value)

    def test_tries_the_next_checked_address(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
        settings.OUTGOING_ALLOW = ["127.0.0.0/8"]
        names(monkeypatch, "127.0.0.9", LOCAL)
        with peer() as served:
            answer = post(f"http://two.example:{served.port}/")

        assert answer.status == 200

    def test_ignores_proxies_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        with peer() as served:
            assert post(f"http://{LOCAL}:{served.port}/").status == 200

    @pytest.mark.parametrize("headers", [{"X-A": "a\r\nX-B: b"}, {"X A": "a"}, {"X-A": "ä"}, {"X-A\r\n": "a"}])
    def test_refuses_headers_that_break_out(self, headers: dict[str, str]) -> None:
        with peer() as served, pytest.raises(http.DestinationRefused):
            post(f"http://{LOCAL}:{served.port}/", headers=headers)

        assert served.heard == []

    def test_keeps_the_callers_hands_off_host_and_length(self) -> None:
        with peer() as served:
            post(f"http://{LOCAL}:{served.port}/", headers={"Host": "evil", "content-length": "1"})

        assert b"evil" not in served.heard[0]
        assert served.heard[0].lower().count(b"content-length") == 1


class TestRebinding:
    def test_connects_to_the_address_that_was_checked(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.OUTGOING_ALLOW = [f"{LOCAL}/32"]
        lookups = names(monkeypatch, LOCAL)
        with peer() as served:
            answer = post(f"http://rebound.example:{served.port}/")

        assert answer.status == 200
        assert lookups == ["rebound.example"]
        assert f"Host: rebound.example:{served.port}".encode() in served.heard[0]

    def test_refuses_when_one_of_several_addresses_is_inside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names(monkeypatch, "93.184.215.14", "10.0.0.1")

        with pytest.raises(http.DestinationRefused):
            post("https://mixed.example/")


class TestTls:
    def test_checks_the_certificate_for_the_name_not_for_the_address(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
    ) -> None:
        settings.OUTGOING_ALLOW = [f"{LOCAL}/32"]
        names(monkeypatch, LOCAL)
        server, client = certificate(tmp_path, "hook.example")
        monkeypatch.setattr(http, "_tls", lambda: client)
        with peer(tls=server) as served:
            assert post(f"https://hook.example:{served.port}/").status == 200
            with pytest.raises(http.Unreachable):
                post(f"https://other.example:{served.port}/")

    def test_refuses_an_untrusted_certificate(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
    ) -> None:
        settings.OUTGOING_ALLOW = [f"{LOCAL}/32"]
        names(monkeypatch, LOCAL)
        server, _ = certificate(tmp_path, "hook.example")
        with peer(tls=server) as served, pytest.raises(http.Unreachable):
            post(f"https://hook.example:{served.port}/")


class TestCheckUrl:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
            "192.0.0.170", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1",
            "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
            "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1",
            "2001:db8::1", "100::1", "5f00::1", "not an address",
        ],
    )  # fmt: skip
    def test_refuses_every_address_that_is_not_public(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        names(monkeypatch, address)

        with pytest.raises(http.DestinationRefused, match="may not be called"):
            http.check_url("https://inside.example/")

    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
    def test_allows_public_addresses(self, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
        names(monkeypatch, address)

        http.check_url("https://public.example/hook")

    @pytest.mark.parametrize(
        "host", ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "localhost", "localhost.", "[::1]"]
    )
    def test_sees_through_other_spellings_of_this_machine(self, host: str) -> None:
        with pytest.raises(http.DestinationRefused):
            http.check_url(f"https://{host}/")

    @pytest.mark.parametrize(
        "url",
        [
            "http://public.example/", "https://public.example:22/", "https://public.example:6379/", "gopher://a/",
            "file:///etc/passwd", "ftp://public.example/", "https://user:pass@public.example/",
            "https://user@public.example/", "https://public.example\\@10.0.0.1/", "https:///path", "https://", "",
            "//public.example/", "javascript:alert(1)", "https://public.example/a\r\nHost: b", " https://a/",
            "https://pub\tlic.example/", "https://public.example:99999/", "https://public.example:0/",
            "https://[fe80::1%25eth0]/", "https://[::1/", "https://public.example/ü", "https://a b/",
        ],
    )  # fmt: skip
    def test_refuses_addresses_of_the_wrong_kind(self, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        names(monkeypatch, "93.184.215.14")

        with pytest.raises(http.DestinationRefused):
            http.check_url(url)

    def test_takes_names_in_other_scripts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lookups = names(monkeypatch, "93.184.215.14")

        http.check_url("https://bücher.example/")

        assert lookups == ["xn--bcher-kva.example"]

    def test_allows_listed_networks_on_any_port_and_over_http(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.OUTGOING_ALLOW = ["10.20.0.0/16"]
        names(monkeypatch, "10.20.3.4")

        http.check_url("http://pager.internal:8080/")

    def test_says_when_a_name_is_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(host: str, port: int) -> list[str]:
            raise socket.gaierror(-2, "unknown")

        monkeypatch.setattr(destinations, "look_up", unknown)

        with pytest.raises(http.Unreachable, match="no such host"):
            http.check_url("https://nowhere.example/")

    def test_is_a_validator_too(self) -> None:
        with pytest.raises(ValidationError, match="may not be called"):
            http.validate_url("https://127.0.0.1/")


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that is `name`, and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
