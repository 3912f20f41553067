"""The administration's site: who manages a team opens it, too."""

from typing import cast

from django.contrib import admin
from django.contrib.admin import sites
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.apps import BasicAppConfig
from unfold.sites import UnfoldAdminSite

from config.base.data import rights


class AdministrationSite(UnfoldAdminSite):
    """The administration: for those who may use it, and for those who set up something of a team of theirs."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person may open the administration; what is in it depends on each right."""
        return bool(super().has_permission(request)) or rights.configures_a_team(request.user)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, object]]:
        """The models by app, worked out when first read: every page gets the list, and hardly any shows it."""
        return cast(list[dict[str, object]], SimpleLazyObject(lambda: self._apps_of(request, app_label)))

    def _apps_of(self, request: HttpRequest, app_label: str | None) -> list[dict[str, object]]:
        return list(super().get_app_list(request, app_label))


class AdministrationConfig(BasicAppConfig):
    """Unfold, with this site."""

    def ready(self) -> None:
        """Put the site in place before the apps register their pages."""
        admin.site = sites.site = AdministrationSite()
