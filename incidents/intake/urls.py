"""Addresses for senders of alerts, by dialect."""

from django.urls import URLPattern, URLResolver, path

from incidents.intake import alertmanager, pagerduty

urlpatterns: list[URLPattern | URLResolver] = [
    path("integrations/alertmanager", alertmanager.receive, name="intake-alertmanager"),
    path("integrations/alertmanager/", alertmanager.receive),
    path("integrations/alertmanager/<str:secret>", alertmanager.receive, name="intake-alertmanager-key"),
    path("integrations/alertmanager/<str:secret>/", alertmanager.receive),
    path("v2/enqueue", pagerduty.enqueue, name="intake-pagerduty"),
    path("v2/change/enqueue", pagerduty.enqueue_change, name="intake-pagerduty-change"),
]
