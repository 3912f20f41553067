"""Endpoints of planned work and what was said about it."""

from typing import Any

from django.utils import timezone

from config.base.api import ReadViewSet, verb, writes
from incidents import customer_serializers as told
from incidents import filters_customers, maintenance
from incidents.models import MaintenanceUpdate, ScheduledMaintenance
from incidents.permissions import can_publish


class MaintenanceViewSet(ReadViewSet):
    """Planned work, newest first; it begins and ends by itself."""

    queryset = ScheduledMaintenance.objects.select_related("page", "created_by").prefetch_related("components")
    serializer_class = told.MaintenanceSerializer
    filterset_class = filters_customers.MaintenanceFilter
    scope = "respond"

    @writes(told.ScheduleSerializer, may=can_publish, status=201)
    def create(self, data: dict[str, Any]) -> ScheduledMaintenance:
        """Schedule work on a status page and tell the subscribers of its parts."""
        return maintenance.schedule(**data, actor=self.actor, at=timezone.now())

    @verb(told.TellSerializer, may=lambda user, work: can_publish(user))
    def tell(self, work: ScheduledMaintenance, data: dict[str, Any]) -> ScheduledMaintenance:
        """Say how it goes: move it on, move its times, or call it off."""
        maintenance.tell(maintenance_id=work.pk, **data, actor=self.actor, at=timezone.now())
        return self.get_object()


class MaintenanceUpdateViewSet(ReadViewSet):
    """What was said about planned work, newest first."""

    queryset = MaintenanceUpdate.objects.select_related("author")
    serializer_class = told.MaintenanceUpdateSerializer
    filterset_class = filters_customers.MaintenanceUpdateFilter
