"""Addresses of the app, a module a subject."""

from django.urls import URLPattern, URLResolver

from incidents.urls import (
    alerts,
    customers,
    desk,
    integrations,
    prevention,
    reports,
    requesters,
    response,
    services,
    severities,
    sla,
    tickets,
)

app_name = "incidents"
urlpatterns: list[URLPattern | URLResolver] = [
    *alerts.urlpatterns,
    *customers.urlpatterns,
    *desk.urlpatterns,
    *integrations.urlpatterns,
    *prevention.urlpatterns,
    *reports.urlpatterns,
    *requesters.urlpatterns,
    *response.urlpatterns,
    *services.urlpatterns,
    *severities.urlpatterns,
    *sla.urlpatterns,
    *tickets.urlpatterns,
]
