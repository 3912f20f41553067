"""Taking a seat in a review: one question, and whether the person attended or signs off."""

from django.http import Http404, HttpRequest

from config.base.web.guards import Once
from config.base.web.views import Destination
from incidents.models import ReviewSeat
from postmortems import permissions, seats
from postmortems.forms import SeatForm
from postmortems.views.verbs import PostmortemFormPage


class TakeSeat(PostmortemFormPage):
    """The form of a seat."""

    guard = Once("each person has their own seat, and each answer stays in the review")
    form_class = SeatForm
    button = "Take the seat"
    done = "Saved."
    seat: ReviewSeat

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the seat."""
        super().setup(request, *args, **kwargs)
        if self.kwargs["seat"] not in ReviewSeat.values:
            raise Http404
        self.seat = ReviewSeat(self.kwargs["seat"])
        self.title = f"Review: {self.seat.label}"
        self.lead = f"For {seats.ELIGIBLE_PEOPLE[self.seat]}."

    def may(self) -> bool:
        """Everybody who can see the incident; `take_seat` checks who may take the seat."""
        return permissions.can_comment(self.person, self.postmortem)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the question of its perspective."""
        return super().get_form_kwargs() | {"question": seats.QUESTIONS[seats.PERSPECTIVES[self.seat]]}

    def perform(self, form: SeatForm) -> Destination:
        """Take the seat."""
        postmortem = seats.take_seat(
            postmortem_id=self.postmortem.pk,
            seat=self.seat,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return f"{postmortem.get_absolute_url()}#seats"
