"""Postmortems in global search, by the words of their sections and of their incident."""

from django.db.models import OuterRef, Q, Subquery

from config.base.data.excerpts import excerpt
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from config.base.data.search_vectors import WordsQuery
from config.base.data.text_search import find_texts
from config.base.data.users import User
from incidents.models import TicketText
from postmortems.models import SECTION_TEXT, Postmortem, PostmortemSection, PostmortemStatus


def find(question: Question, user: User, limits: Limits) -> Hits:
    """Postmortems of incidents that this person may see; a closed one counts as done."""
    if not question.words:
        return Hits()

    def hit(postmortem: Postmortem) -> Hit:
        return Hit(
            title=postmortem.ticket.title,
            url=postmortem.get_absolute_url(),
            reference=f"Postmortem of {postmortem.ticket.reference}",
            detail=postmortem.owner.name if postmortem.owner else "",
            excerpt=excerpt(postmortem.body or "", question.stems),  # type: ignore[attr-defined]  # annotated below
            source="in its text" if postmortem.body else "",  # type: ignore[attr-defined]  # annotated below
            status=("postmortem", postmortem.status, postmortem.get_status_display()),
            opened_at=postmortem.created_at,
            is_open=postmortem.status != PostmortemStatus.CLOSED,
        )

    query = WordsQuery(question.words)
    sections = PostmortemSection.objects.annotate(text=SECTION_TEXT).filter(text=query)
    texts = TicketText.objects.filter(vector=query)
    stems = "|".join(question.stems)
    bodies = PostmortemSection.objects.filter(postmortem=OuterRef("pk"), body__iregex=rf"\m({stems})")
    rows = Postmortem.objects.filter(Q(pk__in=sections.values("postmortem")) | Q(ticket__in=texts.values("ticket")))
    return find_texts(
        rows.visible_to(user)
        .select_related("ticket", "owner")
        .annotate(body=Subquery(bodies.order_by("position").values("body")[:1])),
        question, limits, title="ticket__title", is_done=Q(status=PostmortemStatus.CLOSED), hit=hit,
    )  # fmt: skip


KIND = Kind(name="postmortems", label="Postmortems", icon="file-text", order=70, find=find)
