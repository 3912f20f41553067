"""Giving shifts away: the list, asking, offering, and one page a swap with what the reader may do."""

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from config.base.web.views import DetailPage, FormPage, ListPage, PostPage
from oncall import permissions, schedules
from oncall.cover import candidates, swaps
from oncall.filters import cover
from oncall.forms import cover as asked
from oncall.models import UNDECIDED, OfferStatus, SwapOffer, SwapRequest, SwapStatus
from oncall.tables import cover as cover_tables
from oncall.views.cover.overrides import REFUSALS, OnSchedule

_ONE = SwapRequest.objects.select_related("schedule__team", "requested_by", "decided_by", "chosen__user")


class SwapList(ListPage):
    """Shifts that people asked others to take, the latest first."""

    title = "Swaps"
    queryset = (
        SwapRequest.objects.select_related("schedule", "requested_by", "chosen__user")
        .annotate(offer_count=Count("offers"))
        .order_by("-starts_at")
    )
    table_class = cover_tables.SwapTable
    filterset_class = cover.SwapFilter
    filters = ("search", "status", "schedule", "team")
    empty = "No swaps yet. On a schedule's page you can ask others to take a shift of yours."


class SwapNew(OnSchedule):
    """Ask others to take a shift, or a part of it."""

    title = "Ask for a swap"
    lead = "Choose a time in which you are on call. Until somebody's offer is accepted, you stay on call."
    form_class = asked.SwapForm
    button = "Ask"
    done = "Asked. Those who could take it are told, and you are when somebody offers."

    def may(self) -> bool:
        """Whoever is on call there; the form says whether they are."""
        return True

    def perform(self, form: Any) -> Any:
        """Ask."""
        user: Any = self.person
        return swaps.request(schedule=self.schedule, actor=user, at=self.at, **form.cleaned_data).get_absolute_url()


def _deeds(swap: SwapRequest, user: Any) -> dict[str, bool]:
    """What the reader may do with a swap as it stands."""
    is_own = swap.requested_by_id == user.pk
    is_open = swap.status in {SwapStatus.OPEN, SwapStatus.OFFERED}
    has_offered = any(one.user_id == user.pk and one.status == OfferStatus.PENDING for one in swap.offers.all())
    is_manager = permissions.can_manage_rota(user, swap.schedule)
    return {
        "is_own": is_own,
        "may_offer": is_open and not is_own and not has_offered and permissions.can_cover(user, swap.schedule),
        "may_accept": is_own and swap.status == SwapStatus.OFFERED,
        "may_decide": swap.status == SwapStatus.AWAITING_APPROVAL and permissions.can_approve(user, swap),
        "may_cancel": swap.status in UNDECIDED and (is_own or is_manager),
        "may_see_candidates": is_open and (is_own or is_manager),
    }


class SwapPage(DetailPage):
    """One swap: its offers, who else could take it, and what the reader may do."""

    template_name = "oncall/cover/swap.html"
    queryset = _ONE.prefetch_related("offers__user", "offers__overrides")
    context_object_name = "swap"

    def get_title(self) -> str:
        """Who asks, and where."""
        return f"{self.object.requested_by.name} asks: who takes this on {self.object.schedule.name}?"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With deeds, offers and candidates."""
        swap: SwapRequest = self.object
        deeds = _deeds(swap, self.person)
        zone = schedules.zone_of(swap.schedule, at=self.at)
        found = None
        if deeds["may_see_candidates"]:
            found = candidates.propose(
                schedule=swap.schedule,
                out=swap.requested_by,
                starts_at=swap.starts_at,
                ends_at=swap.ends_at,
                at=self.at,
            )
        return (
            super().get_context_data(**kwargs)
            | deeds
            | {
                "zone": zone,
                "offers": sorted(swap.offers.all(), key=lambda one: one.pk),
                "proposal": found,
                "offer_form": asked.OfferForm(schedule=swap.schedule, zone=zone, at=self.at),
                "answer_form": asked.AnswerForm(),
            }
        )


class _OnSwap(FormPage):
    """A question about one swap; with errors it stands alone."""

    refusals = REFUSALS

    @cached_property
    def swap(self) -> SwapRequest:
        """The swap it is about."""
        return get_object_or_404(_ONE, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(**kwargs) | {"back": self.swap.get_absolute_url()}


class SwapOfferNew(_OnSwap):
    """Offer to take it."""

    title = "Offer to take it"
    form_class = asked.OfferForm
    button = "Offer"
    done = "Offered. You are told when it is answered; until then nothing changes."

    def may(self) -> bool:
        """The team's own people."""
        return permissions.can_cover(self.person, self.swap.schedule)

    def get_form_kwargs(self) -> dict[str, Any]:
        """With the schedule and its clock."""
        schedule = self.swap.schedule
        zone = schedules.zone_of(schedule, at=self.at)
        return super().get_form_kwargs() | {"schedule": schedule, "zone": zone, "at": self.at}

    def perform(self, form: Any) -> Any:
        """Offer."""
        user: Any = self.person
        return swaps.offer(swap_id=self.swap.pk, actor=user, at=self.at, **form.cleaned_data).swap.get_absolute_url()


class SwapDecline(_OnSwap):
    """Say no as a manager, and why."""

    title = "Decline the swap"
    form_class = asked.AnswerForm
    button = "Decline"
    done = "Declined. Both are told."

    def may(self) -> bool:
        """Managers who are not part of it."""
        return permissions.can_approve(self.person, self.swap)

    def perform(self, form: Any) -> Any:
        """Decline."""
        user: Any = self.person
        return swaps.decline(swap_id=self.swap.pk, actor=user, at=self.at, **form.cleaned_data).get_absolute_url()


class SwapDecide(PostPage):
    """Approve it as a manager, or ask no longer."""

    refusals = REFUSALS
    deed = ""

    @cached_property
    def swap(self) -> SwapRequest:
        """The swap it is about."""
        return get_object_or_404(_ONE, pk=self.kwargs["pk"])

    def perform(self) -> Any:
        """One of both."""
        user: Any = self.person
        if self.kwargs["deed"] == "approve":
            if not permissions.can_approve(user, self.swap):
                raise PermissionDenied(self.refusal)
            self.done = "Approved. It holds; both are told."
            return swaps.approve(swap_id=self.swap.pk, actor=user, at=self.at).get_absolute_url()
        if self.swap.requested_by_id != user.pk and not permissions.can_manage_rota(user, self.swap.schedule):
            raise PermissionDenied(self.refusal)
        self.done = "Cancelled. Nothing changed in the rota."
        return swaps.cancel(swap_id=self.swap.pk, actor=user, at=self.at).get_absolute_url()

    def back(self) -> str:
        """The swap's page."""
        return self.swap.get_absolute_url()


class OfferAnswer(PostPage):
    """Accept an offer, decline it, or take one's own back; the verbs know who may."""

    refusals = REFUSALS
    VERBS = {
        "accept": (swaps.accept, "Agreed. Everybody is told."),
        "decline": (swaps.decline_offer, "Declined. The swap stays open for others."),
        "withdraw": (swaps.withdraw_offer, "Withdrawn."),
    }

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the offer."""
        super().setup(request, *args, **kwargs)
        self.offer = get_object_or_404(SwapOffer.objects.select_related("swap"), pk=kwargs["pk"])

    def perform(self) -> Any:
        """Answer it."""
        verb, self.done = self.VERBS[self.kwargs["deed"]]
        user: Any = self.person
        return verb(offer_id=self.offer.pk, actor=user, at=self.at).get_absolute_url()

    def back(self) -> str:
        """The swap's page."""
        return self.offer.swap.get_absolute_url()
