"""What global search reads of tickets: their words, and how the words are spelled."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from incidents.models.tickets.ticket import Ticket


class TicketText(models.Model):
    """The words of a ticket's title, description, notes and comments.

    Triggers only add rows, so nobody who writes waits for another; the engine merges the fresh rows of a ticket into
    the row of the ticket.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    vector = SearchVectorField()
    fresh_since = models.DateTimeField(
        null=True, help_text="Since when it waits to be merged; empty: it is the row of the ticket."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(fresh_since__isnull=True), name="incidents_tickettext_once"
            )
        ]
        indexes = [
            GinIndex(fields=["vector"], name="incidents_tickettext_words"),
            models.Index(
                fields=["fresh_since"], condition=Q(fresh_since__isnull=False), name="incidents_tickettext_fresh"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} ({self.pk})"


class Spelling(models.Model):
    """A word of tickets that everybody in the company may read, so that a typing error finds it."""

    word = models.CharField(max_length=24, primary_key=True)

    class Meta:
        indexes = [
            # The word and each of its parts with one letter left out: two words one error apart share one of them.
            GinIndex(Func(F("word"), function="holdfast_spellings"), name="incidents_spelling_close"),
        ]

    def __str__(self) -> str:
        return self.word
