"""The responder's phone screen: signed in, or through the link in a page's message."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from config.base.data.clock import database_now
from config.base.web import panels
from config.base.web.views import DetailPage, RetriedView
from incidents import permissions, response
from incidents.models import Ticket, Visibility
from incidents.response import answer_by_link, situation
from incidents.views.response import verbs
from oncall import paging
from oncall.models import Page, User


def _screen(ticket: Ticket, user: User) -> dict[str, Any]:
    teams = situation.responding_teams(ticket)
    return {
        "ticket": ticket,
        "responding_teams": teams,
        "responder": situation.responder_view(ticket, teams, user),
        "dependencies": ticket.service.depends_on.order_by("name") if ticket.service else (),
        "reader": user,
    }


class Respond(DetailPage):
    """The screen for people who are signed in."""

    template_name = "incidents/response/respond.html"
    place = "respond"

    def get_object(self, queryset: Any = None) -> Ticket:
        """By its reference."""
        return verbs.ticket_or_404(self.kwargs["reference"], self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The incident, with buttons for people who may act."""
        user: Any = self.person
        return (
            super().get_context_data(**kwargs)
            | _screen(self.object, user)
            | {
                "may_answer": self.object.is_open and permissions.can_act(user, self.object),
                "refresh": 10 if self.object.is_open else 0,
            }
        )


class PageLink(RetriedView):
    """The screen behind the link in a message: GET shows and changes nothing, POST answers once."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """The incident, with buttons while the link is unused."""
        at = timezone.now()
        try:
            page = paging.page_for_link(key=key, at=at)
        except paging.BadLink as refusal:
            return self._refuse(request, str(refusal))
        ticket = self._ticket(page)
        if ticket is None:
            return self._refuse(request, "The incident of this message cannot be shown here. Sign in to see it.")
        if ticket.visibility == Visibility.PRIVATE:
            ticket.title, ticket.description = "A private incident: sign in to read it", ""
        context = _screen(ticket, page.user) | {
            "title": ticket.reference,
            "at": at,
            "key": key,
            "is_used": page.link_used_at is not None,
            "may_answer": ticket.is_open and page.link_used_at is None,
            "panels": panels.collect("respond", request, ticket),
        }
        return render(request, "incidents/response/respond.html", context)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Acknowledge, take over or decline as the person who was paged."""
        try:
            ticket = answer_by_link.answer(key=key, verb=request.POST.get("verb", ""), at=database_now())
        except paging.BadLink as refusal:
            return self._refuse(request, str(refusal))
        except verbs.REFUSALS as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Thank you. {ticket.reference}: your answer is recorded.")
        return redirect("page-link", key)

    @staticmethod
    def _ticket(page: Page) -> Ticket | None:
        if page.escalation.subject_type != response.SUBJECT:
            return None
        rows = Ticket.objects.visible_to(page.user).select_related("service__team", "severity", "team", "assignee")
        return rows.filter(pk=page.escalation.subject_id).first()

    @staticmethod
    def _refuse(request: HttpRequest, text: str) -> HttpResponse:
        context = {"title": "This link does not work", "text": text}
        return render(request, "incidents/response/bad_link.html", context, status=410)
