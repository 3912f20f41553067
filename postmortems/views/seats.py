"""Taking a seat in a review: one question, and whether one attended or signs off."""

from typing import Any

from django.http import Http404

from incidents.models import ReviewSeat
from postmortems import permissions, seats
from postmortems.forms import SeatForm
from postmortems.views.verbs import OfPostmortem


class SeatTake(OfPostmortem):
    """The form of a seat."""

    form_class = SeatForm
    button = "Take the seat"
    done = "Noted."
    seat: ReviewSeat

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Which seat it is."""
        super().setup(request, *args, **kwargs)
        if kwargs["seat"] not in ReviewSeat.values:
            raise Http404
        self.seat = ReviewSeat(kwargs["seat"])
        self.title = f"Review: {self.seat.label}"
        self.lead = f"For {seats.WHO[self.seat]}."

    def may(self) -> bool:
        """Everybody who can see the incident; the rules say whose seat it is."""
        return permissions.can_comment(self.person, self.postmortem)

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the question of its perspective."""
        return super().get_form_kwargs() | {"question": seats.QUESTIONS[seats.PERSPECTIVES[self.seat]]}

    def perform(self, form: Any) -> Any:
        """Take it."""
        taken = seats.take(
            postmortem_id=self.postmortem.pk,
            seat=self.seat,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return f"{taken.get_absolute_url()}#seats"
