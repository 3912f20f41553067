"""The service catalog and its simulation in the administration."""

from incidents.admin.services import catalog

__all__ = ["catalog"]
