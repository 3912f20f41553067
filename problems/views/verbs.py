"""What people do to a problem: a table of verbs, each one form and one domain call."""

from typing import Any

from incidents import permissions, response
from incidents.forms.response import AssignForm, NoteForm, ReasonForm
from incidents.models import Ticket, TicketKind, TicketStatus
from incidents.views.response.verbs import Verb, VerbPage, make_verb
from problems import forms
from problems.investigation import at_risk, factors, lifecycle
from problems.investigation.status import PROBLEM

_OPEN = {
    TicketStatus.NEW, TicketStatus.ASSESSED, TicketStatus.ANALYSIS, TicketStatus.KNOWN_ERROR,
    TicketStatus.FIX_IN_PROGRESS,
}  # fmt: skip
_ANY = set(PROBLEM.moves)


def _before(status: TicketStatus) -> set[str]:
    return {one for one in PROBLEM.moves if PROBLEM.allows(one, status)}


VERBS = {
    verb.name: verb
    for verb in (
        make_verb("assess", "Worth finding the cause", _before(TicketStatus.ASSESSED), is_main=True,
                  form=forms.OptionalNoteForm,
                  call=lambda t, u, at, a: lifecycle.assess(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("analyze", "Look for the cause", _before(TicketStatus.ANALYSIS) & _OPEN, is_main=True,
                  form=forms.OptionalNoteForm,
                  call=lambda t, u, at, a: lifecycle.analyze(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("known-error", "Publish a known error", _before(TicketStatus.KNOWN_ERROR) | {
                  TicketStatus.KNOWN_ERROR}, is_main=True, form=forms.KnownErrorForm, button="Publish",
                  done="Published. Whoever works on an incident like this one sees the workaround.",
                  call=lambda t, u, at, a: lifecycle.publish_known_error(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("start-fix", "Start the fix", _before(TicketStatus.FIX_IN_PROGRESS), is_main=True,
                  form=forms.OptionalNoteForm,
                  call=lambda t, u, at, a: lifecycle.start_fix(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("resolve", "Cause removed", _before(TicketStatus.RESOLVED), is_main=True,
                  form=forms.OptionalNoteForm, done="Resolved. So are incidents that waited for nothing else.",
                  call=lambda t, u, at, a: lifecycle.resolve(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("factor", "Add a factor", _ANY, form=forms.FactorForm,
                  call=lambda t, u, at, a: factors.add(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("at-risk", "Name other services at risk", _OPEN | {TicketStatus.RESOLVED}, form=forms.AtRiskForm,
                  button="Tell their teams", done="Named. Each team that owns one of them has an action.",
                  call=lambda t, u, at, a: at_risk.name_services(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("note", "Write a note", _ANY, form=NoteForm, button="Save the note", done="Noted.",
                  call=lambda t, u, at, a: response.add_note(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("assign", "Assign", _OPEN, form=AssignForm,
                  call=lambda t, u, at, a: response.assign(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("reopen", "Reopen", {TicketStatus.RESOLVED, TicketStatus.CLOSED}, form=ReasonForm,
                  call=lambda t, u, at, a: lifecycle.reopen(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("close", "Close", _before(TicketStatus.CLOSED), form=forms.CloseForm,
                  call=lambda t, u, at, a: lifecycle.close(problem_id=t.pk, actor=u, at=at, **a)),
    )
}  # fmt: skip


_NEXT = {
    TicketStatus.NEW: "assess",
    TicketStatus.ASSESSED: "analyze",
    TicketStatus.ANALYSIS: "known-error",
    TicketStatus.KNOWN_ERROR: "start-fix",
    TicketStatus.FIX_IN_PROGRESS: "resolve",
}


def possible(ticket: Ticket, user: Any) -> list[Verb]:
    """What this person may do to this problem as it stands, the usual next step first."""
    if not permissions.can_act(user, ticket):
        return []
    found = [verb for verb in VERBS.values() if ticket.status in verb.statuses]
    return sorted(found, key=lambda verb: verb.name != _NEXT.get(TicketStatus(ticket.status)))


class ProblemVerbPage(VerbPage):
    """One verb on one problem."""

    table = VERBS
    kinds = frozenset({TicketKind.PROBLEM})
