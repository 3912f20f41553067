"""Endpoints of overrides, swaps and time off."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.base.rest.scopes import Scope, scoped
from config.base.rest.viewsets import ReadViewSet, answers_record, post_action, status_is, write_handler
from oncall import permissions
from oncall.cover import absences, overrides, swaps
from oncall.filters import cover
from oncall.models import Absence, Override, SwapOffer, SwapRequest, SwapStatus, User
from oncall.serializers import cover as serializers

_MANAGERS = "You may do this for yourself. For others, ask a manager of the team."


def _may_change_swap(user: User, swap: SwapRequest) -> bool:
    return swap.requested_by_id == user.pk or permissions.can_manage_rota(user, swap.schedule)


def _may_offer(user: User, swap: SwapRequest) -> bool:
    return permissions.can_cover(user, swap.schedule)


def _is_cancelled(row: Override | Absence, data: dict[str, object]) -> bool:
    return row.cancelled_at is not None


def _is_accepted(swap: SwapRequest, data: dict[str, object]) -> bool:
    return swap.chosen_id == data["offer"] and swap.status in {SwapStatus.ACCEPTED, SwapStatus.AWAITING_APPROVAL}


class OverrideViewSet(ReadViewSet):
    """Overrides, newest first."""

    queryset = Override.objects.select_related("schedule__team", "out", "created_by", "cancelled_by").prefetch_related(
        Prefetch("users", User.objects.order_by("name", "pk"))
    )
    serializer_class = serializers.OverrideSerializer
    filterset_class = cover.OverrideFilter

    @write_handler(serializers.NewOverrideSerializer, scope=Scope.ROTA, status=201)
    def create(self, data: dict[str, Any]) -> Override:
        """Change who is on call; members of the team may cover themselves, managers may do anything."""
        if not permissions.can_override(self.actor, data["schedule"], data["op"], data["users"]):
            raise PermissionDenied(_MANAGERS)
        return overrides.create_override(actor=self.actor, at=self.at, **data)

    @post_action(scope=Scope.ROTA, may=permissions.can_cancel, is_done=_is_cancelled, changes=("cancelled_at",))
    def cancel(self, row: Override, data: dict[str, object]) -> Override:
        """Cancel an override from now on; the past does not change."""
        return overrides.cancel_override(override_id=row.pk, actor=self.actor, at=self.at)


class SwapViewSet(ReadViewSet):
    """Swaps: shifts that people ask others to take, newest first."""

    queryset = SwapRequest.objects.select_related(
        "schedule__team", "requested_by", "decided_by", "chosen"
    ).prefetch_related(Prefetch("offers", SwapOffer.objects.select_related("user").order_by("pk")))
    serializer_class = serializers.SwapSerializer
    filterset_class = cover.SwapFilter

    @write_handler(serializers.NewSwapSerializer, scope=Scope.ROTA, status=201)
    def create(self, data: dict[str, Any]) -> SwapRequest:
        """Ask others to take your shift, or a part of it."""
        return swaps.request(actor=self.actor, at=self.at, **data)

    @post_action(serializers.NewOfferSerializer, scope=Scope.ROTA, may=_may_offer)
    def offer(self, swap: SwapRequest, data: dict[str, Any]) -> SwapRequest:
        """Offer to take it, optionally for a time of yours in return."""
        return swaps.offer(swap_id=swap.pk, actor=self.actor, at=self.at, **data).swap

    @post_action(serializers.OfferChoiceSerializer, scope=Scope.ROTA, is_done=_is_accepted, changes=("status",))
    def accept(self, swap: SwapRequest, data: dict[str, object]) -> SwapRequest:
        """Accept an offer; it holds at once, or once a manager approves."""
        return swaps.accept(offer_id=_offer(swap, data), actor=self.actor, at=self.at)

    @post_action(serializers.OfferChoiceSerializer, scope=Scope.ROTA, name="decline-offer")
    def decline_offer(self, swap: SwapRequest, data: dict[str, object]) -> SwapRequest:
        """Decline an offer."""
        return swaps.decline_offer(offer_id=_offer(swap, data), actor=self.actor, at=self.at)

    @post_action(serializers.OfferChoiceSerializer, scope=Scope.ROTA, name="withdraw-offer")
    def withdraw_offer(self, swap: SwapRequest, data: dict[str, object]) -> SwapRequest:
        """Withdraw your offer."""
        return swaps.withdraw_offer(offer_id=_offer(swap, data), actor=self.actor, at=self.at)

    @post_action(scope=Scope.ROTA, may=permissions.can_approve, is_done=status_is("accepted"), changes=("status",))
    def approve(self, swap: SwapRequest, data: dict[str, object]) -> SwapRequest:
        """Approve a swap as a manager."""
        return swaps.approve(swap_id=swap.pk, actor=self.actor, at=self.at)

    @post_action(
        serializers.AnswerSerializer,
        scope=Scope.ROTA,
        may=permissions.can_approve,
        is_done=status_is("declined"),
        changes=("status",),
    )
    def decline(self, swap: SwapRequest, data: dict[str, Any]) -> SwapRequest:
        """Decline a swap as a manager, with a reason."""
        return swaps.decline(swap_id=swap.pk, actor=self.actor, at=self.at, **data)

    @post_action(scope=Scope.ROTA, may=_may_change_swap, is_done=status_is("cancelled"), changes=("status",))
    def cancel(self, swap: SwapRequest, data: dict[str, object]) -> SwapRequest:
        """Cancel a swap."""
        return swaps.cancel(swap_id=swap.pk, actor=self.actor, at=self.at)


def _offer(swap: SwapRequest, data: dict[str, object]) -> int:
    return get_object_or_404(swap.offers.all(), pk=data["offer"]).pk


class AbsenceViewSet(ReadViewSet):
    """Time off, newest first."""

    queryset = Absence.objects.select_related("user")
    serializer_class = serializers.AbsenceSerializer
    filterset_class = cover.AbsenceFilter

    @write_handler(serializers.NewAbsenceSerializer, scope=Scope.ROTA, status=201)
    def create(self, data: dict[str, Any]) -> Absence:
        """Record time off of a person."""
        self._check_may(data["user"])
        return absences.add_absence(at=self.at, **data)

    @post_action(
        scope=Scope.ROTA, may=permissions.can_change_time_off, is_done=_is_cancelled, changes=("cancelled_at",)
    )
    def cancel(self, row: Absence, data: dict[str, object]) -> Absence:
        """Cancel time off."""
        return absences.cancel_absence(absence_id=row.pk, at=self.at)

    @extend_schema(request=serializers.PutAbsenceSerializer, responses=serializers.AbsenceSerializer)
    @action(detail=False, methods=["put"], url_path=r"external/(?P<external_id>[A-Za-z0-9._:@-]{1,120})")
    @scoped(Scope.ROTA)
    @answers_record
    def put_external(self, request: Request, external_id: str) -> Response:
        """Create or update the time off with this external id; the same values twice change nothing."""
        serializer = serializers.PutAbsenceSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self._check_may(serializer.validated_data["user"])
        row = absences.put_absence(external_id=external_id, at=self.at, **serializer.validated_data)
        return self.record_response(self.queryset.get(pk=row.pk))

    def _check_may(self, person: User) -> None:
        if not permissions.can_manage_time_off(self.actor, person):
            raise PermissionDenied(_MANAGERS)
