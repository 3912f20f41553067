"""The severities of a sender's words, as rows on the forms of integrations: unknown, twice, too many."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.forms.integrations import SeverityRowsField, severity_rows
from incidents.models import Integration, Severity
from oncall.models import User
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def severities() -> list[Severity]:
    return [make.SeverityFactory(rank=1), make.SeverityFactory(rank=2)]


@pytest.fixture
def field(severities: list[Severity]) -> SeverityRowsField:
    return severity_rows()


def rows(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"word": word, "severity": severity} for word, severity in pairs]


class TestSeverityRows:
    def test_give_the_mapping_with_severities_as_they_are_written(self, field: SeverityRowsField) -> None:
        assert field.clean(rows(("Fatal", "sev1"), ("", ""), (" page ", "SEV2"))) == {"Fatal": "SEV1", "page": "SEV2"}
        assert field.clean([]) == {}

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ([("fatal", "SEV9")], "Row 1: there is no severity “SEV9”. Choose one of the list."),
            ([("fatal", "")], "Row 1: choose a severity for “fatal”."),
            ([("", ""), ("", "SEV1")], "Row 2: write the sender's word for SEV1, or clear the row."),
            ([("Fatal", "SEV1"), ("fatal ", "SEV2")], "Row 2: “fatal” already stands in row 1. Keep one of them."),
            ([("x" * 61, "SEV1")], "Row 1: “xxxxxxxxxxxxxxxxxxxx…” is no word of a sender"),
            ([("two\nlines", "SEV1")], "is no word of a sender"),
        ],
        ids=["unknown severity", "no severity", "no word", "twice", "too long", "two lines"],
    )
    def test_are_refused_by_row(self, field: SeverityRowsField, typed: list[tuple[str, str]], sentence: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            field.clean(rows(*typed))

        assert sentence in " ".join(refusal.value.messages)

    def test_name_every_wrong_row_at_once(self, field: SeverityRowsField) -> None:
        with pytest.raises(ValidationError) as refusal:
            field.clean(rows(("a", "SEV8"), ("b", "SEV1"), ("c", "SEV9")))

        assert [message[:6] for message in refusal.value.messages] == ["Row 1:", "Row 3:"]

    def test_take_200_and_no_more(self, field: SeverityRowsField) -> None:
        many = [(f"word {number}", "SEV1") for number in range(201)]

        assert len(field.clean(rows(*many[:200]))) == 200  # type: ignore[arg-type]  # a mapping
        with pytest.raises(ValidationError, match="At most 200 rows"):
            field.clean(rows(*many))

    @pytest.mark.parametrize("stored", [["a"], "a", None, 7])
    def test_of_a_record_that_cannot_be_read_are_none(self, field: SeverityRowsField, stored: object) -> None:
        assert field.prepare_value(stored) == []

    def test_offer_severities_in_use(self, field: SeverityRowsField, severities: list[Severity]) -> None:
        Severity.objects.filter(pk=severities[1].pk).update(retired_at=timezone.now())

        page = field.widget.render("severities", rows(("a", "SEV1"), ("b", "SEV2")))

        assert '<option value="SEV1" selected>SEV1, Major</option>' in page
        assert '<option value="SEV2" selected>SEV2 (not in use)</option>' in page
        assert page.count('value="SEV2"') == 1


class TestAdministration:
    @pytest.fixture(autouse=True)
    def _boss(self, client: Client) -> None:
        client.force_login(User.objects.create_superuser("boss@example.com", "a long pass phrase", name="Boss"))

    def send(self, client: Client, integration: Integration, **cells: str) -> tuple[int, str]:
        data = {
            "name": integration.name,
            "kind": integration.kind,
            "service": str(integration.service_id),
            "default_severity": str(integration.default_severity_id),
            "external_id": "",
            "change_reason": "New words",
            "severities-9-word": "",
            **{f"severities-{name.replace('_', '-')}": value for name, value in cells.items()},
        }
        url = reverse("admin:incidents_integration_change", args=[integration.pk])
        response = client.post(url, data)
        integration.refresh_from_db()
        return response.status_code, response.content.decode()

    def test_shows_and_stores_rows(self, client: Client, severities: list[Severity]) -> None:
        integration = make.IntegrationFactory(severities={"fatal": "SEV1"})
        page = client.get(reverse("admin:incidents_integration_change", args=[integration.pk])).content.decode()
        assert 'name="severities-0-word" value="fatal"' in page
        assert "{&quot;" not in page

        status, _ = self.send(client, integration, **{"0_word": "page", "0_severity": "SEV2", "1_word": ""})

        assert (status, integration.severities) == (302, {"page": "SEV2"})

    def test_shows_what_was_typed_beside_the_refusal(self, client: Client, severities: list[Severity]) -> None:
        integration = make.IntegrationFactory(severities={"fatal": "SEV1"})

        status, page = self.send(client, integration, **{"0_word": "page", "0_severity": "SEV77"})

        assert (status, integration.severities) == (200, {"fatal": "SEV1"})
        assert "Row 1: there is no severity" in page
        assert 'value="page"' in page

    def test_repairs_a_record_that_could_not_be_read(self, client: Client, severities: list[Severity]) -> None:
        integration = make.IntegrationFactory()
        Integration.objects.filter(pk=integration.pk).update(severities=["broken"])

        assert self.send(client, integration)[0] == 302
        assert integration.severities == {}


class TestPortal:
    def test_adds_an_integration_with_rows(self, client: Client, severities: list[Severity]) -> None:
        client.force_login(make.UserFactory(roles=["Administrator"]))
        page = client.get(reverse("incidents:integration-new")).content.decode()
        key = page.partition('name="form_key" value="')[2].partition('"')[0]

        client.post(
            reverse("incidents:integration-new"),
            {
                "name": "Zabbix", "kind": "pagerduty", "service": str(make.ServiceFactory().pk),
                "default_severity": str(severities[0].pk), "form_key": key,
                "severities-0-word": "disaster", "severities-0-severity": "SEV1",
            },
        )  # fmt: skip

        assert Integration.objects.get().severities == {"disaster": "SEV1"}
