"""Links between tickets."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from config.base.data.constraints import one_of
from incidents.models.tickets.ticket import Ticket
from oncall.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class LinkKind(models.TextChoices):
    """How one ticket relates to another."""

    CAUSED_BY = "caused_by", "Caused by"
    DUPLICATE_OF = "duplicate_of", "Duplicate of"
    MERGED_INTO = "merged_into", "Merged into"
    RELATED = "related", "Related to"
    PARENT = "parent", "Part of"


STANDS_FOR = (LinkKind.DUPLICATE_OF, LinkKind.MERGED_INTO)
"""Links that say which other ticket stands for this one: a ticket has one of them at most, and they form no circle."""

ONE_OF_A_KIND = (STANDS_FOR, (LinkKind.PARENT,))
"""Groups of kinds of which a ticket has one link at most."""


class LinkQuerySet(models.QuerySet["TicketLink"]):
    """Links."""

    def visible_to(self, user: "User | AnonymousUser") -> "LinkQuerySet":
        """Those whose two tickets this person may both see."""
        tickets = Ticket.objects.visible_to(user)
        return self.filter(from_ticket__in=tickets, to_ticket__in=tickets)


class TicketLink(models.Model):
    """One ticket's relation to another, read from both ends: an incident is caused by a problem."""

    from_ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_out")
    to_ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links_in")
    kind = models.CharField(max_length=12, choices=LinkKind)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", LinkKind.values, name="incidents_link_kind"),
            models.UniqueConstraint(fields=["from_ticket", "to_ticket", "kind"], name="incidents_link_once"),
            models.CheckConstraint(condition=~Q(from_ticket=F("to_ticket")), name="incidents_link_to_another"),
            models.UniqueConstraint(
                fields=["from_ticket"], condition=Q(kind__in=STANDS_FOR), name="incidents_link_one_stands_for_it"
            ),
            models.UniqueConstraint(
                fields=["from_ticket"], condition=Q(kind=LinkKind.PARENT), name="incidents_link_one_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_ticket_id} {self.kind} {self.to_ticket_id}"
