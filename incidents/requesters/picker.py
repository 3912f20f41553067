"""The requesters among whom an agent picks while a caller says who they are."""

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from config.base.data.search import Question
from incidents.models import Contact, Ticket
from incidents.requesters.matching import conditions_of
from oncall.models import User

MAX_ROWS = 8


def search_requesters(words: str, *, reader: User, limit: int = MAX_ROWS) -> QuerySet[Contact]:
    """The requesters whom the words fit, as global search finds them, each with its `open_tickets`.

    Those whose name begins with the words come first, then those whose name is most like them. One query, and
    nobody for who may not see requesters. Open tickets are those that the reader may see.
    """
    question = Question.of(words)
    is_named, is_alike = conditions_of(question)
    if not is_named or not reader.has_perm("incidents.view_contact"):
        return Contact.objects.none()
    begins = Case(When(name__istartswith=question.text, then=Value(0)), default=Value(1), output_field=IntegerField())
    likeness = TrigramWordSimilarity(question.text, "name")
    rows = with_open_tickets(Contact.objects.filter(is_named | is_alike), reader=reader)
    return rows.order_by(begins, likeness.desc(), "name", "pk")[:limit]


def with_open_tickets(rows: QuerySet[Contact], *, reader: User) -> QuerySet[Contact]:
    """The same requesters, each with the number of its open tickets that the reader may see."""
    tickets = Ticket.objects.visible_to(reader).open().filter(requester=OuterRef("pk")).order_by()
    count = tickets.values("requester").annotate(number=Count("pk", distinct=True)).values("number")
    return rows.annotate(open_tickets=Coalesce(Subquery(count), 0, output_field=IntegerField()))
