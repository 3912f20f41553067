"""Addresses of prevention."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.urls.references import TICKET
from incidents.views import prevention

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/restored/", prevention.RestoredBoard.as_view(), name="restored"),
    re_path(TICKET + "action-items/new/$", prevention.ActionItemNew.as_view(), name="action-item-new"),
    re_path(TICKET + "link/$", prevention.LinkNew.as_view(), name="link-new"),
    re_path(TICKET + "request-waiver/$", prevention.WaiverRequest.as_view(), name="waiver-request"),
    path("waivers/<int:pk>/approve/", prevention.WaiverApprove.as_view(), name="waiver-approve"),
    path("waivers/<int:pk>/decline/", prevention.WaiverDecline.as_view(), name="waiver-decline"),
    path("action-items/", prevention.ActionItemList.as_view(), name="action-items"),
    path("action-items/<int:pk>/complete/", prevention.ActionItemComplete.as_view(), name="action-item-complete"),
    path("action-items/<int:pk>/decline/", prevention.ActionItemDecline.as_view(), name="action-item-decline"),
    path("action-items/<int:pk>/reassign/", prevention.ActionItemReassign.as_view(), name="action-item-reassign"),
]
