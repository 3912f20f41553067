"""Drafting a postmortem from the incident's record, and writing in it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from incidents import response
from incidents.models import Ticket, TimelineEntry
from postmortems import writing
from postmortems.locking import PostmortemRefused
from postmortems.models import Postmortem, PostmortemRevision
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def later(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def ana():
    return make.UserFactory(name="Ana")


@pytest.fixture
def ticket(ana):
    severity = make.SeverityFactory(rank=1, is_major=True, needs_prevention=True, pages=False, postmortem_days=3)
    row = response.declare(
        title="Checkout is down",
        service=make.ServiceFactory(name="Checkout"),
        severity=severity,
        customer_impact="No card is taken.",
        actor=ana,
        at=NOON,
    )
    response.start_work(ticket_id=row.pk, actor=ana, at=later(4))
    response.add_note(ticket_id=row.pk, text="The pool is empty.", actor=ana, at=later(10))
    response.add_note(ticket_id=row.pk, text="Dear Ms. Miller", is_public=True, actor=ana, at=later(11))
    return row


@pytest.fixture
def postmortem(ticket, ana):
    response.restore(ticket_id=ticket.pk, actor=ana, at=later(45))
    return writing.draft(ticket_id=ticket.pk, actor=ana, at=later(50))


def body(postmortem: Postmortem, key: str) -> str:
    return postmortem.sections.get(key=key).body


class TestDraft:
    def test_tells_the_timeline_in_utc_without_the_requesters_thread(self, postmortem):
        text = body(postmortem, "timeline")

        assert "- 2026-06-01 12:10 UTC The pool is empty." in text
        assert "- 2026-06-01 12:45 UTC Service restored." in text
        assert "Miller" not in text

    def test_knows_impact_and_detection(self, postmortem):
        assert "No card is taken." in body(postmortem, "impact")
        assert "45 min" in body(postmortem, "impact")
        assert "Acknowledged 4 min after the impact began." in body(postmortem, "detection")

    def test_is_due_by_severity_in_the_teams_zone(self, ticket, ana):
        ticket.team.time_zone = "Pacific/Auckland"
        ticket.team.save()
        response.restore(ticket_id=ticket.pk, actor=ana, at=datetime(2026, 6, 1, 23, 0, tzinfo=UTC))

        postmortem = writing.draft(ticket_id=ticket.pk, actor=ana, at=later(700))

        assert postmortem.due_on == date(2026, 6, 5)

    def test_gives_it_to_the_assignee_or_else_to_a_manager(self, ana):
        severity = make.SeverityFactory(pages=False)
        manager = make.MembershipFactory(role="manager")
        assigned = make.IncidentFactory(severity=severity, status="restored", restored_at=NOON, assignee=ana)
        unassigned = make.IncidentFactory(
            severity=severity, status="restored", restored_at=NOON, service=None, team=manager.team
        )

        owners = [writing.draft(ticket_id=row.pk, actor=None, at=NOON).owner for row in (assigned, unassigned)]

        assert owners == [ana, manager.user]

    def test_is_made_once(self, postmortem, ticket, ana):
        assert writing.draft(ticket_id=ticket.pk, actor=ana, at=later(90)) == postmortem

    def test_waits_for_restoration(self, ticket, ana):
        with pytest.raises(PostmortemRefused, match="Restore the service first"):
            writing.draft(ticket_id=ticket.pk, actor=ana, at=later(20))

    def test_is_on_the_timeline(self, postmortem, ticket):
        texts = TimelineEntry.objects.filter(ticket_id=ticket.pk).values_list("text", flat=True)

        assert texts.latest("pk") == "Postmortem drafted. Ana owns it; it is due on 4 Jun 2026."


class TestDraftWhenRestored:
    def test_follows_the_commit(self, ticket, ana, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            response.restore(ticket_id=ticket.pk, actor=ana, at=later(45))

        assert Postmortem.objects.get().ticket_id == ticket.pk

    def test_leaves_a_severity_without_the_duty_alone(self, ana, django_capture_on_commit_callbacks):
        mild = make.IncidentFactory(severity=make.SeverityFactory(rank=4))
        with django_capture_on_commit_callbacks(execute=True):
            response.restore(ticket_id=mild.pk, actor=ana, at=later(45))

        assert not Postmortem.objects.exists()

    def test_is_caught_up_by_the_sweep(self, ticket, ana):
        response.restore(ticket_id=ticket.pk, actor=ana, at=later(45))

        assert writing.draft_due(at=later(60)) == 1
        assert writing.draft_due(at=later(61)) == 0
        assert Postmortem.objects.get().ticket_id == ticket.pk

    def test_leaves_history_alone(self, ticket, ana):
        response.restore(ticket_id=ticket.pk, actor=ana, at=later(45))

        assert writing.draft_due(at=NOON + timedelta(days=8)) == 0

    def test_does_nothing_for_one_that_was_opened_again(self, ticket, ana):
        assert writing.draft_restored(ticket_id=ticket.pk, at=later(46)) is None


class TestWrite:
    def test_keeps_every_revision(self, postmortem, ana):
        for text in ("First.", "Second.", "Second."):
            writing.write(postmortem_id=postmortem.pk, key="summary", body=text, actor=ana, at=later(60))

        revisions = postmortem.revisions.filter(key="summary").order_by("number")
        assert [(revision.number, revision.body, revision.author) for revision in revisions] == [
            (1, "First.", ana),
            (2, "Second.", ana),
        ]
        postmortem.refresh_from_db()
        assert postmortem.drafted_at == later(60)

    def test_refuses_a_stale_text(self, postmortem, ana):
        seen = postmortem.sections.get(key="summary").updated_at
        writing.write(postmortem_id=postmortem.pk, key="summary", body="Theirs.", actor=ana, at=seen)

        with pytest.raises(writing.Stale, match="while you were typing"):
            writing.write(postmortem_id=postmortem.pk, key="summary", body="Mine.", actor=ana, at=later(9), seen=seen)

        assert body(postmortem, "summary") == "Theirs."

    def test_refuses_a_section_that_is_none(self, postmortem, ana):
        with pytest.raises(PostmortemRefused, match="no section"):
            writing.write(postmortem_id=postmortem.pk, key="public_text", body="x", actor=ana, at=later(60))

    def test_keeps_the_public_text_apart(self, postmortem, ana):
        writing.write_public(postmortem_id=postmortem.pk, text="We are sorry.", actor=ana, at=later(60))

        assert postmortem.revisions.get(key="public_text").body == "We are sorry."
        with pytest.raises(writing.Stale):
            writing.write_public(
                postmortem_id=postmortem.pk, text="Other.", actor=ana, at=later(61), seen=postmortem.created_at
            )

    def test_is_written_once_and_for_all(self, postmortem):
        revision = postmortem.revisions.first()

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            PostmortemRevision.objects.filter(pk=revision.pk).update(body="Never happened.")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM postmortems_postmortemrevision WHERE id = %s", [revision.pk])


class TestAssign:
    def test_gives_it_to_another(self, postmortem):
        bob = make.UserFactory(name="Bob")

        writing.assign(postmortem_id=postmortem.pk, owner=bob, actor=bob, at=later(60))

        assert Postmortem.objects.get().owner == bob
        assert postmortem.comments.get().text == "Bob owns it now."


def test_restoration_stays_when_the_draft_fails(ticket, ana, monkeypatch, django_capture_on_commit_callbacks):
    def fail(**_: object) -> None:
        raise RuntimeError("no draft today")

    monkeypatch.setattr(writing, "draft", fail)

    with django_capture_on_commit_callbacks(execute=True):
        response.restore(ticket_id=ticket.pk, actor=ana, at=later(45))

    assert Ticket.objects.get(pk=ticket.pk).restored_at == later(45)
