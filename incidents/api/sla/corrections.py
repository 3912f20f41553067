"""Endpoints of excluded time and of waivers of breaches."""

from typing import Any

from config.base.rest.scopes import Scope
from config.base.rest.viewsets import ReadViewSet, post_action, status_is, write_handler
from incidents.filters.sla.corrections import SlaCreditFilter, SlaWaiverFilter
from incidents.models import SlaCredit, SlaWaiver
from incidents.permissions import can_decide_correction, can_exclude_time, can_request_sla_waiver
from incidents.serializers.response import ReasonSerializer
from incidents.serializers.sla.corrections import (
    NewSlaCreditSerializer,
    NewSlaWaiverSerializer,
    SlaCreditSerializer,
    SlaWaiverSerializer,
)
from incidents.sla import credits, waivers


class SlaCreditViewSet(ReadViewSet):
    """Excluded times: minutes that no clock of a ticket counts, newest first."""

    queryset = SlaCredit.objects.select_related("ticket", "requested_by", "decided_by")
    serializer_class = SlaCreditSerializer
    filterset_class = SlaCreditFilter

    @write_handler(NewSlaCreditSerializer, scope=Scope.PREVENT, may=can_exclude_time, status=201)
    def create(self, data: dict[str, Any]) -> SlaCredit:
        """Request that minutes of a ticket are excluded from its clocks; somebody else decides."""
        ticket = data.pop("ticket")
        return credits.request_credit(ticket_id=ticket.pk, actor=self.actor, at=self.at, **data)

    @post_action(scope=Scope.PREVENT, may=can_decide_correction, is_done=status_is("approved"), changes=("status",))
    def approve(self, credit: SlaCredit, data: dict[str, object]) -> SlaCredit:
        """Approve it; the clocks are computed again. Refused for who requested it, and for the assignee."""
        return credits.approve_credit(credit_id=credit.pk, actor=self.actor, at=self.at)

    @post_action(
        ReasonSerializer,
        scope=Scope.PREVENT,
        may=can_decide_correction,
        is_done=status_is("declined"),
        changes=("status",),
    )
    def decline(self, credit: SlaCredit, data: dict[str, Any]) -> SlaCredit:
        """Decline it: the minutes count, for this reason."""
        return credits.decline_credit(credit_id=credit.pk, actor=self.actor, at=self.at, **data)


class SlaWaiverViewSet(ReadViewSet):
    """Waivers of breaches, newest first; the breach itself never changes."""

    queryset = SlaWaiver.objects.select_related("breach__ticket", "requested_by", "decided_by")
    serializer_class = SlaWaiverSerializer
    filterset_class = SlaWaiverFilter

    @write_handler(NewSlaWaiverSerializer, scope=Scope.PREVENT, may=can_request_sla_waiver, status=201)
    def create(self, data: dict[str, Any]) -> SlaWaiver:
        """Request that a breach is waived; somebody else decides."""
        breach = data.pop("breach")
        return waivers.request_waiver(breach_id=breach.pk, actor=self.actor, at=self.at, **data)

    @post_action(scope=Scope.PREVENT, may=can_decide_correction, is_done=status_is("approved"), changes=("status",))
    def approve(self, waiver: SlaWaiver, data: dict[str, object]) -> SlaWaiver:
        """Approve it; reports show the breach as waived. Refused for who requested it, and for the assignee."""
        return waivers.approve_waiver(waiver_id=waiver.pk, actor=self.actor, at=self.at)

    @post_action(
        ReasonSerializer,
        scope=Scope.PREVENT,
        may=can_decide_correction,
        is_done=status_is("declined"),
        changes=("status",),
    )
    def decline(self, waiver: SlaWaiver, data: dict[str, Any]) -> SlaWaiver:
        """Decline it: the breach counts, for this reason."""
        return waivers.decline_waiver(waiver_id=waiver.pk, actor=self.actor, at=self.at, **data)
