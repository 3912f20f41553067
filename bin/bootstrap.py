"""Creates the project's virtual environment with nothing but Python; a second run does nothing.

Standard library only: this is the one file that runs before anything is installed.
"""

from __future__ import annotations  # so that an old Python reaches the version check

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
SPACE_NEEDED = 1_200_000_000
LOCKS = {"demo": "requirements.lock", "dev": "requirements-dev.lock"}
UV_LOCK = "bin/uv.lock.txt"
NO_NETWORK = (
    "name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Connection refused",
    "NewConnectionError",
    "ConnectTimeout",
    "dns error",
    "No route to host",
)


class Refused(Exception):
    """The environment cannot be created; the message says what to do."""


@dataclass(frozen=True)
class Environment:
    """The virtual environment of a checkout."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where the environment is."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """The record of what was installed; written last."""
        return self.folder / "holdfast.json"

    @property
    def tools(self) -> Path:
        """Where uv is: outside the packages, or it would remove itself."""
        return self.folder / "tools"


def main(arguments: Sequence[str]) -> int:
    """Create or complete the environment and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    required = "dev" if parser.parse_args(arguments).dev else "demo"
    try:
        change_python_if_old()
        environment = Environment(ROOT)
        with InstallLock(ROOT / ".run" / "bootstrap.lock"):
            kind = choose(environment, required)
            if kind is not None:
                install(environment, kind)
    except Refused as refusal:
        print_line(f"\n{refusal}")
        return 1
    except OSError as failure:
        print_line(f"\n{explain(str(failure), ROOT)}")
        return 1
    except KeyboardInterrupt:
        print_line("\nStopped; the next run continues from here.")
        return 130
    return 0


def change_python_if_old() -> None:
    """Restart with a newer interpreter if this one is too old and another is installed."""
    version = tuple(sys.version_info[:2])
    if version < OLDEST_PYTHON:
        for minor in range(OLDEST_PYTHON[1], OLDEST_PYTHON[1] + 4):
            newer = shutil.which(f"python3.{minor}")
            if newer is not None and is_new_enough(newer):
                os.execv(newer, [newer, *sys.argv])  # noqa: S606
    check_python(version)


def check_python(version: tuple[int, ...]) -> None:
    """Refuse an interpreter that is too old."""
    if version < OLDEST_PYTHON:
        current = ".".join(map(str, version))
        raise Refused(
            f"Holdfast needs Python 3.11 or newer; this is {current}. "
            "Name a newer one: `make demo PYTHON=/path/to/python3.11`."
        )


def choose(environment: Environment, required: str) -> str | None:
    """Which set to install, or None if the environment is complete.

    The development set holds the demo's, so it satisfies both, and an environment that has it
    keeps it: otherwise `make demo` after `make test` would remove packages that the next run needs.
    """
    noted = read_stamp(environment)
    kind = "dev" if "dev" in (required, noted.get("kind")) else "demo"
    if noted == describe(environment, kind) and environment.python.exists():
        return None
    return kind


def describe(environment: Environment, kind: str) -> dict[str, str]:
    """Describe a finished environment: what is in it, and where it is."""
    lock = (environment.root / LOCKS[kind]).read_bytes()
    # A virtual environment holds absolute paths and does not survive a move.
    return {"kind": kind, "lock": hashlib.sha256(lock).hexdigest(), "folder": str(environment.folder)}


def read_stamp(environment: Environment) -> dict[str, str]:
    """Return the description of the existing environment, if it was finished."""
    try:
        noted = json.loads(environment.stamp.read_text())
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def install(environment: Environment, kind: str) -> None:
    """Install what the lock file names."""
    started_at = time.monotonic()
    check_space(environment.root)
    is_moved = read_stamp(environment).get("folder", str(environment.folder)) != str(environment.folder)
    environment.stamp.unlink(missing_ok=True)
    if is_moved or not is_usable(environment):
        make_environment(environment)
    lock = environment.root / LOCKS[kind]
    print_line(f"Installing the packages of {lock.name} (once; about half a minute) ...")
    uv = ensure_uv(environment)
    if uv is None or not install_with_uv(environment, uv, lock):
        print_line("Continuing with pip, which takes some minutes ...")
        install_with_pip(environment, lock)
    environment.stamp.write_text(json.dumps(describe(environment, kind)))
    print_line(f"Installed in {time.monotonic() - started_at:.0f} s.")


def check_space(folder: Path) -> None:
    """Refuse to begin without enough free disk space."""
    free = shutil.disk_usage(folder).free
    if free < SPACE_NEEDED:
        raise Refused(
            f"The disk has {free // 1_000_000} MB free and the installation needs "
            f"{SPACE_NEEDED // 1_000_000} MB: free some space and start again."
        )


def is_usable(environment: Environment) -> bool:
    """Whether there is an environment whose interpreter starts and is new enough."""
    return is_new_enough(str(environment.python))


