"""Addresses of overrides, swaps, time off and relief."""

from django.urls import URLPattern, URLResolver, path, re_path

from oncall.views.cover import absences, overrides, swaps
from oncall.views.cover.relief import ReliefAsk

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/rest/", ReliefAsk.as_view(), name="relief"),
    path("overrides/", overrides.OverrideList.as_view(), name="overrides"),
    path("overrides/<int:pk>/", overrides.OverridePage.as_view(), name="override"),
    path("overrides/<int:pk>/cancel/", overrides.OverrideCancel.as_view(), name="override-cancel"),
    path("schedules/<int:pk>/cover/", overrides.Cover.as_view(), name="cover"),
    path("schedules/<int:pk>/take/", overrides.TakePager.as_view(), name="take-pager"),
    path("schedules/<int:pk>/change/", overrides.OverrideAdd.as_view(), name="override-add"),
    path("schedules/<int:pk>/swap/", swaps.SwapNew.as_view(), name="swap-add"),
    path("swaps/", swaps.SwapList.as_view(), name="swaps"),
    path("swaps/<int:pk>/", swaps.SwapPage.as_view(), name="swap"),
    path("swaps/<int:pk>/offer/", swaps.SwapOfferNew.as_view(), name="swap-offer"),
    path("swaps/<int:pk>/decline/", swaps.SwapDecline.as_view(), name="swap-decline"),
    re_path(
        r"^swaps/(?P<pk>[0-9]{1,18})/(?P<action>approve|cancel)/$", swaps.SwapDecide.as_view(), name="swap-decide"
    ),
    re_path(
        r"^swaps/offers/(?P<pk>[0-9]{1,18})/(?P<action>accept|decline|withdraw)/$",
        swaps.OfferAnswer.as_view(),
        name="offer-answer",
    ),
    path("time-off/", absences.TimeOffList.as_view(), name="time-off"),
    path("me/time-off/", absences.MyTimeOff.as_view(), name="my-time-off"),
    path("me/time-off/<int:pk>/cancel/", absences.TimeOffCancel.as_view(), name="time-off-cancel"),
]
