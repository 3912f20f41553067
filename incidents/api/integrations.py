"""The endpoint of integrations."""

from config.base.rest.viewsets import ReadViewSet
from incidents.filters.integrations import IntegrationFilter
from incidents.models import Integration
from incidents.serializers.integrations import IntegrationSerializer


class IntegrationViewSet(ReadViewSet):
    """Integrations of senders, without their keys."""

    queryset = Integration.objects.select_related("service", "default_severity")
    serializer_class = IntegrationSerializer
    filterset_class = IntegrationFilter
    order = "id"
