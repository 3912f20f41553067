"""Concerns about channels that are not set up; each registered channel is asked by itself."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from config.base.web.concerns import ADMINISTER, Concern, Stage, Task, count_text
from oncall import channels
from oncall.models import ContactKind, ContactMethod

_MAIL = "email"


def list_concerns(at: datetime) -> list[Concern]:
    """One concern for each thing that is not set up, with the channels that wait for it.

    A channel that people have chosen cannot work until then; mail is always needed, for sign-in and customers.
    """
    waiting: dict[str, list[str]] = {}
    for channel in channels.SENDERS:
        if gap := channels.find_gap(channel):
            waiting.setdefault(gap, []).append(channel)
    if not waiting:
        return []
    counts = ContactMethod.objects.order_by().values_list("kind").annotate(number=Count("pk"))
    used = dict(counts)
    return [_concern(gap, names, sum(used.get(name, 0) for name in names)) for gap, names in waiting.items()]


def _concern(gap: str, names: Sequence[str], methods: int) -> Concern:
    is_mail = _MAIL in names
    labels = dict(ContactKind.choices)
    words = [labels.get(name, name.capitalize()) for name in names]
    words = [words[0], *(word[:1].lower() + word[1:] for word in words[1:])]
    listed = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    users = f" {count_text(methods, 'contact method uses', 'contact methods use')} it." if methods else ""
    return Concern(
        text=f"{listed} {'is' if len(words) == 1 else 'are'} not set up.",
        effect=f"{gap}{users}",
        count=methods or 1,
        task=Task.SYSTEM,
        stage=Stage.MAIL if is_mail else Stage.CHANNELS,
        url=reverse("admin-task", args=[Task.SYSTEM]) + "#settings",
        button="See the settings",
        right=ADMINISTER,
        is_blocking=is_mail or methods > 0,
    )
