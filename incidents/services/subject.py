"""Services as subjects of `oncall`: how to lock one, who may see it, and its fields in a message."""

from django.db.models import QuerySet

from config.base.data.users import Visitor
from incidents.models import Service
from oncall.subjects import Fields

SERVICE = "service"


def lock_service(service_id: int) -> None:
    """Lock the service."""
    Service.objects.select_for_update(no_key=True).only("pk").get(pk=service_id)


def services_visible_to(user: Visitor) -> QuerySet[Service]:
    """All services, for everybody with an account."""
    return Service.objects.all() if user.is_authenticated else Service.objects.none()


def service_message_fields(service_ids: list[int]) -> dict[int, Fields]:
    """The name of each service, for messages."""
    return {pk: {"service": name} for pk, name in Service.objects.filter(pk__in=service_ids).values_list("pk", "name")}
