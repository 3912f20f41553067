"""Actions on a postmortem: a table of verbs, each with one form and one domain call, and the page that runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from config.base.data.lifecycle import Refusal
from config.base.web.guards import ActsOn, Guard, LastChange, Once
from config.base.web.views import Destination, FormPage
from oncall.models import User
from postmortems import forms as postmortem_forms
from postmortems import permissions, review, writing
from postmortems.models import Postmortem, PostmortemStatus
from postmortems.status import POSTMORTEM

Call = Callable[[Postmortem, User, datetime, dict[str, Any]], Postmortem]
_STATUS = ActsOn("postmortem", "status")
_ALL = frozenset(PostmortemStatus.values)


@dataclass(frozen=True)
class Verb:
    """One action: its label, its form, in which statuses and to whom it is allowed, and the domain call."""

    name: str
    label: str
    statuses: frozenset[str]
    may: Callable[..., bool]
    call: Call
    form: type[postmortem_forms.VerbForm] = postmortem_forms.VerbForm
    guard: Guard = _STATUS
    done: str = ""
    is_main: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether its form has no fields, so that a button is enough."""
        return self.form is postmortem_forms.VerbForm


def _statuses_before(status: PostmortemStatus, *excluded: str) -> frozenset[str]:
    """The statuses from which a move to `status` is allowed."""
    return frozenset(before for before in POSTMORTEM.moves if POSTMORTEM.allows(before, status)) - set(excluded)


_UNAPPROVED = frozenset({str(PostmortemStatus.DRAFT), str(PostmortemStatus.IN_REVIEW)})
_TEXT = ActsOn("postmortem", "status", "updated_at")
"""What is approved is the text that was read."""
VERBS = {
    verb.name: verb
    for verb in (
        Verb("submit", "Submit for review", _statuses_before(PostmortemStatus.IN_REVIEW), permissions.can_write,
             is_main=True, done="Submitted for review. A person who did not write it approves it.",
             call=lambda p, u, at, _: review.submit(postmortem_id=p.pk, actor=u, at=at)),
        Verb("approve", "Approve", _statuses_before(PostmortemStatus.APPROVED) & _UNAPPROVED, permissions.can_approve,
             form=postmortem_forms.ApproveForm, is_main=True, done="Approved.", guard=_TEXT,
             call=lambda p, u, at, a: review.approve(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("publish", "Publish", _statuses_before(PostmortemStatus.PUBLISHED), permissions.can_approve,
             form=postmortem_forms.PublishForm, is_main=True, guard=_TEXT,
             done="Published on each status page that shows the incident.",
             call=lambda p, u, at, a: review.publish(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("close", "Close", _statuses_before(PostmortemStatus.CLOSED), permissions.can_approve, done="Closed.",
             call=lambda p, u, at, _: review.close(postmortem_id=p.pk, actor=u, at=at)),
        Verb("request-changes", "Request changes", _statuses_before(PostmortemStatus.DRAFT), permissions.can_comment,
             form=postmortem_forms.ChangesForm, done="Changes requested. It is a draft again.",
             call=lambda p, u, at, a: review.request_changes(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("withdraw", "Withdraw", _statuses_before(PostmortemStatus.APPROVED) - _UNAPPROVED,
             permissions.can_approve, form=postmortem_forms.TextForm, done="Withdrawn. It is no longer public.",
             call=lambda p, u, at, a: review.withdraw(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("assign", "Assign", _UNAPPROVED, permissions.can_write, form=postmortem_forms.AssignForm,
             guard=ActsOn("postmortem", "owner"),
             call=lambda p, u, at, a: writing.assign(postmortem_id=p.pk, actor=u, at=at, **a)),
        Verb("comment", "Comment", _ALL, permissions.can_comment, form=postmortem_forms.CommentForm, done="Saved.",
             guard=Once("each form is one comment"),
             call=lambda p, u, at, a: review.comment(postmortem_id=p.pk, actor=u, at=at, **a)),
    )
}  # fmt: skip


def allowed_verbs(postmortem: Postmortem, user: User) -> list[Verb]:
    """The actions that this person may take on this postmortem now."""
    return [verb for verb in VERBS.values() if postmortem.status in verb.statuses and verb.may(user, postmortem)]


def postmortem_or_404(pk: int, user: User) -> Postmortem:
    """The postmortem, if this person may see its incident."""
    return get_object_or_404(
        Postmortem.objects.for_list()
        .select_related("review")
        .prefetch_related("review__seats__user")
        .visible_to(user),
        pk=pk,
    )


class PostmortemFormPage(FormPage):
    """A form about one postmortem."""

    template_name = "postmortems/form.html"
    refusals = (Refusal,)
    postmortem: Postmortem

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the postmortem."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.postmortem = postmortem_or_404(self.kwargs["pk"], request.user)

    def may(self) -> bool:
        """People who may write postmortems."""
        return permissions.can_write(self.person, self.postmortem)

    def last_change(self, record: Any) -> LastChange:
        """The newest revision of a text or remark of the review."""
        parts = (self.postmortem.revisions, self.postmortem.comments)
        rows: list[Any] = [part.select_related("author").order_by("-at", "-pk").first() for part in parts]
        newest = max(filter(None, rows), key=lambda row: row.at, default=None)
        return LastChange(newest.author, newest.at) if newest else LastChange(at=record.updated_at)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the postmortem, and the way back."""
        return super().get_context_data(**kwargs) | {
            "postmortem": self.postmortem,
            "back": self.postmortem.get_absolute_url(),
        }


class VerbPage(PostmortemFormPage):
    """The page of one action: its form, and the POST behind every button."""

    verb: Verb

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the verb as well."""
        super().setup(request, *args, **kwargs)
        self.verb = VERBS[self.kwargs["verb"]]
        self.title = self.button = self.verb.label
        self.done = self.verb.done

    @property
    def guard(self) -> Guard:  # type: ignore[override]  # a property over a constant
        """The verb's guard."""
        return self.verb.guard

    def may(self) -> bool:
        """The permission of the verb."""
        return self.verb.may(self.person, self.postmortem)

    def get_form_class(self) -> type[forms.Form]:
        """The verb's form."""
        return self.verb.form

    def perform(self, form: forms.Form) -> Destination:
        """Call the domain function of the verb."""
        return self.verb.call(self.postmortem, self.person, self.at, form.cleaned_data)

    def form_invalid(self, form: Any) -> HttpResponse:
        """After a button, go back with the message; otherwise show the form again."""
        if not self.verb.is_plain:
            return super().form_invalid(form)
        for error in form.non_field_errors():
            messages.error(self.request, error)
        return redirect(self.postmortem)
