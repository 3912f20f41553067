"""Which teams respond to a ticket, each with its own escalation (S4)."""

from django.db import models

from incidents.models.tickets.ticket import Ticket
from oncall.models import Escalation, Team


class Response(models.Model):
    """A team that responds to a ticket; its escalation says whether somebody answered."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="responses")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    escalation = models.OneToOneField(Escalation, on_delete=models.PROTECT, related_name="response")

    class Meta:
        verbose_name = "responding team"

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.team_id} ({self.escalation_id})"
