"""Addresses of people, schedules, paging and the engine."""

from django.urls import URLPattern, URLResolver, path, re_path

from oncall.views import calendars, engine, feeds, lists, me, standby

app_name = "oncall"
urlpatterns: list[URLPattern | URLResolver] = [
    path("on-call/", standby.OnCall.as_view(), name="on-call"),
    path("teams/", lists.TeamList.as_view(), name="teams"),
    path("teams/<slug:slug>/", standby.TeamPage.as_view(), name="team"),
    path("people/", lists.UserList.as_view(), name="users"),
    path("schedules/", lists.ScheduleList.as_view(), name="schedules"),
    path("schedules/<int:pk>/", standby.SchedulePage.as_view(), name="schedule"),
    path("calendars/", calendars.CalendarList.as_view(), name="calendars"),
    path("calendars/add/", calendars.CalendarAdd.as_view(), name="calendar-add"),
    path("calendars/<int:pk>/", calendars.CalendarPage.as_view(), name="calendar"),
    path("calendars/<int:pk>/edit/", calendars.CalendarEdit.as_view(), name="calendar-edit"),
    path("calendars/<int:pk>/import/", calendars.CalendarImport.as_view(), name="calendar-import"),
    path("calendars/<int:pk>/add-day/", calendars.DayAdd.as_view(), name="day-add"),
    path("calendars/days/<int:pk>/take-back/", calendars.DayWithdraw.as_view(), name="day-withdraw"),
    path("escalations/", lists.EscalationList.as_view(), name="escalations"),
    path("pages/", lists.PageList.as_view(), name="pages"),
    path("engine/", engine.Engine.as_view(), name="engine"),
    path("engine/pulse/", engine.PulseFragment.as_view(), name="pulse"),
    re_path(r"^engine/dead/(?P<pk>[0-9]{1,18})/(?P<deed>resend|discard)/$", engine.DeadLetter.as_view(), name="dead"),
    path("me/", me.Me.as_view(), name="me"),
    path("me/about/", me.AboutMe.as_view(), name="me-about"),
    path("me/reach/add/", me.MethodAdd.as_view(), name="method-add"),
    path("me/reach/<int:pk>/send/", me.MethodSend.as_view(), name="method-send"),
    path("me/reach/<int:pk>/verify/", me.MethodVerify.as_view(), name="method-verify"),
    path("me/reach/<int:pk>/remove/", me.MethodRemove.as_view(), name="method-remove"),
    path("me/rules/add/", me.RuleAdd.as_view(), name="rule-add"),
    path("me/rules/<int:pk>/remove/", me.RuleRemove.as_view(), name="rule-remove"),
    path("me/feeds/", feeds.MyFeeds.as_view(), name="feeds"),
    path("me/feeds/add/", feeds.FeedAdd.as_view(), name="feed-add"),
    path("me/feeds/<int:pk>/revoke/", feeds.FeedRevoke.as_view(), name="feed-revoke"),
    path("ical/<str:key>.ics", feeds.Feed.as_view(), name="feed"),
    path("me/tokens/add/", me.TokenAdd.as_view(), name="token-add"),
    path("me/tokens/<int:pk>/revoke/", me.TokenRevoke.as_view(), name="token-revoke"),
]
