"""Addresses about SLA clocks."""

from django.urls import URLPattern, URLResolver

from incidents.urls.sla import corrections

urlpatterns: list[URLPattern | URLResolver] = [*corrections.urlpatterns]
