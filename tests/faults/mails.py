"""Customers' mails in a site: the mail server outside it, the subscribers, and the received mails."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.json_lines import read_json_lines
from tests.faults.site import Site, free_port, wait_for


@dataclass(frozen=True)
class Mails:
    """The mail server outside the product, and what it accepted."""

    site: Site
    log: Path

    def fill(self, count: int) -> None:
        """Create `count` subscribers."""
        self.site.run("-m", "tests.faults.subscribers", "fill", str(count))

    def publish(self) -> float:
        """Publish an update about the first incident to all of them; returns the seconds it waited."""
        return float(self.site.run("-m", "tests.faults.subscribers", "publish"))

    def taken(self) -> list[dict[str, Any]]:
        """Every received mail."""
        return read_json_lines(self.log)

    def unsent(self) -> int:
        """How many mails have not been accepted yet, and updates whose mails are not even rows."""
        mails = "SELECT count(*) FROM incidents_updatedelivery WHERE state IN ('pending', 'sending')"
        updates = "SELECT count(*) FROM incidents_customerupdate WHERE fanned_out_at IS NULL"
        return int(self.site.sql(mails)[0][0]) + int(self.site.sql(updates)[0][0])

    def await_all(self, *, limit: float) -> float:
        """Wait until nothing waits to be sent."""
        return wait_for("every mail", lambda: not self.unsent(), limit=limit, pause=0.2)


@contextlib.contextmanager
def running_mails(site: Site) -> Iterator[Mails]:
    """A mail server for the programs that are started from now on."""
    port, log = free_port(), site.folder / f"mails-{free_port()}.log"
    log.touch()
    server = site.program("mails", "-m", "tests.faults.mail_server", str(port), str(log))
    site.stop_programs()
    site.overrides = {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    site.start_web()
    try:
        yield Mails(site, log)
    finally:
        server.kill()