def is_new_enough(python: str) -> bool:
    """Whether an interpreter starts and is new enough."""
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    try:
        return subprocess.run([python, "-c", check], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def make_environment(environment: Environment) -> None:
    """Create the environment with the standard library."""
    print_line(f"Making {environment.folder.name} with Python {sys.version.split()[0]} ...")
    done = run([sys.executable, "-m", "venv", "--clear", str(environment.folder)], show=False)
    if done.code != 0:
        if "ensurepip" in done.output or "No module named venv" in done.output:
            name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
            raise Refused(
                f"This Python cannot make virtual environments: install its venv module "
                f"(Debian and Ubuntu: `apt install {name}`) and start again."
            )
        raise Refused(explain(done.output, environment.root))


def ensure_uv(environment: Environment) -> Path | None:
    """Return uv's path, installed by pip from its own hashed lock; None if it cannot be installed."""
    program = environment.tools / "bin" / "uv"
    marker = environment.tools / "lock"
    lock = (environment.root / UV_LOCK).read_text()
    if program.exists() and marker.exists() and marker.read_text() == lock:
        return program
    shutil.rmtree(environment.tools, ignore_errors=True)
    done = pip(environment, "--no-deps", "--target", str(environment.tools), "-r", str(environment.root / UV_LOCK))
    if done.code != 0:
        if is_hopeless(done.output):
            raise Refused(explain(done.output, environment.root))
        print_line("uv, the fast installer, cannot be installed here.")
        return None
    marker.write_text(lock)
    return program


def install_with_uv(environment: Environment, uv: Path, lock: Path) -> bool:
    """Install with uv; its own output shows the progress."""
    command = [str(uv), "pip", "sync", "--require-hashes", "--python", str(environment.python), str(lock)]
    settings = uv_settings(
        run([str(environment.python), "-m", "pip", "config", "list"], show=False).output, os.environ
    )
    if subprocess.run(command, check=False, cwd=environment.root, env={**os.environ, **settings}).returncode == 0:
        return True
    check_space(environment.root)
    return False


def uv_settings(pip_settings: str, environment: Mapping[str, str]) -> dict[str, str]:
    """pip's settings for uv: where packages are and which certificates to trust. uv's own settings win.

    Certificates come from the system, where a company installs its own, unless the settings name others.
    """
    pip_values = {}
    for line in pip_settings.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            pip_values[name.rpartition(".")[2]] = value.strip("'\"")
    uv_values = {"UV_SYSTEM_CERTS": "1"}
    if "index-url" in pip_values:
        uv_values["UV_DEFAULT_INDEX"] = pip_values["index-url"]
    if "cert" in pip_values:
        uv_values["SSL_CERT_FILE"] = pip_values["cert"]
    if any(name in environment for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_NO_INDEX", "UV_CONFIG_FILE")):
        uv_values.pop("UV_DEFAULT_INDEX", None)
    return {name: value for name, value in uv_values.items() if name not in environment}


def install_with_pip(environment: Environment, lock: Path) -> None:
    """Install with pip, which reads user settings that uv does not know."""
    done = pip(environment, "-r", str(lock), show=True)
    if done.code != 0:
        raise Refused(explain(done.output, environment.root))


@dataclass(frozen=True)
class Outcome:
    """A command's exit code and output."""

    code: int
    output: str


def pip(environment: Environment, *arguments: str, show: bool = False) -> Outcome:
    """Install with the environment's pip, which is installed first if it is missing."""
    python = str(environment.python)
    if run([python, "-m", "pip", "--version"], show=False).code != 0:
        run([python, "-m", "ensurepip"], show=False)
    return run([python, "-m", "pip", "install", "--require-hashes", *arguments], show=show)


def run(command: Sequence[str], *, show: bool) -> Outcome:
    """Run a command; with `show`, print its lines as they come."""
    lines: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if show:
                print_line(line.rstrip())
    return Outcome(process.returncode, "".join(lines))


def is_hopeless(output: str) -> bool:
    """Whether another installer would fail in the same way."""
    return "No space left on device" in output or any(sign in output for sign in NO_NETWORK)


def explain(output: str, root: Path) -> str:
    """Turn the output of a failed program into a message that says what to do."""
    if "No space left on device" in output:
        return "The disk is full: free about a gigabyte and start again."
    if any(sign in output for sign in NO_NETWORK):
        return (
            "The packages cannot be fetched: check the network, and your pip settings if you use a mirror, "
            "and start again."
        )
    if "Permission denied" in output or "Read-only file system" in output:
        return f"{root} cannot be written: run as the user who owns it, or copy it to a folder of yours."
    if "DO NOT MATCH THE HASHES" in output:
        return "A package is not the one the lock file names: your package source has changed it. Use another source."
    return "The installation failed. Its last output:\n" + "\n".join(output.strip().splitlines()[-12:])


class InstallLock:
    """Lets only one process at a time change the environment."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self.path.open("w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print_line("Another run is installing; waiting for it ...")
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def print_line(text: str) -> None:
    """Print a line now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # The user's environment may name another virtual environment; uv must not use it.
    os.environ.pop("VIRTUAL_ENV", None)
    sys.exit(main(sys.argv[1:]))
