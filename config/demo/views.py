"""The pages of the demo's phone and mailbox."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from config.base.web.views import TemplatePage
from config.demo import inbox

_RINGS_FOR = timedelta(seconds=45)


class _DemoPage(TemplatePage):
    """Only in the demo."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """404 elsewhere."""
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


def _moment(message: dict[str, object]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(message.get("at", "")))
    except ValueError:
        return None


class Phone(_DemoPage):
    """Text messages, calls and pushes as they reach the demo's phones."""

    title = "Demo phone"
    template_name = "demo/phone.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Newest first; the latest messages ring."""
        messages = []
        for message in inbox.list_phone(30):
            moment = _moment(message)
            rings = moment is not None and self.at - moment < _RINGS_FOR
            messages.append(message | {"moment": moment, "rings": rings})
        return super().get_context_data(**kwargs) | {
            "received": messages,
            "rings": any(message["rings"] for message in messages),
        }


class Mailbox(_DemoPage):
    """The mail the demo has sent."""

    title = "Demo mailbox"
    template_name = "demo/mailbox.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Newest first."""
        messages = [message | {"moment": _moment(message)} for message in inbox.list_mail(60)]
        return super().get_context_data(**kwargs) | {"received": messages}


class Mail(_DemoPage):
    """One mail."""

    template_name = "demo/mail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its text."""
        mail = inbox.read_mail(kwargs["mail_id"])
        if mail is None:
            raise Http404
        title = str(mail.get("subject") or "No subject")
        return super().get_context_data(**kwargs) | {"mail": mail | {"moment": _moment(mail)}, "title": title}
