"""Test data: postmortems and their templates."""

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from postmortems import default_template
from postmortems import models as postmortem_models
from tests.factories.people import NOON, UserFactory
from tests.factories.tickets import IncidentFactory


class PostmortemTemplateFactory(DjangoModelFactory):
    """A template with the standard sections."""

    class Meta:
        model = postmortem_models.Template

    name = factory.Sequence(lambda n: f"Template {n}")
    sections = factory.LazyFunction(default_template.default_sections)


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
