"""The walk sees a guard that is missing: each place that asks who may see a record is taken away in turn."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from oncall.models import Obligation
from tests import factories as make
from tests.walk import company as companies
from tests.walk import guards, steps
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
    ("incidents/tickets/story.py", "UpdateQuerySet"): "The incidents are those that the person sees already.",
}
"""Places whose absence changes nothing, because another guard stands before them: file, what is asked, and which."""


def test_a_missing_guard_is_seen_at_an_address() -> None:
    with time_machine.travel(make.NOON + timedelta(hours=1), tick=False), guards.watched() as watch:
        companies.build()
        make.SavedViewFactory(pk=PRIVATE, name="Of somebody else", owner=make.UserFactory())
        reader = STRANGERS["all rights"]()
        Obligation.objects.filter(pk=PRIVATE).update(owner=reader.user)
        answers = _walk(reader, watch)
        sites = {site: list(dict.fromkeys(paths)) for site, paths in watch.reached.items() if paths}

        unseen = [site for site, paths in sites.items() if not _is_seen(site, paths, reader, answers, watch)]

    assert [site for site in unseen if (site[0], site[2]) not in SECOND_GUARDS] == []


def _walk(reader: Reader, watch: Guards) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for path in steps.paths(reader, PRIVATE, OPEN):
        watch.path = path
        answers[path] = reader.get(path)
    watch.path = ""
    return answers


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
