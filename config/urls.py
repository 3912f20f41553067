"""The table of contents of all addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health
from config.administration import pages as administration
from config.base.web import admin_changes
from config.base.web.undo_page import UndoPage
from config.configuration import views as files
from config.navigation.my_work import MyWork
from config.navigation.views import NavigationFragment
from config.search.pages import SearchPage
from config.sign_in import pages
from incidents.views.response.respond import PageLink
from incidents.views.tickets.queue import Queue

urlpatterns: list[URLPattern | URLResolver] = [
    path("", Queue.as_view(), name="home"),
    path("work/", MyWork.as_view(), name="my-work"),
    path("navigation/", NavigationFragment.as_view(), name="navigation"),
    path("undo/", UndoPage.as_view(), name="undo"),
    path("search/", SearchPage.as_view(), name="search"),
    path("p/<str:key>/", PageLink.as_view(), name="page-link"),
    path("", include("problems.urls")),  # before incidents, whose ticket page serves all the rest
    path("", include("incidents.urls")),
    path("", include("oncall.urls")),
    path("", include("postmortems.urls")),
    path("", include("incidents.intake.urls")),
    path("demo/", include("config.demo.urls")),
    path("api/", include("config.api")),
    path("accounts/login/", pages.SignIn.as_view(), name="account_login"),
    path("accounts/demo/", pages.demo_sign_in, name="demo_sign_in"),
    path("accounts/email/", pages.not_offered),
    path("accounts/", include("allauth.urls")),
    # The admin's own sign-in has neither our limits nor the second factor.
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("admin/tasks/<slug:slug>/", admin.site.admin_view(administration.task_page), name="admin-task"),
    path("admin/records/", admin.site.admin_view(administration.records_page), name="admin-records"),
    path("admin/changes/", admin_changes.changes_page, name="admin-changes"),
    path("admin/configuration/", admin.site.admin_view(files.ConfigurationPage.as_view()), name="configuration"),
    path("admin/configuration/file/", admin.site.admin_view(files.download), name="configuration-download"),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("healthz/deep", health.deep, name="healthz-deep"),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler429 = "config.errors.too_many"  # called by allauth
handler500 = "config.errors.failed"
