"""The page of a person's own shifts, and the form of the handoff note."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.web.guards import Once
from config.base.web.views import Destination, FormPage, TemplatePage
from oncall.forms.rota import HandoffNoteForm
from oncall.models import Schedule
from oncall.rota import handoff_notes, my_shifts

_MAX_ROWS = 30


class MyShifts(TemplatePage):
    """The current shifts, the next one, all in range, and recent handoff notes."""

    title = "My shifts"
    template_name = "oncall/rota/my_shifts.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The reader's shifts and notes."""
        user = self.person
        shifts = my_shifts.person_shifts(user=user, at=self.at)
        near = [*shifts.running, *shifts.coming[:1]]
        recent = {
            shift.schedule
            for shift in shifts.past
            if shift.ends_at and shift.ends_at > self.at - handoff_notes.WRITABLE_FOR
        }
        return super().get_context_data(**kwargs) | {
            "running": shifts.running,
            "next": shifts.next,
            "coming": shifts.coming[:_MAX_ROWS],
            "past": shifts.past[:_MAX_ROWS],
            "ended": sorted(recent - {shift.schedule for shift in shifts.running}, key=lambda shift: shift.name),
            "notes": handoff_notes.recent_notes({shift.schedule.pk for shift in near}, at=self.at)[:10],
        }


class HandOff(FormPage):
    """A note for the next person on call."""

    guard = Once("each form is one note")
    form_class = HandoffNoteForm
    button = "Save note"
    done = "Saved. The next person on call sees it on their page and on the rota."
    refusals = (handoff_notes.NotYourShift,)

    def get_title(self) -> str:
        """For which schedule."""
        self.schedule = get_object_or_404(Schedule, pk=self.kwargs["pk"])
        return f"Handoff note for {self.schedule}"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        return super().get_context_data(**kwargs) | {"back": reverse("oncall:my-shifts")}

    def perform(self, form: HandoffNoteForm) -> Destination:
        """Write it."""
        schedule = get_object_or_404(Schedule, pk=self.kwargs["pk"])
        user = self.person
        handoff_notes.write_note(schedule=schedule, text=form.cleaned_data["text"], actor=user, at=self.at)
        return "oncall:my-shifts"
