"""Test data: small, named, and the same cast everywhere."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from incidents import models as incident_models
from oncall import models as oncall_models
from postmortems import default_template
from postmortems import models as postmortem_models
from problems import models as problem_models

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
"""A Monday, and the clock of every test that needs one."""
PASSWORD = "a long enough pass phrase"


class UserFactory(DjangoModelFactory):
    """A person with an account."""

    class Meta:
        model = oncall_models.User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    is_active = True

    @factory.post_generation
    def roles(self, create: bool, extracted: Any, **_: Any) -> None:
        """`roles=[Role.AGENT]` puts the person into groups."""
        if create and extracted:
            self.groups.set(Group.objects.filter(name__in=extracted))


class TeamFactory(DjangoModelFactory):
    """A team."""

    class Meta:
        model = oncall_models.Team

    name = factory.Sequence(lambda n: f"Team {n}")
    slug = factory.Sequence(lambda n: f"team-{n}")


class MembershipFactory(DjangoModelFactory):
    """A person in a team."""

    class Meta:
        model = oncall_models.Membership

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)


class ContactMethodFactory(DjangoModelFactory):
    """A verified phone number."""

    class Meta:
        model = oncall_models.ContactMethod

    user = factory.SubFactory(UserFactory)
    kind = "sms"
    address = factory.Sequence(lambda n: f"+4930{n:07}")
    verified_at = NOON


class NotificationRuleFactory(DjangoModelFactory):
    """A rule of the person who owns the contact method."""

    class Meta:
        model = oncall_models.NotificationRule

    contact_method = factory.SubFactory(ContactMethodFactory)
    user = factory.SelfAttribute("contact_method.user")
    position = factory.Sequence(lambda n: n % 30000)


class ApiTokenFactory(DjangoModelFactory):
    """A token; its digest is not of any known key."""

    class Meta:
        model = oncall_models.ApiToken

    user = factory.SubFactory(UserFactory)
    name = "Script"
    prefix = factory.Sequence(lambda n: f"hf_{n:08}")
    digest = factory.Sequence(lambda n: f"{n:064}")
    scopes = ["read"]


class ScheduleFactory(DjangoModelFactory):
    """A schedule without versions; see `weekly_schedule`."""

    class Meta:
        model = oncall_models.Schedule

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Schedule {n}")


def weekly_schedule(
    *people: oncall_models.User, zone: str = "UTC", anchor: str = "2026-01-05T09:00", **fields: Any
) -> oncall_models.Schedule:
    """A schedule in which these people take turns by the week, from `anchor` on."""
    schedule = ScheduleFactory(**fields)
    version = oncall_models.ScheduleVersion.objects.create(
        schedule=schedule,
        **dict.fromkeys(("created_at", "effective_from"), datetime(2026, 1, 1, tzinfo=UTC)),
        time_zone=zone,
        origin="case",
    )
    layer = oncall_models.Layer.objects.create(version=version, anchor=anchor, unit="week", slots=len(people))
    for slot, person in enumerate(people):
        oncall_models.LayerMember.objects.create(layer=layer, slot=slot, user=person)
    return schedule


class PolicyFactory(DjangoModelFactory):
    """A policy without steps; see `policy`."""

    class Meta:
        model = oncall_models.EscalationPolicy
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda n: f"Policy {n}")
    repeat = 0


def policy(
    *steps: Any, fallback: Any = (), delay: int = 5, mode: str = "all", **fields: Any
) -> oncall_models.EscalationPolicy:
    """A policy; each step is a person, schedule or team, or a list of them."""
    made = PolicyFactory(**fields)
    made.fallback.set(fallback)
    for position, targets in enumerate(steps):
        step = oncall_models.EscalationStep.objects.create(
            policy=made, position=position, delay_minutes=delay, mode=mode
        )
        for place, target in enumerate(targets if isinstance(targets, list) else [targets]):
            oncall_models.EscalationTarget.objects.create(
                step=step, position=place, **{type(target).__name__.lower(): target}
            )
    return made


class EscalationFactory(DjangoModelFactory):
    """An escalation that waits for its next step in an hour; nothing runs it but a test."""

    class Meta:
        model = oncall_models.Escalation

    subject_type = "test"
    subject_id = factory.Sequence(lambda n: n + 1)
    title = "INC-1 Something is broken"
    url = "/"
    team = factory.SubFactory(TeamFactory)
    frozen_policy = {"name": "", "repeat": 0, "fallback": [], "fallback_delay_minutes": 5, "steps": []}
    triggered_at = NOON
    next_at = datetime(2036, 6, 1, 13, 0, tzinfo=UTC)


class EscalationEntryFactory(DjangoModelFactory):
    """A line of an escalation's log."""

    class Meta:
        model = oncall_models.EscalationEntry

    escalation = factory.SubFactory(EscalationFactory)
    at = NOON
    event = "nobody_on_call"


class PageFactory(DjangoModelFactory):
    """A page that was accepted."""

    class Meta:
        model = oncall_models.Page

    escalation = factory.SubFactory(EscalationFactory)
    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"test:{n}")
    channel = "sms"
    address = "+49301234567"
    firing = 1
    rule = 0
    state = "accepted"
    due_at = NOON
    created_at = NOON
    accepted_at = NOON


class EngineLaneFactory(DjangoModelFactory):
    """A lane's pulse."""

    class Meta:
        model = oncall_models.EngineLane

    worker = factory.Sequence(lambda n: f"worker:{n}")
    lane = "pages"
    started_at = NOON
    swept_at = NOON


