"""Addresses of alerts."""

from django.urls import URLPattern, URLResolver, path

from incidents.views import alerts

urlpatterns: list[URLPattern | URLResolver] = [
    path("alerts/", alerts.AlertList.as_view(), name="alerts"),
    path("alerts/<int:pk>/", alerts.AlertPage.as_view(), name="alert"),
]
