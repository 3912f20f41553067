"""What of on-call waits for one person: tasks, and swaps to decide or to answer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.base.web import badges, display, my_work
from config.base.web.my_work import WorkItem, WorkKind
from oncall import permissions, subjects
from oncall.models import Obligation, OfferStatus, SwapRequest, SwapStatus, User
from oncall.obligations import kinds

MAX_ROWS = 200


def due_face(due_at: datetime, *, at: datetime) -> SafeString:
    """A due time as a clock: how late or how long, and by when."""
    left = (due_at - at).total_seconds()
    by = display.clock_element(due_at, at=at)
    if left < 0:
        face, words = badges.clock_face("broken", f"{display.duration_text(left)} late"), format_html("was due {}", by)
    elif left < timedelta(days=1).total_seconds():
        face, words = badges.clock_face("running", display.duration_text(left)), format_html("by {}", by)
    else:
        face = badges.clock_face("running", display.clock_text(due_at, at=at))
        words = format_html("in {}", display.duration_text(left))
    return format_html('{}<div class="hf-sub hf-cut">{}</div>', face, words)


def _tasks(user: User, at: datetime) -> Iterator[WorkItem]:
    rows = Obligation.objects.open().filter(subjects.visible(user), owner=user).select_related("team")
    for task in rows.order_by("due_at", "pk")[:MAX_ROWS]:
        facts = (kinds.get(task.kind).label, task.team.name if task.team else "")
        yield WorkItem(
            WorkKind.TASK, f"task-{task.pk}", "list-check", task.title, task.url, tuple(filter(None, facts)),
            task.due_at, due_face(task.due_at, at=at),
        )  # fmt: skip


def _swaps(user: User, at: datetime) -> Iterator[WorkItem]:
    """Those that the person may approve, and their own with an offer to answer."""
    rows = SwapRequest.objects.select_related("schedule__team", "requested_by", "chosen__user")
    waiting = rows.filter(status=SwapStatus.AWAITING_APPROVAL).order_by("starts_at", "pk")[:MAX_ROWS]
    for swap in waiting:
        if permissions.can_approve(user, swap):
            yield _swap(swap, f"Approve the swap of {swap.requested_by.name}", "Decide…", at=at)
    own = rows.filter(requested_by=user, status=SwapStatus.OFFERED, offers__status=OfferStatus.PENDING)
    for swap in own.distinct().order_by("starts_at", "pk")[:MAX_ROWS]:
        yield _swap(swap, "Somebody offers to take your shift", "Answer…", at=at)


def _swap(swap: SwapRequest, title: str, verb: str, *, at: datetime) -> WorkItem:
    facts = ("Swap", swap.schedule.name, f"from {display.clock_text(swap.starts_at, at=at)}")
    return WorkItem(
        WorkKind.APPROVAL, f"swap-{swap.pk}", "rubber-stamp", title, swap.get_absolute_url(), facts, swap.starts_at,
        due_face(swap.starts_at, at=at), verb=verb,
    )  # fmt: skip


def register() -> None:
    """Add both; called from `ready()`."""
    my_work.register(_tasks)
    my_work.register(_swaps)
