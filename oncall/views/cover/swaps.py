"""Pages of swaps: the list, the request, offers, and a page for each swap with the permitted actions."""

from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from config.base.web.guards import ActsOn, Once
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from oncall import permissions, schedules
from oncall.cover import candidates, swaps
from oncall.filters import cover
from oncall.forms import cover as cover_forms
from oncall.models import UNDECIDED, OfferStatus, SwapOffer, SwapRequest, SwapStatus, User
from oncall.tables import cover as cover_tables
from oncall.views import tabs
from oncall.views.cover.overrides import REFUSALS, ScheduleFormPage

_SWAPS = SwapRequest.objects.select_related("schedule__team", "requested_by", "decided_by", "chosen__user")


class SwapList(ListPage):
    """All swaps, the latest first."""

    title = "Swaps"
    icon = "arrows-exchange"
    tabs = tabs.COVER
    queryset = (
        SwapRequest.objects.select_related("schedule", "requested_by", "chosen__user")
        .annotate(offer_count=Count("offers"))
        .order_by("-starts_at")
    )
    table_class = cover_tables.SwapTable
    filterset_class = cover.SwapFilter
    filters = ("search", "status", "schedule", "team")
    empty = "No swaps yet. On the page of a schedule you can ask others to take your shift."


class SwapNew(ScheduleFormPage):
    """Ask others to take a shift, or a part of it."""

    guard = Once("each form is one swap")
    title = "Ask for a swap"
    lead = "Choose a time in which you are on call. You stay on call until you accept an offer."
    form_class = cover_forms.SwapForm
    button = "Ask for a swap"
    done = "Asked. Those who could take it are notified. You are notified when somebody offers."

    def may(self) -> bool:
        """Everybody; the form checks that they are on call."""
        return True

    def perform(self, form: cover_forms.SwapForm) -> Destination:
        """Ask."""
        user = self.person
        return swaps.request(schedule=self.schedule, actor=user, at=self.at, **form.cleaned_data).get_absolute_url()


def _permitted_actions(swap: SwapRequest, user: User) -> dict[str, bool]:
    """What the reader may do with a swap in its current status."""
    is_own = swap.requested_by_id == user.pk
    is_open = swap.status in {SwapStatus.OPEN, SwapStatus.OFFERED}
    has_offered = any(offer.user_id == user.pk and offer.status == OfferStatus.PENDING for offer in swap.offers.all())
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
    """One swap: its offers, who else could take it, and the permitted actions."""

    template_name = "oncall/cover/swap.html"
    queryset = _SWAPS.prefetch_related("offers__user", "offers__overrides")
    context_object_name = "swap"

    def get_title(self) -> str:
        """Who asks, and on which schedule."""
        return f"{self.object.requested_by.name} asks: who can take this on {self.object.schedule.name}?"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With permitted actions, offers and candidates."""
        swap: SwapRequest = self.object
        permitted = _permitted_actions(swap, self.person)
        zone = schedules.zone_of(swap.schedule, at=self.at)
        proposal = None
        if permitted["may_see_candidates"]:
            proposal = candidates.propose_candidates(
                schedule=swap.schedule,
                out=swap.requested_by,
                starts_at=swap.starts_at,
                ends_at=swap.ends_at,
                at=self.at,
            )
        return (
            super().get_context_data(**kwargs)
            | permitted
            | {
                "zone": zone,
                "offers": sorted(swap.offers.all(), key=lambda offer: offer.pk),
                "proposal": proposal,
                "offer_form": cover_forms.OfferForm(schedule=swap.schedule, zone=zone, at=self.at),
                "answer_form": cover_forms.AnswerForm(),
            }
        )


class _SwapFormPage(FormPage):
    """A form about one swap; with errors it is a page of its own."""

    refusals = REFUSALS

    @cached_property
    def swap(self) -> SwapRequest:
        """The swap of the address."""
        return get_object_or_404(_SWAPS, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the link back."""
        return super().get_context_data(**kwargs) | {"back": self.swap.get_absolute_url()}


