"""An answer that shows a key once is not stored; a repeat of its request says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from config.base.rest.scopes import Scope, scoped
from config.base.rest.serializers import InputSerializer, RecordSerializer, ShownOnce
from config.base.rest.viewsets import AnswerViewSet
from config.redaction import is_secret_name
from config.urls import urlpatterns
from oncall.access import tokens
from oncall.models import ApiToken, IdempotentRequest
from tests import factories as make

NO_KEYS = {
    ("TimelineEntrySerializer", "token"): "the name of a token",
    ("PrivateReadingSerializer", "token"): "the name of a token",
    ("AlertSerializer", "dedup_key"): "what the sender calls the trouble",
    ("EventSerializer", "dedup_key"): "what the sender calls the trouble",
    ("SectionSerializer", "key"): "the name of a section",
    ("CellSerializer", "key"): "the slug of the team or service that a figure is about",
    ("SlaGroupSerializer", "key"): "the slug or name of what the figures are about",
}
"""Fields of answers that sound like keys and are none; the reason beside each."""


class NewTokenSerializer(serializers.Serializer[Any]):
    """A token and its key, below a list, as an answer can hold one."""

    name = serializers.CharField()
    keys = serializers.ListField(child=ShownOnce())


class NewTokens(AnswerViewSet):
    """Makes tokens, as an endpoint of tokens does."""

    queryset = ApiToken.objects.all()
    serializer_class = NewTokenSerializer

    @scoped(Scope.CONFIGURE)
    def create(self, request: Request) -> Response:
        """A token whose key is in the answer."""
        person: Any = request.user
        token, key = tokens.create_token(user=person, name="deploy", at=timezone.now())
        self.answered = token
        return Response(NewTokenSerializer({"name": token.name, "keys": [key]}).data, status=201)


@pytest.mark.django_db
class TestKey:
    @pytest.fixture
    def send(self) -> Any:
        person = make.UserFactory(is_superuser=True)

        def send() -> Any:
            request = APIRequestFactory().post("/", {}, headers={"Idempotency-Key": "k1"})
            force_authenticate(request, user=person)
            answer = NewTokens.as_view({"post": "create"})(request)
            return answer.render()

        return send

    def test_is_shown_and_never_stored(self, send: Any) -> None:
        answer = send()

        [key] = answer.data["keys"]
        row = IdempotentRequest.objects.get()
        assert answer.status_code == 201
        assert key.startswith("hf_")
        assert key not in str(IdempotentRequest.objects.values().get())
        assert (row.answer, row.is_shown_once) == ("", True)

    def test_is_not_made_or_shown_again_by_a_repeat(self, send: Any) -> None:
        send()

        again = send()

        assert (again.status_code, again.data["code"]) == (409, "shown_once")
        assert "revoke it" in again.data["message"]
        assert ApiToken.objects.count() == 1

    def test_cannot_be_stored_by_accident(self, send: Any) -> None:
        send()

        with pytest.raises(IntegrityError, match="oncall_idempotentrequest_shown_once"), transaction.atomic():
            IdempotentRequest.objects.update(answer="hf_key")


def _kinds(kind: Any) -> Iterator[Any]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from _kinds(narrower)


def test_every_field_of_an_answer_that_sounds_like_a_key_is_shown_once() -> None:
    """So no endpoint can show a key that its repeats would find stored."""
    assert urlpatterns  # loads every view, and with them every serializer
    fields = {
        (kind.__name__, name): field
        for kind in _kinds(serializers.Serializer)
        if not kind.__module__.startswith(("rest_framework", "drf_", "tests"))
        if kind is not RecordSerializer and not issubclass(kind, InputSerializer)
        for name, field in kind().fields.items()
        if not field.write_only and is_secret_name(name)
    }

    assert {place for place, field in fields.items() if not isinstance(field, ShownOnce)} == set(NO_KEYS)
