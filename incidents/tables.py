"""Tables of tickets, alerts, the service catalog, severities, contacts and integrations."""

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.base import display
from config.base.tables import ClockColumn, LinkColumn, Table, TagColumn, TimeColumn
from incidents import conditions, metrics
from incidents.models import (
    ActionItem,
    Alert,
    Component,
    Contact,
    Integration,
    PublicIncident,
    ScheduledMaintenance,
    Service,
    ServiceReadiness,
    Severity,
    Subscriber,
    Ticket,
    UpdateDelivery,
)


class SeverityColumn(tables.Column):
    """A severity in its rank's color."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"order_by": "severity__rank"} | options)

    def render(self, value: Severity) -> SafeString:
        """The name; color by rank."""
        return display.tag("severity", value.rank, value.name)

    def value(self, value: Severity) -> str:
        """The name, for CSV."""
        return value.name


class TicketTable(Table):
    """The queue. Its rows need `is_unowned`: a page of theirs is still unanswered."""

    title = LinkColumn(css="wide row-title")
    reference = tables.Column(verbose_name="Number", order_by="number", attrs={"td": {"class": "text-nowrap"}})
    severity = SeverityColumn()
    priority = tables.Column()
    status = TagColumn(family="status")
    service = tables.Column(order_by="service__name")
    team = tables.Column(order_by="team__name", verbose_name="Team")
    assignee = tables.Column(accessor="assignee__name", verbose_name="Assignee", default="nobody yet")
    age = tables.Column(empty_values=(), order_by="-impact_started_at", attrs={"td": {"class": "text-nowrap num"}})

    class Meta(Table.Meta):
        model = Ticket
        fields = ("title", "reference", "severity", "priority", "status", "service", "team", "assignee", "age")

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge for what nobody has answered."""
        return format_html(' class="{}"', "is-loud") if getattr(record, "is_unowned", False) else ""

    def render_title(self, value: str, record: Any) -> SafeString:
        """The title in a link, and a loud word while a page is unanswered."""
        loud = display.tag("unowned", "yes", "unowned") if getattr(record, "is_unowned", False) else ""
        return format_html('<span><a href="{}">{}</a> {}</span>', record.get_absolute_url(), value, loud)

    def value_title(self, value: str) -> str:
        """The bare title, for CSV."""
        return value

    def render_priority(self, value: int) -> SafeString:
        """As P1."""
        return format_html('<span class="priority">P{}</span>', value)

    def value_priority(self, value: int) -> int:
        """The bare number, for CSV."""
        return value

    def render_age(self, record: Any) -> SafeString:
        """Since the trouble began, up to restoration."""
        return display.time(record.impact_started_at, at=self.at, text=display.span(record.age(self.at)))

    def value_age(self, record: Any) -> int:
        """In seconds, for CSV."""
        return int(record.age(self.at))


class RecordTable(Table):
    """The records behind a number. Its rows need `seconds` and `outcome`; `measure` words the outcome."""

    measure = metrics.MEASURES["restore"]
    title = LinkColumn(css="wide row-title")
    reference = tables.Column(verbose_name="Number", order_by="number", attrs={"td": {"class": "text-nowrap"}})
    severity = SeverityColumn()
    service = tables.Column(order_by="service__name")
    team = tables.Column(order_by="team__name", verbose_name="Team")
    impact_started_at = TimeColumn(verbose_name="Impact began")
    seconds = tables.Column(verbose_name="Took", attrs={"td": {"class": "text-nowrap num"}})
    outcome = tables.Column(verbose_name="Counted")

    class Meta(Table.Meta):
        model = Ticket
        fields = (
            "title", "reference", "severity", "service", "team", "impact_started_at", "seconds", "outcome",
        )  # fmt: skip

    def render_seconds(self, value: float) -> str:
        """In words."""
        return display.span(value)

    def value_seconds(self, value: float) -> int:
        """In seconds, for CSV."""
        return round(value)

    def render_outcome(self, value: str) -> str:
        """Counted, or why not."""
        return self.measure.says(value)

    def value_outcome(self, value: str) -> str:
        """The same, for CSV."""
        return self.measure.says(value)


