"""Template context of every page of the portal."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


def portal(request: HttpRequest) -> dict[str, object]:
    """The site's name, whether this is the demo, and the instant from which relative times count."""
    return {"site_name": settings.SITE_NAME, "is_demo": settings.DEMO, "at": timezone.now()}
