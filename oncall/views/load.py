"""Pages of the on-call load of a team or a schedule, also as CSV."""

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property

from config.base.web import charts, display
from config.base.web.csv_files import csv_response
from config.base.web.views import TemplatePage
from oncall.cover import relief
from oncall.forms.load import DaysForm
from oncall.load import figures
from oncall.models import Schedule, Team
from oncall.schedules.fairness import CATEGORIES, as_decimal

_MONTHS = 3
_HEADS = (
    "person", "people", "part_of_full_time", *(f"{name}_minutes" for name in CATEGORIES), "minutes", "fair_minutes",
    "deviation_minutes", "part_of_time", "shifts", "incidents_per_shift", "pages", "night_pages",
)  # fmt: skip


class _LoadPage(TemplatePage):
    """The load over the days of the address; by default the last three whole months."""

    template_name = "oncall/load/load.html"

    def team(self) -> Team:
        """The team of the page."""
        raise NotImplementedError

    def schedule(self) -> Schedule | None:
        """One of its schedules, or None for all."""
        return None

    @cached_property
    def form(self) -> DaysForm:
        """The form with the days."""
        today = timezone.localtime(self.at, ZoneInfo(self.team().time_zone)).date()
        usual = figures.last_months(today, count=_MONTHS)
        return DaysForm(usual | {name: value for name, value in self.request.GET.items() if value})

    @cached_property
    def report(self) -> figures.Load | None:
        """The load as far as the reader may read it; None if the days are invalid, which the form reports."""
        if not self.form.is_valid():
            return None
        days = self.form.cleaned_data
        try:
            return figures.visible_load(
                team=self.team(), schedule=self.schedule(), first_day=days["since"], last_day=days["until"],
                viewer=self.person, at=self.at,
            )  # fmt: skip
        except figures.BadRange as refusal:
            self.form.add_error("until", str(refusal))
            return None

    def render_to_response(self, context: dict[str, object], **kwargs: object) -> HttpResponse:
        """The page, or with `?export=csv` its table."""
        if self.request.GET.get("export") == "csv" and self.report is not None:
            return self._export(self.report)
        return super().render_to_response(context, **kwargs)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """The report, the chart and the hard nights."""
        report = self.report
        team = self.team()
        return super().get_context_data(**kwargs) | {
            "team": team,
            "schedule": self.schedule(),
            "schedules": team.schedules.order_by("name"),
            "filter_fields": [self.form["since"], self.form["until"]],
            "report": report,
            "chart": _chart(report) if report else "",
            "hard_nights": relief.relief_requests(team=team, viewer=self.person, at=self.at),
        }

    def _export(self, report: figures.Load) -> HttpResponse:
        lines = [*((line, "") for line in report.people), (report.others, "others"), (report.total, "all")]
        rows = [_csv_row(line, label) for line, label in lines if line is not None]
        return csv_response(_HEADS, rows, name=f"load-{report.team.slug}-{report.first_day}-{report.last_day}")


class TeamLoad(_LoadPage):
    """All schedules of a team together."""

    def get_title(self) -> str:
        """Whose load it is."""
        return f"Load of {self.team().name}"

    def team(self) -> Team:
        """The team of the address."""
        return self._team

    @cached_property
    def _team(self) -> Team:
        return get_object_or_404(Team, slug=self.kwargs["slug"])


class ScheduleLoad(_LoadPage):
    """One schedule."""

    def get_title(self) -> str:
        """Whose load it is."""
        return f"Load of {self._schedule.name}"

    def team(self) -> Team:
        """The schedule's team."""
        return self._schedule.team

    def schedule(self) -> Schedule | None:
        """The schedule of the address."""
        return self._schedule

    @cached_property
    def _schedule(self) -> Schedule:
        return get_object_or_404(Schedule.objects.select_related("team"), pk=self.kwargs["pk"])


def _chart(report: figures.Load) -> str:
    bars = [
        charts.Bar(
            line.user.get_short_name(),
            float(line.total),
            float(line.target),
            f"{line.user.name}: {display.hours_text(line.total)}, fair share {display.hours_text(float(line.target))}",
        )
        for line in report.people
        if line.user is not None
    ]
    if len(bars) < 2:
        return ""
    return charts.bar_chart(
        bars,
        name="load",
        title="Hours on call by person",
        about="Bars: hours on call. Lines: the fair share. The table below has the figures.",
        height=150,
    )


def _csv_row(line: figures.Figures, label: str) -> list[object]:
    return [
        line.user.name if line.user else label,
        line.people,
        "" if line.fte is None else line.fte,
        *(line.minutes[name] for name in CATEGORIES),
        line.total,
        as_decimal(line.target),
        as_decimal(line.deviation),
        as_decimal(line.of_time),
        line.shifts,
        as_decimal(line.incidents_per_shift),
        line.pages,
        line.night_pages,
    ]
