"""Handoff notes from one person on call to the next."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from oncall.models.people import PEOPLE, User
from oncall.models.schedules import Schedule


class HandoffNote(models.Model):
    """A note from a person on call for the next one; it cannot be changed."""

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="handoff_notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handoff_notes", limit_choices_to=PEOPLE)
    text = models.TextField(max_length=10_000, help_text="Markdown: what is open, what to watch, what can wait.")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="oncall_handoffnote_says_something",
                violation_error_message="Write what the next person should know.",
            ),
        ]
        indexes = [models.Index(fields=["schedule", "-at"], name="oncall_handoffnote_newest")]

    def __str__(self) -> str:
        return f"Handoff of {self.schedule_id} on {self.at:%Y-%m-%d %H:%M}Z"

    def get_absolute_url(self) -> str:
        """Its place on the rota page of the schedule."""
        return f"{reverse('oncall:schedule-rota', args=[self.schedule_id])}#note-{self.pk}"
