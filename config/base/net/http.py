"""The one outgoing HTTP client: checked addresses only, no redirects, one deadline, a capped answer."""

import functools
import re
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore
from django.core.exceptions import ValidationError

from config.base.net import destinations
from config.base.net.destinations import Destination, DestinationRefused, Unreachable

__all__ = ["Answer", "DestinationRefused", "Unreachable", "check_url", "send", "validate_url"]

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\t]*")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
_WRITE_BYTES = 16 * 1024


@dataclass(frozen=True)
class Answer:
    """The response of the other side; `headers` in lower case, `body` cut at the cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    deadline_seconds: float,
    max_answer_bytes: int = 65536,
) -> Answer:
    """Make one call and return its answer, with any status; a redirect is an answer too.

    The name is looked up once, every address of it is checked, and the connection goes to a
    checked address with the certificate verified for the name. `deadline_seconds` covers everything.
    Raises DestinationRefused before anything is sent, Unreachable when there is no whole answer in time.
    """
    ends_at = time.monotonic() + deadline_seconds
    destination = destinations.find(url, seconds=deadline_seconds)
    sent_headers = _headers(destination, headers, body)
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls(), network_backend=_Pinned(destination, ends_at), retries=0
            ) as pool,
            pool.stream(
                method,
                httpcore.URL(
                    scheme=destination.scheme, host=destination.host, port=destination.port, target=destination.target
                ),
                headers=sent_headers,
                content=body,
            ) as response,
        ):
            answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, answered, _read(response.iter_stream(), max_answer_bytes))
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, ssl.SSLError, OSError):
        # One sentence for every cause, or "test this webhook" becomes a scanner of ports (bad input 48).
        raise Unreachable("There was no proper answer in time. Check the address and try again.") from None


def check_url(url: str) -> None:
    """Refuse an address at the time it is saved; calling it checks again. Raises DestinationRefused or Unreachable."""
    destinations.find(url)


def validate_url(value: str) -> None:
    """`check_url` as a validator of forms and models."""
    try:
        check_url(value)
    except (DestinationRefused, Unreachable) as error:
        raise ValidationError(str(error), code="address") from None


def _headers(destination: Destination, headers: Mapping[str, str], body: bytes) -> list[tuple[str, str]]:
    allowed = [(name, value) for name, value in headers.items() if name.lower() not in _OURS]
    for name, value in allowed:
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise DestinationRefused("A header of this call holds characters that headers cannot hold. Take them out.")
    return [
        ("Host", destination.host_header),
        ("Content-Length", str(len(body))),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        *allowed,
    ]


def _read(chunks: Iterable[bytes], limit: int) -> bytes:
    """The body as it came over the wire, nothing unpacked, cut at the limit."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) >= limit:
            break
    return bytes(content[:limit])


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Pinned(httpcore.NetworkBackend):
    """Connects to the checked addresses only, even if the name has changed since (bad input 44)."""

    def __init__(self, destination: Destination, ends_at: float) -> None:
        self._destination = destination
        self._ends_at = ends_at
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """The first checked address that takes the connection."""
        failure: Exception = httpcore.ConnectError("No address.")
        for address in self._destination.addresses:
            try:
                stream = self._tcp.connect_tcp(
                    address,
                    self._destination.port,
                    timeout=_seconds_left(self._ends_at),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Timed(stream, self._ends_at)
        raise failure


class _Timed(httpcore.NetworkStream):
    """A connection whose every step has only what is left until the one deadline (bad input 47)."""

    def __init__(self, stream: httpcore.NetworkStream, ends_at: float) -> None:
        self._stream = stream
        self._ends_at = ends_at

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has arrived."""
        return self._stream.read(max_bytes, _seconds_left(self._ends_at))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, a slice at a time, so that a slow reader meets the deadline too."""
        for start in range(0, len(buffer), _WRITE_BYTES):
            self._stream.write(buffer[start : start + _WRITE_BYTES], _seconds_left(self._ends_at))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted, the certificate checked for the name."""
        return _Timed(
            self._stream.start_tls(ssl_context, server_hostname, _seconds_left(self._ends_at)), self._ends_at
        )

    def get_extra_info(self, info: str) -> object:
        """Details of the socket, for httpcore."""
        return self._stream.get_extra_info(info)


def _seconds_left(ends_at: float) -> float:
    seconds = ends_at - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("The deadline has passed.")
    return seconds
