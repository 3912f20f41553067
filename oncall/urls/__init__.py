"""Addresses of the app, a module a subject."""

from django.urls import URLPattern, URLResolver

from oncall.urls import (
    calendars,
    cover,
    engine,
    escalation,
    feeds,
    load,
    obligations,
    paging,
    people,
    readiness,
    rota,
    saved_views,
    schedules,
)

app_name = "oncall"
urlpatterns: list[URLPattern | URLResolver] = [
    *calendars.urlpatterns,
    *cover.urlpatterns,
    *engine.urlpatterns,
    *escalation.urlpatterns,
    *feeds.urlpatterns,
    *load.urlpatterns,
    *obligations.urlpatterns,
    *paging.urlpatterns,
    *people.urlpatterns,
    *readiness.urlpatterns,
    *rota.urlpatterns,
    *saved_views.urlpatterns,
    *schedules.urlpatterns,
]
