"""Addresses of prevention."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.urls.references import TICKET
from incidents.views import prevention

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/restored/", prevention.RestoredBoard.as_view(), name="restored"),
    re_path(TICKET + "actions/new/$", prevention.ActionNew.as_view(), name="action-new"),
    re_path(TICKET + "link/$", prevention.LinkNew.as_view(), name="link-new"),
    re_path(TICKET + "no-prevention/$", prevention.WaiverAsk.as_view(), name="waiver-ask"),
    path("waivers/<int:pk>/approve/", prevention.WaiverApprove.as_view(), name="waiver-approve"),
    path("waivers/<int:pk>/decline/", prevention.WaiverDecline.as_view(), name="waiver-decline"),
    path("actions/", prevention.ActionList.as_view(), name="actions"),
    path("actions/<int:pk>/done/", prevention.ActionDone.as_view(), name="action-done"),
    path("actions/<int:pk>/decline/", prevention.ActionDecline.as_view(), name="action-decline"),
    path("actions/<int:pk>/reassign/", prevention.ActionReassign.as_view(), name="action-reassign"),
]
