"""Concerns about customers, intake and the matrix: what is not set up yet."""

import pytest

from config.base.data.clock import database_now
from incidents.concerns import SOURCES
from incidents.models import MessageTemplate
from tests import factories as make

pytestmark = pytest.mark.django_db


def texts() -> list[str]:
    return [concern.text for source in SOURCES for concern in source(database_now())]


class TestCustomers:
    def test_have_a_page_with_components(self) -> None:
        assert "There is no status page." in texts()

        page = make.StatusPageFactory()
        assert "1 status page has no component." in texts()

        make.ComponentFactory(page=page)
        make.ComponentFactory(page=page)
        assert not [text for text in texts() if "status page" in text]

    def test_have_texts_to_begin_with(self) -> None:
        MessageTemplate.objects.update(retired_at=database_now())
        assert "There is no message template." in texts()

        make.MessageTemplateFactory()
        assert "There is no message template." not in texts()


class TestIntake:
    def test_has_an_integration_that_is_not_paused(self) -> None:
        assert "No monitoring sends alerts." in texts()

        integration = make.IntegrationFactory(paused_at=database_now())
        assert "1 integration is paused." in texts()

        integration.paused_at = None
        integration.save()
        assert not [text for text in texts() if "integration" in text]


class TestMatrix:
    def test_is_filled(self) -> None:
        make.PriorityRuleFactory(impact=1, urgency=1)
        assert "8 cells of the priority matrix are empty." in texts()

        for cell in [(impact, urgency) for impact in (1, 2, 3) for urgency in (1, 2, 3)]:
            make.PriorityRuleFactory(impact=cell[0], urgency=cell[1])
        assert not [text for text in texts() if "matrix" in text]
