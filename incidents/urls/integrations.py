"""Addresses of integrations."""

from django.urls import URLPattern, URLResolver, path

from incidents.views import integrations

urlpatterns: list[URLPattern | URLResolver] = [
    path("integrations/", integrations.IntegrationList.as_view(), name="integrations"),
    path("integrations/new/", integrations.IntegrationNew.as_view(), name="integration-new"),
    path("integrations/<int:pk>/", integrations.IntegrationPage.as_view(), name="integration"),
    path("integrations/<int:pk>/rotate/", integrations.IntegrationRotate.as_view(), name="integration-rotate"),
    path("integrations/<int:pk>/pause/", integrations.IntegrationPause.as_view(), name="integration-pause"),
]
