"""Pages beside lists whose address asks something: they answer that, or say what of it they do not understand."""

from typing import Any

from django.http import HttpResponse
from django.utils.functional import cached_property

from config.base.web.filters import query_problems
from config.base.web.views import TemplatePage


class QueryPage(TemplatePage):
    """A page of what its address asks. Declare `query_form`, the one reader of its parameters.

    While `is_readable` is false the page shows no figures: never those of a usual choice under the name of another.
    `numbered` are parameters that number the pages of a part. A page with `export` has a table as CSV.
    """

    numbered: tuple[str, ...] = ()

    @property
    def query_form(self) -> Any:
        """The form of all parameters of the address, bound to it."""
        raise NotImplementedError

    @property
    def is_readable(self) -> bool:
        """Whether every value of the address is understood; unknown names alone change nothing."""
        return bool(self.query_form.is_valid())

    @cached_property
    def query_problems(self) -> list[str]:
        """What of the address is not understood, in words."""
        return query_problems(self.query_form, self.request.GET, pages=self.numbered)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what of the address is not understood."""
        return super().get_context_data(**kwargs) | {"query_problems": self.query_problems}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """The page, or with `?export=csv` its table, unless a part of the address is not understood."""
        if self.request.GET.get("export") == "csv" and not self.query_problems:
            return self.export(context)
        return super().render_to_response(context, **kwargs)

    def export(self, context: dict[str, Any]) -> HttpResponse:
        """The page's table as CSV; a page without one shows itself."""
        return super().render_to_response(context)
