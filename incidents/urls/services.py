"""Addresses of services."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.services import CheckService, ReadinessList, ServiceList, ServicePage

urlpatterns: list[URLPattern | URLResolver] = [
    path("readiness/", ReadinessList.as_view(), name="readiness"),
    path("services/", ServiceList.as_view(), name="services"),
    path("services/<slug:slug>/", ServicePage.as_view(), name="service"),
    path("services/<slug:slug>/check/", CheckService.as_view(), name="service-check"),
]
