"""Known errors in global search, by title, symptoms and workaround."""

from django.db.models import Q

from config.base.data.excerpts import excerpt, holds_any
from config.base.data.search import Hit, Hits, Kind, Limits, Question
from config.base.data.search_vectors import WordsQuery
from config.base.data.text_search import find_texts
from config.base.data.users import User
from problems.models import KNOWN_ERROR_TEXT, KnownError, KnownErrorStatus


def find(question: Question, user: User, limits: Limits) -> Hits:
    """Known errors of problems that this person may see; a retired one counts as done."""
    if not question.words:
        return Hits()

    def hit(known_error: KnownError) -> Hit:
        source = "what people see"
        text = known_error.symptoms
        if not holds_any(text, question.stems):
            source, text = "workaround", known_error.workaround
        return Hit(
            title=known_error.title,
            url=known_error.get_absolute_url(),
            detail=known_error.problem.reference,
            excerpt=excerpt(text, question.stems),
            source=source,
            status=("known_error", known_error.status, known_error.get_status_display()),
            opened_at=known_error.published_at,
            is_open=known_error.status == KnownErrorStatus.PUBLISHED,
        )

    rows = KnownError.objects.annotate(text=KNOWN_ERROR_TEXT).filter(text=WordsQuery(question.words))
    return find_texts(
        rows.visible_to(user).select_related("problem"), question, limits,
        title="title", is_done=Q(status=KnownErrorStatus.RETIRED), hit=hit,
    )  # fmt: skip


KIND = Kind(name="known_errors", label="Known errors", icon="bulb", order=20, find=find)
