"""Concerns about postmortems: no template is the default."""

import pytest

from config.base.data.clock import database_now
from postmortems.concerns import list_concerns
from postmortems.models import Template
from tests import factories as make

pytestmark = pytest.mark.django_db


class TestTemplates:
    def test_need_a_default(self) -> None:
        Template.objects.all().delete()
        assert [concern.button for concern in list_concerns(database_now())] == ["Add a template"]

        template = make.PostmortemTemplateFactory()
        assert [concern.button for concern in list_concerns(database_now())] == ["Choose the default"]

        template.is_default = True
        template.save()
        assert list_concerns(database_now()) == []
