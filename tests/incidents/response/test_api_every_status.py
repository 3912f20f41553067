"""Every verb in every status: done or refused, and never against a rule of the database."""

from typing import Any

import pytest
from django.db import transaction

from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db
VERBS: dict[str, dict[str, Any]] = {
    "acknowledge": {}, "take_over": {}, "decline": {}, "start_work": {}, "hold": {"reason": "supplier"}, "resume": {},
    "restore": {}, "resolve": {}, "reopen": {"reason": "x"}, "close": {"code": "cancelled"},
}  # fmt: skip
LEADS_TO = {
    "new": "", "acknowledged": "acknowledge", "in_progress": "start_work", "on_hold": "hold", "restored": "restore",
    "resolved": "restore", "closed": "close",
}  # fmt: skip


@pytest.mark.parametrize("status", LEADS_TO)
def test_of_an_incident_can_be_followed_by_restoring_it(status: str) -> None:
    client = client_of(make.UserFactory(is_superuser=True))
    incident = make.IncidentFactory(severity__pages=False, severity__needs_prevention=status == "restored")
    url = f"/api/v1/incidents/{incident.pk}/"
    if verb := LEADS_TO[status]:
        assert client.post(f"{url}{verb}/", VERBS[verb]).json()["status"] == status

    for verb, body in VERBS.items():
        with transaction.atomic():
            codes = [client.post(f"{url}{verb}/", body).status_code, client.post(f"{url}restore/").status_code]
            transaction.set_rollback(True)

        assert set(codes) <= {200, 409}, (status, verb, codes)


@pytest.mark.parametrize("status", ["restored", "resolved", "closed"])
def test_work_does_not_start_on_an_incident_that_is_over(status: str) -> None:
    client = client_of(make.UserFactory(is_superuser=True))
    incident = make.IncidentFactory(severity__pages=False, severity__needs_prevention=status == "restored")
    url = f"/api/v1/incidents/{incident.pk}/"
    client.post(f"{url}{LEADS_TO[status]}/", VERBS[LEADS_TO[status]])

    answer = client.post(f"{url}start_work/")

    assert answer.status_code == 409
    assert "reopen it first" in answer.json()["message"]
    assert client.get(url).json()["status"] == status
