"""Addresses that senders of alerts call, each in its own dialect."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
