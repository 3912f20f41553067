"""Addresses of readiness."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.readiness import WakeTestLink, WakeTestSend

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/wake-test/", WakeTestSend.as_view(), name="wake-test-send"),
    path("wake/<str:key>/", WakeTestLink.as_view(), name="wake-test"),
]
