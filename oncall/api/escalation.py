"""The endpoint of escalations."""

from django.db.models import Prefetch

from oncall.api.subjects import OfSubjectViewSet
from oncall.filters.escalation import EscalationFilter
from oncall.models import Escalation, EscalationEntry
from oncall.serializers.escalation import EscalationSerializer


class EscalationViewSet(OfSubjectViewSet):
    """Running and past escalations, newest first."""

    queryset = Escalation.objects.select_related("team", "policy", "acknowledged_by").prefetch_related(
        Prefetch("entries", EscalationEntry.objects.select_related("actor").order_by("pk"))
    )
    serializer_class = EscalationSerializer
    filterset_class = EscalationFilter
