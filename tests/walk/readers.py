"""Who reads: every role outside the team, nobody, a program with a token; and those who may see the private record."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from config.base.data.roles import Role
from oncall.models import User
from tests import factories as make
from tests.clients import token_of
from tests.walk.addresses import Address
from tests.walk.company import Company

SAME_FOR_ALL = {"api/schema/"}
"""Addresses that show what the code says, and no record."""
_NEW_EACH_TIME = re.compile(
    r"\b[A-Za-z0-9]{64}\b|nonce-?[=\"\w-]+|[0-9a-f]{8}-[0-9a-f-]{27}|\"request_id\": ?\"[^\"]*\"|Content-Length: \d+"
)
_COUNTERS = {"X-Request-ID", "RateLimit"}
_FILES = re.compile(r"<(?:script|link)\b[^>]*>(?:</script>)?")
"""Which files a page of the administration loads depends on what the process has shown before."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and all text of it, headers included."""

    status: int
    text: str

    @property
    def stable(self) -> str:
        """The text without what is new in each answer."""
        return " ".join(_FILES.sub("", _NEW_EACH_TIME.sub("", self.text)).split())


class Reader:
    """A person, a program or nobody, at the addresses of the portal.

    `is_first` asks also where the answer is the same for everybody like it.
    """

    def __init__(self, name: str, user: User | None = None, token: str = "", *, is_first: bool = False) -> None:
        self.name, self.user = name, user
        self.is_program = bool(token)
        self.is_first = is_first
        headers: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        self.client = Client(raise_request_exception=False, **headers)
        if user is not None and not token:
            self.client.force_login(user)

    def is_answered_alike(self, address: Address) -> bool:
        """Whether it gets what the first readers get: a button's 405, a document, the administration's closed door."""
        is_outside = self.user is None or not self.user.is_staff
        is_shut = is_outside and address.pattern.startswith("admin/")
        return not self.is_first and (is_shut or not address.takes_get or address.pattern in SAME_FOR_ALL)

    def get(self, path: str) -> Answer:
        """The answer to a GET."""
        return self._answer(self.client.get(path))

    def post(self, path: str, data: Any) -> Answer:
        """The answer to a POST: a form's, or JSON at the API."""
        if path.startswith("/api/"):
            return self._answer(self.client.post(path, data, content_type="application/json"))
        return self._answer(self.client.post(path, data))

    def send(self, method: str, path: str, data: Any) -> Answer:
        """The answer to another method: JSON at the API, a form elsewhere."""
        if not path.startswith("/api/"):
            return self.post(path, data)
        return self._answer(self.client.generic(method, path, json.dumps(data), content_type="application/json"))

    @staticmethod
    def _answer(response: Any) -> Answer:
        body = b"".join(response.streaming_content) if response.streaming else response.content
        headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items() if name not in _COUNTERS)
        return Answer(response.status_code, f"{headers}\n\n{body.decode(errors='replace')}")


def _person(*roles: Role, **fields: Any) -> User:
    user: User = make.UserFactory(roles=list(roles), **fields)
    return user


def _of_another_team() -> User:
    user: User = make.MembershipFactory(role="manager", user=_person(Role.RESPONDER)).user
    return user


def _requester_of_another() -> User:
    """Somebody whose own ticket is open."""
    user = _person()
    make.IncidentFactory(requester=make.ContactFactory(user=user))
    return user


def all_rights() -> User:
    """Every role and every permission of the administration, and still no member of the team and no superuser."""
    user = _person(*Role, is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


STRANGERS: dict[str, Callable[[], Reader]] = {
    "all rights": lambda: Reader("all rights", all_rights()),
    "agent": lambda: Reader("agent", _person(Role.AGENT), is_first=True),
    "responder": lambda: Reader("responder", _person(Role.RESPONDER)),
    "commander": lambda: Reader("commander", _person(Role.COMMANDER)),
    "manager": lambda: Reader("manager", _person(Role.MANAGER)),
    "practice owner": lambda: Reader("practice owner", _person(Role.PRACTICE, is_staff=True)),
    "administrator": lambda: Reader("administrator", _person(Role.ADMINISTRATOR, is_staff=True)),
    "another team": lambda: Reader("another team", _of_another_team()),
    "requester": lambda: Reader("requester", _requester_of_another()),
    "nobody": lambda: Reader("nobody", is_first=True),
    "token": lambda: Reader("token", token=token_of(_person(*Role))),
}


def superuser() -> Reader:
    """Sees everything."""
    return Reader("superuser", _person(is_staff=True, is_superuser=True))


def member(company: Company) -> Reader:
    """A responder of the team that owns the private record."""
    return Reader("member", make.MembershipFactory(team=company.service.team, user=_person(Role.RESPONDER)).user)
