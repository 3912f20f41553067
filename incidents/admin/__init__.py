"""The administration of the catalog, severities, tickets and alerts, a module a subject."""

from incidents.admin import alerts, catalog, customers, integrations, prevention, severity, tickets

__all__ = ["alerts", "catalog", "customers", "integrations", "prevention", "severity", "tickets"]
