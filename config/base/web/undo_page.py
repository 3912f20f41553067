"""The address that takes back what a person has just done."""

from django.core.exceptions import ValidationError
from django.utils.http import url_has_allowed_host_and_scheme

from config.base.data import undo
from config.base.data.lifecycle import Refusal
from config.base.web.guards import Once
from config.base.web.views import Destination, PostPage


class UndoPage(PostPage):
    """The button *Undo* in the message about a change; each kind of change checks rights and state by itself."""

    guard = Once("each record is compared with how the change left it, under its lock")
    confirm = ""
    refusals = (Refusal, ValidationError)
    stale_advice = ""

    def perform(self) -> Destination:
        """Take it back, and say what became of it."""
        self.done = undo.take_back(self.request.POST.get("undo", ""), person=self.person, at=self.at)
        return self.back()

    def back(self) -> str:
        """The page on which the button was."""
        sent = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            sent, {self.request.get_host()}, require_https=self.request.is_secure()
        )
        return sent if is_ours else "/"
