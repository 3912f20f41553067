"""Where outgoing calls may go: public https addresses, and the private networks an administrator allows."""

import hashlib
import ipaddress
import queue
import re
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLAIN = re.compile(r"[\x21-\x7e]+")
_HOST = re.compile(r"[A-Za-z0-9._\-:]+")
# Python calls some of these global, or did so in 3.11.2; all of them can lead back inside.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2002::/16",
        "5f00::/16", "fec0::/10",
    )
)  # fmt: skip


class DestinationRefused(Exception):
    """The address is not one that outgoing calls may reach; nothing was sent."""


class Unreachable(Exception):
    """The address did not answer in time, or not in a way that can be read."""


_LABEL = re.compile(r"https?://[^/?#]+/\.\.\.#[0-9a-f]{8}")


def label(url: str) -> str:
    """What may be shown and stored of an address that holds a key: its host, and a mark that tells two apart."""
    split = urlsplit(url)
    mark = hashlib.sha256(url.encode()).hexdigest()[:8]
    return f"{split.scheme}://{split.netloc.rpartition('@')[2]}/...#{mark}"


def is_label(address: str) -> bool:
    """Whether the text is a `label`, and not an address that can be called."""
    return bool(_LABEL.fullmatch(address))


@dataclass(frozen=True)
class Destination:
    """A checked address: `addresses` are the only ones a connection may be made to."""

    scheme: str
    host: str
    port: int
    target: str
    addresses: tuple[str, ...]

    @property
    def host_header(self) -> str:
        """The name for the Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"


def find(url: str, *, seconds: float = 5.0) -> Destination:
    """Look the address up once and check every address of the name.

    Raises DestinationRefused for what may not be called, with the same message for every reason, so that it
    reveals nothing about the inner network; raises Unreachable if the name is unknown.
    """
    scheme, host, port, target = _parts(url)
    addresses = _resolve(host, port, seconds=seconds)
    for address in addresses:
        if not _may_reach(address, scheme=scheme, port=port):
            raise _refusal()
    return Destination(scheme, host, port, target, tuple(map(str, addresses)))


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        split = urlsplit(url)
        url_port, host = split.port, split.hostname or ""
        host = host.rstrip(".").encode("idna").decode("ascii").lower() if not host.isascii() else host.rstrip(".")
    except (ValueError, UnicodeError):
        raise _refusal() from None
    has_user = "@" in split.netloc
    if split.scheme not in _DEFAULT_PORTS or has_user or not _HOST.fullmatch(host) or url_port == 0:
        raise _refusal()
    target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    # urlsplit drops tabs and line breaks silently, so the text itself is checked too.
    if not _PLAIN.fullmatch(target) or any(ord(character) <= 32 for character in url):
        raise _refusal()
    return split.scheme, host, url_port or _DEFAULT_PORTS[split.scheme], target


def _resolve(host: str, port: int, *, seconds: float) -> list[Address]:
    """Every address of the name. The system's resolver has no time limit of its own, hence the thread."""
    answers: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up(host, port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        addresses = answers.get(timeout=max(seconds, 0.001))
    except queue.Empty:
        raise Unreachable("The name could not be looked up in time. Try again later.") from None
    if isinstance(addresses, Exception) or not addresses:
        raise Unreachable("There is no such host. Check the spelling of the address.") from None
    try:
        return [ipaddress.ip_address(address) for address in addresses]
    except ValueError:
        raise _refusal() from None


def look_up(host: str, port: int) -> list[str]:
    """The system's answer for a name; decimal, octal and hexadecimal spellings become plain addresses."""
    results = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in results))


def _may_reach(address: Address, *, scheme: str, port: int) -> bool:
    if any(address in network for network in map(_network, settings.OUTGOING_ALLOW)):
        return True
    return scheme == "https" and port in settings.OUTGOING_PORTS and _is_public(address)


def _is_public(address: Address) -> bool:
    # A zone id (fe80::1%eth0) names a link, never the internet.
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return False
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_private or address.is_reserved or address.is_unspecified
    )


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _refusal() -> DestinationRefused:
    return DestinationRefused(
        "This address may not be called. Use a public https address, or ask the operator to allow its network."
    )
