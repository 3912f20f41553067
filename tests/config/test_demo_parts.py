"""The demo's options, certificates and credentials."""

import json
import os
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from config.demo import certificates, credentials, preparation_mark
from config.demo.options import DemoRefused, check_port, read_options
from config.embedded.secret import load_secret


class TestReadOptions:
    def test_has_defaults(self) -> None:
        options = read_options({})

        assert (options.port, options.bind, options.site_url) == (8000, "127.0.0.1", "http://localhost:8000")
        assert not options.is_tls
        assert not options.is_reset
        assert options.folder.name == ".demo"

    def test_follows_the_environment(self, tmp_path: Path) -> None:
        everywhere = "0.0.0.0"
        options = read_options(
            {"PORT": "9000", "TLS": "1", "RESET": "1", "DEMO_DIR": str(tmp_path), "BIND": everywhere}
        )

        assert options.site_url == "https://localhost:9000"
        assert options.folder == tmp_path
        assert options.is_reset
        assert options.probe_host == "127.0.0.1"

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "8000.5", "٨٠"])
    def test_refuses_what_is_no_port(self, port: str) -> None:
        with pytest.raises(DemoRefused, match="make demo PORT=8001"):
            read_options({"PORT": port})


class TestCheckPort:
    def test_refuses_a_port_in_use(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            with pytest.raises(DemoRefused, match=f"Port {port} is in use"):
                check_port(read_options({"PORT": str(port)}))

        check_port(read_options({"PORT": str(port)}))

    def test_refuses_an_address_of_another_machine(self) -> None:
        with pytest.raises(DemoRefused, match="not an address of this machine"):
            check_port(read_options({"BIND": "192.0.2.1"}))


class TestCertificates:
    def test_convince_a_client_that_trusts_the_authority(self, tmp_path: Path) -> None:
        folder = certificates.ensure_certificates(tmp_path / "tls")
        server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_side.load_cert_chain(folder / "portal.pem", folder / "portal-key.pem")
        client_side = ssl.create_default_context(cafile=folder / "authority.pem")
        client_socket, server_side_socket = socket.socketpair()

        def answer() -> None:
            with server_side.wrap_socket(server_side_socket, server_side=True) as secured:
                secured.sendall(b"hello")

        thread = threading.Thread(target=answer)
        thread.start()
        with client_side.wrap_socket(client_socket, server_hostname="localhost") as secured:
            received = secured.recv(5)
        thread.join()

        assert received == b"hello"
        assert (folder / "portal-key.pem").stat().st_mode & 0o777 == 0o600

    def test_are_kept_until_they_grow_old(self, tmp_path: Path) -> None:
        now = datetime(2026, 11, 1, tzinfo=UTC)
        certificates.ensure_certificates(tmp_path, now=now)
        first = (tmp_path / "portal.pem").read_bytes()

        certificates.ensure_certificates(tmp_path, now=now + timedelta(days=300))
        second = (tmp_path / "portal.pem").read_bytes()
        certificates.ensure_certificates(tmp_path, now=now + timedelta(days=380))
        third = (tmp_path / "portal.pem").read_bytes()

        assert first == second
        assert second != third


class TestCredentials:
    logins = {"users": [{"email": "ana@example.com"}], "ical": ["/ical/1.ics"], "status_url": "/status/"}

    def test_hold_whole_addresses_for_the_owner_only(self, tmp_path: Path) -> None:
        credentials.write_credentials(tmp_path, self.logins, "http://localhost:8000")

        written = json.loads((tmp_path / "credentials.json").read_text())
        assert written["base_url"] == "http://localhost:8000"
        assert written["ical"] == ["http://localhost:8000/ical/1.ics"]
        assert written["users"] == [{"email": "ana@example.com"}]
        assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600

    def test_are_kept_and_moved_to_another_port(self, tmp_path: Path) -> None:
        credentials.write_credentials(tmp_path, self.logins, "http://localhost:8000")

        updated = credentials.write_credentials(tmp_path, None, "https://localhost:80")

        assert updated["status_url"] == "https://localhost:80/status/"
        assert updated["users"] == [{"email": "ana@example.com"}]


class TestLoadSecret:
    def test_is_made_once_for_the_owner_only(self, tmp_path: Path) -> None:
        first = load_secret(tmp_path / "secret-key")

        assert load_secret(tmp_path / "secret-key") == first
        assert len(first) >= 50
        assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600

    def test_is_made_again_when_the_file_is_empty(self, tmp_path: Path) -> None:
        (tmp_path / "secret-key").touch()

        assert len(load_secret(tmp_path / "secret-key")) >= 50


class TestPreparationMark:
    def test_is_noted_in_the_database(self) -> None:
        name = f"prepared_{os.getpid()}"
        parts = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(parts._replace(path=f"/{name}"))
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as maintenance:
            maintenance.execute(f"CREATE DATABASE {name}")
            try:
                before_mark = preparation_mark.is_prepared(url)
                preparation_mark.mark_prepared(url)
                after_mark = preparation_mark.is_prepared(url)
            finally:
                maintenance.execute(f"DROP DATABASE {name}")

        assert (before_mark, after_mark) == (False, True)

    def test_ends_with_another_migration(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.lock").write_text("django==5.2.19")
        migrations = tmp_path / "oncall" / "migrations"
        migrations.mkdir(parents=True)
        (migrations / "0001_initial.py").write_text("operations = []")
        before = preparation_mark.current_mark(tmp_path)

        (migrations / "0002_more.py").write_text("operations = []")

        assert preparation_mark.current_mark(tmp_path) != before
