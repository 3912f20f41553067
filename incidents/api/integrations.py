"""The endpoint of integrations."""

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from config.base.rest.configuration import ConfigurationViewSet, Values
from config.base.rest.scopes import Scope
from config.base.rest.serializers import Secret
from config.base.rest.viewsets import post_action
from incidents.filters.integrations import IntegrationFilter
from incidents.integrations import lifecycle
from incidents.models import Integration
from incidents.serializers.integrations import (
    IntegrationSerializer,
    IntegrationWriteSerializer,
    KeyedIntegrationSerializer,
)
from oncall.models import User


def _may_change(user: User, integration: Integration) -> bool:
    return bool(user.has_perm("incidents.change_integration", integration))


class IntegrationViewSet(ConfigurationViewSet):
    """Integrations of senders; a key is shown by the answer that made it, and never again."""

    queryset = Integration.objects.select_related("service", "default_severity")
    serializer_class = IntegrationSerializer
    filterset_class = IntegrationFilter
    order = "id"
    takes = IntegrationWriteSerializer
    answers_created = KeyedIntegrationSerializer
    new_key: str | None = None

    def write(self, record: Integration | None, values: Values) -> Integration:
        """A new integration gets its key."""
        if record is not None:
            reason = values.pop("reason")
            return lifecycle.change_integration(
                integration_id=record.pk, values=values, reason=reason, actor=self.actor
            )
        integration, self.new_key = lifecycle.create_integration(**values, actor=self.actor, at=self.at)
        return integration

    def remove(self, record: Integration) -> None:
        """Only an integration that has received nothing."""
        lifecycle.delete_integration(integration_id=record.pk, actor=self.actor)

    def record_response(self, record: Model, *, status: int = 200) -> Response:
        """The integration, with the key that this request made."""
        answer = super().record_response(record, status=status)
        if self.new_key is not None or self.action in {"create", "put_external", "rotate_key"}:
            answer.data["key"] = None if self.new_key is None else Secret(self.new_key)
        return answer

    @extend_schema(responses=KeyedIntegrationSerializer)
    @post_action(scope=Scope.CONFIGURE, may=_may_change, changes=("key_changed_at",))
    def rotate_key(self, integration: Integration, data: dict[str, object]) -> Integration:
        """Make a new key; the old one stops working within seconds."""
        changed, self.new_key = lifecycle.rotate_key(integration_id=integration.pk, actor=self.actor, at=self.at)
        return changed

    @post_action(
        scope=Scope.CONFIGURE,
        may=_may_change,
        is_done=lambda integration, data: integration.paused_at is not None,
        changes=("paused_at",),
    )
    def pause(self, integration: Integration, data: dict[str, object]) -> Integration:
        """Refuse the sender's events until it is resumed."""
        return lifecycle.pause(integration_id=integration.pk, actor=self.actor, at=self.at)

    @post_action(
        scope=Scope.CONFIGURE,
        may=_may_change,
        is_done=lambda integration, data: integration.paused_at is None,
        changes=("paused_at",),
    )
    def resume(self, integration: Integration, data: dict[str, object]) -> Integration:
        """Take the sender's events again."""
        return lifecycle.resume(integration_id=integration.pk, actor=self.actor)
