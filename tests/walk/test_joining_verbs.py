"""Every verb that joins two records: what is written into the open one says nothing of the private one."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django import forms
from rest_framework import serializers

from config.base.web.forms import Form
from incidents import response
from incidents.checklists import editing
from incidents.customers import updates
from incidents.desk import work_time
from incidents.forms.prevention import LinkForm
from incidents.models import Ticket
from incidents.prevention import action_items, waivers
from incidents.serializers.tickets import ReferenceField
from incidents.sla import credits as sla_credits
from incidents.sla import waivers as sla_waivers
from incidents.tickets import links, watchers
from oncall.models import User
from postmortems import writing
from problems.forms import KnownErrorForm
from problems.investigation import at_risk, factors, lifecycle
from problems.known_errors import matching
from problems.models import KnownError
from tests import factories as make
from tests.walk import company as companies
from tests.walk import steps
from tests.walk.columns import models_behind_a_ticket
from tests.walk.company import OPEN, PRIVATE, Company
from tests.walk.readers import STRANGERS

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]
AT = make.NOON + timedelta(hours=2)


class Records:
    """The two incidents and the two problems, and a person who may see all of them and joins them."""

    def __init__(self, company: Company) -> None:
        self.incident, self.private_incident = (Ticket.objects.get(pk=key) for key in (OPEN, PRIVATE))
        self.problem, self.private_problem = (Ticket.objects.get(pk=key + 1) for key in (OPEN, PRIVATE))
        self.actor: User = make.MembershipFactory(team=company.service.team).user

    @property
    def how(self) -> dict[str, Any]:
        """Who does it, and when."""
        return {"actor": self.actor, "at": AT}


def link(records: Records) -> None:
    """Related both ways; a duplicate can be one of one record only, so one way a kind."""
    for first, other in ((records.incident, records.private_incident), (records.problem, records.private_problem)):
        links.link_tickets(from_ticket=first, to_ticket=other, kind="related", **records.how)
        links.link_tickets(from_ticket=other, to_ticket=first, kind="related", **records.how)
    for first, other in ((records.incident, records.private_incident), (records.private_problem, records.problem)):
        links.link_tickets(from_ticket=first, to_ticket=other, kind="duplicate_of", **records.how)


def close_for_a_private_incident(records: Records) -> None:
    """Open incidents that a private one stands for."""
    for code in ("duplicate", "merged"):
        incident = make.IncidentFactory()
        response.close(ticket_id=incident.pk, code=code, other=records.private_incident, **records.how)


def close_a_private_incident(records: Records) -> None:
    """A private incident that an open one stands for."""
    response.close(ticket_id=records.private_incident.pk, code="merged", other=records.incident, **records.how)


def make_part_of_another(records: Records) -> None:
    """An open incident below a private parent, and a private one below an open parent."""
    response.link_parent(ticket_id=make.IncidentFactory().pk, parent=records.private_incident, **records.how)
    response.link_parent(ticket_id=records.private_incident.pk, parent=records.incident, **records.how)


def watch_a_private_incident(records: Records) -> None:
    """By a person who may see it."""
    watchers.watch(ticket_id=records.private_incident.pk, user=records.actor, **records.how)


def add_to_a_checklist(records: Records) -> None:
    """Of the private incident, and tick it."""
    [item] = editing.add_items(ticket_id=PRIVATE, lines=[records.private_incident.title], **records.how)
    editing.tick(item_id=item.pk, **records.how)


def add_time_worked(records: Records) -> None:
    """On the private incident."""
    hour = timedelta(hours=1)
    work_time.add(ticket_id=PRIVATE, started_at=AT - hour, ended_at=AT, **records.how)


def publish_an_update(records: Records) -> None:
    """Of the private incident: customers read what its author writes, and nothing else."""
    draft = updates.Draft(
        page=make.StatusPageFactory(), name="Payments fail", status="investigating", body="We look into it.",
        started_at=AT, next_update_at=AT + timedelta(hours=1),
    )  # fmt: skip
    updates.publish(draft=draft, ticket_id=PRIVATE, **records.how)


def link_a_problem(records: Records) -> None:
    """A private problem to an open incident, and the other way round."""
    for problem, incident in (
        (records.private_problem, records.incident),
        (records.problem, records.private_incident),
    ):
        lifecycle.link_incident(problem_id=problem.pk, incident_id=incident.pk, **records.how)


def use_a_known_error(records: Records) -> None:
    """The private one in the open incident, and the other way round."""
    for known_error, incident in ((PRIVATE, records.incident), (OPEN, records.private_incident)):
        matching.use(known_error_id=known_error, incident_id=incident.pk, **records.how)


def close_as_a_duplicate(records: Records) -> None:
    """A private problem as the duplicate of an open one, which takes over its incidents."""
    link_a_problem(records)
    lifecycle.close(problem_id=records.private_problem.pk, code="duplicate", original=records.problem, **records.how)


def close_as_a_duplicate_of_a_private_one(records: Records) -> None:
    """An open problem as the duplicate of a private one."""
    link_a_problem(records)
    lifecycle.close(problem_id=records.problem.pk, code="duplicate", original=records.private_problem, **records.how)


def resolve_by_a_private_condition(records: Records) -> None:
    """An open incident resolves when a private problem does, and its last action item is done."""
    severity = make.SeverityFactory(rank=1, needs_prevention=True)
    incident = make.IncidentFactory(status="restored", restored_at=make.NOON, severity=severity)
    lifecycle.link_incident(problem_id=PRIVATE + 1, incident_id=incident.pk, **records.how)
    Ticket.objects.filter(pk=PRIVATE + 1).update(status="fix_in_progress")
    action = action_items.add(
        ticket_id=PRIVATE + 1, title=records.private_problem.title, due_on=date(2026, 7, 1), is_priority=True,
        **records.how,
    )  # fmt: skip
    lifecycle.resolve(problem_id=records.private_problem.pk, **records.how)
    action_items.complete(action_id=action.pk, actor=records.actor, at=AT + timedelta(hours=1))
    assert Ticket.objects.get(pk=incident.pk).status == "resolved"


def name_services_at_risk(records: Records) -> None:
    """Services of another team, which has an action item then."""
    at_risk.name_services(
        problem_id=records.private_problem.pk, services=[make.ServiceFactory()], due_on=date(2026, 7, 1),
        **records.how,
    )  # fmt: skip


def add_a_factor(records: Records) -> None:
    """To the private problem."""
    factors.add(problem_id=records.private_problem.pk, text=records.private_problem.title, **records.how)


def add_an_action_item(records: Records) -> None:
    """To the private incident, for another team."""
    team = make.TeamFactory()
    title = records.private_incident.title
    action_items.add(ticket_id=PRIVATE, title=title, due_on=date(2026, 7, 1), team=team, **records.how)


def publish_what_the_form_proposes(records: Records) -> None:
    """A known error of the open problem, with the texts that its form holds already."""
    link_a_problem(records)
    Ticket.objects.filter(pk=OPEN + 1).update(status="analysis")
    form: Any = KnownErrorForm(ticket=records.problem, at=AT)
    values: Any = {name: form[name].value() or "x" for name in ("title", "symptoms", "workaround")}
    lifecycle.publish_known_error(problem_id=records.problem.pk, **values, **records.how)


def open_the_problem_of_a_private_incident(records: Records) -> None:
    """It is private like the incident."""
    lifecycle.open_from_incident(incident_id=PRIVATE, **records.how)


def draft_a_postmortem(records: Records) -> None:
    """Of an open incident, once the private records have left their traces on it."""
    records.incident = make.IncidentFactory(status="restored", restored_at=make.NOON)
    link(records)
    use_a_known_error(records)
    make.PostmortemTemplateFactory(is_default=True)
    writing.draft(ticket_id=records.incident.pk, **records.how)


def request_a_waiver(records: Records) -> None:
    """For the private incident."""
    Ticket.objects.filter(pk=PRIVATE).update(status="restored", restored_at=make.NOON)
    records.private_incident.waivers.update(status="declined", decided_by=records.actor, decided_at=AT)
    waivers.request_waiver(ticket_id=PRIVATE, reason=records.private_incident.title, **records.how)


def request_corrections_of_clocks(records: Records) -> None:
    """Of the private incident: minutes that do not count, and a waiver of its breach."""
    reason, hour = records.private_incident.title, timedelta(hours=1)
    sla_credits.request_credit(
        ticket_id=PRIVATE, starts_at=make.NOON, ends_at=make.NOON + hour, reason=reason, **records.how
    )
    breach = make.SlaBreachFactory(ticket=records.private_incident, cycle=9)
    sla_waivers.request_waiver(breach_id=breach.pk, reason=reason, **records.how)


VERBS: dict[Callable[[Records], None], set[str]] = {
    link: {"NewLinkSerializer.from_ticket", "NewLinkSerializer.to_ticket", "LinkForm.other"},
    publish_an_update: {"PublishSerializer.incident"},
    link_a_problem: {"IncidentChoiceSerializer.incident", "ProblemChoiceForm.problem"},
    make_part_of_another: {"ParentSerializer.parent", "BulkParentSerializer.parent"},
    add_to_a_checklist: {"NewChecklistItemSerializer.ticket"},
    add_time_worked: {"NewWorkTimeSerializer.ticket"},
    watch_a_private_incident: {"NewWatcherSerializer.ticket"},
    close_for_a_private_incident: {"CloseSerializer.other", "BulkCloseSerializer.other"},
    close_a_private_incident: set(),
    use_a_known_error: set(),
    close_as_a_duplicate: {"CloseProblemSerializer.original", "CloseForm.original"},
    close_as_a_duplicate_of_a_private_one: set(),
    resolve_by_a_private_condition: set(),
    name_services_at_risk: set(),
    add_a_factor: {"NewFactorSerializer.problem", "NewFactorSerializer.parent", "FactorForm.parent"},
    add_an_action_item: {"NewActionItemSerializer.ticket"},
    publish_what_the_form_proposes: set(),
    open_the_problem_of_a_private_incident: {"NewProblemSerializer.incident"},
    draft_a_postmortem: {"DraftSerializer.ticket"},
    request_a_waiver: {"NewWaiverSerializer.ticket"},
    request_corrections_of_clocks: {"NewSlaCreditSerializer.ticket", "NewSlaWaiverSerializer.breach"},
}
"""Each verb, with the fields by which a form or the API takes the other record."""


@pytest.fixture
def company() -> Company:
    """The company, before anybody has joined its records."""
    return companies.build(is_joined=False)


class TestVerbs:
    @pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
    def test_write_nothing_private_into_an_open_record(self, company: Company, verb: Any) -> None:
        verb(Records(company))

        companies.erase()
        assert companies.marked_columns(company) == {}

    def test_show_nothing_private_on_the_pages_of_open_records(self, company: Company) -> None:
        stranger = STRANGERS["all rights"]()

        for verb in (
            link,
            close_for_a_private_incident,
            link_a_problem,
            use_a_known_error,
            add_a_factor,
            add_an_action_item,
        ):
            verb(Records(company))

        answers = steps.visit_records(stranger, OPEN)
        leaks_by_path = {path: leaked for path, answer in answers if (leaked := steps.leaks(company, path, answer))}
        assert leaks_by_path == {}


class TestTable:
    def test_names_every_field_that_takes_another_record(self) -> None:
        assert set(_fields()) | {"LinkForm.other"} == set().union(*VERBS.values())
        assert "other" in LinkForm.base_fields


class TestRecordThatBecomesPrivateLater:
    def test_is_named_by_number_on_the_timelines_of_others(self) -> None:
        first, other = make.IncidentFactory(title="Open"), make.IncidentFactory(title="Payroll was read")

        links.link_tickets(from_ticket=first, to_ticket=other, kind="related", actor=None, at=AT)

        assert [entry.text for entry in first.timeline.all()] == [f"Related to {other.reference}."]

    def test_says_which_open_record_holds_a_copy_of_it(self) -> None:
        actor = make.UserFactory()
        incident = make.IncidentFactory()
        make.TimelineEntryFactory(ticket=incident)
        problem = lifecycle.open_from_incident(incident_id=incident.pk, actor=actor, at=AT)
        make.TicketLinkFactory(from_ticket=incident)

        changes = {"visibility": "private", "visibility_reason": "Personal data"}
        response.edit(ticket_id=incident.pk, changes=changes, actor=actor, at=AT)

        assert [entry.text for entry in incident.timeline.filter(text__contains="copy")] == [
            f"{problem.reference} is open to everybody and holds a copy of the timeline, made before."
        ]

    def test_keeps_its_known_error_out_of_new_incidents(self) -> None:
        known_error = make.KnownErrorFactory(problem__visibility="private", problem__visibility_reason="Personal data")
        incident = make.IncidentFactory()

        matching.use(known_error_id=known_error.pk, incident_id=incident.pk, actor=None, at=AT)

        incident.refresh_from_db()
        assert incident.workaround == ""
        assert KnownError.objects.get().hits == 1
        assert known_error.problem.reference in incident.timeline.get(kind="note").text


def _fields() -> Iterator[str]:
    """Class and name of every field of a form or of the API that takes a record behind a ticket."""
    for kind in _below(serializers.Serializer):
        for name, value in getattr(kind, "_declared_fields", {}).items():
            if not value.read_only and (isinstance(value, ReferenceField) or _takes_a_record(value)):
                yield f"{kind.__name__}.{name}"
    for kind in _below(forms.BaseForm):
        if issubclass(kind, Form):
            for name, value in getattr(kind, "base_fields", {}).items():
                if _takes_a_record(value):
                    yield f"{kind.__name__}.{name}"


def _takes_a_record(value: Any) -> bool:
    rows = getattr(value, "queryset", None)
    return rows is not None and issubclass(rows.model, tuple(models_behind_a_ticket()))


def _below(kind: Any) -> Iterator[Any]:
    for sub in kind.__subclasses__():
        yield sub
        yield from _below(sub)
