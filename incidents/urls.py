"""Addresses of the queue, tickets, alerts and the service catalogue."""

from django.urls import URLPattern, URLResolver

app_name = "incidents"
urlpatterns: list[URLPattern | URLResolver] = []
