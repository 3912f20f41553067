"""Actions on a problem, from an incident to its closing."""

from datetime import timedelta
from typing import Any

import pytest

from config.base.data.lifecycle import IllegalMove
from incidents import response
from incidents.models import Ticket
from problems.investigation import factors, lifecycle
from problems.models import KnownError, Problem
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
KNOWN_ERROR = {"title": "Pool runs empty", "symptoms": "Paying fails", "workaround": "Restart the pool"}


def minutes(count: int) -> Any:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def ana() -> Any:
    return make.UserFactory(name="Ana")


@pytest.fixture
def restored(ana: Any) -> Ticket:
    severity = make.SeverityFactory(rank=1, needs_prevention=True, pages=False)
    ticket = response.declare(
        title="Checkout is down", service=make.ServiceFactory(), severity=severity, impact=1, urgency=2,
        affected_customers="Spain", description="Errors", at=NOON,
    )  # fmt: skip
    response.add_note(ticket_id=ticket.pk, text="The pool is empty.", actor=ana, at=minutes(3))
    return response.restore(ticket_id=ticket.pk, actor=ana, at=minutes(5))


@pytest.fixture
def problem(restored: Ticket, ana: Any) -> Ticket:
    return lifecycle.open_from_incident(incident_id=restored.pk, actor=ana, at=minutes(6))


def do(problem: Ticket, *verbs: str, **more: Any) -> Ticket:
    """The verbs in order; the last one gets `more`."""
    for verb in verbs:
        call = getattr(lifecycle, verb)
        arguments = more if verb == verbs[-1] else KNOWN_ERROR if verb == "publish_known_error" else {}
        call(problem_id=problem.pk, actor=None, at=minutes(10), **arguments)
    return Ticket.objects.get(pk=problem.pk)


class TestOpenFromIncident:
    def test_carries_service_impact_and_timeline_over(self, problem: Ticket, restored: Ticket) -> None:
        for name in ("title", "service", "impact", "urgency", "priority", "severity", "team", "affected_customers",
                     "description", "impact_started_at"):  # fmt: skip
            assert getattr(problem, name) == getattr(restored, name), name
        carried = problem.timeline.filter(data__from_ticket=restored.reference).order_by("at", "pk")
        assert [(entry.at, entry.text) for entry in carried] == [
            (entry.at, entry.text) for entry in restored.timeline.filter(at__lt=minutes(6)).order_by("at", "pk")
        ]
        assert problem.status == "new"
        assert restored.links_out.get().to_ticket == problem

    def test_links_one_that_exists(self, restored: Ticket) -> None:
        existing = make.ProblemFactory()

        lifecycle.link_incident(problem_id=existing.pk, incident_id=restored.pk, actor=None, at=minutes(6))

        assert restored.links_out.get().to_ticket_id == existing.pk


