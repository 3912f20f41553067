"""The timeline over the API: its notes alone."""

import pytest

from config.base.data.roles import Role
from tests import factories as make
from tests.clients import client_of

pytestmark = pytest.mark.django_db


def test_is_narrowed_to_notes_of_a_ticket() -> None:
    client = client_of(make.UserFactory(roles=[Role.AGENT]))
    incident, other = make.IncidentFactory(), make.IncidentFactory()
    for ticket in (incident, other):
        client.post(f"/api/v1/incidents/{ticket.pk}/add_note/", {"text": f"Looking at {ticket.pk}."})
        client.post(f"/api/v1/incidents/{ticket.pk}/acknowledge/")

    rows = client.get(f"/api/v1/timeline/?ticket={incident.reference}&kind=note").json()["results"]

    assert [(row["kind"], row["text"]) for row in rows] == [("note", f"Looking at {incident.pk}.")]
