"""Addresses of paging."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.paging import PageList

urlpatterns: list[URLPattern | URLResolver] = [
    path("pages/", PageList.as_view(), name="pages"),
]
