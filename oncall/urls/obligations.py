"""Addresses of obligations."""

from django.urls import URLPattern, URLResolver, path

from oncall.views import obligations

urlpatterns: list[URLPattern | URLResolver] = [
    path("tasks/", obligations.MyTasks.as_view(), name="my-tasks"),
    path("tasks/team/", obligations.TeamTasks.as_view(), name="team-tasks"),
    path("tasks/<int:pk>/", obligations.TaskPage.as_view(), name="task"),
    path("tasks/<int:pk>/mark-done/", obligations.MarkDone.as_view(), name="task-mark-done"),
    path("tasks/<int:pk>/dismiss/", obligations.Dismiss.as_view(), name="task-dismiss"),
    path("tasks/<int:pk>/postpone/", obligations.Postpone.as_view(), name="task-postpone"),
]
