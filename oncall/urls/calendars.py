"""Addresses of calendars."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import calendars

urlpatterns: list[URLPattern | URLResolver] = [
    path("calendars/", calendars.CalendarList.as_view(), name="calendars"),
    path("calendars/add/", calendars.CalendarAdd.as_view(), name="calendar-add"),
    path("calendars/<int:pk>/", calendars.CalendarPage.as_view(), name="calendar"),
    path("calendars/<int:pk>/edit/", calendars.CalendarEdit.as_view(), name="calendar-edit"),
    path("calendars/<int:pk>/import/", calendars.CalendarImport.as_view(), name="calendar-import"),
    path("calendars/<int:pk>/add-day/", calendars.DayAdd.as_view(), name="day-add"),
    path("calendars/days/<int:pk>/withdraw/", calendars.DayWithdraw.as_view(), name="day-withdraw"),
]
