"""Addresses of updates for customers and of the public status pages."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter
from django.urls.converters import StringConverter

from incidents.urls.references import TICKET
from incidents.views.customers import maintenance, status_page, updates


class FeedKind(StringConverter):
    """The two formats of feeds."""

    regex = "atom|rss"


register_converter(FeedKind, "feed")


def _status_page(prefix: str) -> list[URLPattern]:
    """The addresses of each status page; those of the default one have no slug."""
    return [
        path(prefix, status_page.StatusHome.as_view(), name="status"),
        path(f"{prefix}subscribe/", status_page.Subscribe.as_view(), name="status-subscribe"),
        path(f"{prefix}history.<feed:kind>", status_page.StatusFeed.as_view(), name="status-feed"),
        path(f"{prefix}api/v2/<path:name>.json", status_page.StatusDocument.as_view(), name="status-document"),
    ]


urlpatterns: list[URLPattern | URLResolver] = [
    re_path(TICKET + "update/$", updates.PublishUpdate.as_view(), name="update"),
    path("customers/", updates.PublicIncidentList.as_view(), name="public-incidents"),
    path("customers/components/", updates.ComponentList.as_view(), name="components"),
    path("customers/subscribers/", updates.SubscriberList.as_view(), name="subscribers"),
    path("customers/deliveries/", updates.DeliveryList.as_view(), name="deliveries"),
    path("customers/maintenances/", maintenance.MaintenanceList.as_view(), name="maintenances"),
    path("customers/maintenances/new/", maintenance.ScheduleMaintenance.as_view(), name="maintenance-new"),
    path("customers/maintenances/<int:pk>/", maintenance.MaintenancePage.as_view(), name="maintenance"),
    path("customers/maintenances/<int:pk>/tell/", maintenance.MaintenanceTell.as_view(), name="maintenance-tell"),
    path("status/incidents/<slug:public_id>/", status_page.StatusIncident.as_view(), name="status-incident"),
    path("status/maintenances/<slug:public_id>/", status_page.StatusMaintenance.as_view(), name="status-maintenance"),
    path("status/confirm/<str:token>/", status_page.Confirm.as_view(), name="status-confirm"),
    path("status/unsubscribe/<str:token>/", status_page.Unsubscribe.as_view(), name="status-leave"),
    *_status_page("status/"),
    path("api/v2/<path:name>.json", status_page.StatusDocument.as_view(), name="status-document-short"),
    *_status_page("status/<slug:slug>/"),
]
