"""Addresses of the queue, tickets, alerts and the service catalogue."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.views import alerts, catalog, customers, declare, integrations, public, queue, respond, tickets, verbs

app_name = "incidents"
_TICKET = r"^tickets/(?P<reference>[A-Za-z]{3}-[0-9]{1,18})/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", queue.Queue.as_view(), name="queue"),
    path("incidents/declare/", declare.Declare.as_view(), name="declare"),
    path("incidents/declare/proposal/", declare.Proposal.as_view(), name="proposal"),
    re_path(_TICKET + "$", tickets.TicketPage.as_view(), name="ticket"),
    re_path(_TICKET + "edit/$", tickets.TicketEdit.as_view(), name="ticket-edit"),
    re_path(_TICKET + "respond/$", respond.Respond.as_view(), name="respond"),
    re_path(_TICKET + f"(?P<verb>{'|'.join(verbs.VERBS)})/$", verbs.VerbPage.as_view(), name="verb"),
    re_path(_TICKET + "update/$", customers.Compose.as_view(), name="update"),
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
    path("customers/", customers.PublicIncidentList.as_view(), name="public-incidents"),
    path("customers/parts/", customers.ComponentList.as_view(), name="components"),
    path("customers/subscribers/", customers.SubscriberList.as_view(), name="subscribers"),
    path("customers/deliveries/", customers.DeliveryList.as_view(), name="deliveries"),
    path("status/", public.StatusHome.as_view(), name="status"),
    path("status/incidents/<slug:public_id>/", public.StatusIncident.as_view(), name="status-incident"),
    path("status/subscribe/", public.Subscribe.as_view(), name="status-subscribe"),
    path("status/confirm/<str:token>/", public.Confirm.as_view(), name="status-confirm"),
    path("status/unsubscribe/<str:token>/", public.Leave.as_view(), name="status-leave"),
    re_path(r"^status/history\.(?P<kind>atom|rss)$", public.StatusFeed.as_view(), name="status-feed"),
    path("status/api/v2/<path:name>.json", public.StatusDocument.as_view(), name="status-document"),
    path("api/v2/<path:name>.json", public.StatusDocument.as_view(), name="status-document-short"),
]
