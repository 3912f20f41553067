"""Addresses of requesters."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.requesters import RequesterList, RequesterPage

urlpatterns: list[URLPattern | URLResolver] = [
    path("requesters/", RequesterList.as_view(), name="requesters"),
    path("requesters/<int:pk>/", RequesterPage.as_view(), name="requester"),
]
