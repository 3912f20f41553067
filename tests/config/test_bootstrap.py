"""The bootstrap's decisions: what to install, when to skip, what to say."""

import errno
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_bootstrap() -> ModuleType:
    """Load the script, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bin" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = module
    spec.loader.exec_module(module)
    return module


bootstrap = load_bootstrap()


@pytest.fixture
def environment(tmp_path: Path) -> object:
    """A checkout with lock files and an interpreter, but nothing noted as installed."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(f"{name}: django==5.2.19")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return bootstrap.Environment(tmp_path)


def note(environment: object, kind: str) -> None:
    """Note a finished installation."""
    environment.stamp.write_text(json.dumps(bootstrap.describe(environment, kind)))  # type: ignore[attr-defined]


class TestChoose:
    @pytest.mark.parametrize("kind", ["demo", "dev"])
    def test_installs_the_requested_set_at_first(self, environment: object, kind: str) -> None:
        assert bootstrap.choose(environment, kind) == kind

    @pytest.mark.parametrize("kind", ["demo", "dev"])
    def test_skips_what_is_installed(self, environment: object, kind: str) -> None:
        note(environment, kind)

        assert bootstrap.choose(environment, kind) is None

    def test_lets_the_development_set_serve_the_demo(self, environment: object) -> None:
        note(environment, "dev")

        assert bootstrap.choose(environment, "demo") is None

    def test_adds_the_development_set_to_the_demo(self, environment: object) -> None:
        note(environment, "demo")

        assert bootstrap.choose(environment, "dev") == "dev"

    def test_keeps_the_development_set_when_its_lock_changes(self, environment: object, tmp_path: Path) -> None:
        note(environment, "dev")
        (tmp_path / "requirements-dev.lock").write_text("changed")

        assert bootstrap.choose(environment, "demo") == "dev"

    def test_installs_again_when_the_lock_changes(self, environment: object, tmp_path: Path) -> None:
        note(environment, "demo")
        (tmp_path / "requirements.lock").write_text("changed")

        assert bootstrap.choose(environment, "demo") == "demo"

    def test_installs_again_when_the_interpreter_is_gone(self, environment: object, tmp_path: Path) -> None:
        note(environment, "demo")
        (tmp_path / ".venv" / "bin" / "python").unlink()

        assert bootstrap.choose(environment, "demo") == "demo"

    def test_installs_again_after_a_move(self, environment: object, tmp_path: Path) -> None:
        note(environment, "demo")
        new_folder = tmp_path.with_name(f"{tmp_path.name}-moved")
        tmp_path.rename(new_folder)

        assert bootstrap.choose(bootstrap.Environment(new_folder), "demo") == "demo"

    def test_is_not_misled_by_a_damaged_note(self, environment: object) -> None:
        environment.stamp.write_text("{")  # type: ignore[attr-defined]

        assert bootstrap.choose(environment, "demo") == "demo"


class TestCheckPython:
    def test_takes_the_oldest_supported(self) -> None:
        bootstrap.check_python((3, 11))

    def test_names_the_way_out_for_an_older_one(self) -> None:
        with pytest.raises(bootstrap.Refused, match=r"needs Python 3\.11 or newer; this is 3\.9.*PYTHON="):
            bootstrap.check_python((3, 9))


class TestCheckSpace:
    def test_refuses_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bootstrap, "SPACE_NEEDED", 10**18)

        with pytest.raises(bootstrap.Refused, match="free some space"):
            bootstrap.check_space(tmp_path)


class TestExplain:
    @pytest.mark.parametrize(
        ("output", "advice"),
        [
            ("Failed to establish a new connection: Temporary failure in name resolution", "check the network"),
            (os.strerror(errno.ENOSPC), "disk is full"),
            (os.strerror(errno.EACCES), "cannot be written"),
            ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "changed it"),
            ("something new", "something new"),
        ],
    )
    def test_says_what_to_do(self, output: str, advice: str, tmp_path: Path) -> None:
        assert advice in bootstrap.explain(output, tmp_path)


class TestUvSettings:
    def test_pass_on_the_settings_of_pip(self) -> None:
        pip_settings = "global.cert='/etc/ssl/firm.pem'\nglobal.index-url='file:///mirror'\n:env:.timeout='15'"

        assert bootstrap.uv_settings(pip_settings, {}) == {
            "UV_SYSTEM_CERTS": "1",
            "UV_DEFAULT_INDEX": "file:///mirror",
            "SSL_CERT_FILE": "/etc/ssl/firm.pem",
        }

    def test_yield_to_the_settings_of_uv(self) -> None:
        environment = {"UV_INDEX_URL": "file:///other", "SSL_CERT_FILE": "/other.pem", "UV_SYSTEM_CERTS": "0"}

        assert bootstrap.uv_settings("global.cert='/a'\nuser.index-url='file:///b'", environment) == {}


class TestMain:
    def test_changes_nothing_when_all_is_there(self) -> None:
        """The environment that runs this test was made by the bootstrap, or by hand and is left alone."""
        stamp = ROOT / ".venv" / "holdfast.json"
        if not stamp.exists():
            pytest.skip("this environment was not made by the bootstrap")
        before = stamp.stat().st_mtime_ns

        done = subprocess.run(
            [sys.executable, ROOT / "bin" / "bootstrap.py"], check=False, capture_output=True, text=True
        )

        assert (done.returncode, done.stdout) == (0, "")
        assert stamp.stat().st_mtime_ns == before


class TestLocks:
    @pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "bin/uv.lock.txt"])
    def test_names_no_address(self, name: str) -> None:
        text = (ROOT / name).read_text()

        assert "://" not in text
        assert "--index" not in text
        assert "--hash=sha256:" in text

    def test_pins_the_installer_like_the_development_set(self) -> None:
        pinned = (ROOT / "bin" / "uv.lock.txt").read_text()

        assert pinned in (ROOT / "requirements-dev.lock").read_text()
