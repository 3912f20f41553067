"""Addresses of calendars."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.calendars import days, hours

urlpatterns: list[URLPattern | URLResolver] = [
    path("calendars/", days.CalendarList.as_view(), name="calendars"),
    path("calendars/add/", days.CalendarAdd.as_view(), name="calendar-add"),
    path("calendars/<int:pk>/", days.CalendarPage.as_view(), name="calendar"),
    path("calendars/<int:pk>/edit/", days.CalendarEdit.as_view(), name="calendar-edit"),
    path("calendars/<int:pk>/import/", days.CalendarImport.as_view(), name="calendar-import"),
    path("calendars/<int:pk>/add-day/", days.DayAdd.as_view(), name="day-add"),
    path("calendars/<int:pk>/hours/", hours.HoursChange.as_view(), name="hours-change"),
    path(
        "calendars/<int:pk>/hours/<int:version>/withdraw/",
        hours.HoursWithdraw.as_view(),
        name="hours-withdraw",
    ),
    path("calendars/days/<int:pk>/withdraw/", days.DayWithdraw.as_view(), name="day-withdraw"),
]