class WorkIntervalFactory(DjangoModelFactory):
    """An hour of work."""

    class Meta:
        model = oncall_models.WorkInterval

    user = factory.SubFactory(UserFactory)
    subject_type = "ticket"
    subject_id = factory.Sequence(lambda n: n + 1)
    title = "INC-1 Something is broken"
    url = "/"
    started_at = NOON
    ended_at = NOON.replace(hour=13)


class SeverityFactory(DjangoModelFactory):
    """A severity that pages; ranks repeat, so two calls with one rank give one row."""

    class Meta:
        model = incident_models.Severity
        django_get_or_create = ["rank"]

    rank = 2
    name = factory.LazyAttribute(lambda one: f"SEV{one.rank}")
    title = "Major"
    description = "A core function is down for some customers."


class PriorityRuleFactory(DjangoModelFactory):
    """A cell of the matrix."""

    class Meta:
        model = incident_models.PriorityRule
        django_get_or_create = ["impact", "urgency"]

    impact = 1
    urgency = 1
    priority = 1
    severity = factory.SubFactory(SeverityFactory)


class ServiceFactory(DjangoModelFactory):
    """A service."""

    class Meta:
        model = incident_models.Service

    name = factory.Sequence(lambda n: f"Service {n}")
    slug = factory.Sequence(lambda n: f"service-{n}")
    team = factory.SubFactory(TeamFactory)


class ServiceDependencyFactory(DjangoModelFactory):
    """One service needs another."""

    class Meta:
        model = incident_models.ServiceDependency

    service = factory.SubFactory(ServiceFactory)
    needs = factory.SubFactory(ServiceFactory)


class ContactFactory(DjangoModelFactory):
    """A requester."""

    class Meta:
        model = incident_models.Contact

    name = factory.Sequence(lambda n: f"Caller {n}")
    email = factory.Sequence(lambda n: f"caller{n}@example.org")


class IncidentFactory(DjangoModelFactory):
    """A new incident, as `response.declare` would leave it, but nobody is paged."""

    class Meta:
        model = incident_models.Incident

    kind = "incident"
    title = factory.Sequence(lambda n: f"Something is broken {n}")
    service = factory.SubFactory(ServiceFactory)
    team = factory.SelfAttribute("service.team")
    severity = factory.SubFactory(SeverityFactory)
    created_at = NOON
    updated_at = NOON
    impact_started_at = NOON


class TimelineEntryFactory(DjangoModelFactory):
    """A note."""

    class Meta:
        model = incident_models.TimelineEntry

    ticket = factory.SubFactory(IncidentFactory)
    kind = "note"
    at = NOON
    text = "We looked at the logs."


class IntegrationFactory(DjangoModelFactory):
    """A sender's door; its key is not known to anybody."""

    class Meta:
        model = incident_models.Integration

    name = factory.Sequence(lambda n: f"Integration {n}")
    kind = "pagerduty"
    service = factory.SubFactory(ServiceFactory)
    default_severity = factory.SubFactory(SeverityFactory)
    key_hint = "abcd"
    key_digest = factory.Sequence(lambda n: f"{n:064}")


class AlertFactory(DjangoModelFactory):
    """An open alert that is routed already."""

    class Meta:
        model = incident_models.Alert

    integration = factory.SubFactory(IntegrationFactory)
    dedup_key = factory.Sequence(lambda n: f"key-{n}")
    group_key = factory.SelfAttribute("dedup_key")
    title = "Disk full"
    started_at = NOON
    opened_at = NOON
    last_event_at = NOON


class EventFactory(DjangoModelFactory):
    """A trigger."""

    class Meta:
        model = incident_models.Event

    integration = factory.SubFactory(IntegrationFactory)
    received_at = NOON
    action = "trigger"
    outcome = "opened"


class ProblemFactory(DjangoModelFactory):
    """A new problem."""

    class Meta:
        model = problem_models.Problem

    kind = "problem"
    title = factory.Sequence(lambda n: f"Something breaks again and again {n}")
    service = factory.SubFactory(ServiceFactory)
    team = factory.SelfAttribute("service.team")
    severity = factory.SubFactory(SeverityFactory)
    created_at = NOON
    updated_at = NOON
    impact_started_at = NOON


class PostmortemTemplateFactory(DjangoModelFactory):
    """A template with the standard sections."""

    class Meta:
        model = postmortem_models.Template

    name = factory.Sequence(lambda n: f"Template {n}")
    sections = factory.LazyFunction(default_template.sections)


class PostmortemFactory(DjangoModelFactory):
    """A draft that is due in a week; `writing.draft` fills its sections, here it has one."""

    class Meta:
        model = postmortem_models.Postmortem
        skip_postgeneration_save = True

    ticket = factory.SubFactory(IncidentFactory, status="restored", restored_at=NOON)
    template = factory.SubFactory(PostmortemTemplateFactory)
    owner = factory.SubFactory(UserFactory)
    due_on = date(2026, 6, 8)
    restored_at = NOON
    created_at = NOON
    updated_at = NOON

    @factory.post_generation
    def section(self, create: bool, extracted: Any, **_: Any) -> None:
        """`section="text"` is the body of its one section."""
        if create:
            self.sections.create(
                position=0, key="summary", title="Summary", is_required=True, body=extracted or "", updated_at=NOON
            )
