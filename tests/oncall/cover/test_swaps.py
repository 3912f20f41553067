"""Swaps: requested, offered, accepted, approved, expired, and their effect on the rota (R-O4)."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from config.base.data.clock import floor_minute
from config.base.data.lifecycle import Refusal
from oncall import schedules
from oncall.channels import SENDERS, Message, Outcome
from oncall.cover import overrides, swaps
from oncall.messages import notices
from oncall.models import Notice, Override, OverrideOp, SwapRequest, User
from oncall.people import accounts
from tests import factories as make

HOUR = timedelta(hours=1)


class Rota:
    """Ana's week has just begun, Ben's follows; Cleo is in the team but not in the rotation."""

    def __init__(self) -> None:
        self.at = timezone.now()
        self.ana, self.ben, self.cleo = (make.UserFactory(name=name) for name in ("Ana", "Ben", "Cleo"))
        anchor = floor_minute(self.at) - HOUR
        self.schedule = make.team_schedule(self.ana, self.ben, anchor=f"{anchor:%Y-%m-%dT%H:%M}", name="Shop")
        make.MembershipFactory(team=self.schedule.team, user=self.cleo)
        self.start = anchor + timedelta(days=2)
        self.end = self.start + 4 * HOUR
        self.bens = anchor + timedelta(days=9)

    def ask(self, **fields: Any) -> SwapRequest:
        values: dict[str, Any] = {"starts_at": self.start, "ends_at": self.end, "actor": self.ana, "at": self.at}
        return swaps.request(schedule=self.schedule, **values | fields)

    def offer(self, swap: SwapRequest, by: User, **fields: Any) -> Any:
        return swaps.offer(swap_id=swap.pk, actor=by, at=self.at, **fields)

    def on_call(self, at: datetime) -> list[str]:
        [roster] = schedules.load_at(at, ids=[self.schedule.pk])
        return [person.name for person in schedules.on_call(roster, at=at).users]


@pytest.fixture
def rota(db: Any) -> Rota:
    return Rota()


class TestRequest:
    def test_is_open_and_changes_nothing_yet(self, rota: Rota) -> None:
        swap = rota.ask()

        assert swap.status == "open"
        assert rota.on_call(rota.start) == ["Ana"]

    def test_notifies_those_who_could_take_it(self, rota: Rota) -> None:
        rota.ask()

        assert set(Notice.objects.values_list("user__name", flat=True)) == {"Ben", "Cleo"}

    @pytest.mark.parametrize(
        ("shift", "length", "field"),
        [
            (timedelta(days=-10), 4 * HOUR, "starts_at"),
            (timedelta(), -HOUR, "ends_at"),
            (timedelta(seconds=20), 4 * HOUR, "starts_at"),
            (timedelta(days=7), 4 * HOUR, "starts_at"),
            (timedelta(), timedelta(days=401), "ends_at"),
        ],
        ids=["backdated", "end before start", "seconds", "not on call then", "too long"],
    )
    def test_names_what_is_wrong(self, rota: Rota, shift: timedelta, length: timedelta, field: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            rota.ask(starts_at=rota.start + shift, ends_at=rota.start + shift + length)

        assert list(refusal.value.message_dict) == [field]
        assert refusal.value.messages[0].endswith(".")

    def test_is_made_once(self, rota: Rota) -> None:
        rota.ask()

        with pytest.raises(ValidationError, match="already asked for this time"):
            rota.ask(starts_at=rota.start + HOUR)


class TestOneWay:
    def test_holds_from_its_acceptance_for_its_time_alone(self, rota: Rota) -> None:
        swap = rota.ask()
        offer = rota.offer(swap, rota.ben)

        swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)

        assert rota.on_call(rota.start) == ["Ben"]
        assert rota.on_call(rota.start - timedelta(minutes=1)) == rota.on_call(rota.end) == ["Ana"]
        row = Override.objects.get()
        assert (row.op, row.created_at, row.out, list(row.users.all())) == ("replace", rota.at, rota.ana, [rota.ben])

    def test_chains(self, rota: Rota) -> None:
        first = rota.offer(rota.ask(), rota.ben)
        swaps.accept(offer_id=first.pk, actor=rota.ana, at=rota.at)

        second = rota.ask(actor=rota.ben, starts_at=rota.start + HOUR)
        swaps.accept(offer_id=rota.offer(second, rota.cleo).pk, actor=rota.ben, at=rota.at)

        assert [rota.on_call(rota.start + n * HOUR) for n in range(5)] == [
            ["Ben"], ["Cleo"], ["Cleo"], ["Cleo"], ["Ana"],
        ]  # fmt: skip

    def test_is_refused_once_the_shift_is_not_theirs_any_more(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben)
        overrides.create_override(
            schedule=rota.schedule, op=OverrideOp.SET, users=[rota.cleo], starts_at=rota.start, ends_at=rota.end,
            actor=None, at=rota.at,
        )  # fmt: skip

        with pytest.raises(swaps.NotPossible, match="Ana is not on call"):
            swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)

    def test_is_accepted_by_its_requester_alone(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben)

        with pytest.raises(swaps.NotYours):
            swaps.accept(offer_id=offer.pk, actor=rota.ben, at=rota.at)

    def test_is_refused_for_a_closed_account(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben)
        accounts.close_account(user=rota.ben, at=rota.at, actor=None)

        with pytest.raises(swaps.NotPossible, match="closed"):
            swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)

    def test_stays_open_when_an_offer_is_declined_or_withdrawn(self, rota: Rota) -> None:
        swap = rota.ask()
        ben, cleo = rota.offer(swap, rota.ben), rota.offer(swap, rota.cleo)

        assert swaps.decline_offer(offer_id=ben.pk, actor=rota.ana, at=rota.at).status == "offered"
        assert swaps.withdraw_offer(offer_id=cleo.pk, actor=rota.cleo, at=rota.at).status == "open"


class TestTwoWay:
    def test_exchanges_both_in_one_go(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben, return_starts_at=rota.bens, return_ends_at=rota.bens + 4 * HOUR)

        swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)

        assert (rota.on_call(rota.start), rota.on_call(rota.bens)) == (["Ben"], ["Ana"])
        assert set(Override.objects.values_list("created_at", flat=True)) == {rota.at}
        assert offer.overrides.count() == 2

    @pytest.mark.parametrize("shift", [timedelta(), -HOUR, HOUR])
    def test_refuses_a_return_that_overlaps(self, rota: Rota, shift: timedelta) -> None:
        with pytest.raises(ValidationError, match="must not overlap"):
            rota.offer(rota.ask(), rota.ben, return_starts_at=rota.start + shift, return_ends_at=rota.end + shift)

    def test_gives_only_what_is_theirs(self, rota: Rota) -> None:
        with pytest.raises(swaps.NotPossible, match="Cleo is not on call"):
            rota.offer(rota.ask(), rota.cleo, return_starts_at=rota.bens, return_ends_at=rota.bens + HOUR)

    def test_is_whole_or_not_at_all(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben, return_starts_at=rota.bens, return_ends_at=rota.bens + HOUR)
        overrides.create_override(
            schedule=rota.schedule, op=OverrideOp.SET, users=[rota.cleo], starts_at=rota.bens,
            ends_at=rota.bens + HOUR, actor=None, at=rota.at,
        )  # fmt: skip

        with pytest.raises(swaps.NotPossible):
            swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)

        assert rota.on_call(rota.start) == ["Ana"]


class TestApproval:
    @pytest.fixture(autouse=True)
    def _approval_required(self, rota: Rota) -> None:
        team = rota.schedule.team
        team.swaps_need_approval = True
        team.save()
        self.manager = make.MembershipFactory(team=team, role="manager", user__name="Max").user

    def test_comes_before_it_holds(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben)

        swap = swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)
        assert (swap.status, rota.on_call(rota.start)) == ("awaiting_approval", ["Ana"])
        assert Notice.objects.filter(user=self.manager, key__contains="approve").count() == 1

        later = rota.at + timedelta(seconds=20)
        swap = swaps.approve(swap_id=swap.pk, actor=self.manager, at=later)
        assert (swap.status, swap.accepted_at, rota.on_call(rota.start)) == ("accepted", later, ["Ben"])

    def test_is_not_given_by_the_two_themselves(self, rota: Rota) -> None:
        swap = swaps.accept(offer_id=rota.offer(rota.ask(), rota.ben).pk, actor=rota.ana, at=rota.at)

        for person in (rota.ana, rota.ben):
            with pytest.raises(swaps.NotYours):
                swaps.approve(swap_id=swap.pk, actor=person, at=rota.at)

    def test_can_be_refused_with_a_reason(self, rota: Rota) -> None:
        swap = swaps.accept(offer_id=rota.offer(rota.ask(), rota.ben).pk, actor=rota.ana, at=rota.at)

        swap = swaps.decline(swap_id=swap.pk, actor=self.manager, at=rota.at, answer="Ben is at a fair.")

        assert (swap.status, rota.on_call(rota.start)) == ("declined", ["Ana"])
        assert "Ben is at a fair." in Notice.objects.filter(key__endswith=f"declined:{rota.ana.pk}").get().text

    def test_falls_back_when_the_offer_is_withdrawn(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben)
        swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at)

        swap = swaps.withdraw_offer(offer_id=offer.pk, actor=rota.ben, at=rota.at)

        assert (swap.status, swap.chosen) == ("open", None)


class TestExpiry:
    def test_ends_what_nobody_took_before_its_time(self, rota: Rota) -> None:
        swap = rota.ask()
        offer = rota.offer(swap, rota.ben)

        assert swaps.expire_due(at=rota.start - timedelta(seconds=1)) == 0
        assert swaps.expire_due(at=rota.start) == 1
        assert swaps.expire_due(at=rota.start) == 0

        swap.refresh_from_db()
        offer.refresh_from_db()
        assert (swap.status, swap.ended_at, offer.status) == ("expired", rota.start, "declined")
        expiry_notices = Notice.objects.filter(key__contains="expired")
        assert set(expiry_notices.values_list("user__name", flat=True)) == {"Ana", "Ben"}

    def test_comes_before_an_acceptance_that_is_too_late(self, rota: Rota) -> None:
        offer = rota.offer(rota.ask(), rota.ben)

        with pytest.raises(swaps.NotPossible, match="has begun"):
            swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.start)

    def test_leaves_what_was_cancelled_or_holds(self, rota: Rota) -> None:
        swap = rota.ask()
        swaps.cancel(swap_id=swap.pk, actor=rota.ana, at=rota.at)

        assert swaps.expire_due(at=rota.start) == 0
        with pytest.raises(swaps.NotPossible, match="is cancelled"):
            rota.offer(swap, rota.ben)


def race(*runs: Callable[[], Any]) -> list[Any]:
    """Run all at once, each on its own connection; return each result or refusal."""
    barrier = threading.Barrier(len(runs))
    results: list[Any] = [None] * len(runs)

    def run(index: int, action: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = action()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_two_acceptances_have_one_winner(self) -> None:
        rota = Rota()
        swap = rota.ask()
        offers = [rota.offer(swap, person) for person in (rota.ben, rota.cleo)]

        results = race(
            *(lambda pk=offer.pk: swaps.accept(offer_id=pk, actor=rota.ana, at=rota.at) for offer in offers)
        )

        assert sum(isinstance(result, SwapRequest) for result in results) == 1
        assert sum(isinstance(result, Refusal) for result in results) == 1
        assert Override.objects.count() == 1
        assert len(rota.on_call(rota.start)) == 1

    def test_of_acceptance_and_expiry_have_one_winner(self) -> None:
        rota = Rota()
        offer = rota.offer(rota.ask(), rota.ben)

        race(
            lambda: swaps.accept(offer_id=offer.pk, actor=rota.ana, at=rota.at),
            lambda: swaps.expire_due(at=rota.start),
        )

        swap = SwapRequest.objects.get()
        assert swap.status in {"accepted", "expired"}
        assert rota.on_call(rota.start) == (["Ben"] if swap.status == "accepted" else ["Ana"])

    def test_of_two_swaps_of_one_shift_have_one_winner(self) -> None:
        rota = Rota()
        first = rota.offer(rota.ask(), rota.ben)
        second = rota.offer(make.SwapRequestFactory(
            schedule=rota.schedule, requested_by=rota.ana, starts_at=rota.start, ends_at=rota.end
        ), rota.cleo)  # fmt: skip

        race(
            lambda: swaps.accept(offer_id=first.pk, actor=rota.ana, at=rota.at),
            lambda: swaps.accept(offer_id=second.pk, actor=rota.ana, at=rota.at),
        )

        assert Override.objects.count() == 1


class TestNotices:
    def test_are_written_once(self, rota: Rota) -> None:
        for _ in range(2):
            notices.notify(users=[rota.ana], key="k", title="T", text=lambda _: "x", path="/swaps/1/", at=rota.at)

        assert Notice.objects.count() == 1

    def test_go_to_the_channel_of_low_urgency(self, rota: Rota) -> None:
        method = make.ContactMethodFactory(user=rota.ben)
        make.NotificationRuleFactory(contact_method=method, user=rota.ben, urgency="low", position=0)

        rota.ask()

        assert Notice.objects.get(user=rota.ben).channel == "sms"
        assert Notice.objects.get(user=rota.cleo).address == rota.cleo.email

    def test_are_sent_once_in_the_reader_s_time_zone(self, rota: Rota, mailoutbox: Any) -> None:
        User.objects.filter(pk=rota.ben.pk).update(time_zone="Asia/Tokyo")
        rota.ask(note="Dentist")

        notices.send_due()
        notices.send_due()

        assert len(mailoutbox) == 2
        [mail] = [message for message in mailoutbox if message.to == [rota.ben.email]]
        assert mail.subject == "Ana asks: who can take this shift?"
        assert "JST" in mail.body
        assert "Dentist" in mail.body

    def test_fall_back_to_mail_when_a_channel_fails_for_good(
        self, rota: Rota, mailoutbox: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: Message) -> Outcome:
            return Outcome(is_accepted=False, error="No.", is_permanent=True)

        monkeypatch.setitem(SENDERS, "sms", refuse)
        method = make.ContactMethodFactory(user=rota.ben)
        make.NotificationRuleFactory(contact_method=method, user=rota.ben, urgency="low", position=0)
        rota.ask()

        notices.send_due()

        assert [rota.ben.email] in [message.to for message in mailoutbox]
