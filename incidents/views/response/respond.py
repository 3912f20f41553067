"""The responder's phone screen: signed in, or through the link in a page's message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from config.base.data.clock import database_now, find_zone
from config.base.web import drafts, panels, submissions
from config.base.web.retries import RetriedView
from config.base.web.views import DetailPage
from incidents import permissions, response
from incidents.models import Ticket
from incidents.response import answer_by_link, handing_over, situation, ticket_session
from incidents.tickets.readings import record_reading
from incidents.views.response import screen, verbs
from oncall import paging
from oncall.models import Page

REFRESH_SECONDS = 10
_FORMS = {"add_note": "Add a note", "restore": "Service works again", "hand_over": "Hand over"}
_DONE = {
    "decline": "Thank you. The next person is called.",
    "take_over": "It is yours now.",
    "add_note": "Note added.",
    "restore": "Restored. Nobody else is called.",
    "hand_over": "Handed over.",
}


class Respond(DetailPage):
    """The screen for people who are signed in."""

    template_name = "incidents/response/respond.html"
    place = "respond"

    def get_object(self, queryset: QuerySet[Ticket] | None = None) -> Ticket:
        """By its reference."""
        return verbs.ticket_or_404(self.kwargs["reference"], self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The incident, with buttons for people who may act."""
        user = self.person
        ticket = self.object
        record_reading(ticket=ticket, user=user, at=self.at)
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context |= screen.build_screen(ticket, user, at=self.at)
        context |= screen.known_so_far(ticket, at=self.at)
        if permissions.can_act(user, ticket):
            addresses = screen.portal_addresses(ticket)
            context["buttons"] = screen.answer_buttons(ticket, context["responder"], user, addresses=addresses)
            context["later_buttons"] = screen.later_buttons(ticket, addresses=addresses)
        return context | {"refresh": REFRESH_SECONDS if ticket.is_open else 0}


@dataclass(frozen=True)
class _Link:
    """An opened link: its page, its ticket, and the end of this browser's session for the ticket, if it has one."""

    key: str
    page: Page
    ticket: Ticket
    session_ends_at: datetime | None

    @property
    def may_answer(self) -> bool:
        """Whether this browser may act: the link is unused, or this browser has answered."""
        return self.page.link_used_at is None or self.session_ends_at is not None


