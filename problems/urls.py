"""Addresses of problems; a problem's page is at its ticket's address."""

from django.urls import URLPattern, URLResolver, path, re_path

from problems.views import known_errors, problems, verbs

app_name = "problems"
_PROBLEM = r"^tickets/(?P<reference>[Pp][Rr][Bb]-[0-9]{1,18})/"
_TICKET = r"^tickets/(?P<reference>[A-Za-z]{3}-[0-9]{1,18})/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("problems/", problems.ProblemList.as_view(), name="problems"),
    path("problems/new/", problems.OpenProblem.as_view(), name="new"),
    re_path(_PROBLEM + "$", problems.ProblemPage.as_view(), name="problem"),
    re_path(_PROBLEM + "edit/$", problems.ProblemEdit.as_view(), name="edit"),
    re_path(_PROBLEM + f"(?P<verb>{'|'.join(verbs.VERBS)})/$", verbs.ProblemVerbPage.as_view(), name="verb"),
    re_path(_TICKET + "problem/$", problems.OpenFromIncident.as_view(), name="open-from-incident"),
    re_path(_TICKET + "problem/link/$", problems.LinkProblem.as_view(), name="link-problem"),
    re_path(_TICKET + "known-errors/(?P<pk>[0-9]{1,18})/$", known_errors.UseKnownError.as_view(), name="use"),
    re_path(_PROBLEM + "factors/(?P<pk>[0-9]{1,18})/remove/$", problems.RemoveFactor.as_view(), name="factor-remove"),
    path("known-errors/", known_errors.KnownErrorList.as_view(), name="known-errors"),
    path("known-errors/<int:pk>/", known_errors.KnownErrorPage.as_view(), name="known-error"),
]
