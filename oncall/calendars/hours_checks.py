"""What is wrong, or odd, about opening hours before they are stored (K-10, K-12)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from django.core.exceptions import ValidationError

from config.base.data.moments import Unreadable, read_day
from oncall.calendars import hours_lines
from oncall.calendars.hours_types import DaySpan, ExceptionDay, WeeklyWindow
from oncall.models.people import validate_zone
from oncall.schedules.drafts import restriction_error
from oncall.schedules.loading import minute_of_day

MAX_WINDOWS = 100
MAX_EXCEPTIONS = 500
_ALMOST_MIDNIGHT = "23:59"


def check_hours(*, time_zone: str, windows: Sequence[WeeklyWindow], exceptions: Sequence[ExceptionDay]) -> None:
    """Raise ValidationError that names the wrong fields: `time_zone`, `windows`, `exceptions`.

    The windows have the stored form; see `CalendarVersion`.
    """
    errors: dict[str, list[str]] = {}
    try:
        validate_zone(time_zone)
    except ValidationError as error:
        errors["time_zone"] = error.messages
    if messages := list(_window_errors(windows)):
        errors["windows"] = messages
    if messages := list(_exception_errors(exceptions)):
        errors["exceptions"] = messages
    if errors:
        raise ValidationError(errors)


def hours_warnings(*, windows: Sequence[WeeklyWindow], exceptions: Sequence[ExceptionDay]) -> list[str]:
    """Sentences about hours that are allowed, but are rarely what their author means."""
    sentences = []
    if not windows:
        sentences.append(
            "There is no window, so the calendar is never open outside its exceptions, and clocks on it never end."
            " Write every day 00:00-24:00 to be open around the clock."
        )
    all_windows = [*windows, *(window for exception in exceptions for window in exception["windows"])]
    if any(window["end"] == _ALMOST_MIDNIGHT for window in all_windows):
        sentences.append("An end at 23:59 leaves one minute closed every night: write 24:00.")
    return sentences


def _window_errors(windows: Sequence[WeeklyWindow]) -> Iterator[str]:
    if len(windows) > MAX_WINDOWS:
        yield f"Opening hours have at most {MAX_WINDOWS} windows: join days with the same times in one."
        return
    for number, window in enumerate(windows, start=1):
        if message := _window_error(window):
            yield f"Window {number}: {message}"


def _window_error(window: WeeklyWindow) -> str:
    if not isinstance(window, dict) or set(window) != {"days", "start", "end"}:
        return "A window has days, a start and an end."
    if window["days"] is None:
        return "Days are numbers from 0 for Monday to 6 for Sunday."
    return restriction_error({"type": "daily", **window}) or _length_error(window)


def _length_error(window: DaySpan) -> str:
    if window["start"] == window["end"]:
        return f"{hours_lines.spans_text([window])} has no length. Write 00:00-24:00 for a whole day."
    return ""


def _exception_errors(exceptions: Sequence[ExceptionDay]) -> Iterator[str]:
    if len(exceptions) > MAX_EXCEPTIONS:
        yield f"Opening hours have at most {MAX_EXCEPTIONS} exceptions: leave out those that are over."
        return
    days: set[str] = set()
    for number, exception in enumerate(exceptions, start=1):
        if message := _exception_error(exception):
            yield f"Exception {number}: {message}"
        elif exception["date"] in days:
            yield f"{exception['date']} occurs twice. Write all windows of a day on one line."
        else:
            days.add(exception["date"])


def _exception_error(exception: ExceptionDay) -> str:
    if not isinstance(exception, dict) or not {"date", "windows"} <= set(exception) <= {"date", "windows", "name"}:
        return "An exception has a date, windows and perhaps a name."
    try:
        read_day(str(exception["date"]))
    except Unreadable as error:
        return str(error)
    for window in exception["windows"]:
        if message := _exception_window_error(window):
            return f"{exception['date']}: {message}"
    spans = [(minute_of_day(window["start"]), minute_of_day(window["end"])) for window in exception["windows"]]
    if any(start < end_before for (_, end_before), (start, _) in pairwise(spans)):
        return f"{exception['date']}: windows overlap or are not in order. Begin each when the one before has ended."
    return ""


def _exception_window_error(window: DaySpan) -> str:
    if not isinstance(window, dict) or set(window) != {"start", "end"}:
        return "A window of an exception has a start and an end."
    if message := restriction_error({"type": "daily", **window}) or _length_error(window):
        return message
    if minute_of_day(window["end"]) < minute_of_day(window["start"]):
        return (
            f"{hours_lines.spans_text([window])} does not end on the same day. End it at 24:00, and write the rest as"
            " an exception of the next day."
        )
    return ""
