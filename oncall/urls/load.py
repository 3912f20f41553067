"""Addresses of the load pages."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import load

urlpatterns: list[URLPattern | URLResolver] = [
    path("teams/<slug:slug>/load/", load.TeamLoad.as_view(), name="team-load"),
    path("schedules/<int:pk>/load/", load.ScheduleLoad.as_view(), name="schedule-load"),
]
