"""The two-line columns of the desk's lists: severity, ticket, status with the last word, people, and the checkbox."""

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.safestring import SafeString

from config.base.data.retirement import marked
from config.base.web import badges, display, people
from config.base.web.icons import icon
from config.base.web.markup import fill
from config.base.web.tables import Table
from incidents import permissions
from incidents.desk.bulk import version_of
from incidents.desk.last_words import last_word
from incidents.desk.relations import known_error_reference, parent_reference
from incidents.models import Ticket, TicketKind


def _column(css: str, head: str = "", **options: object) -> dict[str, object]:
    cells = {"td": {"class": css}, "th": {"class": head}}
    shared: dict[str, object] = {"attrs": cells, "empty_values": (), "exclude_from_export": True}
    return shared | options


class SelectColumn(tables.Column):
    """A checkbox that sends the ticket and the state in which the reader saw it, with the form "bulk"."""

    def __init__(self) -> None:
        super().__init__(**_column("c-check", "w-check", orderable=False, verbose_name="Select"))

    def render(self, record: Ticket) -> SafeString:
        """The box, with a label as large as the cell."""
        return fill(
            '<label><input class="hf-check" type="checkbox" form="bulk" name="ticket" value="{}:{}"'
            ' aria-label="Select {}"></label>',
            record.pk, version_of(record), record.reference,
        )  # fmt: skip


class SeverityAndPriorityColumn(tables.Column):
    """The severity as a block, the priority below; a request shows a basket instead."""

    def __init__(self) -> None:
        super().__init__(**_column("c-sev", "w-sev", order_by="severity__position", verbose_name="Severity"))

    def render(self, record: Ticket) -> SafeString:
        """Both."""
        if record.kind == TicketKind.REQUEST:
            block = icon("shopping-cart", "Request")
        else:
            block = badges.severity_badge(record.severity.rank, marked(record.severity))
        return fill('{}<div class="hf-sub hf-num">P{}</div>', block, record.priority)


class TicketColumn(tables.Column):
    """The title as the link; number, service, team and what it belongs to below."""

    def __init__(self) -> None:
        super().__init__(**_column("hf-title", order_by="title", verbose_name="Ticket"))

    def render(self, record: Ticket) -> SafeString:
        """The two lines."""
        facts: list[str | SafeString] = [record.reference]
        facts += [str(name) for name in (record.service, record.team) if name is not None]
        if record.severity.is_major:
            facts.append(fill('<span class="hf-red">{}</span>', "major"))
        if getattr(record, "is_unowned", False):
            facts.append(fill('<span class="hf-red">{}</span>', "unanswered"))
        if record.visibility != "open":
            facts.append(fill("{}{}", icon("lock"), "private"))
        if reference := known_error_reference(record):
            facts.append(fill('<span class="hf-purple">known error {}</span>', reference))
        if reference := parent_reference(record):
            facts.append(f"part of {reference}")
        line = SafeString("".join(fill("<span>{}</span>", fact) for fact in facts))
        return fill(
            '<a href="{}">{}</a><span class="hf-sub hf-dots">{}</span>', record.get_absolute_url(), record.title, line
        )


class StatusColumn(tables.Column):
    """The status, and who spoke last below."""

    def __init__(self) -> None:
        super().__init__(**_column("c-status", "w-status", order_by="status", verbose_name="Status, last word"))

    def render(self, record: Ticket, table: Table) -> SafeString:
        """The two lines."""
        word = last_word(record)
        if word is None:
            text = fill(
                '<span class="hf-hide-phone">opened </span>{}', display.ago_element(record.created_at, at=table.at)
            )
        else:
            speaker = "requester" if word.by_requester else "us"
            text = fill("{}, {}", speaker, display.ago_element(word.at, at=table.at))
        return fill(
            '{}<div class="hf-sub hf-cut">{}</div>',
            badges.status_badge(record.status, record.get_status_display()), text,
        )  # fmt: skip


class RequesterColumn(tables.Column):
    """The requester, and how many others are affected; only for those who may see requesters of this ticket."""

    def __init__(self) -> None:
        super().__init__(
            **_column("c-requester hf-hide-mid", "w-person hf-hide-mid", order_by="requester__name",
                      verbose_name="Requester")
        )  # fmt: skip

    def render(self, record: Ticket, table: Table) -> SafeString | str:
        """The name, in one or two lines."""
        others = getattr(record, "count_others", 0)
        if record.requester is None:
            return fill('<span class="hf-sub">{} affected</span>', others) if others else ""
        if not permissions.can_see_requester(table.reader, record):
            return fill('<span class="hf-sub">{}</span>', "Hidden from you")
        mark = fill(' <span class="hf-chip is-yellow">{}</span>', "VIP") if record.requester.is_vip else ""
        more = fill('<span class="hf-sub hf-cut">and {} others</span>', others) if others else ""
        return fill('<span class="hf-cut">{}{}</span>{}', record.requester.name, mark, more)


class AssigneeColumn(tables.Column):
    """Who has it; "Nobody yet" is seen."""

    def __init__(self) -> None:
        super().__init__(**_column("c-who", "w-person", order_by="assignee__name", verbose_name="Assignee"))

    def order(self, queryset: QuerySet[Ticket], is_descending: bool) -> tuple[QuerySet[Ticket], bool]:
        """By name; what nobody has comes first."""
        name = F("assignee__name")
        order = name.desc(nulls_last=True) if is_descending else name.asc(nulls_first=True)
        return queryset.order_by(order, "pk"), True

    def render(self, record: Ticket) -> SafeString:
        """Initials and name."""
        return people.person_element(record.assignee)
