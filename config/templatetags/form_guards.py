"""What every form carries: the CSRF token together with the form's key, and the state that its author saw."""

from django import template
from django.db.models import Model
from django.template import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import guards, submissions

register = template.Library()


class _FormTokens(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        """The CSRF token, the key, and the state seen by the page's own form."""
        token = super().render(context)
        if not token:
            return SafeString(token)
        key = _hidden(submissions.FIELD, submissions.field_key(context.get("request")))
        state = context.get("form_seen")
        return SafeString(token) + key + (_hidden(guards.FIELD, state) if state else SafeString())


@register.tag
def csrf_token(parser: object, token: object) -> _FormTokens:
    """Django's tag, which also adds the form's key: no form can forget it, since none works without this tag."""
    return _FormTokens()


@register.simple_tag
def seen(record: Model | None) -> SafeString:
    """The state of a record as this page shows it, for a button that acts on it; after `csrf_token`."""
    return _hidden(guards.FIELD, guards.seen_token(record))


def _hidden(name: str, value: str) -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', name, value)
