"""What customers meet, in Statuspage's words; severities propose it, components and public incidents carry it."""

from django.db import models


class ComponentStatus(models.TextChoices):
    """The status of a component, as in Statuspage."""

    OPERATIONAL = "operational", "Operational"
    DEGRADED = "degraded_performance", "Degraded performance"
    PARTIAL = "partial_outage", "Partial outage"
    MAJOR = "major_outage", "Major outage"
    MAINTENANCE = "under_maintenance", "Under maintenance"


class Impact(models.TextChoices):
    """The impact on customers."""

    NONE = "none", "None"
    MINOR = "minor", "Minor"
    MAJOR = "major", "Major"
    CRITICAL = "critical", "Critical"
