"""My tasks, the tasks of the team, and the page of one task with its actions."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from config.base.data.lifecycle import Refusal
from config.base.web.guards import ActsOn
from config.base.web.views import Destination, DetailPage, FormPage, ListPage, PostPage
from oncall import obligations, permissions, subjects
from oncall.filters.obligations import ObligationFilter
from oncall.forms.obligations import DismissForm, PostponeForm
from oncall.models import ContactKind, Obligation, ObligationStatus
from oncall.obligations import kinds, rules
from oncall.tables.obligations import ObligationTable
from oncall.views import tabs

_ROWS = Obligation.objects.select_related("rule", "owner", "team", "ended_by")


class _TaskList(ListPage):
    """A list of tasks; the open ones unless the URL says otherwise."""

    queryset = _ROWS.order_by("due_at")
    table_class = ObligationTable
    filterset_class = ObligationFilter

    def get_queryset(self) -> QuerySet[Obligation]:
        """Those whose subject the reader may see."""
        return super().get_queryset().filter(subjects.visible(self.person))

    def get_filterset_kwargs(self, filterset_class: object) -> dict[str, object]:
        """The filters of the URL; without a status, those that are open."""
        query = self.request.GET.copy()
        query.setdefault("status", ObligationStatus.OPEN)
        defaults: dict[str, object] = super().get_filterset_kwargs(filterset_class)
        return defaults | {"data": query}


class MyTasks(_TaskList):
    """Tasks assigned to the reader."""

    title = "My tasks"
    icon = "checklist"
    tabs = tabs.TASKS
    lead = "What is assigned to you, by due time. Each task links to the record where you do it."
    filters = ("search", "kind", "status", "overdue")
    empty = "You have no open tasks. See the tasks of your team."

    def get_queryset(self) -> QuerySet[Obligation]:
        """The reader's own."""
        return super().get_queryset().filter(owner=self.person)


class TeamTasks(_TaskList):
    """Tasks of the reader's teams and their people; the filter shows other teams."""

    title = "Tasks of the team"
    icon = "checklist"
    tabs = tabs.TASKS
    lead = "Tasks of your teams and their people, by due time. Choose a team to see another team's tasks."
    filters = ("search", "team", "kind", "status", "overdue", "owner")
    empty = "Your teams have no open tasks."

    def get_queryset(self) -> QuerySet[Obligation]:
        """Those of the reader's teams, or of the team in the URL."""
        rows = super().get_queryset()
        if self.request.GET.get("team"):
            return rows
        return rows.filter(team__in=self.person.memberships.values("team"))


class TaskPage(DetailPage):
    """One task: what, who, by when, by which rule, and its actions."""

    template_name = "oncall/obligations/obligation.html"
    queryset = _ROWS
    context_object_name = "obligation"

    def get_queryset(self) -> QuerySet[Obligation]:
        """Those whose subject the reader may see."""
        return super().get_queryset().filter(subjects.visible(self.person))

    def get_title(self) -> str:
        """The task's title."""
        return str(self.object.title)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the rule as text, the reminders, and what the reader may do."""
        obligation, user = self.object, self.person
        kind, rule = kinds.get(obligation.kind), obligation.rule
        reminders = obligation.reminders.select_related("user").order_by("-created_at", "-pk")[:50]
        return super().get_context_data(**kwargs) | {
            "kind": kind,
            "is_overdue": obligation.is_overdue(self.at),
            "rule_text": rules.describe(
                rule, teams=list(rule.teams.order_by("name")), reminders=list(rule.reminders.all())
            ),
            "reminders": [(reminder, ContactKind(reminder.channel).label.lower()) for reminder in reminders],
            "can_mark_done": obligation.is_open and kind.by_hand and permissions.can_mark_done(user, obligation),
            "can_postpone": obligation.is_open and kind.by_hand and permissions.can_postpone(user, obligation),
            "can_dismiss": obligation.is_open and permissions.can_dismiss(user, obligation),
        }


class _OfObligation:
    """An action on one task that the reader may see."""

    refusals: tuple[type[Exception], ...] = (Refusal,)
    obligation: Obligation
    request: HttpRequest

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Load the task."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        if request.user.is_authenticated:
            rows = _ROWS.filter(subjects.visible(request.user))
            self.obligation = get_object_or_404(rows, pk=kwargs["pk"])

    def back(self) -> str:
        """The task's page."""
        return reverse("oncall:task", args=[self.obligation.pk])

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """With the address of the task's page, and its title."""
        context: dict[str, object] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin: the class behind it has it
        return context | {"back": self.back(), "lead": self.obligation.title}


class MarkDone(_OfObligation, PostPage):
    """Mark the task as done."""

    guard = ActsOn("obligation", "status")
    confirm = "Mark this task as done? Its reminders end."
    done = "Marked as done. Thank you."

    def may(self) -> bool:
        """Its assignee, and their team."""
        return permissions.can_mark_done(self.person, self.obligation)

    def perform(self) -> Destination:
        """Mark it as done."""
        obligations.mark_done(obligation_id=self.obligation.pk, actor=self.person, at=self.at)
        return self.back()


class Dismiss(_OfObligation, FormPage):
    """Close the task without doing it."""

    guard = ActsOn("obligation", "status", "due_at")
    title = "Dismiss this task"
    button = "Dismiss"
    form_class = DismissForm
    done = "Dismissed. Your reason is on the record."

    def may(self) -> bool:
        """Those whom its rule names."""
        return permissions.can_dismiss(self.person, self.obligation)

    def perform(self, form: DismissForm) -> Destination:
        """Dismiss it with the reason."""
        obligations.dismiss(
            obligation_id=self.obligation.pk,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return self.back()


class Postpone(_OfObligation, FormPage):
    """Move the due time later."""

    guard = ActsOn("obligation", "status", "due_at")
    title = "Postpone this task"
    button = "Postpone"
    form_class = PostponeForm
    done = "Postponed. Its reminders start again."

    def may(self) -> bool:
        """Those who may dismiss it, and the team's managers."""
        return permissions.can_postpone(self.person, self.obligation)

    def perform(self, form: PostponeForm) -> Destination:
        """Postpone it with the reason."""
        obligations.postpone(
            obligation_id=self.obligation.pk,
            actor=self.person,
            at=self.at,
            **form.cleaned_data,
        )
        return self.back()
