"""What the demo says to the person in front of it."""

import sys
from collections.abc import Iterable
from typing import Any

from config.demo.certificates import AUTHORITY_FILE
from config.demo.options import Options
from config.embedded.processes import Child


def say(text: str) -> None:
    """Print a line now; a terminal that is gone is no reason to fail."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        return


def few_of_each_role(users: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most two sign-ins of each role: a screen is short, and the file has them all."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for user in users:
        kept.setdefault(str(user.get("role", "")), []).append(user)
    return [user for same in kept.values() for user in same[:2]]


def print_welcome(options: Options, found: dict[str, Any], seconds: float, children: Iterable[Child]) -> None:
    """Print the address, the sign-ins and how to go on."""
    lines = ["", f"Holdfast is ready after {seconds:.0f} s:  {options.site_url}", ""]
    users = few_of_each_role(found.get("users") or [])
    width = max((len(str(user.get("email", ""))) for user in users), default=0)
    lines += [
        f"  {user.get('email', ''):{width}}  {user.get('password', '')}  {user.get('role', '')}" for user in users
    ]
    if users:
        lines.append("")
    lines += [
        f"  The demo's phones:  {options.site_url}/demo/phone/    its mailbox:  {options.site_url}/demo/mailbox/",
        *(
            f"  {door['kind']:12}  {door['name']}:  {door['url']}"
            + (f"  with routing_key {door['key']}" if door["key"] not in door["url"] else "")
            for door in found.get("integrations") or []
        ),
        "",
    ]
    lines.append(f"Sign-ins and tokens for scripts: {options.folder / 'credentials.json'}")
    lines.append(f"Logs: {options.folder / 'logs'}    Processes: " + ", ".join(f"{c.name} {c.pid}" for c in children))
    if options.is_tls:
        lines.append(f"The certificate authority to trust: {options.folder / 'tls' / AUTHORITY_FILE}")
    else:
        lines.append("This is plain http, for this machine only; `make demo TLS=1` serves https.")
    lines.append("Ctrl-C stops everything and keeps the data; `make demo RESET=1` starts afresh.")
    say("\n".join(lines))
