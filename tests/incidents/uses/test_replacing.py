"""Taking services, severities and templates out of use, and replacing them in targets, senders and tickets."""

from typing import Any

import pytest
from django.utils import timezone

from config.base.data import retirement, uses
from incidents.models import Severity
from incidents.routing.severity_mapping import choose_severity
from incidents.sla import targets
from incidents.tickets import priority
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def severities() -> list[Any]:
    return [make.SeverityFactory(rank=rank) for rank in (1, 2, 3)]


def replace(record: Any, by: Any) -> None:
    at = timezone.now()
    retirement.replace(
        record=record, by=by, reason="One scale for all", announced=None, then_retire=True, at=at, actor=None
    )


class TestSeverities:
    def test_are_replaced_in_the_matrix_in_senders_in_targets_and_open_tickets(self, severities: list[Any]) -> None:
        _, old, new = severities
        cell = make.PriorityRuleFactory(severity=old)
        sender = make.IntegrationFactory(default_severity=old, severities={"bad": "sev2", "worse": "SEV1"})
        version = make.SlaTargetVersionFactory(conditions={"severity": [old.pk]})
        ticket = make.IncidentFactory(severity=old)

        replace(old, new)

        for row in (cell, sender, ticket, old):
            row.refresh_from_db()
        assert (cell.severity, sender.default_severity, ticket.severity) == (new, new, new)
        assert sender.severities == {"bad": "SEV3", "worse": "SEV1"}
        newest = targets.active_versions(version.target).last()
        assert newest is not None
        assert newest.conditions == {"severity": [new.pk]}
        assert newest.note == "One scale for all"
        assert old.retired_at is not None

    def test_stay_in_use_while_the_matrix_or_a_sender_names_them(self, severities: list[Any]) -> None:
        make.PriorityRuleFactory(severity=severities[0])

        with pytest.raises(uses.InUse, match="1 cell of the priority matrix"):
            retirement.retire(record=severities[0], reason="Old", at=timezone.now(), actor=None)

    def test_do_not_all_go_out_of_use(self, severities: list[Any]) -> None:
        for severity in severities[:2]:
            retirement.retire(record=severity, reason="Old", at=timezone.now(), actor=None)

        with pytest.raises(uses.InUse, match="is the last severity in use"):
            retirement.retire(record=severities[2], reason="Old", at=timezone.now(), actor=None)

    def test_out_of_use_are_not_chosen_for_a_sender_s_word(self, severities: list[Any]) -> None:
        first, second, third = severities
        sender = make.IntegrationFactory(default_severity=second, severities={"bad": "SEV2"})
        Severity.objects.filter(pk=second.pk).update(retired_at=timezone.now())
        sender.refresh_from_db()

        choices = [
            choose_severity(word, integration=sender, severities=[first, third]) for word in ("bad", "", "SEV2")
        ]

        assert {choice.severity for choice in choices} == {third}
        assert "the default, SEV2, is out of use" in choices[0].because

    def test_out_of_use_are_not_proposed(self, severities: list[Any]) -> None:
        make.PriorityRuleFactory(impact=2, urgency=2, priority=3, severity=severities[0])
        Severity.objects.filter(pk=severities[0].pk).update(retired_at=timezone.now())

        proposal = priority.propose(impact=2, urgency=2)

        assert (proposal.priority, proposal.severity) == (3, severities[1])


class TestServices:
    def test_are_replaced_at_senders_needs_and_open_tickets(self) -> None:
        old, new, third = make.ServiceFactory(), make.ServiceFactory(), make.ServiceFactory()
        need = make.ServiceDependencyFactory(service=third, needs=old)
        own = make.ServiceDependencyFactory(service=new, needs=old)
        sender = make.IntegrationFactory(service=old)
        ticket = make.IncidentFactory(service=old)

        replace(old, new)

        for row in (need, sender, ticket):
            row.refresh_from_db()
        assert (need.needs, sender.service, ticket.service) == (new, new, new)
        assert not type(own).objects.filter(pk=own.pk).exists()

    def test_stay_in_use_while_alerts_arrive(self) -> None:
        sender = make.IntegrationFactory()

        with pytest.raises(uses.InUse, match="1 integration"):
            retirement.retire(record=sender.service, reason="Old", at=timezone.now(), actor=None)
