"""Conditions of targets (K-6)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from incidents.sla.conditions import FIELDS, covers, describe, describe_all, overlap, read_conditions, read_fields
from tests import factories as make

pytestmark = pytest.mark.django_db


def fault(value: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        read_conditions(value)
    [sentence] = refusal.value.message_dict["conditions"]
    return sentence


class TestReading:
    def test_keeps_allowed_values_once_in_the_order_of_the_fields(self) -> None:
        severity = make.SeverityFactory()

        read = read_conditions({"customers": [" ACME\n", "ACME"], "major": [True], "severity": [severity.pk]})

        assert read == {"severity": [severity.pk], "major": [True], "customers": ["ACME"]}
        assert list(read) == ["severity", "major", "customers"]

    def test_refuses_a_field_that_does_not_exist(self) -> None:
        assert fault({"colour": ["red"]}) == f"There is no field “colour”. Choose one of: {', '.join(FIELDS)}."

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ([1], "Send an object"),
            (None, "Send an object"),
            ({"priority": []}, "at least one value for priority"),
            ({"priority": 1}, "at least one value for priority"),
            ({"priority": ["1"]}, "“1” is no value of priority. Give numbers."),
            ({"priority": [True]}, "“True” is no value of priority"),
            ({"priority": [6]}, "Choose from: 1, 2, 3, 4, 5."),
            ({"tier": [0]}, "Choose from: 1, 2, 3, 4."),
            ({"kind": ["change"]}, "Choose from: incident, problem, request."),
            ({"major": [1]}, "Give true or false."),
            ({"category": [7]}, "Give texts."),
            ({"category": ["\u200b"]}, "is empty"),
            ({"category": ["x" * 61]}, "at most 60 characters"),
            ({"severity": [2**70]}, "There is no severity"),
            ({"team": [0]}, "There is no team 0."),
            ({"category": [str(n) for n in range(201)]}, "at most 200 values for category: these are 201"),
            ({"\x00" * 99: [1]}, "There is no field"),
        ],
    )
    def test_refuses_values_that_mean_nothing(self, value: Any, words: str) -> None:
        assert words in fault(value)

    def test_names_every_fault_at_once(self) -> None:
        with pytest.raises(ValidationError) as refusal:
            read_conditions({"colour": [1], "priority": [9]})

        assert len(refusal.value.message_dict["conditions"]) == 2

    def test_of_one_ticket_take_one_value_and_a_list_of_customers(self) -> None:
        assert read_fields({"priority": 1, "customers": ["ACME", "Umbrella"], "category": "", "vip": None}) == {
            "priority": 1,
            "customers": ["ACME", "Umbrella"],
        }
        with pytest.raises(ValidationError) as refusal:
            read_fields({"priority": [1, 2]})
        assert list(refusal.value.message_dict) == ["fields"]


class TestWords:
    def test_name_rows_and_alternatives(self) -> None:
        first, second = make.SeverityFactory(name="SEV1", rank=1), make.SeverityFactory(name="SEV2", rank=2)

        text = describe({"severity": [first.pk, second.pk], "major": [True], "customers": ["ACME"]})

        assert text == "severity SEV1 or SEV2, and major incidents, and customer ACME"

    def test_of_no_condition_are_every_incident_and_request(self) -> None:
        assert describe({}) == "every incident and request"

    def test_of_many_need_as_many_queries_as_of_one(self, django_assert_num_queries: Any) -> None:
        teams = [make.TeamFactory() for _ in range(5)]

        with django_assert_num_queries(1):
            texts = describe_all([{"team": [team.pk]} for team in teams])

        assert texts == [f"team {team.name}" for team in teams]


class TestComparing:
    def test_covers_what_is_narrower(self) -> None:
        assert covers({}, {"severity": [1]})
        assert covers({"severity": [1, 2]}, {"severity": [1], "team": [3]})
        assert not covers({"severity": [1]}, {})
        assert not covers({"severity": [1]}, {"severity": [1, 2]})

    def test_overlaps_unless_a_field_excludes_it(self) -> None:
        assert overlap({"severity": [1]}, {"team": [3]})
        assert not overlap({"severity": [1]}, {"severity": [2]})
        assert overlap({"customers": ["ACME"]}, {"customers": ["Umbrella"]})
