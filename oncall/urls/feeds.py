"""Addresses of feeds."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import feeds

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/feeds/", feeds.MyFeeds.as_view(), name="feeds"),
    path("me/feeds/add/", feeds.FeedAdd.as_view(), name="feed-add"),
    path("me/feeds/<int:pk>/revoke/", feeds.FeedRevoke.as_view(), name="feed-revoke"),
    path("ical/<str:key>.ics", feeds.Feed.as_view(), name="feed"),
]
