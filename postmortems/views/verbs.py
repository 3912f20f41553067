"""What people do to a postmortem: a table of verbs, each one form and one domain call, and the page that runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from config.base.data.lifecycle import Refusal
from config.base.web.views import FormPage
from postmortems import forms as asked
from postmortems import permissions, review, writing
from postmortems.models import Postmortem, PostmortemStatus
from postmortems.status import POSTMORTEM

Call = Callable[[Postmortem, Any, datetime, dict[str, Any]], Postmortem]
_ALL = frozenset(PostmortemStatus.values)


@dataclass(frozen=True)
class Verb:
    """One thing to do: its words, the form it asks, when and to whom it is allowed, and the call behind it."""

    name: str
    label: str
    statuses: frozenset[str]
    may: Callable[..., bool]
    call: Call
    form: type[asked.VerbForm] = asked.VerbForm
    done: str = ""
    is_main: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it asks nothing, so that a button does it."""
        return self.form is asked.VerbForm


def _before(status: PostmortemStatus, *without: str) -> frozenset[str]:
    """The statuses from which the table allows a move to `status`."""
    return frozenset(one for one in POSTMORTEM.moves if POSTMORTEM.allows(one, status)) - set(without)


_UNAPPROVED = frozenset({str(PostmortemStatus.DRAFT), str(PostmortemStatus.IN_REVIEW)})
VERBS = {
    verb.name: verb
    for verb in (
        Verb("submit", "Send to review", _before(PostmortemStatus.IN_REVIEW), permissions.can_write, is_main=True,
             done="Sent to review. Somebody who did not write it approves it.",
             call=lambda p, u, at, _: review.submit(postmortem_id=p.pk, actor=u, at=at)),
        Verb("approve", "Approve", _before(PostmortemStatus.APPROVED) & _UNAPPROVED, permissions.can_settle,
             form=asked.ApproveForm, is_main=True, done="Approved. Its text stands.",
             call=lambda p, u, at, a: review.approve(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("publish", "Publish the public text", _before(PostmortemStatus.PUBLISHED), permissions.can_settle,
             form=asked.PublishForm, is_main=True,
             done="Published: it stands on the status page wherever customers were told of the incident.",
             call=lambda p, u, at, a: review.publish(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("close", "Close", _before(PostmortemStatus.CLOSED), permissions.can_settle, done="Closed.",
             call=lambda p, u, at, _: review.close(postmortem_id=p.pk, actor=u, at=at)),
        Verb("request-changes", "Ask for changes", _before(PostmortemStatus.DRAFT), permissions.can_comment,
             form=asked.ChangesForm, done="Given back to its owner.",
             call=lambda p, u, at, a: review.request_changes(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("withdraw", "Take back", _before(PostmortemStatus.APPROVED) - _UNAPPROVED, permissions.can_settle,
             form=asked.TextForm, done="Taken back. The public does not see it any more.",
             call=lambda p, u, at, a: review.withdraw(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("assign", "Change the owner", _UNAPPROVED, permissions.can_write, form=asked.AssignForm,
             call=lambda p, u, at, a: writing.assign(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("comment", "Comment", _ALL, permissions.can_comment, form=asked.CommentForm, done="Noted.",
             call=lambda p, u, at, a: review.comment(postmortem_id=p.pk, actor=u, at=at, **a)),
    )
}  # fmt: skip


def possible(postmortem: Postmortem, user: Any) -> list[Verb]:
    """What this person may do to this postmortem as it stands."""
    return [verb for verb in VERBS.values() if postmortem.status in verb.statuses and verb.may(user, postmortem)]


def postmortem_or_404(pk: int, user: Any) -> Postmortem:
    """The postmortem, if this person may know of its incident."""
    return get_object_or_404(
        Postmortem.objects.for_list()
        .select_related("review")
        .prefetch_related("review__seats__user")
        .visible_to(user),
        pk=pk,
    )


class OfPostmortem(FormPage):
    """A question about one postmortem."""

    template_name = "postmortems/form.html"
    refusals = (Refusal,)
    postmortem: Postmortem

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find the postmortem."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.postmortem = postmortem_or_404(kwargs["pk"], request.user)

    def may(self) -> bool:
        """Those who write."""
        return permissions.can_write(self.person, self.postmortem)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the postmortem, and the way back."""
        return super().get_context_data(**kwargs) | {
            "postmortem": self.postmortem,
            "back": self.postmortem.get_absolute_url(),
        }


class VerbPage(OfPostmortem):
    """One verb on one postmortem: its form on a page of its own, and the POST behind every button."""

    verb: Verb

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find the verb too."""
        super().setup(request, *args, **kwargs)
        self.verb = VERBS[kwargs["verb"]]
        self.title = self.button = self.verb.label
        self.done = self.verb.done

    def may(self) -> bool:
        """As the verb says."""
        return self.verb.may(self.person, self.postmortem)

    def get_form_class(self) -> type[forms.Form]:
        """The verb's form."""
        return self.verb.form

    def perform(self, form: Any) -> Any:
        """Make the verb's call."""
        return self.verb.call(self.postmortem, self.person, self.at, form.cleaned_data)

    def form_invalid(self, form: Any) -> HttpResponse:
        """A plain button goes back with the refusal; a form is shown again."""
        if not self.verb.is_plain:
            return super().form_invalid(form)
        for error in form.non_field_errors():
            messages.error(self.request, error)
        return redirect(self.postmortem)
