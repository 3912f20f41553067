"""Addresses of people, schedules, paging and the engine."""

from django.urls import URLPattern, URLResolver

app_name = "oncall"
urlpatterns: list[URLPattern | URLResolver] = []
