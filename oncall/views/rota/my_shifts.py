"""A person's own shifts on all schedules, and the note at their end."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.web.views import FormPage, TemplatePage
from oncall.forms.rota import HandoffNoteForm
from oncall.models import Schedule
from oncall.rota import handoff_notes, my_shifts

_SHOWN = 30


class MyShifts(TemplatePage):
    """The running shifts, the next one, and all in sight; the notes of those before."""

    title = "My shifts"
    template_name = "oncall/rota/my_shifts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is theirs."""
        user: Any = self.person
        mine = my_shifts.person_shifts(user=user, at=self.at)
        near = [*mine.running, *mine.coming[:1]]
        recent = {one.schedule for one in mine.past if one.ends_at and one.ends_at > self.at - handoff_notes.LATE}
        return super().get_context_data(**kwargs) | {
            "running": mine.running,
            "next": mine.next,
            "coming": mine.coming[:_SHOWN],
            "past": mine.past[:_SHOWN],
            "ended": sorted(recent - {one.schedule for one in mine.running}, key=lambda one: one.name),
            "notes": handoff_notes.fresh({one.schedule.pk for one in near}, at=self.at)[:10],
        }


class HandOff(FormPage):
    """A note for whoever is next."""

    form_class = HandoffNoteForm
    button = "Leave the note"
    done = "It is on the page of whoever is next, and on the rota."
    refusals = (handoff_notes.NotYourShift,)

    def get_title(self) -> str:
        """Of which schedule."""
        self.schedule = get_object_or_404(Schedule, pk=self.kwargs["pk"])
        return f"Handoff note for {self.schedule}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:my-shifts")}

    def perform(self, form: Any) -> Any:
        """Leave it."""
        schedule = get_object_or_404(Schedule, pk=self.kwargs["pk"])
        user: Any = self.person
        handoff_notes.write(schedule=schedule, text=form.cleaned_data["text"], actor=user, at=self.at)
        return "oncall:my-shifts"