class RestoredTable(Table):
    """Restored, not resolved: how long the service has worked again, and what prevention waits for."""

    title = LinkColumn(css="wide row-title")
    reference = tables.Column(verbose_name="Number", order_by="number", attrs={"td": {"class": "text-nowrap"}})
    severity = SeverityColumn()
    service = tables.Column(order_by="service__name")
    team = tables.Column(order_by="team__name", verbose_name="Team")
    restored_at = TimeColumn(verbose_name="Restored")
    waits_for = tables.Column(
        verbose_name="Waits for", empty_values=(), orderable=False, attrs={"td": {"class": "wide"}}
    )

    class Meta(Table.Meta):
        model = Ticket
        fields = ("title", "reference", "severity", "service", "team", "restored_at", "waits_for")

    @cached_property
    def _on_this_page(self) -> dict[int, list[conditions.Condition]]:
        return conditions.of_all([row.record for row in self.paginated_rows])

    @cached_property
    def _on_all_pages(self) -> dict[int, list[conditions.Condition]]:
        return conditions.of_all([row.record for row in self.rows])

    def render_waits_for(self, record: Any) -> SafeString:
        """Each open condition in a link."""
        waiting = [one for one in self._on_this_page[record.pk] if not one.is_met]
        return format_html_join(
            "", '<div class="stacked-link"><a href="{}">{}</a></div>', ((one.url, one.text) for one in waiting)
        )

    def value_waits_for(self, record: Any) -> str:
        """The bare words, for CSV."""
        return "; ".join(one.text for one in self._on_all_pages[record.pk] if not one.is_met)


class ActionTable(Table):
    """What is owed so that it does not happen again."""

    title = LinkColumn(css="wide row-title")
    ticket = LinkColumn(to="ticket", accessor="ticket__reference", verbose_name="For", order_by="ticket__number")
    owner = tables.Column(accessor="owner__name", order_by="owner__name", verbose_name="Who", default="the team")
    team = tables.Column(order_by="team__name", verbose_name="Team")
    due_on = tables.Column(verbose_name="Due", attrs={"td": {"class": "text-nowrap"}})
    is_priority = tables.BooleanColumn(verbose_name="Priority", yesno="yes,no")
    status = TagColumn(family="action")

    class Meta(Table.Meta):
        model = ActionItem
        fields = ("title", "ticket", "owner", "team", "due_on", "is_priority", "status")

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge for what is overdue."""
        late = record.status == "open" and record.due_on < self.at.date()
        return format_html(' class="{}"', "is-loud") if late else ""

    def render_due_on(self, value: date) -> SafeString:
        """The day."""
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), display.day(value))

    def value_due_on(self, value: Any) -> str:
        """As a date every spreadsheet reads, for CSV."""
        return str(value.isoformat())


class AlertTable(Table):
    """Alerts as their senders see them."""

    title = LinkColumn(css="wide row-title")
    status = TagColumn(family="alert")
    severity_word = tables.Column(verbose_name="Sender says")
    integration = LinkColumn(to="integration", order_by="integration__name")
    service = tables.Column(accessor="integration__service__name", verbose_name="Service")
    count = tables.Column(verbose_name="Times", attrs={"td": {"class": "num"}})
    opened_at = TimeColumn(verbose_name="Opened")
    last_event_at = TimeColumn(verbose_name="Last heard")
    ticket = LinkColumn(to="ticket", accessor="ticket__reference", verbose_name="Incident", order_by="ticket__number")

    class Meta(Table.Meta):
        model = Alert
        fields = (
            "title",
            "status",
            "severity_word",
            "integration",
            "service",
            "count",
            "opened_at",
            "last_event_at",
            "ticket",
        )


class ServiceTable(Table):
    """The catalog."""

    name = LinkColumn(css="row-title")
    kind = tables.Column()
    tier = tables.Column()
    team = LinkColumn(to="team", order_by="team__name")
    escalation_policy = tables.Column(
        verbose_name="Pages by", order_by="escalation_policy__name", default="the team's policy"
    )

    class Meta(Table.Meta):
        model = Service
        fields = ("name", "kind", "tier", "team", "escalation_policy")


class ReadinessTable(Table):
    """Services by their readiness."""

    service = LinkColumn(to="service", order_by="service__name", css="row-title")
    tier = tables.Column(accessor="service__tier", verbose_name="Tier")
    team = LinkColumn(to="service__team", accessor="service__team", order_by="service__team__name")
    score = tables.Column(verbose_name="Score")
    failing = tables.Column(orderable=False, empty_values=(), verbose_name="To mend", attrs={"td": {"class": "wide"}})
    checked_at = TimeColumn(verbose_name="Checked")

    class Meta(Table.Meta):
        model = ServiceReadiness
        fields = ("service", "tier", "team", "score", "failing", "checked_at")

    def render_score(self, record: Any) -> str:
        """In percent, and of how many."""
        return f"{record.score} %, {record.passed} of {record.total}"

    def render_failing(self, record: Any) -> str:
        """What is wrong, in a sentence each."""
        return " ".join(dict.fromkeys(str(item["wrong"]) for item in record.failing)) or "nothing"


class SeverityTable(Table):
    """What each severity means and sets in motion."""

    name = tables.Column(order_by="rank", attrs={"td": {"class": "row-title"}})
    title = tables.Column()
    description = tables.Column(orderable=False, attrs={"td": {"class": "wide"}})
    pages = tables.BooleanColumn(verbose_name="Pages", yesno="yes,no")
    urgency = tables.Column(verbose_name="Notification urgency")
    needs_prevention = tables.BooleanColumn(verbose_name="Needs prevention", yesno="yes,no")

    class Meta(Table.Meta):
        model = Severity
        fields = ("name", "title", "description", "pages", "urgency", "needs_prevention")

    def render_name(self, record: Any) -> SafeString:
        """In its rank's color."""
        return display.tag("severity", record.rank, record.name)

    def value_name(self, value: str) -> str:
        """The bare name, for CSV."""
        return value


