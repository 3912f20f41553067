"""Problems: worked on in the portal, inspected here."""

from django.contrib import admin

from incidents.admin.tickets import TicketAdmin
from problems.models import Problem


@admin.register(Problem)
class ProblemAdmin(TicketAdmin):
    """The causes of incidents."""
