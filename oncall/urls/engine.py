"""Addresses of engine."""

from django.urls import URLPattern, URLResolver, path, re_path

from oncall.views import engine

urlpatterns: list[URLPattern | URLResolver] = [
    path("engine/", engine.Engine.as_view(), name="engine"),
    path("engine/pulse/", engine.PulseFragment.as_view(), name="pulse"),
    re_path(r"^engine/dead/(?P<pk>[0-9]{1,18})/(?P<deed>resend|discard)/$", engine.DeadLetter.as_view(), name="dead"),
]
