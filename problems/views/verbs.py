"""Actions on a problem: a table of verbs, each with one form and one domain call."""

from config.base.web.guards import ActsOn, Edits, Once
from incidents import permissions, response
from incidents.forms.response import AssignForm, NoteForm, ReasonForm
from incidents.models import Ticket, TicketKind, TicketStatus
from incidents.tickets import mentions
from incidents.views.response.verbs import Verb, VerbPage, make_verb
from oncall.models import User
from problems import forms
from problems.investigation import at_risk, factors, lifecycle
from problems.investigation.status import PROBLEM

_OPEN = {
    TicketStatus.NEW, TicketStatus.ASSESSED, TicketStatus.ANALYSIS, TicketStatus.KNOWN_ERROR,
    TicketStatus.FIX_IN_PROGRESS,
}  # fmt: skip
_ANY = set(PROBLEM.moves)


def _statuses_before(status: TicketStatus) -> set[str]:
    return {current for current in PROBLEM.moves if PROBLEM.allows(current, status)}


VERBS = {
    verb.name: verb
    for verb in (
        make_verb("assess", "Assess", _statuses_before(TicketStatus.ASSESSED), is_main=True,
                  form=forms.OptionalNoteForm,
                  call=lambda t, u, at, a: lifecycle.assess(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("analyze", "Analyze", _statuses_before(TicketStatus.ANALYSIS) & _OPEN, is_main=True,
                  form=forms.OptionalNoteForm,
                  call=lambda t, u, at, a: lifecycle.analyze(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("publish-known-error", "Publish a known error", _statuses_before(TicketStatus.KNOWN_ERROR) | {
                  TicketStatus.KNOWN_ERROR}, is_main=True, form=forms.KnownErrorForm, button="Publish",
                  done="Published. Responders of matching incidents see the workaround.", guard=Edits("ticket"),
                  call=lambda t, u, at, a: lifecycle.publish_known_error(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("start-fix", "Start the fix", _statuses_before(TicketStatus.FIX_IN_PROGRESS), is_main=True,
                  form=forms.OptionalNoteForm,
                  call=lambda t, u, at, a: lifecycle.start_fix(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("resolve", "Resolve", _statuses_before(TicketStatus.RESOLVED), is_main=True,
                  form=forms.OptionalNoteForm, done="Resolved, and so are incidents that waited only for this.",
                  call=lambda t, u, at, a: lifecycle.resolve(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("add-factor", "Add a factor", _ANY, form=forms.FactorForm, guard=Once("each form is one factor"),
                  call=lambda t, u, at, a: factors.add(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("name-services", "Name other services at risk", _OPEN | {TicketStatus.RESOLVED},
                  form=forms.AtRiskForm, button="Create action items",
                  done="Named. Each team that owns one of them has an action item.",
                  guard=Once("a service is named once"),
                  call=lambda t, u, at, a: at_risk.name_services(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("add-note", "Add note", _ANY, form=NoteForm, button="Add note", say=mentions.describe_note,
                  guard=Once("each form is one note"),
                  call=lambda t, u, at, a: response.add_note(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("assign", "Assign", _OPEN, form=AssignForm, guard=ActsOn("ticket", "assignee"),
                  call=lambda t, u, at, a: response.assign(ticket_id=t.pk, actor=u, at=at, **a)),
        make_verb("reopen", "Reopen", {TicketStatus.RESOLVED, TicketStatus.CLOSED}, form=ReasonForm,
                  call=lambda t, u, at, a: lifecycle.reopen(problem_id=t.pk, actor=u, at=at, **a)),
        make_verb("close", "Close", _statuses_before(TicketStatus.CLOSED), form=forms.CloseForm,
                  call=lambda t, u, at, a: lifecycle.close(problem_id=t.pk, actor=u, at=at, **a)),
    )
}  # fmt: skip


_NEXT = {
    TicketStatus.NEW: "assess",
    TicketStatus.ASSESSED: "analyze",
    TicketStatus.ANALYSIS: "publish-known-error",
    TicketStatus.KNOWN_ERROR: "start-fix",
    TicketStatus.FIX_IN_PROGRESS: "resolve",
}


def allowed_verbs(ticket: Ticket, user: User) -> list[Verb]:
    """The actions that this person may take on this problem now, the usual next one first."""
    if not permissions.can_act(user, ticket):
        return []
    verbs = [verb for verb in VERBS.values() if ticket.status in verb.statuses]
    return sorted(verbs, key=lambda verb: verb.name != _NEXT.get(TicketStatus(ticket.status)))


class ProblemVerbPage(VerbPage):
    """The page of one action on a problem."""

    table = VERBS
    kinds = frozenset({TicketKind.PROBLEM})
