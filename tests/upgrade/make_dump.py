"""Write the dump of this version, once it is released: `python -m tests.upgrade.make_dump [VERSION]`.

It needs a server, and pg_dump of no older version: `python -m config.embedded python -m tests.upgrade.make_dump`.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from config.embedded.binaries import postgres_folder
from config.version import product_version
from tests.upgrade import dumps

ROOT = Path(__file__).resolve().parents[2]
NAME = "holdfast_dump"
_WRITE = "from tests.upgrade import story; story.write()"


def main(version: str) -> None:
    """Migrate an empty database, write the story into it, and dump it."""
    address = urlsplit(os.environ["DATABASE_URL"])
    url = address._replace(path=f"/{NAME}").geturl()
    with psycopg.connect(address._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            _manage(url, "migrate", "--verbosity=0")
            _manage(url, "shell", "--no-imports", "--command", _WRITE)
            # INSERT and not COPY: any client can run it. The tables come first, their foreign keys after the rows.
            script = subprocess.run(
                [postgres_folder(None) / "pg_dump", "--no-owner", "--no-privileges", "--rows-per-insert=200", url],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    path = dumps.path_of(version)
    dumps.store(path, script)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB\n")


def _manage(url: str, *arguments: str) -> None:
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "manage.py", *arguments], check=True, cwd=ROOT, env=environment)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else product_version())
