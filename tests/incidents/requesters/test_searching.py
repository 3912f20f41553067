"""Requesters are found by name, mail and phone as people say them, and only by those who may see them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from config.base.data.roles import Role
from incidents.requesters.matching import _digits, is_phone
from incidents.requesters.picker import search_requesters
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Any:
    return make.UserFactory(roles=[Role.AGENT])


@pytest.fixture
def priya() -> Any:
    return make.ContactFactory(name="Priya Nair", email="priya.nair@northgate.example", phone="+44 117 496 0120")


def names(words: str, reader: Any) -> list[str]:
    return [row.name for row in search_requesters(words, reader=reader)]


class TestSearch:
    @pytest.mark.parametrize("words", [
        "0117 496", "117496", "+44 117 496 0120", "0044117 4960120", "+44 (0)117-496", "priya", "NAIR pri",
        "northgate", "priya.nair@northgate.example", "  nair ", "prya", "Priya Nayr",
    ])  # fmt: skip
    def test_finds_what_people_say(self, agent: Any, priya: Any, words: str) -> None:
        make.ContactFactory(name="Dan Cole", phone="+44 20 7946 0000")

        assert names(words, agent) == ["Priya Nair"]

    @pytest.mark.parametrize(
        "words", ["", "p", "%", "'", "\\", "12", "()", "0000", "117", "x" * 200_000, "0117 497", "\u202e"]
    )
    def test_finds_nobody_for_what_fits_nobody(self, agent: Any, priya: Any, words: str) -> None:
        assert names(words, agent) == []

    def test_puts_those_first_whose_name_begins_so(self, agent: Any) -> None:
        for name in ("Ben Dawson", "Dawn Ash", "Abe Dawes"):
            make.ContactFactory(name=name)

        assert names("daw", agent) == ["Dawn Ash", "Abe Dawes", "Ben Dawson"]

    def test_puts_those_last_who_fit_but_for_a_letter(self, agent: Any) -> None:
        for name in ("Abe Dawes", "Ben Dawson", "Zoe Dawsen"):
            make.ContactFactory(name=name)

        assert names("dawsen", agent) == ["Zoe Dawsen", "Ben Dawson"]

    def test_finds_a_few_at_most(self, agent: Any) -> None:
        make.ContactFactory.create_batch(12, name="Ada")

        assert len(names("ada", agent)) == 8

    def test_counts_open_tickets_that_the_reader_may_see_in_one_query(self, agent: Any, priya: Any) -> None:
        make.IncidentFactory(requester=priya)
        make.IncidentFactory(requester=priya, status="closed", closed_at=make.NOON, closure_code="solved")
        make.IncidentFactory(requester=priya, visibility="private", visibility_reason="Personal data")
        agent.has_perm("incidents.view_contact")

        with CaptureQueriesContext(
            connection,
        ) as queries:
            row: Any = search_requesters("priya", reader=agent).get()

        assert (row.open_tickets, len(queries)) == (1, 1)

    def test_shows_nobody_to_who_may_not_see_requesters(self, priya: Any) -> None:
        assert names("priya", make.UserFactory(roles=[Role.RESPONDER])) == []

    def test_uses_the_indexes(self, agent: Any, priya: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plans = {words: search_requesters(words, reader=agent).explain() for words in ("priya nair", "117496")}

        assert "incidents_contact_words" in plans["priya nair"]
        assert "incidents_contact_close" in plans["priya nair"]
        assert "incidents_contact_phone_digits" in plans["117496"]


class TestPhone:
    @given(st.lists(st.sampled_from([" ", "-", ".", "/", "(", ")"]), min_size=7, max_size=7))
    def test_is_the_same_number_in_any_spacing(self, gaps: list[str]) -> None:
        spaced = "".join(digit + gap for digit, gap in zip("1174960", gaps, strict=True))

        assert is_phone(spaced)
        assert _digits(spaced).replace("0", "") == "117496"

    def test_is_no_name(self) -> None:
        assert not is_phone("Room 117")
