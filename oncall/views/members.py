"""A member's part of full time and training, wake tests, and rest after a hard night."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View

from config.base.lifecycle import Refusal
from config.base.views import FormPage, PostPage
from oncall import members, relief, wake_tests
from oncall.forms_members import MemberForm
from oncall.models import Membership
from oncall.permissions import can_manage_team


class MemberEdit(FormPage):
    """What a manager keeps of a member of the team."""

    form_class = MemberForm
    done = "Saved."
    refusals = (Refusal, ValidationError)

    @cached_property
    def membership(self) -> Membership:
        """The one of the address."""
        rows = Membership.objects.select_related("team", "user")
        return get_object_or_404(rows, pk=self.kwargs["pk"], team__slug=self.kwargs["slug"])

    def may(self) -> bool:
        """Those who plan the team's rota."""
        return can_manage_team(self.person, self.membership.team)

    def get_title(self) -> str:
        """Who it is."""
        return f"{self.membership.user.name} in {self.membership.team.name}"

    def get_initial(self) -> dict[str, Any]:
        """As it is."""
        return {"fte": self.membership.fte, "trained_on": self.membership.trained_on}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": self.membership.team.get_absolute_url()}

    def perform(self, form: Any) -> Any:
        """Save both."""
        members.change(membership_id=self.membership.pk, at=self.at, **form.cleaned_data)
        return self.membership.team


class WakeTestSend(PostPage):
    """Sends the person a test page."""

    refusals = (Refusal,)
    done = "A test page is on its way. Open its link within a quarter of an hour and tap the button there."

    def perform(self) -> Any:
        """Send it."""
        wake_tests.send(user=self.person, at=self.at)
        return "oncall:me"

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")


class ReliefAsk(PostPage):
    """One tap after a hard night: ask to give the next shift away."""

    refusals = (Refusal,)
    done = "Your planner sees that you ask for rest. You stay on call until somebody takes the shift."

    def perform(self) -> Any:
        """Ask, and show where others offer."""
        asked = relief.ask(actor=self.person, at=self.at)
        return asked.swap.get_absolute_url()

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")


class WakeTestLink(View):
    """The screen behind the link of a test page, without sign-in: GET changes nothing, POST passes it."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One button, or that it was passed."""
        try:
            test = wake_tests.test_for_link(key)
        except wake_tests.NotPassed as refusal:
            return self._refuse(request, str(refusal))
        context = {"title": "Wake test", "test": test, "at": timezone.now()}
        return render(request, "oncall/wake_test.html", context)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Pass it."""
        try:
            wake_tests.confirm(key=key, at=timezone.now())
        except wake_tests.NotPassed as refusal:
            return self._refuse(request, str(refusal))
        messages.success(request, "Thank you. The page reached you.")
        return redirect("oncall:wake-test", key)

    @staticmethod
    def _refuse(request: HttpRequest, text: str) -> HttpResponse:
        context = {"title": "This test was not passed", "text": text}
        return render(request, "oncall/wake_test.html", context, status=410)
