"""Addresses of the service desk."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.urls.references import TICKET
from incidents.views.desk import new_ticket, picking, requesters, work_time

urlpatterns: list[URLPattern | URLResolver] = [
    path("tickets/new/", new_ticket.NewTicket.as_view(), name="ticket-new"),
    path("tickets/new/outlook/", new_ticket.CallOutlook.as_view(), name="ticket-outlook"),
    path("tickets/new/fields/", new_ticket.CallFields.as_view(), name="ticket-fields"),
    path("tickets/new/requesters/", picking.RequesterChoices.as_view(), name="ticket-requesters"),
    re_path(TICKET + "requester/$", requesters.TicketRequester.as_view(), name="ticket-requester"),
    re_path(TICKET + "requesters/add/$", requesters.AddRequester.as_view(), name="requester-add"),
    re_path(
        TICKET + "requesters/(?P<pk>[0-9]{1,18})/remove/$",
        requesters.RemoveRequester.as_view(),
        name="requester-remove",
    ),
    re_path(
        TICKET + "requesters/(?P<pk>[0-9]{1,18})/correct/$",
        requesters.CorrectRequesterOfTicket.as_view(),
        name="ticket-requester-correct",
    ),
    re_path(TICKET + "work-time/new/$", work_time.WorkTimeNew.as_view(), name="work-time-new"),
    re_path(
        TICKET + "work-time/(?P<pk>[0-9]{1,18})/correct/$",
        work_time.WorkTimeCorrect.as_view(),
        name="work-time-correct",
    ),
    re_path(
        TICKET + "work-time/(?P<pk>[0-9]{1,18})/remove/$", work_time.WorkTimeRemove.as_view(), name="work-time-remove"
    ),
    path("requesters/<int:pk>/correct/", requesters.CorrectRequester.as_view(), name="requester-correct"),
]
