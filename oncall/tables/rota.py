"""The table of handoff notes."""

import django_tables2 as tables
from django.utils.text import Truncator

from config.base.web.tables import LinkColumn, Table, TimeColumn
from oncall.models import HandoffNote


class HandoffNoteTable(Table):
    """Handoff notes, the newest first."""

    schedule = LinkColumn(order_by="schedule__name", css="row-title")
    author = tables.Column(accessor="author__name")
    at = TimeColumn(verbose_name="Written")
    text = tables.Column(orderable=False, attrs={"td": {"class": "wide"}})

    class Meta(Table.Meta):
        model = HandoffNote
        fields = ("schedule", "author", "at", "text")

    def render_text(self, value: str) -> str:
        """The beginning of the text."""
        return Truncator(value).chars(200)
