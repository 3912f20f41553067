"""A member's part of full time and training."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from config.base.data.lifecycle import Refusal
from config.base.web.guards import Edits
from config.base.web.views import Destination, FormPage
from oncall.forms.people import MemberForm
from oncall.models import Membership
from oncall.people import members
from oncall.permissions import can_change_member


class MemberEdit(FormPage):
    """A member's part of full time and training, edited by a manager."""

    guard = Edits("membership")
    form_class = MemberForm
    done = "Saved."
    refusals = (Refusal, ValidationError)

    @cached_property
    def membership(self) -> Membership:
        """The membership of the address."""
        rows = Membership.objects.select_related("team", "user")
        return get_object_or_404(rows, pk=self.kwargs["pk"], team__slug=self.kwargs["slug"])

    def may(self) -> bool:
        """Those who may change members."""
        return can_change_member(self.person, self.membership)

    def get_title(self) -> str:
        """The person and the team."""
        return f"{self.membership.user.name} in {self.membership.team.name}"

    def get_form_kwargs(self) -> dict[str, object]:
        """With the present values."""
        self.membership.refresh_from_db(fields=["fte", "trained_on"])
        current = {"fte": self.membership.fte, "trained_on": self.membership.trained_on}
        return super().get_form_kwargs() | {"current": current}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address of the team's page."""
        return super().get_context_data(**kwargs) | {"back": self.membership.team.get_absolute_url()}

    def perform(self, form: MemberForm) -> Destination:
        """Save the values."""
        members.change_member(membership_id=self.membership.pk, at=self.at, **form.cleaned_data)
        return self.membership.team
