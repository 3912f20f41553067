"""Addresses of response."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.urls.references import TICKET
from incidents.views.response import declare, respond, verbs

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/declare/", declare.Declare.as_view(), name="declare"),
    path("incidents/declare/proposal/", declare.Proposal.as_view(), name="proposal"),
    re_path(TICKET + "respond/$", respond.Respond.as_view(), name="respond"),
    re_path(TICKET + f"(?P<verb>{'|'.join(verbs.VERBS)})/$", verbs.VerbPage.as_view(), name="verb"),
]
