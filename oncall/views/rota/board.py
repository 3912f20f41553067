"""The rota pages of a team and of a schedule: grid, problems, and the view of an earlier day."""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from config.base.web.views import TemplatePage
from oncall import rota
from oncall.forms.rota import RotaForm
from oncall.models import Schedule, Team
from oncall.rota import handoff_notes, spans

_TROUBLES = 40
_NOTES = 10


class _RotaPage(TemplatePage):
    """The rota over the days of the address; by default this week or month."""

    template_name = "oncall/rota/rota.html"
    default_span = spans.WEEK

    def subject(self) -> tuple[Team | Schedule, list[int], str]:
        """The team or schedule, the ids of its schedules, and the time zone to use if they have different ones."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page; 422 with a message if the requested days cannot be shown."""
        response = super().get(request, *args, **kwargs)
        if "board" not in response.context_data:  # type: ignore[attr-defined]  # this page answers with a template
            response.status_code = 422
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The grid, or the errors of the form."""
        self.record, ids, default = self.subject()
        form = RotaForm(self.request.GET, at=self.at)
        context = {"form": form, "record": self.record, "reader_zone": timezone.get_current_timezone_name()}
        if not form.is_valid():
            return super().get_context_data(**kwargs) | context
        values = form.cleaned_data
        zone = rota.zone_of(ids, at=self.at, default=default)
        try:
            span = rota.span(
                kind=values["span"] or self.default_span,
                start=values["start"],
                end=values["end"],
                zone=zone,
                at=self.at,
            )
        except rota.TooLong as refusal:
            form.add_error(None, str(refusal))
            return super().get_context_data(**kwargs) | context
        return super().get_context_data(**kwargs) | context | self._board_context(ids, span, values["as_of"])

    def _board_context(self, ids: list[int], span: rota.Span, as_of: datetime | None) -> dict[str, object]:
        board = rota.board(ids=ids, span=span, as_of=as_of)
        reader = rota.Reader(user=self.person.pk, zone=ZoneInfo(timezone.get_current_timezone_name()), at=self.at)
        return {
            "board": board,
            "bands": rota.draw(board, reader=reader),
            "listing": rota.list_lanes(board, reader=reader),
            "troubles": board.troubles[:_TROUBLES],
            "more_troubles": max(0, len(board.troubles) - _TROUBLES),
            "notes": handoff_notes.recent_notes(ids, at=self.at)[:_NOTES],
            "kinds": [
                (kind, label, self._span_address(span, as_of, kind=kind)) for kind, label in spans.KINDS.items()
            ],
            "previous": self._span_address(span, as_of, steps=-1),
            "next": self._span_address(span, as_of, steps=1),
            "today": self._span_address(span, as_of, steps=None),
        }

    @staticmethod
    def _span_address(span: rota.Span, as_of: datetime | None, *, kind: str = "", steps: int | None = 0) -> str:
        """The address of another span."""
        query = {"span": kind or span.kind}
        if kind:
            query["start"] = span.first.isoformat()
        elif steps is not None:
            start = span.start_after(steps)
            query["start"] = start.isoformat()
            if span.kind == spans.RANGE:
                query |= {"span": "", "end": (start + (span.last - span.first)).isoformat()}
        elif span.kind == spans.RANGE:
            query = {}
        if as_of is not None:
            query["as_of"] = RotaForm.base_fields["as_of"].prepare_value(as_of)
        return f"?{urlencode({name: value for name, value in query.items() if value})}"

    def get_title(self) -> str:
        """The team or schedule."""
        return f"Rota of {self.record}"


class TeamRota(_RotaPage):
    """All schedules of a team."""

    def subject(self) -> tuple[Team | Schedule, list[int], str]:
        """The team and its schedules."""
        team = get_object_or_404(Team, slug=self.kwargs["slug"])
        return team, list(team.schedules.values_list("pk", flat=True)), team.time_zone


class ScheduleRota(_RotaPage):
    """One schedule."""

    default_span = spans.MONTH

    def subject(self) -> tuple[Team | Schedule, list[int], str]:
        """The schedule."""
        schedule = get_object_or_404(Schedule.objects.select_related("team"), pk=self.kwargs["pk"])
        return schedule, [schedule.pk], schedule.team.time_zone
