"""Wake tests: sent, and passed by their link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from config.base.data.clock import database_now
from config.base.data.lifecycle import Refusal
from config.base.web.guards import Once
from config.base.web.views import Destination, PostPage, RetriedView
from oncall.readiness import wake_tests


class WakeTestSend(PostPage):
    """Sends the person a test page."""

    guard = Once("each press is one page")
    confirm = ""
    refusals = (Refusal,)
    done = "A test page was sent. Open its link within 15 minutes and tap the button there."

    def perform(self) -> Destination:
        """Send the test page."""
        wake_tests.send(user=self.person, at=self.at)
        return "oncall:me"

    def back(self) -> str:
        """The person's page."""
        return reverse("oncall:me")


class WakeTestLink(RetriedView):
    """The screen behind the link of a test page, without sign-in: GET changes nothing, POST passes it."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The button to pass it, or the result."""
        try:
            test = wake_tests.test_for_link(key)
        except wake_tests.WakeTestNotPassed as refusal:
            return self._refuse(request, str(refusal))
        context = {"title": "Wake test", "test": test, "at": timezone.now()}
        return render(request, "oncall/readiness/wake_test.html", context)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Pass the test."""
        try:
            wake_tests.confirm(key=key, at=database_now())
        except wake_tests.WakeTestNotPassed as refusal:
            return self._refuse(request, str(refusal))
        messages.success(request, "Thank you. The page reached you.")
        return redirect("oncall:wake-test", key)

    @staticmethod
    def _refuse(request: HttpRequest, text: str) -> HttpResponse:
        context = {"title": "This test was not passed", "text": text}
        return render(request, "oncall/readiness/wake_test.html", context, status=410)
