"""Addresses of schedules."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.schedules import about, editor
from oncall.views.schedules.overview import ScheduleList, SchedulePage

urlpatterns: list[URLPattern | URLResolver] = [
    path("schedules/", ScheduleList.as_view(), name="schedules"),
    path("schedules/<int:pk>/", SchedulePage.as_view(), name="schedule"),
    path("schedules/new/", editor.ScheduleNew.as_view(), name="schedule-new"),
    path("schedules/<int:pk>/edit/", editor.ScheduleEdit.as_view(), name="schedule-edit"),
    path("schedules/<int:pk>/about/", about.ScheduleAbout.as_view(), name="schedule-about"),
    path(
        "schedules/<int:pk>/versions/<int:version>/withdraw/",
        about.VersionWithdraw.as_view(),
        name="version-withdraw",
    ),
]
