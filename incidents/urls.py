"""Addresses of the queue, tickets, alerts and the service catalogue."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter
from django.urls.converters import StringConverter

from incidents.views import alerts, integrations, prevention
from incidents.views.customers import maintenance, status_page, updates
from incidents.views.requesters import ContactList
from incidents.views.response import declare, respond, verbs
from incidents.views.services import ReadinessList, ServiceCheck, ServiceList, ServicePage
from incidents.views.severities import SeverityList
from incidents.views.tickets import queue, story, ticket


class FeedKind(StringConverter):
    """The two kinds of feeds."""

    regex = "atom|rss"


register_converter(FeedKind, "feed")
app_name = "incidents"
_TICKET = r"^tickets/(?P<reference>[A-Za-z]{3}-[0-9]{1,18})/"


def _of_page(prefix: str) -> list[URLPattern]:
    """What every status page has, the default one without its slug."""
    return [
        path(prefix, status_page.StatusHome.as_view(), name="status"),
        path(f"{prefix}subscribe/", status_page.Subscribe.as_view(), name="status-subscribe"),
        path(f"{prefix}history.<feed:kind>", status_page.StatusFeed.as_view(), name="status-feed"),
        path(f"{prefix}api/v2/<path:name>.json", status_page.StatusDocument.as_view(), name="status-document"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", queue.Queue.as_view(), name="queue"),
    path("incidents/restored/", prevention.RestoredBoard.as_view(), name="restored"),
    path("incidents/declare/", declare.Declare.as_view(), name="declare"),
    path("incidents/declare/proposal/", declare.Proposal.as_view(), name="proposal"),
    re_path(_TICKET + "$", ticket.TicketPage.as_view(), name="ticket"),
    re_path(_TICKET + "story/$", story.Story.as_view(), name="story"),
    re_path(_TICKET + "edit/$", ticket.TicketEdit.as_view(), name="ticket-edit"),
    re_path(_TICKET + "respond/$", respond.Respond.as_view(), name="respond"),
    re_path(_TICKET + f"(?P<verb>{'|'.join(verbs.VERBS)})/$", verbs.VerbPage.as_view(), name="verb"),
    re_path(_TICKET + "update/$", updates.Compose.as_view(), name="update"),
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
    path("readiness/", ReadinessList.as_view(), name="readiness"),
    path("services/", ServiceList.as_view(), name="services"),
    path("services/<slug:slug>/", ServicePage.as_view(), name="service"),
    path("services/<slug:slug>/check/", ServiceCheck.as_view(), name="service-check"),
    path("severities/", SeverityList.as_view(), name="severities"),
    path("contacts/", ContactList.as_view(), name="contacts"),
    path("integrations/", integrations.IntegrationList.as_view(), name="integrations"),
    path("integrations/new/", integrations.IntegrationNew.as_view(), name="integration-new"),
    path("integrations/<int:pk>/", integrations.IntegrationPage.as_view(), name="integration"),
    path("integrations/<int:pk>/rotate/", integrations.IntegrationRotate.as_view(), name="integration-rotate"),
    path("integrations/<int:pk>/pause/", integrations.IntegrationPause.as_view(), name="integration-pause"),
    path("customers/", updates.PublicIncidentList.as_view(), name="public-incidents"),
    path("customers/parts/", updates.ComponentList.as_view(), name="components"),
    path("customers/subscribers/", updates.SubscriberList.as_view(), name="subscribers"),
    path("customers/deliveries/", updates.DeliveryList.as_view(), name="deliveries"),
    path("customers/maintenances/", maintenance.MaintenanceList.as_view(), name="maintenances"),
    path("customers/maintenances/new/", maintenance.MaintenanceNew.as_view(), name="maintenance-new"),
    path("customers/maintenances/<int:pk>/", maintenance.MaintenancePage.as_view(), name="maintenance"),
    path("customers/maintenances/<int:pk>/tell/", maintenance.MaintenanceTell.as_view(), name="maintenance-tell"),
    path("status/incidents/<slug:public_id>/", status_page.StatusIncident.as_view(), name="status-incident"),
    path("status/maintenances/<slug:public_id>/", status_page.StatusMaintenance.as_view(), name="status-maintenance"),
    path("status/confirm/<str:token>/", status_page.Confirm.as_view(), name="status-confirm"),
    path("status/unsubscribe/<str:token>/", status_page.Leave.as_view(), name="status-leave"),
    *_of_page("status/"),
    path("api/v2/<path:name>.json", status_page.StatusDocument.as_view(), name="status-document-short"),
    *_of_page("status/<slug:slug>/"),
]
