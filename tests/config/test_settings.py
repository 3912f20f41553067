"""Settings of a real deployment, read by a fresh process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "REDIS_URL")}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=inherited
        | {
            "SECRET_KEY": "kT9" * 25 + "abcdefgh!",
            "ENCRYPTION_KEYS": "nV4" * 16,
            "SITE_URL": "https://portal.example.com",
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


class TestDeployment:
    def test_has_no_warnings_with_https(self) -> None:
        done = manage("check", "--deploy", "--fail-level", "WARNING")

        assert done.returncode == 0, done.stderr

    def test_pins_what_must_not_slip(self) -> None:
        names = (
            "DEBUG", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_NAME", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE",
            "SESSION_COOKIE_AGE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT", "ALLOWED_HOSTS",
            "DATA_UPLOAD_MAX_MEMORY_SIZE",
        )  # fmt: skip
        code = f"from django.conf import settings; print([getattr(settings, name) for name in {names!r}])"

        done = manage("shell", "--no-imports", "-c", code)

        assert done.stdout.strip() == str(
            [
                False, True, "__Host-session", True, True, 43200, 31536000, True,
                ["portal.example.com"], 786432,
            ]
        ), done.stderr  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("SITE_URL", "portal.example.com", "SITE_URL must be"),
            ("SECRET_KEY", "", "SECRET_KEY is empty"),
            ("SECRET_KEY_FILE", "/no/such/file", "cannot be read (FileNotFoundError)"),
            ("DATABASE_URL", "sqlite:///x", "must start with postgresql://"),
            ("DEBUG", "maybe", "must be 1 or 0"),
            ("TRUSTED_PROXIES", "two", "whole number"),
        ],
    )
    def test_says_what_is_wrong(self, name: str, value: str, message: str) -> None:
        done = manage("check", **{name: value})

        assert done.returncode != 0
        assert message in done.stderr

    @pytest.mark.parametrize(
        ("keys", "message"), [("", "ENCRYPTION_KEYS is empty"), ("short", "Key 1 of ENCRYPTION_KEYS is too short")]
    )
    def test_stops_a_migration_without_an_encryption_key_but_not_the_watchdog(self, keys: str, message: str) -> None:
        migration = manage("migrate", "--check", ENCRYPTION_KEYS=keys)
        other = manage("check", ENCRYPTION_KEYS=keys)

        assert migration.returncode != 0
        assert message in migration.stderr
        assert other.returncode == 0
        assert message in other.stderr

    def test_reads_a_secret_from_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("from a file\n")
        code = "from django.conf import settings; print(settings.SECRET_KEY)"

        done = manage("shell", "--no-imports", "-c", code, SECRET_KEY_FILE=str(tmp_path / "key"))

        assert done.stdout.strip() == "from a file", done.stderr
