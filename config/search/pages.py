"""The page of the search, and the part of it that the dialog shows while somebody types."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.base.data import search
from config.base.data.search import Group, Hit
from config.base.web.query_pages import QueryPage
from config.search.forms import SearchForm
from incidents.permissions import can_act, can_declare


@dataclass(frozen=True)
class WayOut:
    """What to do with words that nothing has: its label, address and icon."""

    label: str
    url: str
    icon: str


class SearchPage(QueryPage):
    """All kinds of records with these words; a number of a ticket leads to the ticket at once."""

    title = "Search"
    template_name = "search/page.html"

    @cached_property
    def query_form(self) -> SearchForm:
        """The form of the address, checked."""
        form = SearchForm(self.request.GET, kinds=search.kinds_for(self.person))
        form.is_valid()
        return form

    @cached_property
    def groups(self) -> list[Group]:
        """What was found."""
        return self.query_form.groups(self.person) if self.is_readable else []

    @property
    def exact(self) -> Hit | None:
        """The record whose number was typed."""
        return next((hit for group in self.groups for hit in group.hits.rows if hit.is_exact), None)

    @property
    def is_part(self) -> bool:
        """Whether the dialog asks, while somebody types."""
        return self.request.headers.get("HX-Request") == "true"

    def get_template_names(self) -> list[str]:
        """The page, or only the results."""
        return ["search/results.html"] if self.is_part else [self.template_name]

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The results, or the record whose number was sent with Enter."""
        if self.exact and not self.is_part and not self.query_form.chosen:
            return HttpResponseRedirect(self.exact.url)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def _ways_out(self, text: str) -> list[WayOut]:
        """What becomes of words that nothing has: a ticket for who logs calls, else an incident."""
        query = urlencode({"title": text})
        if can_act(self.person):
            return [WayOut("New ticket with these words", f"{reverse('incidents:ticket-new')}?{query}", "headset")]
        if can_declare(self.person):
            url = f"{reverse('incidents:declare')}?{query}"
            return [WayOut("Declare an incident with these words", url, "urgent")]
        return []

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The groups, what else was looked for, and what to do if nothing was found."""
        form = self.query_form
        close = dict.fromkeys(word for group in self.groups for word in group.hits.close_words)
        return super().get_context_data(**kwargs) | {
            "question": form.question,
            "groups": self.groups,
            "exact": self.exact,
            "kind": form.chosen,
            "is_done_only": form.limits.is_done_only,
            "close_words": list(close),
            "open_count": sum(group.hits.open_count for group in self.groups),
            "count": sum(group.hits.count for group in self.groups),
            "is_part": self.is_part,
            "kinds": form.kinds,
            "ways_out": self._ways_out(form.question.text),
        }
