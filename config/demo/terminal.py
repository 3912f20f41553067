"""What the demo prints on the terminal."""

import sys
from collections.abc import Iterable
from typing import Any

from config.demo.certificates import AUTHORITY_FILE
from config.demo.options import Options
from config.embedded.processes import Child


def print_line(text: str) -> None:
    """Print a line now; ignore a closed terminal."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError:
        return


def sample_by_role(users: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """At most two logins of each role; the file has them all."""
    users_by_role: dict[str, list[dict[str, object]]] = {}
    for user in users:
        users_by_role.setdefault(str(user.get("role", "")), []).append(user)
    return [user for users_of_role in users_by_role.values() for user in users_of_role[:2]]


def print_welcome(options: Options, logins: dict[str, Any], seconds: float, children: Iterable[Child]) -> None:
    """Print the address, the logins and the next steps."""
    lines = ["", f"Holdfast is ready after {seconds:.0f} s:  {options.site_url}", ""]
    users = sample_by_role(logins.get("users") or [])
    width = max((len(str(user.get("email", ""))) for user in users), default=0)
    lines += [
        f"  {user.get('email', ''):{width}}  {user.get('password', '')}  {user.get('role', '')}" for user in users
    ]
    if users:
        lines.append("")
    lines += [
        f"  The demo's phones:  {options.site_url}/demo/phone/    its mailbox:  {options.site_url}/demo/mailbox/",
        *(
            f"  {integration['kind']:12}  {integration['name']}:  {integration['url']}"
            + (f"  with routing_key {integration['key']}" if integration["key"] not in integration["url"] else "")
            for integration in logins.get("integrations") or []
        ),
        "",
    ]
    lines.append(f"Logins and tokens for scripts: {options.folder / 'credentials.json'}")
    lines.append(f"Logs: {options.folder / 'logs'}    Processes: " + ", ".join(f"{c.name} {c.pid}" for c in children))
    if options.is_tls:
        lines.append(f"The certificate authority to trust: {options.folder / 'tls' / AUTHORITY_FILE}")
    else:
        lines.append("This is plain http, for this machine only; `make demo TLS=1` serves https.")
    lines.append("Ctrl-C stops everything and keeps the data; `make demo RESET=1` starts with new data.")
    print_line("\n".join(lines))
