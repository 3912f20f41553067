"""Addresses of escalation."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.escalation import EscalationList

urlpatterns: list[URLPattern | URLResolver] = [
    path("escalations/", EscalationList.as_view(), name="escalations"),
]
