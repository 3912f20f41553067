"""Addresses of requesters."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.requesters import RequesterList

urlpatterns: list[URLPattern | URLResolver] = [
    path("requesters/", RequesterList.as_view(), name="requesters"),
]
