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


class PostmortemSectionFactory(DjangoModelFactory):
    """A second section; a postmortem's first is made with it."""

    class Meta:
        model = postmortem_models.PostmortemSection

    postmortem = factory.SubFactory(PostmortemFactory)
    position = factory.Sequence(lambda n: n % 30000 + 1)
    key = factory.Sequence(lambda n: f"section-{n}")
    title = "Impact"
    body = "The shop was down."
    updated_at = NOON


class PostmortemRevisionFactory(DjangoModelFactory):
    """The first saved version of the summary."""

    class Meta:
        model = postmortem_models.PostmortemRevision

    postmortem = factory.SubFactory(PostmortemFactory)
    key = "summary"
    number = 1
    body = "The pool ran empty."
    at = NOON


class PostmortemCommentFactory(DjangoModelFactory):
    """A comment of a reviewer."""

    class Meta:
        model = postmortem_models.PostmortemComment

    postmortem = factory.SubFactory(PostmortemFactory)
    author = factory.SubFactory(UserFactory)
    text = "When did it begin?"
    at = NOON


class ReviewFactory(DjangoModelFactory):
    """A review without required seats."""

    class Meta:
        model = postmortem_models.Review

    postmortem = factory.SubFactory(PostmortemFactory)
    opened_at = NOON


class SeatFactory(DjangoModelFactory):
    """A person who attended."""

    class Meta:
        model = postmortem_models.Seat

    review = factory.SubFactory(ReviewFactory)
    kind = "owner_team"
    perspective = "process"
    user = factory.SubFactory(UserFactory)
    presence = "attended"
    answer = "The rota was clear."
    taken_at = NOON
