"""Concurrent actions: one draft, and no text overwritten."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from postmortems import writing
from postmortems.locking import PostmortemRefused
from postmortems.models import Postmortem
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def at_once(act: Callable[[int], object]) -> list[object]:
    """The results of several threads that begin together: return values or refusals."""
    start, results = threading.Barrier(AT_ONCE), []

    def run(number: int) -> None:
        start.wait(10)
        try:
            results.append(act(number))
        except PostmortemRefused as refused:
            results.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_drafts_become_one() -> None:
    ticket = make.IncidentFactory(status="restored", restored_at=NOON)

    drafts = at_once(lambda _: writing.draft(ticket_id=ticket.pk, actor=None, at=NOON))

    assert len(drafts) == AT_ONCE
    assert set(drafts) == {Postmortem.objects.get()}


def test_texts_of_one_reading_are_saved_once() -> None:
    postmortem = make.PostmortemFactory(section="As read.")
    person, seen = make.UserFactory(), postmortem.sections.get().updated_at

    saved = at_once(
        lambda number: writing.write(
            postmortem_id=postmortem.pk, key="summary", body=f"By {number}.", actor=person, at=NOON, seen=seen
        )
    )

    assert [isinstance(result, writing.Stale) for result in saved].count(True) == AT_ONCE - 1
    assert postmortem.revisions.count() == 1
