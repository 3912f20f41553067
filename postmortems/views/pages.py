"""The list of postmortems, the page of one, the forms of its texts, and earlier texts."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web import panels
from config.base.web.guards import Edits, Once
from config.base.web.views import Destination, DetailPage, ListPage, PostPage, TemplatePage
from incidents.models import Ticket
from incidents.views.response.verbs import ticket_or_404
from postmortems import blameless, permissions, seats, workspace, writing
from postmortems.filters import PostmortemFilter
from postmortems.forms import CommentForm, PublicTextForm, SectionForm
from postmortems.models import PUBLIC_TEXT, Postmortem, PostmortemSection, PostmortemStatus
from postmortems.tables import PostmortemTable
from postmortems.views import verbs


class PostmortemList(ListPage):
    """Postmortems of all teams, by restoration, newest first."""

    title = "Postmortems"
    icon = "file-text"
    lead = "Post-incident reviews: what happened, what contributed, and what changes."
    queryset = Postmortem.objects.for_list().order_by("-restored_at")
    table_class = PostmortemTable
    filterset_class = PostmortemFilter
    filters = ("search", "due", "status", "whose", "team", "severity")
    empty = "No postmortems yet. One is drafted when a major incident is restored, or from any incident's page."


class PostmortemPage(DetailPage):
    """One postmortem: its sections with hints, the review, what is missing, and the next actions."""

    template_name = "postmortems/postmortem.html"
    context_object_name = "postmortem"

    def get_object(self, queryset: QuerySet[Postmortem] | None = None) -> Postmortem:
        """The postmortem, if this person may see its incident."""
        return verbs.postmortem_or_404(self.kwargs["pk"], self.person)

    def get_title(self) -> str:
        """With the incident's number."""
        return f"Postmortem of {self.object.ticket.reference}"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """All of the page."""
        postmortem, user = self.object, self.person
        allowed = verbs.allowed_verbs(postmortem, user)
        can_write = not postmortem.is_approved and permissions.can_write(user, postmortem)
        sections = workspace.section_views(postmortem, with_hints=can_write)
        # Obligations belong to the incident, so its panels get the incident.
        beside = panels.collect("postmortem", self.request, postmortem.ticket)
        return super().get_context_data(**kwargs) | {
            "ticket": postmortem.ticket,
            "panels": beside,
            **panels.rail_context(beside),
            "sections": sections,
            "missing": [view.section for view in sections if view.section.is_missing],
            "hint_count": sum(len(view.hints) for view in sections),
            "comments": postmortem.comments.select_related("author").order_by("-at", "-pk")[:200],
            "main_verbs": [verb for verb in allowed if verb.is_main],
            "more_verbs": [verb for verb in allowed if not verb.is_main and verb.name != "comment"],
            "comment_form": CommentForm(),
            "can_write": can_write,
            "is_overdue": postmortem.is_overdue(self.at.date()),
            "seats": seats.seat_views(postmortem),
            "in_review": postmortem.status == PostmortemStatus.IN_REVIEW,
            "stamps": workspace.stamps(postmortem),
        }


class DraftPostmortem(PostPage):
    """The button on an incident's page."""

    guard = Once("an incident has one postmortem")
    confirm = ""
    refusals = (Refusal,)
    done = "Drafted from the incident's record. Now add the rest."
    ticket: Ticket

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the ticket."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.ticket = ticket_or_404(self.kwargs["reference"], request.user)

    def may(self) -> bool:
        """People who may write postmortems."""
        return permissions.can_write(self.person)

    def perform(self) -> Destination:
        """Draft it."""
        return writing.draft(ticket_id=self.ticket.pk, actor=self.person, at=self.at)

    def back(self) -> str:
        """The incident."""
        return self.ticket.get_absolute_url()


class SectionEdit(verbs.PostmortemFormPage):
    """The form of a section; a stale form is refused, and the typed text stays in it."""

    guard = Edits("postmortem")
    template_name = "postmortems/section.html"
    section: PostmortemSection

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the section."""
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            section = self.postmortem.sections.filter(key=self.kwargs["key"]).first()
            if section is None:
                raise Http404
            self.section = section
            self.title = section.title

    def get_form(self, form_class: object = None) -> SectionForm:
        """With the current text of the section."""
        self.section.refresh_from_db(fields=["body", "updated_at"])
        return SectionForm.of(self.section, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: SectionForm) -> Destination:
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

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the section, hints at its text, and the biases of hindsight."""
        return super().get_context_data(**kwargs) | {
            "section": self.section,
            "hints": workspace.section_hints(self.section, workspace.people_involved(self.postmortem)),
            "biases": blameless.BIASES,
            "back": f"{self.postmortem.get_absolute_url()}#{self.section.key}",
        }


class PublicTextEdit(verbs.PostmortemFormPage):
    """The form of the public text."""

    guard = Edits("postmortem")
    title = "Public text"
    lead = "Reviewed and approved with the rest, then shown on the status page. Nothing is copied into it."

    def get_form(self, form_class: object = None) -> PublicTextForm:
        """With the current text."""
        self.postmortem.refresh_from_db(fields=["public_text", "public_written_at"])
        return PublicTextForm.of(self.postmortem, self.request.POST if self.request.method == "POST" else None)

    def perform(self, form: PublicTextForm) -> Destination:
        """Save the text."""
        saved = writing.write_public(
            postmortem_id=self.postmortem.pk,
            text=form.cleaned_data["text"],
            seen=writing.public_text_saved_at(self.postmortem),
            actor=self.person,
            at=self.at,
        )
        return f"{saved.get_absolute_url()}#public"


class RevisionList(TemplatePage):
    """The earlier texts of a section, newest first."""

    template_name = "postmortems/revisions.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
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
