"""Addresses of excluded time and of waivers."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.urls.references import TICKET
from incidents.views.sla import corrections, many_tickets

_CREDIT = "corrections/excluded-time/<int:pk>/"
_WAIVER = "corrections/waivers/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("corrections/", corrections.CreditList.as_view(), name="excluded-times"),
    path("corrections/waivers/", corrections.WaiverList.as_view(), name="sla-waivers"),
    path("corrections/many-tickets/", many_tickets.ExcludeTimeOnMany.as_view(), name="excluded-time-many"),
    path(_CREDIT, corrections.CreditPage.as_view(), name="excluded-time"),
    path(f"{_CREDIT}approve/", corrections.CreditApprove.as_view(), name="excluded-time-approve"),
    path(f"{_CREDIT}decline/", corrections.CreditDecline.as_view(), name="excluded-time-decline"),
    path(f"{_CREDIT}approve-all/", many_tickets.BatchApprove.as_view(), name="excluded-time-approve-all"),
    path(f"{_CREDIT}decline-all/", many_tickets.BatchDecline.as_view(), name="excluded-time-decline-all"),
    path(_WAIVER, corrections.WaiverPage.as_view(), name="sla-waiver"),
    path(f"{_WAIVER}approve/", corrections.WaiverApprove.as_view(), name="sla-waiver-approve"),
    path(f"{_WAIVER}decline/", corrections.WaiverDecline.as_view(), name="sla-waiver-decline"),
    path("corrections/breaches/<int:pk>/waive/", corrections.WaiverRequest.as_view(), name="sla-waiver-request"),
    re_path(TICKET + "exclude-time/$", corrections.CreditRequest.as_view(), name="excluded-time-request"),
]
