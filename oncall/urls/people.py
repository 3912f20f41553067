"""Addresses of people."""

from django.urls import URLPattern, URLResolver, path

from oncall.views.people import me, service_accounts
from oncall.views.people.directory import TeamList, TeamPage, UserList
from oncall.views.people.members import MemberEdit
from oncall.views.people.person import PersonPage
from oncall.views.people.who_can import WhoCan

urlpatterns: list[URLPattern | URLResolver] = [
    path("teams/", TeamList.as_view(), name="teams"),
    path("teams/<slug:slug>/", TeamPage.as_view(), name="team"),
    path("people/", UserList.as_view(), name="users"),
    path("people/<int:pk>/", PersonPage.as_view(), name="person"),
    path("service-accounts/", service_accounts.ServiceAccountList.as_view(), name="service-accounts"),
    path("service-accounts/new/", service_accounts.ServiceAccountNew.as_view(), name="service-account-new"),
    path("service-accounts/<int:pk>/", service_accounts.ServiceAccountPage.as_view(), name="service-account"),
    path(
        "service-accounts/<int:pk>/edit/", service_accounts.ServiceAccountEdit.as_view(), name="service-account-edit"
    ),
    path(
        "service-accounts/<int:pk>/roles/",
        service_accounts.ServiceAccountRoles.as_view(),
        name="service-account-roles",
    ),
    path(
        "service-accounts/<int:pk>/close/",
        service_accounts.ServiceAccountClose.as_view(),
        name="service-account-close",
    ),
    path(
        "service-accounts/<int:pk>/reopen/",
        service_accounts.ServiceAccountReopen.as_view(),
        name="service-account-reopen",
    ),
    path(
        "service-accounts/<int:pk>/tokens/add/", service_accounts.ServiceTokenAdd.as_view(), name="service-token-add"
    ),
    path(
        "service-accounts/<int:pk>/tokens/<int:token_id>/replace/",
        service_accounts.ServiceTokenRotate.as_view(),
        name="service-token-rotate",
    ),
    path(
        "service-accounts/<int:pk>/tokens/<int:token_id>/revoke/",
        service_accounts.ServiceTokenRevoke.as_view(),
        name="service-token-revoke",
    ),
    path("who-can/", WhoCan.as_view(), name="who-can"),
    path("me/", me.MyPage.as_view(), name="me"),
    path("teams/<slug:slug>/people/<int:pk>/", MemberEdit.as_view(), name="member"),
    path("me/about/", me.AboutMe.as_view(), name="me-about"),
    path("me/reach/add/", me.MethodAdd.as_view(), name="method-add"),
    path("me/reach/<int:pk>/send/", me.MethodSend.as_view(), name="method-send"),
    path("me/reach/<int:pk>/verify/", me.MethodVerify.as_view(), name="method-verify"),
    path("me/reach/<int:pk>/remove/", me.MethodRemove.as_view(), name="method-remove"),
    path("me/rules/add/", me.RuleAdd.as_view(), name="rule-add"),
    path("me/rules/<int:pk>/remove/", me.RuleRemove.as_view(), name="rule-remove"),
    path("me/tokens/add/", me.TokenAdd.as_view(), name="token-add"),
    path("me/tokens/<int:pk>/replace/", me.TokenRotate.as_view(), name="token-rotate"),
    path("me/tokens/<int:pk>/revoke/", me.TokenRevoke.as_view(), name="token-revoke"),
]
