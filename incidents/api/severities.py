"""The endpoint of severities."""

from config.base.rest.configuration import ConfigurationViewSet, Values
from incidents.filters.severities import SeverityFilter
from incidents.models import Severity
from incidents.serializers.severities import SeveritySerializer, SeverityWriteSerializer
from incidents.severities import values as severity_values
from incidents.severities.order import Place


class SeverityViewSet(ConfigurationViewSet):
    """Severities, the worst first."""

    queryset = Severity.objects.all()
    serializer_class = SeveritySerializer
    filterset_class = SeverityFilter
    order = "position"
    takes = SeverityWriteSerializer

    def write(self, record: Severity | None, values: Values) -> Severity:
        """The severity at its place; what contradicts its promises is refused."""
        reason = values.pop("reason")
        place = Place(values.pop("below")) if "below" in values else None
        return severity_values.write_severity(
            severity=record, values=values, place=place, reason=reason, at=self.at, actor=self.actor
        )

    def remove(self, record: Severity) -> None:
        """Only a severity that nothing names."""
        severity_values.delete_severity(severity=record, actor=self.actor)