class TestStatus:
    def test_leads_from_new_to_closed_and_settles_the_incident(self, problem: Ticket, restored: Ticket) -> None:
        do(problem, "assess", "analyze")
        do(problem, "publish_known_error", **KNOWN_ERROR)
        assert do(problem, "start_fix").status == "fix_in_progress"
        assert Ticket.objects.get(pk=restored.pk).status == "restored"

        ended = do(problem, "close", code="fix_applied", note="Released.")

        assert (ended.status, ended.resolved_at, ended.closure_code) == ("closed", minutes(10), "fix_applied")
        settled = Ticket.objects.get(pk=restored.pk)
        assert (settled.status, settled.resolved_at) == ("resolved", minutes(10))
        assert restored.timeline.order_by("-pk")[0].text == f"Resolved: {problem.reference} is closed."
        assert KnownError.objects.get().status == "retired"

    def test_resolving_is_enough_for_the_incident(self, problem: Ticket, restored: Ticket) -> None:
        do(problem, "analyze", "resolve", note="The pool grows by itself.")

        assert Ticket.objects.get(pk=restored.pk).status == "resolved"

    def test_cancelling_leaves_the_incident_waiting(self, problem: Ticket, restored: Ticket) -> None:
        do(problem, "close", code="cancelled")

        assert Ticket.objects.get(pk=restored.pk).status == "restored"

    def test_a_duplicate_hands_its_incidents_to_the_original(self, problem: Ticket, restored: Ticket) -> None:
        original = Ticket.objects.get(pk=make.ProblemFactory().pk)
        with pytest.raises(response.TicketRefused, match="duplicate of"):
            do(problem, "close", code="duplicate")

        do(problem, "close", code="duplicate", original=original)

        assert Ticket.objects.get(pk=restored.pk).status == "restored"
        do(original, "analyze", "resolve")
        assert Ticket.objects.get(pk=restored.pk).status == "resolved"

    def test_an_accepted_risk_may_be_looked_at_again(self, problem: Ticket) -> None:
        with pytest.raises(response.TicketRefused, match="which risk"):
            do(problem, "close", code="risk_accepted")
        do(problem, "close", code="risk_accepted", note="Once a year at most.")

        again = do(problem, "reopen", reason="Twice this month.")

        assert (again.status, again.closed_at, again.closure_code) == ("analysis", None, "")

    def test_a_fixed_one_stays_closed(self, problem: Ticket) -> None:
        do(problem, "analyze", "start_fix")
        do(problem, "close", code="fix_applied")

        with pytest.raises(response.TicketRefused, match="Open a new problem"):
            do(problem, "reopen", reason="x")

    def test_skips_nothing_that_matters(self, problem: Ticket) -> None:
        with pytest.raises(IllegalMove):
            do(problem, "resolve")
        with pytest.raises(IllegalMove):
            do(problem, "publish_known_error", **KNOWN_ERROR)
        with pytest.raises(response.TicketRefused, match="Start the fix"):
            do(problem, "close", code="fix_applied")

    def test_an_incident_is_no_problem(self, restored: Ticket) -> None:
        with pytest.raises(response.TicketRefused, match="is not a problem"):
            do(restored, "assess")


class TestKnownError:
    def test_is_updated_without_a_second_one(self, problem: Ticket) -> None:
        do(problem, "analyze", "publish_known_error", **KNOWN_ERROR)

        do(problem, "publish_known_error", **KNOWN_ERROR | {"workaround": "Add two to the pool"})

        assert KnownError.objects.get().workaround == "Add two to the pool"
        assert Problem.objects.get(pk=problem.pk).workaround == "Add two to the pool"


class TestFactors:
    def test_make_a_tree(self, problem: Ticket, ana: Any, django_assert_num_queries: Any) -> None:
        why = factors.add(problem_id=problem.pk, text="The pool was empty", actor=ana, at=minutes(7))
        deeper = factors.add(problem_id=problem.pk, text="Nobody saw it", parent=why, actor=ana, at=minutes(8))
        factors.add(problem_id=problem.pk, text="The release was large", actor=ana, at=minutes(9))

        with django_assert_num_queries(1):
            branches = factors.tree(Problem(pk=problem.pk))

        assert [branch.factor.text for branch in branches] == ["The pool was empty", "The release was large"]
        assert [(branch.factor, branch.depth) for branch in branches[0].children] == [(deeper, 1)]

    def test_stay_within_their_problem(self, problem: Ticket) -> None:
        stranger = make.FactorFactory()

        with pytest.raises(response.TicketRefused, match="another problem"):
            factors.add(problem_id=problem.pk, text="x", parent=stranger, actor=None, at=minutes(7))

    def test_are_removed_from_the_leaves(self, problem: Ticket) -> None:
        why = factors.add(problem_id=problem.pk, text="Why", actor=None, at=minutes(7))
        leaf = factors.add(problem_id=problem.pk, text="Because", parent=why, actor=None, at=minutes(7))
        with pytest.raises(response.TicketRefused, match="Remove those first"):
            factors.remove(factor_id=why.pk, actor=None, at=minutes(8))

        factors.remove(factor_id=leaf.pk, actor=None, at=minutes(8))

        assert factors.tree(Problem(pk=problem.pk))[0].children == []
