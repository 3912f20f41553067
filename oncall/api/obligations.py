"""The endpoint of obligations."""

from typing import Any

from django.utils import timezone

from config.base.rest.viewsets import post_action
from oncall import obligations, permissions
from oncall.api.subjects import OfSubjectViewSet
from oncall.filters.obligations import ObligationFilter
from oncall.models import (
    Obligation,
)
from oncall.serializers.obligations import DismissSerializer, ObligationSerializer, PostponeSerializer


class ObligationViewSet(OfSubjectViewSet):
    """What is owed by a date, newest first; the verbs of its record end most of it."""

    queryset = Obligation.objects.select_related("rule", "owner", "team", "ended_by")
    serializer_class = ObligationSerializer
    filterset_class = ObligationFilter

    @post_action(may=permissions.can_finish)
    def fulfil(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Say that it is done, where nothing on its record says so."""
        return obligations.finish(obligation_id=obligation.pk, actor=self.actor, at=timezone.now())

    @post_action(DismissSerializer, may=permissions.can_dismiss)
    def dismiss(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Say that it need not be done, and why."""
        return obligations.dismiss(obligation_id=obligation.pk, actor=self.actor, at=timezone.now(), **data)

    @post_action(PostponeSerializer, may=permissions.can_postpone)
    def postpone(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Put it off to a later time, and say why."""
        return obligations.postpone(obligation_id=obligation.pk, actor=self.actor, at=timezone.now(), **data)
