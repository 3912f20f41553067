"""What every page of the portal knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """The site's name, and whether this is the demo."""
    return {"site_name": settings.SITE_NAME, "is_demo": settings.DEMO}
