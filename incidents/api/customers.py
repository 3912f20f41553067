"""Endpoints of status pages, components, updates, maintenance, subscribers and mails."""

from typing import Any

from config.base.rest.configuration import ConfigurationViewSet, Values
from config.base.rest.permissions import ScopedAccess, require_right
from config.base.rest.scopes import Scope
from config.base.rest.viewsets import SLUG, ReadViewSet, post_action, write_handler
from incidents.customers import maintenance, pages, templates, updates
from incidents.filters import customers as filters
from incidents.models import (
    Component,
    CustomerUpdate,
    MaintenanceUpdate,
    MessageTemplate,
    PublicIncident,
    ScheduledMaintenance,
    StatusPage,
    Subscriber,
    UpdateDelivery,
)
from incidents.permissions import can_publish
from incidents.serializers import customers as serializers


class StatusPageViewSet(ConfigurationViewSet):
    """Pages for customers."""

    natural_key = "slug"
    lookup_value_regex = SLUG
    queryset = StatusPage.objects.all()
    serializer_class = serializers.StatusPageSerializer
    filterset_class = filters.StatusPageFilter
    order = "id"
    takes = serializers.StatusPageWriteSerializer

    def write(self, record: StatusPage | None, values: Values) -> StatusPage:
        """One status page."""
        return pages.save_page(page=record, reason=values.pop("reason"), values=values, actor=self.actor)

    def remove(self, record: StatusPage) -> None:
        """Only a status page that nothing names."""
        pages.delete_page(page=record, actor=self.actor)


class ComponentViewSet(ConfigurationViewSet):
    """Components of the status pages."""

    queryset = Component.objects.select_related("page", "group", "service")
    serializer_class = serializers.ComponentSerializer
    filterset_class = filters.ComponentFilter
    order = "id"
    takes = serializers.ComponentWriteSerializer

    def write(self, record: Component | None, values: Values) -> Component:
        """One component."""
        return pages.save_component(
            component=record, reason=values.pop("reason"), values=values, at=self.at, actor=self.actor
        )

    def remove(self, record: Component) -> None:
        """Only a component that nothing names."""
        pages.delete_component(component=record, actor=self.actor)


class MessageTemplateViewSet(ConfigurationViewSet):
    """Templates of updates."""

    queryset = MessageTemplate.objects.all()
    serializer_class = serializers.MessageTemplateSerializer
    filterset_class = filters.MessageTemplateFilter
    order = "id"
    takes = serializers.MessageTemplateWriteSerializer

    def write(self, record: MessageTemplate | None, values: Values) -> MessageTemplate:
        """One template."""
        return templates.save_template(template=record, reason=values.pop("reason"), values=values, actor=self.actor)

    def remove(self, record: MessageTemplate) -> None:
        """Only a template that nothing names."""
        templates.delete_template(template=record, actor=self.actor)


class PublicIncidentViewSet(ReadViewSet):
    """Incidents as the status page shows them, newest first."""

    queryset = PublicIncident.objects.select_related("ticket").prefetch_related("components")
    serializer_class = serializers.PublicIncidentSerializer
    filterset_class = filters.PublicIncidentFilter


class CustomerUpdateViewSet(ReadViewSet):
    """Published updates, newest first."""

    queryset = CustomerUpdate.objects.select_related("author", "incident__ticket")
    serializer_class = serializers.CustomerUpdateSerializer
    filterset_class = filters.CustomerUpdateFilter

    @write_handler(serializers.PublishSerializer, scope=Scope.PUBLISH, may=can_publish, status=201)
    def create(self, data: dict[str, Any]) -> CustomerUpdate:
        """Publish an update on the status page and mail it to the subscribers of its components."""
        return updates.publish(**data, actor=self.actor, at=self.at)


class SubscriberViewSet(ReadViewSet):
    """Subscribers to updates by e-mail; for those who act on incidents."""

    queryset = Subscriber.objects.prefetch_related("components")
    serializer_class = serializers.SubscriberSerializer
    filterset_class = filters.SubscriberFilter
    permission_classes = (ScopedAccess, require_right("incidents.view_subscriber"))


class DeliveryViewSet(ReadViewSet):
    """Mails to subscribers, newest first; for those who act on incidents."""

    queryset = UpdateDelivery.objects.all()
    serializer_class = serializers.DeliverySerializer
    filterset_class = filters.DeliveryFilter
    permission_classes = (ScopedAccess, require_right("incidents.view_updatedelivery"))


class MaintenanceViewSet(ReadViewSet):
    """Scheduled maintenance, newest first; it begins and ends automatically."""

    queryset = ScheduledMaintenance.objects.select_related("page", "created_by").prefetch_related("components")
    serializer_class = serializers.MaintenanceSerializer
    filterset_class = filters.MaintenanceFilter

    @write_handler(serializers.ScheduleSerializer, scope=Scope.PUBLISH, may=can_publish, status=201)
    def create(self, data: dict[str, Any]) -> ScheduledMaintenance:
        """Schedule maintenance on a status page and mail the subscribers of its components."""
        return maintenance.schedule(**data, actor=self.actor, at=self.at)

    @post_action(
        serializers.TellSerializer,
        scope=Scope.PUBLISH,
        may=lambda user, scheduled: can_publish(user),
        changes=("status",),
    )
    def tell(self, scheduled: ScheduledMaintenance, data: dict[str, Any]) -> ScheduledMaintenance:
        """Publish an update: change the status or the times, or cancel it."""
        maintenance.tell(maintenance_id=scheduled.pk, **data, actor=self.actor, at=self.at)
        return self.get_object()


class MaintenanceUpdateViewSet(ReadViewSet):
    """Updates of maintenance, newest first."""

    queryset = MaintenanceUpdate.objects.select_related("author")
    serializer_class = serializers.MaintenanceUpdateSerializer
    filterset_class = filters.MaintenanceUpdateFilter
