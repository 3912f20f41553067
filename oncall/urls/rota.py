"""Addresses of the rota, my shifts and handoff notes."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.rota import board, my_shifts
from oncall.views.rota.handoff_notes import HandoffNoteList
from oncall.views.rota.on_call import OnCall

urlpatterns: list[URLPattern | URLResolver] = [
    path("on-call/", OnCall.as_view(), name="on-call"),
    path("teams/<slug:slug>/rota/", board.TeamRota.as_view(), name="team-rota"),
    path("schedules/<int:pk>/rota/", board.ScheduleRota.as_view(), name="schedule-rota"),
    path("schedules/<int:pk>/hand-off/", my_shifts.HandOff.as_view(), name="hand-off"),
    path("handoff-notes/", HandoffNoteList.as_view(), name="handoff-notes"),
    path("my-shifts/", my_shifts.MyShifts.as_view(), name="my-shifts"),
]
