"""The list of postmortems, one's workspace, its sections and their earlier texts."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web import panels
from config.base.web.views import DetailPage, FormPage, ListPage, PostPage, TemplatePage
from incidents.models import Ticket
from incidents.views.response.verbs import ticket_or_404
from postmortems import blameless, permissions, seats, workspace, writing
from postmortems.filters import PostmortemFilter
from postmortems.forms import CommentForm, PublicTextForm, SectionForm
from postmortems.models import PUBLIC_TEXT, Postmortem, PostmortemSection, PostmortemStatus
from postmortems.tables import PostmortemTable
from postmortems.views import verbs


class PostmortemList(ListPage):
    """Postmortems of all teams, those that are due first."""

    title = "Postmortems"
    queryset = Postmortem.objects.for_list().order_by("-restored_at")
    table_class = PostmortemTable
    filterset_class = PostmortemFilter
    filters = ("search", "due", "status", "whose", "team", "severity")
    empty = "No postmortems yet. One is drafted when a major incident is restored, or from any incident's page."


class PostmortemPage(DetailPage):
    """One postmortem: its sections with hints, the review, what is missing, and what to do next."""

    template_name = "postmortems/postmortem.html"
    context_object_name = "postmortem"

    def get_object(self, queryset: Any = None) -> Postmortem:
        """If this person may know of its incident."""
        return verbs.postmortem_or_404(self.kwargs["pk"], self.person)

    def get_title(self) -> str:
        """The incident it is of."""
        return f"Postmortem of {self.object.ticket.reference}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """All that the page shows."""
        postmortem, user = self.object, self.person
        possible = verbs.possible(postmortem, user)
        can_write = not postmortem.is_approved and permissions.can_write(user, postmortem)
        sections = workspace.section_views(postmortem, with_hints=can_write)
        return super().get_context_data(**kwargs) | {
            "ticket": postmortem.ticket,
            # What is owed belongs to the incident, so its panels are asked about the incident.
            "panels": panels.collect("postmortem", self.request, postmortem.ticket),
            "sections": sections,
            "missing": [one.section for one in sections if one.section.is_missing],
            "hint_count": sum(len(one.hints) for one in sections),
            "comments": postmortem.comments.select_related("author").order_by("-at", "-pk")[:200],
            "main_verbs": [verb for verb in possible if verb.is_main],
            "more_verbs": [verb for verb in possible if not verb.is_main and verb.name != "comment"],
            "comment_form": CommentForm(),
            "can_write": can_write,
            "is_overdue": postmortem.is_overdue(self.at.date()),
            "seats": seats.seat_views(postmortem),
            "in_review": postmortem.status == PostmortemStatus.IN_REVIEW,
            "stamps": workspace.stamps(postmortem),
        }


class Draft(PostPage):
    """The button on an incident's page."""

    refusals = (Refusal,)
    done = "Drafted from the incident's record. Now add what it cannot know."
    ticket: Ticket

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(kwargs["reference"], request.user)

    def may(self) -> bool:
        """Those who write."""
        return permissions.can_write(self.person)

    def perform(self) -> Any:
        """Draft it."""
        return writing.draft(ticket_id=self.ticket.pk, actor=self.person, at=self.at)

    def back(self) -> str:
        """To the incident."""
        return self.ticket.get_absolute_url()


class SectionEdit(verbs.OfPostmortem):
    """The form over a section; a stale one is refused and nothing typed is lost."""

    template_name = "postmortems/section.html"
    section: PostmortemSection

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Find the section."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = self.postmortem.sections.filter(key=kwargs["key"]).first()
            if found is None:
                raise Http404
            self.section = found
            self.title = found.title

    def get_form(self, form_class: Any = None) -> SectionForm:
        """Over the section as it stands now."""
        return SectionForm.of(self.section, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: Any) -> Any:
        """Save the text."""
        saved = writing.write(
            postmortem_id=self.postmortem.pk,
            key=self.section.key,
            body=form.cleaned_data["body"],
            seen=self.section.updated_at,
            actor=self.person,
            at=self.at,
        )
        return f"{saved.get_absolute_url()}#{self.section.key}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the section, hints at its text, and what bends the view of those who look back."""
        return super().get_context_data(**kwargs) | {
            "section": self.section,
            "hints": workspace.hints(self.section, workspace.names(self.postmortem)),
            "biases": blameless.BIASES,
            "back": f"{self.postmortem.get_absolute_url()}#{self.section.key}",
        }


class PublicEdit(verbs.OfPostmortem, FormPage):
    """The form over the public text."""

    title = "Public text"
    lead = "Reviewed and approved with the rest, then shown on the status page. It is its own text, never a copy."

    def get_form(self, form_class: Any = None) -> PublicTextForm:
        """Over the text as it stands now."""
        return PublicTextForm.of(self.postmortem, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: Any) -> Any:
        """Save the text."""
        saved = writing.write_public(
            postmortem_id=self.postmortem.pk,
            text=form.cleaned_data["text"],
            seen=writing.public_seen(self.postmortem),
            actor=self.person,
            at=self.at,
        )
        return f"{saved.get_absolute_url()}#public"


class Revisions(TemplatePage):
    """The earlier texts of a section, newest first."""

    template_name = "postmortems/revisions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the revisions."""
        postmortem = verbs.postmortem_or_404(self.kwargs["pk"], self.person)
        key = self.kwargs["key"]
        section = postmortem.sections.filter(key=key).first()
        if section is None and key != PUBLIC_TEXT:
            raise Http404
        name = section.title if section else "Public text"
        return super().get_context_data(**kwargs) | {
            "title": f"Earlier texts: {name}",
            "postmortem": postmortem,
            "revisions": postmortem.revisions.filter(key=key).select_related("author").order_by("-number")[:50],
            "back": reverse("postmortems:postmortem", args=[postmortem.pk]),
        }
