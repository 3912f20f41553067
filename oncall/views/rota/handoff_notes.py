"""The list of handoff notes."""

from config.base.web.views import ListPage
from oncall.filters.rota import HandoffNoteFilter
from oncall.models import HandoffNote
from oncall.tables.rota import HandoffNoteTable
from oncall.views import tabs


class HandoffNoteList(ListPage):
    """All handoff notes."""

    title = "Handoff notes"
    icon = "message-2"
    tabs = tabs.ROTA
    queryset = HandoffNote.objects.select_related("schedule", "author").order_by("-at")
    table_class = HandoffNoteTable
    filterset_class = HandoffNoteFilter
    filters = ("search", "team", "schedule", "author")
    empty = "No notes yet. The person on call writes one on the page My shifts."
