"""Time worked on a ticket: the forms to add and to correct it, and the button that removes it."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from config.base.web.guards import Edits, Once
from config.base.web.removals import RemovePage
from config.base.web.views import Destination, FormPage
from incidents.desk import work_time
from incidents.forms.desk import NewWorkTimeForm, WorkTimeForm
from incidents.tickets.subject import TICKET
from incidents.views.prevention import TicketFormPage
from incidents.views.response.verbs import REFUSALS
from incidents.views.tickets.of_ticket import TicketAction
from oncall.models import WorkInterval, WorkSource
from oncall.work.claims import WorkRefused

_ANCHOR = "#work-time"


class WorkTimeNew(TicketFormPage):
    """Add time worked."""

    guard = Once("no minute is counted twice")
    title = "Add time worked"
    button = "Add time"
    lead = "Your own time on this ticket. What is recorded while you work on it is counted already."
    done = "Added."
    form_class = NewWorkTimeForm
    refusals = (WorkRefused, *REFUSALS)

    def perform(self, form: NewWorkTimeForm) -> Destination:
        """Add it."""
        work_time.add(ticket_id=self.ticket.pk, actor=self.person, at=self.at, **form.cleaned_data)
        return f"{self.ticket.get_absolute_url()}{_ANCHOR}"


class _OfTicket(TicketAction):
    """What they share below a ticket."""

    anchor = _ANCHOR


class WorkTimeCorrect(_OfTicket, FormPage):
    """Correct a time that one added oneself."""

    guard = Edits("interval")
    title = "Correct time worked"
    button = "Save"
    done = "Corrected."
    template_name = "incidents/response/verb.html"
    form_class = WorkTimeForm
    refusals = (WorkRefused, *REFUSALS)
    interval: WorkInterval

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket, and the reader's own time on it."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rows = WorkInterval.objects.filter(
                subject_type=TICKET, subject_id=self.ticket.pk, user=request.user.pk, source=WorkSource.CLAIMED
            )
            self.interval = get_object_or_404(rows, pk=self.kwargs["pk"])

    def lock_record(self) -> WorkInterval:
        """The time, under the lock of its ticket."""
        return work_time.lock(self.interval.pk)

    def get_form(self, form_class: object = None) -> WorkTimeForm:
        """With the times as they are."""
        data = self.request.POST if self.request.method == "POST" else None
        interval = self.locked if isinstance(self.locked, WorkInterval) else self.interval
        return WorkTimeForm.of(interval, data)

    def perform(self, form: WorkTimeForm) -> Destination:
        """Save the times."""
        times = form.changed_times()
        work_time.correct(interval_id=self.interval.pk, actor=self.person, at=self.at, **times)
        return self.back()

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address to go back to."""
        return super().get_context_data(**kwargs) | {"ticket": self.ticket, "back": self.back()}


class WorkTimeRemove(_OfTicket, RemovePage):
    """Remove a time that one added oneself."""

    confirm = "Remove this time? It is not counted any more."
    refusals = (WorkRefused, *REFUSALS)
    done = "Removed."

    def perform(self) -> Destination:
        """Remove it."""
        rows = WorkInterval.objects.filter(subject_type=TICKET, subject_id=self.ticket.pk)
        work_time.remove(interval_id=self.row_to_remove(rows).pk, actor=self.person, at=self.at)
        return self.back()
