"""Test data: obligations, rules and reminders."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from oncall import models
from oncall.obligations import rules
from tests.factories.people import NOON, TeamFactory, UserFactory
from tests.factories.tickets import IncidentFactory

DUE = NOON + timedelta(days=5)


class ObligationRuleFactory(DjangoModelFactory):
    """A rule for a kind that no app has; five days, no reminders."""

    class Meta:
        model = models.ObligationRule
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Rule {n}")
    kind = "review"
    amount = 5

    @factory.post_generation
    def reminding(self, create: bool, extracted: Any, **_: Any) -> None:
        """`reminding=[(1, "days", "before", "owner")]`."""
        for amount, unit, side, whom in extracted or ():
            models.RuleReminder.objects.create(rule=self, amount=amount, unit=unit, side=side, whom=whom)


class RuleReminderFactory(DjangoModelFactory):
    """A reminder one day before, to the owner."""

    class Meta:
        model = models.RuleReminder

    rule = factory.SubFactory(ObligationRuleFactory)
    amount = 1


class ObligationFactory(DjangoModelFactory):
    """An obligation about an incident, due in five days; `planned` sets its next reminder."""

    class Meta:
        model = models.Obligation

    rule = factory.SubFactory(ObligationRuleFactory)
    kind = factory.SelfAttribute("rule.kind")
    subject_type = "ticket"
    subject_id = factory.LazyFunction(lambda: IncidentFactory().pk)
    occurrence = factory.Sequence(str)
    title = factory.Sequence(lambda n: f"Look at it {n}")
    url = "/"
    owner = factory.SubFactory(UserFactory)
    team = factory.SubFactory(TeamFactory)
    due_at = DUE
    reminded_until = NOON
    created_at = NOON
    updated_at = NOON


def planned(**fields: Any) -> models.Obligation:
    """An obligation whose reminders are planned by its rule."""
    obligation: models.Obligation = ObligationFactory(**fields)
    rules.refresh(rule_id=obligation.rule_id)
    obligation.refresh_from_db()
    return obligation


class ReminderFactory(DjangoModelFactory):
    """A reminder that was taken."""

    class Meta:
        model = models.Reminder

    obligation = factory.SubFactory(ObligationFactory)
    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"obligation:test:{n}")
    channel = "email"
    address = "person@example.com"
    state = "accepted"
    due_at = NOON
    created_at = NOON
    accepted_at = NOON
