"""The endpoint of severities."""

from config.base.rest.viewsets import ReadViewSet
from incidents.filters.severities import SeverityFilter
from incidents.models import Severity
from incidents.serializers.severities import SeveritySerializer


class SeverityViewSet(ReadViewSet):
    """Severities, the worst first."""

    queryset = Severity.objects.all()
    serializer_class = SeveritySerializer
    filterset_class = SeverityFilter
    order = "position"
