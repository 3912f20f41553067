"""Addresses of the queue, tickets, alerts and the service catalogue."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.views import alerts, catalog, declare, integrations, prevention, queue, respond, tickets, verbs

app_name = "incidents"
_TICKET = r"^tickets/(?P<reference>[A-Za-z]{3}-[0-9]{1,18})/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", queue.Queue.as_view(), name="queue"),
    path("incidents/restored/", prevention.RestoredBoard.as_view(), name="restored"),
    path("incidents/declare/", declare.Declare.as_view(), name="declare"),
    path("incidents/declare/proposal/", declare.Proposal.as_view(), name="proposal"),
    re_path(_TICKET + "$", tickets.TicketPage.as_view(), name="ticket"),
    re_path(_TICKET + "edit/$", tickets.TicketEdit.as_view(), name="ticket-edit"),
    re_path(_TICKET + "respond/$", respond.Respond.as_view(), name="respond"),
    re_path(_TICKET + f"(?P<verb>{'|'.join(verbs.VERBS)})/$", verbs.VerbPage.as_view(), name="verb"),
    re_path(_TICKET + "actions/new/$", prevention.ActionNew.as_view(), name="action-new"),
    re_path(_TICKET + "link/$", prevention.LinkNew.as_view(), name="link-new"),
    re_path(_TICKET + "no-prevention/$", prevention.WaiverAsk.as_view(), name="waiver-ask"),
    path("waivers/<int:pk>/approve/", prevention.WaiverApprove.as_view(), name="waiver-approve"),
    path("waivers/<int:pk>/decline/", prevention.WaiverDecline.as_view(), name="waiver-decline"),
    path("actions/", prevention.ActionList.as_view(), name="actions"),
    path("actions/<int:pk>/done/", prevention.ActionDone.as_view(), name="action-done"),
    path("actions/<int:pk>/decline/", prevention.ActionDecline.as_view(), name="action-decline"),
    path("actions/<int:pk>/reassign/", prevention.ActionReassign.as_view(), name="action-reassign"),
    path("alerts/", alerts.AlertList.as_view(), name="alerts"),
    path("alerts/<int:pk>/", alerts.AlertPage.as_view(), name="alert"),
    path("services/", catalog.ServiceList.as_view(), name="services"),
    path("services/<slug:slug>/", catalog.ServicePage.as_view(), name="service"),
    path("severities/", catalog.SeverityList.as_view(), name="severities"),
    path("contacts/", catalog.ContactList.as_view(), name="contacts"),
    path("integrations/", integrations.IntegrationList.as_view(), name="integrations"),
    path("integrations/new/", integrations.IntegrationNew.as_view(), name="integration-new"),
    path("integrations/<int:pk>/", integrations.IntegrationPage.as_view(), name="integration"),
    path("integrations/<int:pk>/rotate/", integrations.IntegrationRotate.as_view(), name="integration-rotate"),
    path("integrations/<int:pk>/pause/", integrations.IntegrationPause.as_view(), name="integration-pause"),
]
