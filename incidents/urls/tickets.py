"""Addresses of tickets."""

from django.urls import URLPattern, URLResolver, path, re_path

from incidents.urls.references import TICKET
from incidents.views import checklists
from incidents.views.tickets import bulk, external_links, mentions, queue, story, ticket, watchers

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/", queue.Queue.as_view(), name="queue"),
    path("majors/", queue.Majors.as_view(), name="majors"),
    re_path(f"^tickets/bulk/(?P<action>{'|'.join(bulk.ACTIONS)})/$", bulk.BulkPage.as_view(), name="bulk"),
    re_path(TICKET + "$", ticket.TicketPage.as_view(), name="ticket"),
    re_path(TICKET + "story/$", story.Story.as_view(), name="story"),
    re_path(TICKET + "mentions/$", mentions.MentionChoices.as_view(), name="mention-choices"),
    re_path(TICKET + "watch/$", watchers.Watch.as_view(), name="watch"),
    re_path(TICKET + "stop-watching/$", watchers.StopWatching.as_view(), name="stop-watching"),
    re_path(TICKET + "watchers/new/$", watchers.WatcherNew.as_view(), name="watcher-new"),
    re_path(TICKET + "watchers/(?P<pk>[0-9]{1,18})/remove/$", watchers.WatcherRemove.as_view(), name="watcher-remove"),
    re_path(TICKET + "checklist/new/$", checklists.ChecklistNew.as_view(), name="checklist-new"),
    re_path(
        TICKET + "checklist/(?P<pk>[0-9]{1,18})/(?P<action>tick|untick)/$",
        checklists.ChecklistMark.as_view(),
        name="checklist-mark",
    ),
    re_path(
        TICKET + "checklist/(?P<pk>[0-9]{1,18})/(?P<action>up|down)/$",
        checklists.ChecklistMove.as_view(),
        name="checklist-move",
    ),
    re_path(
        TICKET + "checklist/(?P<pk>[0-9]{1,18})/rename/$",
        checklists.ChecklistRename.as_view(),
        name="checklist-rename",
    ),
    re_path(
        TICKET + "checklist/(?P<pk>[0-9]{1,18})/remove/$",
        checklists.ChecklistRemove.as_view(),
        name="checklist-remove",
    ),
    re_path(TICKET + "external-links/new/$", external_links.ExternalLinkNew.as_view(), name="external-link-new"),
    re_path(
        TICKET + "external-links/remove/$", external_links.ExternalLinkRemove.as_view(), name="external-link-remove"
    ),
    re_path(TICKET + "edit/$", ticket.TicketEdit.as_view(), name="ticket-edit"),
]