class ContactTable(Table):
    """People who ask for help."""

    name = tables.Column(attrs={"td": {"class": "row-title"}})

    class Meta(Table.Meta):
        model = Contact
        fields = ("name", "email", "phone", "organisation")


class IntegrationTable(Table):
    """The doors of senders."""

    name = LinkColumn(css="row-title")
    kind = tables.Column()
    service = LinkColumn(to="service", order_by="service__name")
    default_severity = tables.Column(order_by="default_severity__rank")
    key_hint = tables.Column(verbose_name="Key begins with", orderable=False)
    paused_at = TimeColumn(verbose_name="Paused")

    class Meta(Table.Meta):
        model = Integration
        fields = ("name", "kind", "service", "default_severity", "key_hint", "paused_at")


class PublicIncidentTable(Table):
    """What customers were told of; red where they wait longer than promised."""

    name = LinkColumn(css="wide row-title")
    status = TagColumn(family="phase")
    impact = TagColumn(family="impact")
    ticket = tables.Column(accessor="ticket__reference", order_by="ticket__number", verbose_name="Incident")
    started_at = TimeColumn(verbose_name="Began")
    next_update_at = TimeColumn(verbose_name="Next update")
    updated_at = TimeColumn(verbose_name="Last update")

    class Meta(Table.Meta):
        model = PublicIncident
        fields = ("name", "status", "impact", "ticket", "started_at", "next_update_at", "updated_at")

    def row_mark(self, record: Any) -> SafeString | str:
        """A red edge for a promise that was not kept."""
        return format_html(' class="{}"', "is-loud") if record.is_overdue(self.at) else ""

    def render_ticket(self, record: Any, value: str) -> SafeString:
        """The number, leading to the ticket."""
        return format_html('<a href="{}">{}</a>', record.ticket.get_absolute_url(), value)

    def value_ticket(self, value: str) -> str:
        """The bare number, for CSV."""
        return value


class MaintenanceTable(Table):
    """Planned work."""

    name = LinkColumn(css="wide row-title")
    status = TagColumn(family="maintenance")
    starts_at = ClockColumn(verbose_name="Begins")
    ends_at = ClockColumn(verbose_name="Ends")

    class Meta(Table.Meta):
        model = ScheduledMaintenance
        fields = ("name", "status", "page", "starts_at", "ends_at")


class ComponentTable(Table):
    """Parts of the status page."""

    name = tables.Column(attrs={"td": {"class": "row-title"}})
    status = TagColumn(family="component")
    group = tables.Column(order_by="group__name")
    service = LinkColumn(to="service", order_by="service__name")
    updated_at = TimeColumn(verbose_name="Changed")

    class Meta(Table.Meta):
        model = Component
        fields = ("name", "status", "group", "service", "updated_at")


class SubscriberTable(Table):
    """Who is told by e-mail."""

    email = tables.Column(attrs={"td": {"class": "row-title"}})
    confirmed_at = TimeColumn(verbose_name="Confirmed")
    unsubscribed_at = TimeColumn(verbose_name="Left")
    created_at = TimeColumn(verbose_name="Asked first")

    class Meta(Table.Meta):
        model = Subscriber
        fields = ("email", "confirmed_at", "unsubscribed_at", "created_at")


class DeliveryTable(Table):
    """Mails to subscribers and what became of them."""

    address = tables.Column(attrs={"td": {"class": "row-title"}})
    about = tables.Column(accessor="about", orderable=False, verbose_name="About")
    state = TagColumn(family="page")
    attempts = tables.Column()
    created_at = TimeColumn(verbose_name="Made")
    accepted_at = TimeColumn(verbose_name="Accepted")
    last_error = tables.Column(attrs={"td": {"class": "wide"}})

    class Meta(Table.Meta):
        model = UpdateDelivery
        fields = ("address", "about", "state", "attempts", "created_at", "accepted_at", "last_error")