class SwapOfferNew(_SwapFormPage):
    """Offer to take it."""

    guard = Once("each form is one offer")
    title = "Offer to take the shift"
    form_class = cover_forms.OfferForm
    button = "Offer"
    done = "Offered. You are notified of the answer; nothing changes until then."

    def may(self) -> bool:
        """The team's people."""
        return permissions.can_cover(self.person, self.swap.schedule)

    def get_form_kwargs(self) -> dict[str, object]:
        """With the schedule and its time zone."""
        schedule = self.swap.schedule
        zone = schedules.zone_of(schedule, at=self.at)
        return super().get_form_kwargs() | {"schedule": schedule, "zone": zone, "at": self.at}

    def perform(self, form: cover_forms.OfferForm) -> Destination:
        """Offer."""
        user = self.person
        return swaps.offer(swap_id=self.swap.pk, actor=user, at=self.at, **form.cleaned_data).swap.get_absolute_url()


class SwapDecline(_SwapFormPage):
    """Decline as a manager, with a reason."""

    guard = ActsOn("swap", "status", "chosen")
    title = "Decline swap"
    form_class = cover_forms.AnswerForm
    button = "Decline"
    done = "Declined. Both people are notified."

    def may(self) -> bool:
        """Managers who are not part of the swap."""
        return permissions.can_approve(self.person, self.swap)

    def perform(self, form: cover_forms.AnswerForm) -> Destination:
        """Decline."""
        user = self.person
        return swaps.decline(swap_id=self.swap.pk, actor=user, at=self.at, **form.cleaned_data).get_absolute_url()


class SwapDecide(PostPage):
    """Approve a swap as a manager, or cancel it."""

    guard = ActsOn("swap", "status", "chosen")
    confirm = {"approve": "Approve this swap? The shifts change hands.", "cancel": "Cancel this swap? Its offers end."}
    refusals = REFUSALS

    @cached_property
    def swap(self) -> SwapRequest:
        """The swap of the address."""
        return get_object_or_404(_SWAPS, pk=self.kwargs["pk"])

    def perform(self) -> Destination:
        """Approve or cancel."""
        user = self.person
        if self.kwargs["action"] == "approve":
            if not permissions.can_approve(user, self.swap):
                raise PermissionDenied(self.refusal)
            self.done = "Approved. The swap is in effect, and both people are notified."
            return swaps.approve(swap_id=self.swap.pk, actor=user, at=self.at).get_absolute_url()
        if self.swap.requested_by_id != user.pk and not permissions.can_manage_rota(user, self.swap.schedule):
            raise PermissionDenied(self.refusal)
        self.done = "Cancelled. The rota did not change."
        return swaps.cancel(swap_id=self.swap.pk, actor=user, at=self.at).get_absolute_url()

    def back(self) -> str:
        """The swap's page."""
        return self.swap.get_absolute_url()


class OfferAnswer(PostPage):
    """Accept, decline or withdraw an offer; the domain checks who may."""

    guard = Once("the domain refuses an offer that was answered")
    confirm = {
        "accept": "Accept this offer? The other offers end.",
        "decline": "Decline this offer?",
        "withdraw": "Withdraw your offer?",
    }
    refusals = REFUSALS
    VERBS = {
        "accept": (swaps.accept, "Agreed. Everybody is notified."),
        "decline": (swaps.decline_offer, "Declined. The swap stays open for others."),
        "withdraw": (swaps.withdraw_offer, "Withdrawn."),
    }

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Find the offer."""
        super().setup(request, *args, **kwargs)
        self.offer = get_object_or_404(SwapOffer.objects.select_related("swap"), pk=kwargs["pk"])

    def perform(self) -> Destination:
        """Answer it."""
        verb, self.done = self.VERBS[self.kwargs["action"]]
        user = self.person
        return verb(offer_id=self.offer.pk, actor=user, at=self.at).get_absolute_url()

    def back(self) -> str:
        """The swap's page."""
        return self.offer.swap.get_absolute_url()
