"""Test data: SLA targets, clocks, facts and corrections."""

from datetime import datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from config.base.data.models import Origin
from incidents import models as incident_models
from tests.factories.people import NOON, UserFactory
from tests.factories.tickets import IncidentFactory


def _this_minute() -> datetime:
    return timezone.now().replace(second=0, microsecond=0)


class SlaTargetFactory(DjangoModelFactory):
    """A target without versions."""

    class Meta:
        model = incident_models.SlaTarget

    name = factory.Sequence(lambda n: f"Target {n}")
    kind = "sla"
    metric = "restore"


class SlaTargetVersionFactory(DjangoModelFactory):
    """A version in force for a year: eight hours around the clock, for every ticket."""

    class Meta:
        model = incident_models.SlaTargetVersion

    target = factory.SubFactory(SlaTargetFactory)
    effective_from = factory.LazyFunction(lambda: _this_minute() - timedelta(days=365))
    created_at = factory.SelfAttribute("effective_from")
    goal_minutes = 480
    warn_percents = factory.LazyFunction(lambda: [50, 75, 100])
    origin = Origin.IMPORT


def cadence_of(
    severity: "incident_models.Severity", *, first: int | None = 20, between: int | None = 30, **fields: object
) -> list["incident_models.SlaTargetVersion"]:
    """The targets of a severity's first and next update, in minutes, long in force; None makes no target."""
    fields = {"effective_from": NOON - timedelta(days=365)} | fields
    promises = (("first_update", "impact", first), ("next_update", "opened", between))
    return [
        SlaTargetVersionFactory(
            target__metric=metric, start=start, goal_minutes=minutes, conditions={"severity": [severity.pk]}, **fields
        )
        for metric, start, minutes in promises
        if minutes is not None
    ]


class SlaCycleFactory(DjangoModelFactory):
    """A clock that ended in time."""

    class Meta:
        model = incident_models.SlaCycle

    ticket = factory.SubFactory(IncidentFactory)
    version = factory.SubFactory(SlaTargetVersionFactory)
    kind = factory.SelfAttribute("version.target.kind")
    metric = factory.SelfAttribute("version.target.metric")
    state = "met"
    started_at = factory.LazyFunction(lambda: _this_minute() - timedelta(hours=3))
    stopped_at = factory.LazyAttribute(lambda cycle: cycle.started_at + timedelta(hours=2))
    due_at = factory.LazyAttribute(lambda cycle: cycle.started_at + timedelta(hours=8))
    goal_minutes = 480
    elapsed_minutes = 120
    computed_at = factory.LazyFunction(timezone.now)
    decided_at = factory.SelfAttribute("stopped_at")
    is_kept = True
    service = factory.SelfAttribute("ticket.service")
    owner = factory.SelfAttribute("ticket.team")


class SlaBreachFactory(DjangoModelFactory):
    """A recorded breach."""

    class Meta:
        model = incident_models.SlaBreach

    ticket = factory.SubFactory(IncidentFactory)
    version = factory.SubFactory(SlaTargetVersionFactory)
    kind = factory.SelfAttribute("version.target.kind")
    metric = factory.SelfAttribute("version.target.metric")
    goal_minutes = 480
    breached_at = factory.LazyFunction(_this_minute)


class SlaWarningFactory(DjangoModelFactory):
    """A warning that was sent."""

    class Meta:
        model = incident_models.SlaWarning

    ticket = factory.SubFactory(IncidentFactory)
    version = factory.SubFactory(SlaTargetVersionFactory)
    kind = factory.SelfAttribute("version.target.kind")
    metric = factory.SelfAttribute("version.target.metric")
    percent = 75
    goal_minutes = 480
    warned_at = factory.LazyFunction(_this_minute)


class SlaActionFactory(DjangoModelFactory):
    """Tells the assignee at three quarters."""

    class Meta:
        model = incident_models.SlaAction

    target = factory.SubFactory(SlaTargetFactory)
    percent = 75


class SlaImpactFactory(DjangoModelFactory):
    """A preview of a first version that has just begun."""

    class Meta:
        model = incident_models.SlaImpact

    kind = "sla"
    metric = "restore"
    content = factory.LazyFunction(
        lambda: {
            "goal_minutes": 60, "calendar": None, "start": "opened", "conditions": {}, "position": 1,
            "pause_reasons": [], "warn_percents": [75],
        }
    )  # fmt: skip
    effective_from = factory.LazyFunction(_this_minute)
    created_at = factory.LazyFunction(timezone.now)
    digest = "0" * 64


class SlaCreditFactory(DjangoModelFactory):
    """Excluded time that waits for a decision."""

    class Meta:
        model = incident_models.SlaCredit

    ticket = factory.SubFactory(IncidentFactory)
    starts_at = factory.LazyFunction(lambda: _this_minute() - timedelta(hours=3))
    ends_at = factory.LazyAttribute(lambda credit: credit.starts_at + timedelta(hours=1))
    reason = "A holiday that nobody had entered."
    requested_by = factory.SubFactory(UserFactory)
    requested_at = factory.LazyFunction(timezone.now)


class SlaWaiverFactory(DjangoModelFactory):
    """A waiver that waits for a decision."""

    class Meta:
        model = incident_models.SlaWaiver

    breach = factory.SubFactory(SlaBreachFactory)
    reason = "Agreed with the customer."
    requested_by = factory.SubFactory(UserFactory)
    requested_at = factory.LazyFunction(timezone.now)


class SlaStaleFactory(DjangoModelFactory):
    """A ticket whose clocks must be computed again."""

    class Meta:
        model = incident_models.SlaStale

    ticket = factory.SubFactory(IncidentFactory)


def broken_clock(**fields: object) -> incident_models.SlaCycle:
    """A broken clock with its recorded breach."""
    clock = SlaCycleFactory(
        **{"state": "breached", "is_kept": False, "breach_holds": True, "elapsed_minutes": 600} | fields
    )
    clock.breached_at = clock.decided_at
    clock.save(update_fields=["breached_at"])
    SlaBreachFactory(
        ticket=clock.ticket, version=clock.version, kind=clock.kind, metric=clock.metric, team=clock.team,
        cycle=clock.cycle, goal_minutes=clock.goal_minutes, breached_at=clock.breached_at, source=clock.source,
    )  # fmt: skip
    return clock


def waived_clock(**fields: object) -> incident_models.SlaCycle:
    """A broken clock whose breach is waived."""
    clock = broken_clock(**fields)
    breach = incident_models.SlaBreach.objects.get(
        ticket=clock.ticket, kind=clock.kind, metric=clock.metric, team=clock.team, cycle=clock.cycle
    )
    SlaWaiverFactory(breach=breach, status="approved", decided_by=UserFactory(), decided_at=timezone.now())
    return clock
