"""The list of handoff notes."""

from config.base.web.views import ListPage
from oncall.filters.rota import HandoffNoteFilter
from oncall.models import HandoffNote
from oncall.tables.rota import HandoffNoteTable


class HandoffNoteList(ListPage):
    """What people on call left for the next."""

    title = "Handoff notes"
    queryset = HandoffNote.objects.select_related("schedule", "author").order_by("-at")
    table_class = HandoffNoteTable
    filterset_class = HandoffNoteFilter
    filters = ("search", "team", "schedule", "author")
    empty = "No notes yet. Whoever is on call writes one from their own shifts."
