"""Two people at once: one draft, and no text written over another."""

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
    """What each of several threads that begin together gets, answers and refusals alike."""
    start, found = threading.Barrier(AT_ONCE), []

    def run(number: int) -> None:
        start.wait(10)
        try:
            found.append(act(number))
        except PostmortemRefused as refused:
            found.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def test_drafts_become_one() -> None:
    ticket = make.IncidentFactory(status="restored", restored_at=NOON)

    made = at_once(lambda _: writing.draft(ticket_id=ticket.pk, actor=None, at=NOON))

    assert len(made) == AT_ONCE
    assert set(made) == {Postmortem.objects.get()}


def test_texts_of_one_reading_are_saved_once() -> None:
    postmortem = make.PostmortemFactory(section="As read.")
    person, seen = make.UserFactory(), postmortem.sections.get().updated_at

    saved = at_once(
        lambda number: writing.write(
            postmortem_id=postmortem.pk, key="summary", body=f"By {number}.", actor=person, at=NOON, seen=seen
        )
    )

    assert [isinstance(one, writing.Stale) for one in saved].count(True) == AT_ONCE - 1
    assert postmortem.revisions.count() == 1
