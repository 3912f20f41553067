"""A stranger sees the same with and without the private records, but not where a guard is missing.

Both are one test, because both begin with the same walk, by a reader who has all rights but not to these records.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from oncall.models import Obligation
from tests import factories as make
from tests.walk import company as companies
from tests.walk import guards, parameters, posts, steps
from tests.walk.company import OPEN, PRIVATE
from tests.walk.guards import Guards, Site
from tests.walk.readers import STRANGERS, Answer, Reader

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]
TRIES = 8
"""At so many of its addresses a guard is taken away, from the first to the last."""
SECOND_GUARDS = {
    ("incidents/permissions.py", "can_see"): "The record was found among those that the person sees.",
    ("postmortems/permissions.py", "can_see"): "So was the postmortem.",
    ("config/base/web/views.py", "AlertQuerySet"): "The list's own queryset has the same limit.",
    ("incidents/api/tickets.py", "AlertQuerySet"): "The alerts are those of an incident that the person sees.",
    ("incidents/customers/template_previews.py", "UpdateQuerySet"): "Its texts are published, and its test hides one.",
    (
        "incidents/panels/my_work.py",
        "TicketQuerySet",
    ): "They are the person's own, or each decision asks for the right.",
    ("incidents/views/tickets/bulk.py", "TicketQuerySet"): "A GET names no tickets; its own test sends private ones.",
    ("config/navigation/my_work.py", "TicketQuerySet"): "The tickets are those of the person's own teams.",
    ("incidents/tickets/story.py", "UpdateQuerySet"): "The incidents are those that the person sees already.",
}
"""Places whose absence changes nothing, because another guard stands before them: file, what is asked, and which."""

OF_RIGHTS = {"ServiceAccountQuerySet"}
"""What limits rows by the table of rights: this walk's reader holds all of them. The rows' own tests ask as others."""

COUNTS_ALL = {
    "/system-health/": "Administrators see how many escalations wait, private ones too; they are named by key only.",
    "/api/v1/engine/": "The same for programs that watch the engine.",
    "/admin/": "Its first page has the same figures.",
}
"""Addresses that differ when the private records are gone, and why that is meant."""


def test_private_records_make_no_difference_to_a_stranger_and_a_missing_guard_does(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000  # the clock stands still
    with time_machine.travel(make.NOON + timedelta(hours=1), tick=False), guards.watched() as watch:
        company = companies.build()
        make.SavedViewFactory(pk=PRIVATE, name="Of somebody else", owner=make.UserFactory())
        reader, *others = [STRANGERS[name]() for name in STRANGERS if steps.IS_DEEP or name == "all rights"]
        Obligation.objects.filter(pk=PRIVATE).update(owner=reader.user)
        before = {other.name: _walk(other, watch) for other in others} | {reader.name: _walk(reader, watch)}
        pairs = [pair for answers in before.values() for pair in answers.items()]
        assert [path for path, answer in pairs if steps.leaks(company, path, answer)] == []
        assert [path for path, answer in pairs if answer.status >= 500] == []

        sites = {site: list(dict.fromkeys(paths)) for site, paths in watch.reached.items() if paths}
        usual = before[reader.name]
        unseen = [site for site, paths in sites.items() if not _is_seen(site, paths, reader, usual, watch)]
        sent = {person.name: posts.send_all(person) for person in (reader, *others)}
        companies.erase()
        different = [path for person in (reader, *others) for path in _differences(person, before[person.name], watch)]
        for person in (reader, *others):
            answers = posts.send_all(person)
            different += [call for call, outcome in sent[person.name].items() if answers[call] != outcome]

    unseen = [site for site in unseen if site[2] not in OF_RIGHTS]
    assert [site for site in unseen if (site[0], site[2]) not in SECOND_GUARDS] == []
    assert different == []


def _walk(reader: Reader, watch: Guards) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    is_staff = reader.user is not None and reader.user.is_staff
    for path in [*steps.paths(reader, PRIVATE, OPEN), *parameters.paths(is_staff=is_staff)]:
        watch.path = path
        answers[path] = reader.get(path)
    watch.path = ""
    return answers


def _differences(reader: Reader, before: dict[str, Answer], watch: Guards) -> Iterator[str]:
    for path, answer in _walk(reader, watch).items():
        was = before[path]
        is_meant = path in COUNTS_ALL or path.startswith(steps.STATUS_PAGE)
        if not is_meant and (was.status, was.stable) != (answer.status, answer.stable):
            yield path


def _is_seen(site: Site, paths: list[str], reader: Reader, answers: dict[str, Answer], watch: Guards) -> bool:
    """Whether an answer differs from the one with the guard in its place."""
    watch.removed = site
    try:
        for path in paths[:: max(1, len(paths) // TRIES)]:
            cache.clear()
            answer = reader.get(path)
            if (answer.status, answer.stable) != (answers[path].status, answers[path].stable):
                return True
        return False
    finally:
        watch.removed = None
