"""Addresses of people, schedules, paging and the engine."""

from django.urls import URLPattern, URLResolver, path, re_path

from oncall.views import engine, lists, load, me, members, obligations, planning, standby

app_name = "oncall"
urlpatterns: list[URLPattern | URLResolver] = [
    path("on-call/", standby.OnCall.as_view(), name="on-call"),
    path("teams/", lists.TeamList.as_view(), name="teams"),
    path("teams/<slug:slug>/", standby.TeamPage.as_view(), name="team"),
    path("teams/<slug:slug>/load/", load.TeamLoad.as_view(), name="team-load"),
    path("people/", lists.UserList.as_view(), name="users"),
    path("schedules/", lists.ScheduleList.as_view(), name="schedules"),
    path("schedules/<int:pk>/", standby.SchedulePage.as_view(), name="schedule"),
    path("schedules/<int:pk>/load/", load.ScheduleLoad.as_view(), name="schedule-load"),
    path("schedules/new/", planning.ScheduleNew.as_view(), name="schedule-new"),
    path("schedules/<int:pk>/edit/", planning.ScheduleEdit.as_view(), name="schedule-edit"),
    path("schedules/<int:pk>/about/", planning.ScheduleAbout.as_view(), name="schedule-about"),
    path(
        "schedules/<int:pk>/versions/<int:version>/withdraw/",
        planning.VersionWithdraw.as_view(),
        name="version-withdraw",
    ),
    path("escalations/", lists.EscalationList.as_view(), name="escalations"),
    path("pages/", lists.PageList.as_view(), name="pages"),
    path("due/", obligations.DueFromMe.as_view(), name="due-mine"),
    path("due/team/", obligations.DueFromTeam.as_view(), name="due-team"),
    path("due/<int:pk>/", obligations.ObligationPage.as_view(), name="obligation"),
    path("due/<int:pk>/done/", obligations.Finish.as_view(), name="obligation-done"),
    path("due/<int:pk>/dismiss/", obligations.Dismiss.as_view(), name="obligation-dismiss"),
    path("due/<int:pk>/postpone/", obligations.Postpone.as_view(), name="obligation-postpone"),
    path("engine/", engine.Engine.as_view(), name="engine"),
    path("engine/pulse/", engine.PulseFragment.as_view(), name="pulse"),
    re_path(r"^engine/dead/(?P<pk>[0-9]{1,18})/(?P<deed>resend|discard)/$", engine.DeadLetter.as_view(), name="dead"),
    path("me/", me.Me.as_view(), name="me"),
    path("teams/<slug:slug>/people/<int:pk>/", members.MemberEdit.as_view(), name="member"),
    path("me/wake-test/", members.WakeTestSend.as_view(), name="wake-test-send"),
    path("me/rest/", members.ReliefAsk.as_view(), name="relief"),
    path("wake/<str:key>/", members.WakeTestLink.as_view(), name="wake-test"),
    path("me/about/", me.AboutMe.as_view(), name="me-about"),
    path("me/reach/add/", me.MethodAdd.as_view(), name="method-add"),
    path("me/reach/<int:pk>/send/", me.MethodSend.as_view(), name="method-send"),
    path("me/reach/<int:pk>/verify/", me.MethodVerify.as_view(), name="method-verify"),
    path("me/reach/<int:pk>/remove/", me.MethodRemove.as_view(), name="method-remove"),
    path("me/rules/add/", me.RuleAdd.as_view(), name="rule-add"),
    path("me/rules/<int:pk>/remove/", me.RuleRemove.as_view(), name="rule-remove"),
    path("me/tokens/add/", me.TokenAdd.as_view(), name="token-add"),
    path("me/tokens/<int:pk>/revoke/", me.TokenRevoke.as_view(), name="token-revoke"),
]
