"""The table of contents of all addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("incidents.urls")),
    path("", include("oncall.urls")),
    path("", include("problems.urls")),
    path("", include("incidents.intake.urls")),
    path("api/", include("config.api")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("p/<str:key>/", TemplateView.as_view(template_name="base.html"), name="page-link"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("healthz/deep", health.deep, name="healthz-deep"),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.failed"
