"""Addresses of obligations."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import obligations

urlpatterns: list[URLPattern | URLResolver] = [
    path("due/", obligations.DueFromMe.as_view(), name="due-mine"),
    path("due/team/", obligations.DueFromTeam.as_view(), name="due-team"),
    path("due/<int:pk>/", obligations.ObligationPage.as_view(), name="obligation"),
    path("due/<int:pk>/done/", obligations.Finish.as_view(), name="obligation-done"),
    path("due/<int:pk>/dismiss/", obligations.Dismiss.as_view(), name="obligation-dismiss"),
    path("due/<int:pk>/postpone/", obligations.Postpone.as_view(), name="obligation-postpone"),
]
