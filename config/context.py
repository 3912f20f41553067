"""Template context of every page of the portal."""

from functools import partial

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from incidents.permissions import can_act


def portal(request: HttpRequest) -> dict[str, object]:
    """The site's name, whether this is the demo, the instant from which relative times count, and who administers."""
    return {
        "site_name": settings.SITE_NAME,
        "is_demo": settings.DEMO,
        "at": timezone.now(),
        "may_log_calls": partial(_may_log_calls, request),  # asked only where a page has a menu
        "may_administer": partial(admin.site.has_permission, request),  # as above
    }


def _may_log_calls(request: HttpRequest) -> bool:
    return can_act(request.user)
