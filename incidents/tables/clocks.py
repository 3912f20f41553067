"""The columns of a list of tickets that say what is due next; rows come from `next_due.with_open_clocks`."""

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from config.base.web import badges, display
from config.base.web.markup import fill
from config.base.web.tables import Table, TimeColumn
from incidents.models import SlaState, Ticket
from incidents.sla import loading, next_due, words
from incidents.sla.next_due import DueClock, TimeLeft
from oncall.calendars.opening_hours import AROUND_THE_CLOCK, OpeningHours


class NextDueColumn(tables.Column):
    """The next clock of a ticket, sorted in the database by when it is due; without a running clock last."""

    def __init__(self, **options: object) -> None:
        shared: dict[str, object] = {"verbose_name": "Next due", "empty_values": (), "exclude_from_export": True}
        super().__init__(**shared | options)

    def order(self, queryset: QuerySet[Ticket], is_descending: bool) -> tuple[QuerySet[Ticket], bool]:
        """By the due time; the index has this order."""
        due = F("sla_due_at")
        order = due.desc(nulls_last=True) if is_descending else due.asc(nulls_last=True)
        return queryset.order_by(order, "pk"), True


def _hidden(verbose_name: str) -> tables.Column:
    """A column of the CSV file only."""
    return tables.Column(verbose_name=verbose_name, visible=False, empty_values=(), orderable=False)


class NextDueTable(Table):
    """A table of tickets with their next clock; in CSV its due time, minutes left, state and pauses."""

    next_due = NextDueColumn()
    sla_due_at = TimeColumn(verbose_name="Due at", visible=False, orderable=False)
    minutes_left = _hidden("Minutes left")
    clock_state = _hidden("Clock")
    paused_by = _hidden("Paused by")

    def render_next_due(self, record: Ticket) -> SafeString:
        """What is left and until when; or why and since when it stands still (K-24, K-32)."""
        clock = next_due.next_clock(record)
        if clock is None:
            return fill('<span class="hf-sub">{}</span>', "No promise")
        metric = words.metric_text(clock.metric)
        if clock.is_paused:
            since = display.clock_element(clock.paused_since, at=self.at)
            reasons = words.short_reasons_text(clock.paused_by)
            return _cell("paused", "Paused", fill("{}, since {}", reasons, since))
        left, due = self._left(clock), display.clock_element(clock.due_at, at=self.at)
        amount = words.left_text(left.minutes, is_round_the_clock=clock.is_round_the_clock)
        if clock.breached_at is not None or left.minutes < 0:
            return _cell("broken", f"{amount} late", fill("{} was {}", metric, due))
        until = fill("{} by {}", metric, due)
        if left.opens_at is not None:
            opens = display.clock_element(left.opens_at, at=self.at)
            return _cell("closed", fill("Opens {}", opens), until)
        return _cell(words.urgency(left.percent, clock.warn_percents), f"{amount} left", until)

    def value_minutes_left(self, record: Ticket) -> int | None:
        """Minutes that count until it is due, negative once it was; empty while it is paused."""
        clock = next_due.next_clock(record)
        return None if clock is None or clock.is_paused else self._left(clock).minutes

    def value_clock_state(self, record: Ticket) -> str:
        """Whether the clock runs, stands still or is broken."""
        clock = next_due.next_clock(record)
        if clock is None:
            return ""
        return "Broken" if clock.breached_at is not None else str(SlaState(clock.state).label)

    def value_paused_by(self, record: Ticket) -> str:
        """Why it stands still."""
        clock = next_due.next_clock(record)
        return words.reasons_text(clock.paused_by) if clock is not None and clock.is_paused else ""

    def _left(self, clock: DueClock) -> TimeLeft:
        hours = AROUND_THE_CLOCK if clock.is_round_the_clock else self._hours.get(clock.version or 0, AROUND_THE_CLOCK)
        return next_due.time_left(clock, hours, at=self.at)

    @cached_property
    def _hours(self) -> dict[int, OpeningHours]:
        """The calendars of targets by version, loaded once for a table that needs them."""
        targets = loading.load_definitions().targets
        return {version.key: version.hours for target in targets for version in target.versions}


def _cell(css: str, face: object, below: object) -> SafeString:
    return fill('{}<div class="hf-sub hf-cut">{}</div>', badges.clock_face(css, face), below)
