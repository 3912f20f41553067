"""Addresses of postmortems."""

from django.urls import URLPattern, URLResolver, path, re_path

from postmortems.views import pages, reports, seats, verbs

app_name = "postmortems"
_POSTMORTEM = r"^postmortems/(?P<pk>[0-9]{1,18})/"
_KEY = r"(?P<key>[-a-zA-Z0-9_]{1,40})/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("postmortems/", pages.PostmortemList.as_view(), name="postmortems"),
    path("reports/prevention/", reports.PreventionReport.as_view(), name="prevention"),
    re_path(_POSTMORTEM + "$", pages.PostmortemPage.as_view(), name="postmortem"),
    re_path(_POSTMORTEM + "sections/" + _KEY + "$", pages.SectionEdit.as_view(), name="section"),
    re_path(_POSTMORTEM + "revisions/" + _KEY + "$", pages.RevisionList.as_view(), name="revisions"),
    re_path(_POSTMORTEM + "seats/(?P<seat>[a-z_]{1,12})/$", seats.TakeSeat.as_view(), name="seat"),
    re_path(_POSTMORTEM + "public/$", pages.PublicTextEdit.as_view(), name="public"),
    re_path(_POSTMORTEM + f"(?P<verb>{'|'.join(verbs.VERBS)})/$", verbs.VerbPage.as_view(), name="verb"),
    re_path(
        r"^tickets/(?P<reference>[A-Za-z]{3}-[0-9]{1,18})/postmortem/$", pages.DraftPostmortem.as_view(), name="draft"
    ),
]
