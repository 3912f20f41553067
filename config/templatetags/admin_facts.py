"""How the administration draws JSON that is only read."""

from django import template
from django.utils.safestring import SafeString
from unfold.fields import UnfoldAdminReadonlyField

from config.base.web.facts import write_facts

register = template.Library()


@register.filter
def facts(field: UnfoldAdminReadonlyField) -> SafeString:
    """The JSON of a field that is only read, as names and values."""
    _, _, value = field.resolved_field
    return write_facts(value)
