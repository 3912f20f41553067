"""Addresses of severities."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.severities import SeverityList

urlpatterns: list[URLPattern | URLResolver] = [
    path("severities/", SeverityList.as_view(), name="severities"),
]
