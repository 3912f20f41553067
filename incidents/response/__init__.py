"""The verbs of incident response; each locks the ticket, checks, writes, records and pages in one transaction."""

from incidents.response.answering import (
    acknowledge,
    add_responders,
    assign,
    decline,
    note_acknowledged,
    start_work,
    take_over,
)
from incidents.response.changing import EDITABLE, add_note, change_severity, edit, hold, link_parent, resume, undo_hold
from incidents.response.ending import close, reopen, resolve, restore
from incidents.response.opening import declare, owner_of
from incidents.response.paging import SUBJECT, preview_page, running
from incidents.response.privacy import default_reason
from incidents.response.reassigning import confirm_handover, give_back, reassign
from incidents.response.telling import tell_responders
from incidents.response.vendors import note_vendor_answer, note_vendor_done, notify_vendor
from incidents.tickets.locking import TicketRefused

__all__ = [
    "EDITABLE",
    "SUBJECT",
    "TicketRefused",
    "acknowledge",
    "add_note",
    "add_responders",
    "assign",
    "change_severity",
    "close",
    "confirm_handover",
    "declare",
    "decline",
    "default_reason",
    "edit",
    "give_back",
    "hold",
    "link_parent",
    "note_acknowledged",
    "note_vendor_answer",
    "note_vendor_done",
    "notify_vendor",
    "owner_of",
    "preview_page",
    "reassign",
    "reopen",
    "resolve",
    "restore",
    "resume",
    "running",
    "start_work",
    "take_over",
    "tell_responders",
    "undo_hold",
]
