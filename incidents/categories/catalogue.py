"""Categories: how a ticket's words name one, and how they are written and deleted."""

from collections.abc import Mapping
from typing import cast

from django.db import transaction
from django.db.models import Model

from config.base.data.configuration import delete_record, write_record
from config.base.data.retirement import offered
from config.base.data.uses import Rows
from incidents.models import Category, Ticket
from oncall.models import User


def find_category(name: str) -> Category | None:
    """The category in use with this name, in any case of letters; None for other words."""
    return offered(Category.objects.select_related("team")).filter(name__iexact=name).first() if name else None


def category_of(ticket: Ticket) -> Category | None:
    """The category that a ticket's words name, also one that is out of use."""
    return Category.objects.filter(name__iexact=ticket.category).first() if ticket.category else None


def category_names() -> list[str]:
    """The names of the categories in use, for people to choose from."""
    return list(offered(Category.objects.order_by("name")).values_list("name", flat=True))


def tickets_of(record: Model) -> Rows:
    """The tickets whose words name this category."""
    return cast(Rows, Ticket.objects.filter(category__iexact=cast(Category, record).name))


@transaction.atomic
def save_category(
    *, category: Category | None, values: Mapping[str, object], reason: str = "", actor: User | None
) -> Category:
    """Create a category, or give a stored one these values; the same values twice change nothing.

    Tickets keep their words. Raises ValidationError by field.
    """
    saved = Category() if category is None else category
    write_record(saved, values, actor=actor, reason=reason)
    return saved


def delete_category(*, category: Category, reason: str = "", actor: User | None) -> None:
    """Delete a category. Raises InUse while tickets are of it."""
    delete_record(category, actor=actor, reason=reason)
