"""Addresses of saved views."""

from django.urls import URLPattern, URLResolver, path, re_path

from oncall.views import saved_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("views/", saved_views.SavedViewList.as_view(), name="views"),
    path("views/new/", saved_views.SavedViewNew.as_view(), name="view-new"),
    path("views/<int:pk>/", saved_views.SavedViewEdit.as_view(), name="view"),
    re_path(
        r"^views/(?P<pk>[0-9]{1,18})/(?P<to>earlier|later)/$", saved_views.SavedViewMove.as_view(), name="view-move"
    ),
    path("views/<int:pk>/remove/", saved_views.SavedViewRemove.as_view(), name="view-remove"),
]
