"""Addresses of problems."""

from django.urls import URLPattern, URLResolver, path

from problems import views

app_name = "problems"
urlpatterns: list[URLPattern | URLResolver] = [
    path("problems/", views.ProblemList.as_view(), name="problems"),
]
