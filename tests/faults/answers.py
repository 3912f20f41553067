"""Answers incidents as people and programs do: by the link in a message, over the API, and as a sender."""

import http.client
import json
import re
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Any

from config.base.rest import tokens
from tests.faults.senders import NO_ANSWER
from tests.faults.site import Site

ANSWER_SECONDS = 30
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def by_link(link: str, verb: str) -> int:
    """Open the link of a page, press a button, and return the status of the answer to that."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    try:
        with browser.open(link, timeout=ANSWER_SECONDS) as screen:
            token = _FORM_TOKEN.search(screen.read().decode())
        assert token, "the screen of a page has no button"
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "verb": verb}).encode()
        with browser.open(link, form, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return NO_ANSWER


def api_key(site: Site, person: int) -> str:
    """A key of the API for this person."""
    key = tokens.new_secret(tokens.TOKEN_PREFIX)
    site.sql(
        "INSERT INTO oncall_apitoken (user_id, name, prefix, digest, scopes)"
        " VALUES (%s, 'Fault test', %s, %s, '{read,write,respond}')",
        person, key[: tokens.PREFIX_LENGTH], tokens.digest(key),
    )  # fmt: skip
    return key


def by_api(site: Site, key: str, reference: str, verb: str) -> int:
    """Carry out a verb over the API and return the status."""
    path, headers = f"/api/v1/incidents/{reference}/{verb}/", {"Authorization": f"Bearer {key}"}
    return _post(site, path, {}, headers | {"Idempotency-Key": secrets.token_hex(8)})


def by_sender(site: Site, desk: Mapping[str, Any], dedup_key: str, action: str) -> int:
    """As the sender of the alert, in PagerDuty's format."""
    event = {"routing_key": desk["key"], "event_action": action, "dedup_key": dedup_key}
    return _post(site, "/v2/enqueue", event, {})


def _post(site: Site, path: str, body: dict[str, Any], headers: Mapping[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.web_port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return NO_ANSWER
    else:
        return answer.status
    finally:
        connection.close()
