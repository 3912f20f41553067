"""What uses templates: postmortems keep a copy of their sections, so a replacement changes none of them."""

from datetime import datetime
from typing import cast

from django.db.models import Model

from config.base.data import retirement, uses
from config.base.data.uses import Rows, Use
from oncall.models import User
from postmortems import writing
from postmortems.default_template import NAME
from postmortems.models import UNAPPROVED, Template


def _unapproved(rows: Rows, record: Model, at: datetime) -> Rows:
    return rows.filter(status__in=UNAPPROVED)


def _assign(*, row: Model, record: Model, by: Model, reason: str, at: datetime, actor: User | None) -> None:
    writing.assign(postmortem_id=row.pk, owner=cast(User, by), actor=actor, at=at)


USES = (
    Use(of="postmortems.Template", by="postmortems.Postmortem", path="template", related=("ticket",)),
    Use(
        of="oncall.User", by="postmortems.Postmortem", path="owner", moving=_unapproved, move=_assign,
        related=("ticket",),
    ),
)  # fmt: skip


def _default(record: Model) -> str:
    template = cast(Template, record)
    is_next = template.name == NAME and not Template.objects.filter(is_default=True).exists()
    if not template.is_default and not is_next:
        return ""
    return f"{record} is the default: new postmortems begin with it. Make another template the default first."


def register() -> None:
    """Declare the app's uses; called from `ready()`."""
    uses.declare(USES)
    retirement.declare_bar("postmortems.Template", _default)
