"""Addresses of system health."""

from django.urls import URLPattern, URLResolver, path, re_path

from oncall.views import engine

urlpatterns: list[URLPattern | URLResolver] = [
    path("system-health/", engine.SystemHealth.as_view(), name="system-health"),
    path("system-health/pulse/", engine.PulseFragment.as_view(), name="pulse"),
    re_path(
        r"^system-health/dead-letters/(?P<pk>[0-9]{1,18})/(?P<action>resend|discard)/$",
        engine.DeadLetter.as_view(),
        name="dead-letter",
    ),
]