class PageLink(RetriedView):
    """The screen behind the link in a message: GET shows and changes nothing of the ticket, POST answers once.

    The browser that has answered keeps this one ticket for twelve hours.
    """

    http_method_names = ["get", "head", "post"]
    link: _Link

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer on the clock of the person who was paged, or say why the link does not work."""
        self.at = database_now() if request.method == "POST" else timezone.now()
        try:
            self.link = self._open(request, kwargs["key"])
            with timezone.override(find_zone(self.link.page.user.time_zone)):
                return super().dispatch(request, *args, **kwargs)
        except paging.BadLink as refusal:
            context = {"title": "This link does not work", "text": str(refusal)}
            return render(request, "incidents/response/bad_link.html", context, status=410)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The incident, or with `?do=` the form of a verb, for the browser that has answered.

        Of a private one it is recorded that the person who was paged reads it, as on every other screen.
        """
        record_reading(ticket=self.link.ticket, user=self.link.page.user, at=self.at)
        verb = request.GET.get("do", "")
        if verb in _FORMS and self.link.session_ends_at is not None:
            return self._render_form(verb)
        return render(request, "incidents/response/respond.html", self._screen())

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Do a verb as the person who was paged; what was typed is kept when it is refused."""
        verb = request.POST.get("verb", "")
        if self.link.session_ends_at is None or verb == "acknowledge":  # these are answered once by themselves
            return self._act(request, key, verb)
        with transaction.atomic():
            submission = submissions.claim(request, user=self.link.page.user, at=self.at)
            if submission is None or not submission.earlier:
                return self._act(request, key, verb, submission)
            if submission.is_changed and verb in _FORMS:
                submissions.renew(request)
                messages.error(request, submissions.sent_before(request.path))
                return self._render_form(verb, status=409)
            messages.info(request, submissions.SENT_TWICE)
            return redirect("page-link", key)

    def _act(
        self, request: HttpRequest, key: str, verb: str, submission: submissions.Submission | None = None
    ) -> HttpResponse:
        try:
            if self.link.session_ends_at is None:
                ticket = answer_by_link.answer(key=key, verb=verb, at=self.at)
            else:
                ticket = self._go_on(verb)
        except verbs.REFUSALS as refusal:
            self.link.ticket.refresh_from_db(fields=["status"])
            messages.error(request, answer_by_link.refusal_text(refusal, self.link.ticket))
            if verb in _FORMS:
                return self._render_form(verb, status=409)
        else:
            # Who has it depends on who was first: the loser of a race must not read that it is theirs.
            done = _DONE.get(verb) or situation.describe_answer(ticket, self.link.page.user)
            messages.success(request, f"{ticket.reference}: {done}")
            if submission is not None:
                submission.keep(target=request.path)
            if self.link.session_ends_at is None:
                return self._keep_ticket(redirect("page-link", key))
            return drafts.name_sent(request, redirect("page-link", key))
        return redirect("page-link", key)

    def _go_on(self, verb: str) -> Ticket:
        choice, to = self.request.POST.get("to", ""), None
        if verb == "hand_over" and choice != "next":
            rows = handing_over.candidates(self.link.ticket, actor=self.link.page.user)
            to = rows.filter(pk=int(choice)).first() if choice.isascii() and choice.isdigit() else None
            if to is None:
                raise response.TicketRefused("Choose to whom you hand it over.")
        return answer_by_link.go_on(
            page=self.link.page, verb=verb, text=self.request.POST.get("text", ""), to=to, at=self.at
        )

    def _open(self, request: HttpRequest, key: str) -> _Link:
        page = paging.page_of_key(key)
        cookie = request.COOKIES.get(ticket_session.cookie_name(page), "")
        session_ends_at = ticket_session.session_end(cookie, page=page, at=self.at)
        if session_ends_at is None:
            paging.refuse_old_link(page=page, at=self.at)
        rows = Ticket.objects.select_related("service__team", "severity", "team", "assignee")
        is_ticket = page.escalation.subject_type == response.SUBJECT
        ticket = rows.filter(pk=page.escalation.subject_id).first() if is_ticket else None
        if ticket is None:
            raise paging.BadLink("The incident of this message cannot be shown here. Sign in to see it.")
        return _Link(key, page, ticket, session_ends_at)

    def _screen(self) -> dict[str, object]:
        link, ticket, user = self.link, self.link.ticket, self.link.page.user
        is_hidden = screen.hide_private(ticket)
        context: dict[str, Any] = screen.build_screen(ticket, user, at=self.at)
        if not is_hidden:
            context |= screen.known_so_far(ticket, at=self.at)
        responder = context["responder"]
        has_it = link.session_ends_at is not None and responder.is_answered and responder.is_mine
        if link.may_answer and not has_it:  # handing over stands among the later buttons, with a choice
            context["buttons"] = screen.answer_buttons(ticket, responder, user, addresses={})
        if link.session_ends_at is not None:
            context["kept_until"] = screen.clock_words(link.session_ends_at, at=self.at)
            addresses = {verb: f"?do={verb}" for verb in _FORMS}
            context["later_buttons"] = screen.later_buttons(ticket, addresses=addresses)
        return context | {
            "title": ticket.reference,
            "at": self.at,
            "is_link": True,
            "may_answer": link.may_answer,
            "panels": panels.collect("respond", self.request, ticket),
            "refresh": REFRESH_SECONDS if ticket.is_open else 0,
        }

    def _render_form(self, verb: str, *, status: int = 200) -> HttpResponse:
        ticket, user = self.link.ticket, self.link.page.user
        screen.hide_private(ticket)
        people = handing_over.candidates(ticket, actor=user) if verb == "hand_over" else ()
        context = {
            "title": f"{ticket.reference}: {_FORMS[verb]}",
            "heading": _FORMS[verb],
            "ticket": ticket,
            "verb": verb,
            "text": self.request.POST.get("text", ""),
            "draft": drafts.sent_id(self.request.POST),
            "reader": user,
            "people": people,
            "back": self.request.path,
        }
        return render(self.request, "incidents/response/respond_form.html", context, status=status)

    def _keep_ticket(self, answer: HttpResponse) -> HttpResponse:
        """Give the browser the ticket: a signed cookie, which only this view reads."""
        answer.set_cookie(
            ticket_session.cookie_name(self.link.page),
            ticket_session.open_session(page=self.link.page, at=self.at),
            max_age=ticket_session.LIFETIME,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return answer
