"""The endpoint of the search: the same answer as the page."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.data import search
from config.base.data.search import Group, Hit
from config.base.data.users import signed_in
from config.base.rest.serializers import Instant, OutputSerializer
from config.base.rest.viewsets import AnswerViewSet
from config.search.forms import SearchForm
from incidents.models import Ticket


class SearchHitSerializer(OutputSerializer):
    """A record that was found."""

    kind = serializers.CharField(help_text="The kind of record, as `tickets`.")
    reference = serializers.CharField(help_text="Its number, as INC-7; empty if its kind has none.")
    title = serializers.CharField(help_text="Its title, or its name.")
    url = serializers.CharField(help_text="Its page in the portal.")
    is_open = serializers.BooleanField(help_text="False if it is done, closed or out of use.")
    is_exact = serializers.BooleanField(help_text="Whether `q` is its number.")
    status = serializers.CharField(allow_null=True, help_text="Null if its kind has none.")
    detail = serializers.CharField(help_text="What tells it from others: service, team, address.")
    excerpt = serializers.CharField(help_text="The text in which the words are, if they are not in the title.")
    opened_at = Instant(allow_null=True, help_text="When it was opened or written.")


class SearchKindSerializer(OutputSerializer):
    """How many records of a kind were found."""

    kind = serializers.CharField(help_text="The kind of record, as `tickets`.")
    open_count = serializers.IntegerField(help_text="How many are open.")
    done_count = serializers.IntegerField(help_text="How many are done, closed or out of use.")
    is_capped = serializers.BooleanField(help_text="Whether there may be more done ones.")


class SearchSerializer(OutputSerializer):
    """What was found: kind by kind, open records before done ones."""

    words = serializers.ListField(child=serializers.CharField(), help_text="The words that were looked for.")
    also = serializers.ListField(
        child=serializers.CharField(), help_text="Words one typing error away, which were looked for too."
    )
    kinds = SearchKindSerializer(many=True, help_text="Those that found something.")
    hits = SearchHitSerializer(many=True, help_text="The best of each kind.")


class SearchViewSet(AnswerViewSet[Ticket]):
    """Tickets, services, teams, people, requesters, known errors and postmortems by number or words."""

    queryset = Ticket.objects.all()
    serializer_class = SearchSerializer
    query_parameters = ("q", "kind", "done")
    filter_parameters = ("kind", "done")

    @extend_schema(
        parameters=[
            OpenApiParameter("q", required=True, description=f"At most {search.MAX_CHARACTERS} characters."),
            OpenApiParameter("kind", description="Only this kind, up to 50 records; else 5 of each."),
            OpenApiParameter("done", type=bool, description="true: only what is done."),
        ]
    )
    def list(self, request: Request) -> Response:
        """The best records of each kind that the caller may see."""
        user = signed_in(request)
        form = SearchForm(request.query_params, kinds=search.kinds_for(user))
        if not form.is_valid():
            problems = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
            raise exceptions.ValidationError(problems)
        question = form.question
        if not question.text or question.is_cut:
            sentence = f"Write what to look for, in 1 to {search.MAX_CHARACTERS} characters."
            raise exceptions.ValidationError({"q": [sentence]})
        groups = form.groups(user)
        also = dict.fromkeys(word for group in groups for word in group.hits.close_words)
        content = {
            "words": question.words,
            "also": list(also),
            "kinds": [_kind(group) for group in groups],
            "hits": [_hit(group, hit) for group in groups for hit in group.hits.rows],
        }
        return Response(SearchSerializer(content).data)


def _kind(group: Group) -> dict[str, object]:
    hits = group.hits
    return {
        "kind": group.kind.name,
        "open_count": hits.open_count,
        "done_count": hits.done_count,
        "is_capped": hits.is_capped,
    }


def _hit(group: Group, hit: Hit) -> dict[str, object]:
    return {
        "kind": group.kind.name,
        "reference": hit.reference,
        "title": hit.title,
        "url": hit.url,
        "is_open": hit.is_open,
        "is_exact": hit.is_exact,
        "status": hit.status[1] if hit.status else None,
        "detail": hit.detail,
        "excerpt": hit.excerpt,
        "opened_at": hit.opened_at,
    }
