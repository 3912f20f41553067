"""What a person does and what hangs on them alone: who takes it over, and what stops, when the account is closed."""

from datetime import datetime
from typing import cast

from django.contrib.auth.models import Group
from django.db.models import Exists, Model, OuterRef, Q

from config.base.data import retirement
from config.base.data.outbox import UNSENT
from config.base.data.uses import Rows, Use, all_rows
from oncall import signals
from oncall.models import EscalationState, Membership, Team, User
from oncall.uses.configuration import in_use, move_target, move_task, open_tasks


def _move_fallback(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    retirement.write_column(row=row, column="fallback", record=record, by=by, reason=reason, actor=actor)
    signals.send_reachability_changed(at=at, policies=[row.pk])


def _teams_managed_alone(record: Model) -> Rows:
    """The teams whose only manager with an open account is this person."""
    managers = Membership.objects.active_managers().filter(team=OuterRef("pk"))
    alone = Exists(managers.filter(user=record.pk)) & ~Exists(managers.exclude(user=record.pk))
    return cast(Rows, Team.objects.filter(alone))


def _roles_held_alone(record: Model) -> Rows:
    """The roles that no other open account has."""
    others = User.objects.filter(groups=OuterRef("pk"), is_active=True).exclude(pk=record.pk)
    return cast(Rows, Group.objects.filter(~Exists(others), user=record.pk))


def _working_tokens(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True)


def _running(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.exclude(state=EscalationState.ENDED)


def _unsent(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.filter(state__in=UNSENT)


USES = (
    Use(
        of="oncall.User", by="oncall.EscalationPolicy", path="steps__targets__user",
        columns=("oncall.EscalationTarget.user",), moving=in_use, move=move_target, is_open=True,
        words=("escalation policy that pages the person", "escalation policies that page the person"),
    ),
    Use(
        of="oncall.User", by="oncall.EscalationPolicy", path="fallback", moving=in_use, move=_move_fallback,
        is_open=True, words=("policy with the person as fallback", "policies with the person as fallback"),
    ),
    Use(
        of="oncall.User", by="oncall.ObligationRule", path="person", moving=all_rows,
        words=("rule that gives tasks to the person", "rules that give tasks to the person"),
    ),
    Use(
        of="oncall.User", by="oncall.Obligation", path="owner", words=("task", "tasks"), moving=open_tasks,
        move=move_task,
    ),
    Use(
        of="oncall.User", by="oncall.Team", find=_teams_managed_alone, columns=("(managers)",), stopping=all_rows,
        words=("team without another manager", "teams without another manager"), is_open=True,
    ),
    Use(
        of="oncall.User", by="auth.Group", find=_roles_held_alone, columns=("(roles)",), stopping=all_rows,
        words=("role that nobody else has", "roles that nobody else has"),
    ),
    Use(
        of="oncall.User", by="oncall.ApiToken", path="user", stopping=_working_tokens,
        words=("API token that stops working", "API tokens that stop working"),
    ),
    Use(
        of="oncall.User", by="oncall.Escalation", path="acknowledged_by", stopping=_running,
        words=("running escalation that the person acknowledged", "running escalations that the person acknowledged"),
    ),
    Use(
        of="oncall.User", by="oncall.Page", path="user", stopping=_unsent,
        words=("page to the person that is not sent yet", "pages to the person that are not sent yet"),
    ),
)  # fmt: skip
