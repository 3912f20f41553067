"""Addresses of the queue, tickets, alerts and the service catalogue."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import TemplateView

app_name = "incidents"
urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/<str:reference>/", TemplateView.as_view(template_name="base.html"), name="ticket"),
]
