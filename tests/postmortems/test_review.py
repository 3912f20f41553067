"""The review: approved by a person who did not write it, published as a text of its own."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from config.base.data.lifecycle import IllegalMove
from postmortems import review, writing
from postmortems.locking import PostmortemRefused
from postmortems.models import Postmortem, PostmortemComment, PostmortemStatus
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


@pytest.fixture
def owner():
    return make.UserFactory(name="Ana")


@pytest.fixture
def boss():
    return make.UserFactory(name="Bea")


@pytest.fixture
def postmortem(owner):
    return make.PostmortemFactory(owner=owner, section="It broke.", public_text="We are sorry.")


@pytest.fixture
def approved(postmortem, owner, boss):
    review.submit(postmortem_id=postmortem.pk, actor=owner, at=NOON)
    return review.approve(postmortem_id=postmortem.pk, actor=boss, at=LATER)


class TestSubmit:
    def test_names_what_is_missing(self, owner):
        bare = make.PostmortemFactory(owner=owner)

        with pytest.raises(PostmortemRefused, match="Write these sections first: Summary"):
            review.submit(postmortem_id=bare.pk, actor=owner, at=NOON)

    def test_keeps_when_it_was_first_sent(self, postmortem, owner):
        review.submit(postmortem_id=postmortem.pk, actor=owner, at=NOON)
        review.request_changes(postmortem_id=postmortem.pk, text="More on detection.", actor=owner, at=LATER)
        again = review.submit(postmortem_id=postmortem.pk, actor=owner, at=LATER)

        assert (again.status, again.submitted_at) == ("in_review", NOON)


class TestApprove:
    def test_is_for_somebody_else_than_the_owner(self, postmortem, owner):
        review.submit(postmortem_id=postmortem.pk, actor=owner, at=NOON)

        with pytest.raises(PostmortemRefused, match="Ask another person"):
            review.approve(postmortem_id=postmortem.pk, actor=owner, at=LATER)

    def test_is_not_for_anybody_who_wrote_in_it(self, postmortem, owner, boss):
        writing.write(postmortem_id=postmortem.pk, key="summary", body="It broke badly.", actor=boss, at=NOON)
        review.submit(postmortem_id=postmortem.pk, actor=owner, at=NOON)

        with pytest.raises(PostmortemRefused, match="wrote in it"):
            review.approve(postmortem_id=postmortem.pk, actor=boss, at=LATER)

    def test_settles_the_text(self, approved, owner, boss):
        assert (approved.status, approved.approved_by, approved.approved_at) == ("approved", boss, LATER)
        with pytest.raises(PostmortemRefused, match="its text cannot change"):
            writing.write(postmortem_id=approved.pk, key="summary", body="No.", actor=owner, at=LATER)

    def test_follows_a_review(self, postmortem, boss):
        with pytest.raises(IllegalMove, match="From here it can become in review"):
            review.approve(postmortem_id=postmortem.pk, actor=boss, at=LATER)

    def test_asks_for_another_team_where_the_template_does(self, postmortem, owner, boss):
        postmortem.template.needs_other_team = True
        postmortem.template.save()
        make.MembershipFactory(team=postmortem.ticket.team, user=boss)
        review.submit(postmortem_id=postmortem.pk, actor=owner, at=NOON)

        with pytest.raises(PostmortemRefused, match=r"Nobody from outside .* has taken part"):
            review.approve(postmortem_id=postmortem.pk, actor=boss, at=LATER)

        review.comment(postmortem_id=postmortem.pk, text="Read it.", actor=make.UserFactory(), at=LATER)
        assert review.approve(postmortem_id=postmortem.pk, actor=boss, at=LATER).is_approved

    def test_by_the_owner_is_refused_by_the_database_too(self, postmortem, owner):
        with pytest.raises(IntegrityError, match="approved_by_another"), transaction.atomic():
            Postmortem.objects.filter(pk=postmortem.pk).update(
                status=PostmortemStatus.APPROVED, approved_by=owner, approved_at=NOON
            )


class TestPublish:
    def test_shows_the_public_text(self, approved, boss):
        review.publish(postmortem_id=approved.pk, actor=boss, at=LATER)

        assert [row.public_text for row in Postmortem.objects.published()] == ["We are sorry."]

    def test_needs_a_public_text(self, owner, boss):
        bare = make.PostmortemFactory(owner=owner, section="x")
        review.submit(postmortem_id=bare.pk, actor=owner, at=NOON)
        review.approve(postmortem_id=bare.pk, actor=boss, at=LATER)

        with pytest.raises(PostmortemRefused, match="no public text yet"):
            review.publish(postmortem_id=bare.pk, actor=boss, at=LATER)

    def test_is_never_of_a_private_incident(self, approved, boss):
        ticket = approved.ticket
        ticket.visibility, ticket.visibility_reason = "private", "security"
        ticket.save()

        with pytest.raises(PostmortemRefused, match="is private"):
            review.publish(postmortem_id=approved.pk, actor=boss, at=LATER)

    def test_stays_when_the_review_is_closed_and_can_be_withdrawn(self, approved, boss):
        review.publish(postmortem_id=approved.pk, actor=boss, at=LATER)
        review.close(postmortem_id=approved.pk, actor=boss, at=LATER)
        assert Postmortem.objects.published().exists()

        review.withdraw(postmortem_id=approved.pk, text="A number was wrong.", actor=boss, at=LATER)

        assert not Postmortem.objects.published().exists()


class TestRequestChanges:
    def test_ends_an_approval(self, approved, owner, boss):
        back = review.request_changes(postmortem_id=approved.pk, text="The times are off.", actor=boss, at=LATER)

        assert (back.status, back.approved_by, back.approved_at) == ("draft", None, None)
        writing.write(postmortem_id=back.pk, key="summary", body="Better.", actor=owner, at=LATER)

    def test_says_what(self, approved, boss):
        with pytest.raises(PostmortemRefused, match="Say what should change"):
            review.request_changes(postmortem_id=approved.pk, text="  ", actor=boss, at=LATER)


class TestComment:
    def test_cannot_be_changed(self, postmortem, boss):
        review.comment(postmortem_id=postmortem.pk, text="Why so late?", section="summary", actor=boss, at=LATER)

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            PostmortemComment.objects.update(text="Fine.")

    @pytest.mark.parametrize(("text", "section"), [("", ""), ("x", "nothing")])
    def test_says_something_about_something(self, postmortem, boss, text, section):
        with pytest.raises(PostmortemRefused):
            review.comment(postmortem_id=postmortem.pk, text=text, section=section, actor=boss, at=LATER)
