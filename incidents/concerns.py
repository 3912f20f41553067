"""The concerns of this app, for the administration's first page."""

from incidents.customers import concerns as customers
from incidents.integrations import concerns as integrations
from incidents.services import concerns as services
from incidents.severities import concerns as severities
from incidents.sla import concerns as sla

SOURCES = (
    severities.list_concerns,
    services.list_concerns,
    sla.list_concerns,
    integrations.list_concerns,
    customers.list_concerns,
)
