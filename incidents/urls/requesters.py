"""Addresses of requesters."""

from django.urls import URLPattern, URLResolver, path

from incidents.views.requesters import ContactList

urlpatterns: list[URLPattern | URLResolver] = [
    path("contacts/", ContactList.as_view(), name="contacts"),
]
