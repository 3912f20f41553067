"""The endpoint of obligations."""

from datetime import date
from typing import Any

from config.base.rest.scopes import Scope
from config.base.rest.viewsets import Alias, post_action, status_is
from oncall import obligations, permissions
from oncall.api.subjects import OfSubjectViewSet
from oncall.filters.obligations import ObligationFilter
from oncall.models import Obligation
from oncall.serializers.obligations import DismissSerializer, ObligationSerializer, PostponeSerializer


def _is_due_then(obligation: Obligation, data: dict[str, object]) -> bool:
    return bool(obligation.is_open and obligation.due_at == data["due_at"])


class ObligationViewSet(OfSubjectViewSet):
    """Obligations (tasks with a due date), newest first; most end by an action on their record."""

    queryset = Obligation.objects.select_related("rule", "owner", "team", "ended_by")
    serializer_class = ObligationSerializer
    filterset_class = ObligationFilter

    @post_action(
        scope=Scope.PREVENT,
        may=permissions.can_mark_done,
        is_done=status_is("done"),
        changes=("status",),
        aliases=(Alias("fulfil", deprecated_on=date(2026, 11, 29), removed_in="0.2.0"),),
    )
    def mark_done(self, obligation: Obligation, data: dict[str, object]) -> Obligation:
        """Mark it done, where no action on its record does."""
        return obligations.mark_done(obligation_id=obligation.pk, actor=self.actor, at=self.at)

    @post_action(
        DismissSerializer,
        scope=Scope.PREVENT,
        may=permissions.can_dismiss,
        is_done=status_is("dismissed"),
        changes=("status",),
    )
    def dismiss(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Close it without doing it, with a reason."""
        return obligations.dismiss(obligation_id=obligation.pk, actor=self.actor, at=self.at, **data)

    @post_action(
        PostponeSerializer,
        scope=Scope.PREVENT,
        may=permissions.can_postpone,
        is_done=_is_due_then,
        changes=("due_at",),
    )
    def postpone(self, obligation: Obligation, data: dict[str, Any]) -> Obligation:
        """Move its due time later, with a reason."""
        return obligations.postpone(obligation_id=obligation.pk, actor=self.actor, at=self.at, **data)
