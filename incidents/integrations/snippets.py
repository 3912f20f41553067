"""What to copy into a sender's own settings."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from config.base.net import links
from incidents.models import Integration, IntegrationKind


@dataclass(frozen=True)
class Snippet:
    """A text to copy into the sender's settings."""

    title: str
    language: str
    text: str


def snippets_of(integration: Integration, *, key: str = "YOUR_KEY") -> list[Snippet]:
    """The settings for the sender's side, with a placeholder if the key is not known."""
    return _BY_KIND[IntegrationKind(integration.kind)](key)


def _alertmanager_snippets(key: str) -> list[Snippet]:
    receiver = "receivers:\n  - name: holdfast\n    webhook_configs:\n      - url: {url}\n{more}"
    limits = "        send_resolved: true\n        max_alerts: 300\n"
    bearer = f"        http_config:\n          authorization:\n            credentials: {key}\n"
    with_header = receiver.format(url=links.view_url("intake-alertmanager"), more=bearer + limits)
    with_address = receiver.format(url=links.view_url("intake-alertmanager-key", key), more=limits)
    return [
        Snippet("alertmanager.yml, with the key in a header", "yaml", with_header),
        Snippet("alertmanager.yml, with the key in the address", "yaml", with_address),
    ]


def _pagerduty_snippets(key: str) -> list[Snippet]:
    address = links.view_url("intake-pagerduty")
    root = address.removesuffix(reverse("intake-pagerduty"))
    event = (
        f'{{"routing_key": "{key}", "event_action": "trigger", "dedup_key": "test",'
        ' "payload": {"summary": "A test", "source": "my computer", "severity": "info"}}'
    )
    return [
        Snippet("Try it", "shell", f"curl -H 'Content-Type: application/json' -d '{event}' {address}\n"),
        Snippet(
            "Python, package pagerduty (it insists on https)",
            "python",
            f'client = pagerduty.EventsApiV2Client("{key}")\nclient.url = "{root}"\n'
            'client.trigger("Disk full", "host1", severity="critical")\n',
        ),
        Snippet(
            "alertmanager.yml, as its PagerDuty receiver",
            "yaml",
            "receivers:\n  - name: holdfast\n    pagerduty_configs:\n"
            f"      - routing_key: {key}\n        url: {address}\n",
        ),
    ]


_BY_KIND: dict[IntegrationKind, Callable[[str], list[Snippet]]] = {
    IntegrationKind.ALERTMANAGER: _alertmanager_snippets,
    IntegrationKind.PAGERDUTY: _pagerduty_snippets,
}
