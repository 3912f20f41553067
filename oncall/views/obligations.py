"""What is due from me and from my teams, and the page of one obligation with what can be done about it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.views import DetailPage, FormPage, ListPage, PostPage
from oncall import obligations, permissions, subjects
from oncall.filters.obligations import ObligationFilter
from oncall.forms.obligations import DismissForm, PostponeForm
from oncall.models import ContactKind, Obligation, ObligationStatus
from oncall.obligations import kinds, rules
from oncall.tables.obligations import ObligationTable

_ROWS = Obligation.objects.select_related("rule", "owner", "team", "ended_by")


class _Due(ListPage):
    """What is owed; the open ones unless the URL says otherwise."""

    queryset = _ROWS.order_by("due_at")
    table_class = ObligationTable
    filterset_class = ObligationFilter

    def get_queryset(self) -> QuerySet[Any]:
        """Those whose subject the reader may know of."""
        return super().get_queryset().filter(subjects.visible(self.person))

    def get_filterset_kwargs(self, filterset_class: Any) -> dict[str, Any]:
        """What the URL asks, and without a word on status: what is open."""
        asked = self.request.GET.copy()
        asked.setdefault("status", ObligationStatus.OPEN)
        usual: dict[str, Any] = super().get_filterset_kwargs(filterset_class)
        return usual | {"data": asked}


class DueFromMe(_Due):
    """What I owe."""

    title = "Due from me"
    lead = "What you owe by a date. Each leads to where it is done."
    filters = ("search", "kind", "status", "overdue")
    empty = "Nothing is due from you. Look at what is due from your team."
    create = ("oncall:due-team", "Due from the team")

    def get_queryset(self) -> QuerySet[Any]:
        """Mine."""
        return super().get_queryset().filter(owner=self.person)


class DueFromTeam(_Due):
    """What my teams owe, all of their people's included; the filter shows other teams'."""

    title = "Due from the team"
    lead = "What your teams owe by a date, whoever of them does it. Choose a team to look at another one's."
    filters = ("search", "team", "kind", "status", "overdue", "owner")
    empty = "Nothing is due from your teams."
    create = ("oncall:due-mine", "Due from me")

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the reader's teams, or of the team that is asked for."""
        rows = super().get_queryset()
        if self.request.GET.get("team"):
            return rows
        return rows.filter(team__in=self.person.memberships.values("team"))


class ObligationPage(DetailPage):
    """One obligation: what, who, by when, by which rule, and what may be done about it."""

    template_name = "oncall/obligations/obligation.html"
    queryset = _ROWS
    context_object_name = "obligation"

    def get_queryset(self) -> QuerySet[Any]:
        """Those whose subject the reader may know of."""
        return super().get_queryset().filter(subjects.visible(self.person))

    def get_title(self) -> str:
        """What is owed."""
        return str(self.object.title)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the rule in words, the reminders, and what the reader may do."""
        obligation, user = self.object, self.person
        duty, rule = kinds.get(obligation.kind), obligation.rule
        told = rules.describe(rule, teams=list(rule.teams.order_by("name")), reminders=list(rule.reminders.all()))
        return super().get_context_data(**kwargs) | {
            "duty": duty,
            "is_overdue": obligation.is_overdue(self.at),
            "rule_in_words": told,
            "reminders": [
                (one, ContactKind(one.channel).label.lower())
                for one in obligation.reminders.select_related("user").order_by("-created_at", "-pk")[:50]
            ],
            "can_finish": obligation.is_open and duty.by_hand and permissions.can_finish(user, obligation),
            "can_postpone": obligation.is_open and duty.by_hand and permissions.can_postpone(user, obligation),
            "can_dismiss": obligation.is_open and permissions.can_dismiss(user, obligation),
        }


class _OfObligation:
    """A verb on one obligation that the reader may know of."""

    refusals: tuple[type[Exception], ...] = (Refusal,)
    obligation: Obligation
    request: HttpRequest

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find it."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        if request.user.is_authenticated:
            rows = _ROWS.filter(subjects.visible(request.user))
            self.obligation = get_object_or_404(rows, pk=kwargs["pk"])

    def back(self) -> str:
        """To its page."""
        return reverse("oncall:obligation", args=[self.obligation.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back, and what it is about."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return context | {"back": self.back(), "lead": self.obligation.title}


class Finish(_OfObligation, PostPage):
    """It is done."""

    done = "Noted as done. Thank you."

    def may(self) -> bool:
        """Who owes it, and their team."""
        return permissions.can_finish(self.person, self.obligation)

    def perform(self) -> Any:
        """Say so."""
        obligations.finish(obligation_id=self.obligation.pk, actor=self.person, at=self.at)
        return self.back()


class Dismiss(_OfObligation, FormPage):
    """It need not be done."""

    title = "Dismiss"
    button = "Dismiss"
    form_class = DismissForm
    done = "Dismissed, with your reason."

    def may(self) -> bool:
        """Those its rule names."""
        return permissions.can_dismiss(self.person, self.obligation)

    def perform(self, form: Any) -> Any:
        """Say so, and why."""
        obligations.dismiss(
            obligation_id=self.obligation.pk,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return self.back()


class Postpone(_OfObligation, FormPage):
    """Later."""

    title = "Put off"
    button = "Put off"
    form_class = PostponeForm
    done = "Put off. Its reminders begin anew."

    def may(self) -> bool:
        """Those who may dismiss it, and the team's managers."""
        return permissions.can_postpone(self.person, self.obligation)

    def perform(self, form: Any) -> Any:
        """Say until when, and why."""
        obligations.postpone(
            obligation_id=self.obligation.pk,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return self.back()
