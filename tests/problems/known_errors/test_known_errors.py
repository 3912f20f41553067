"""Known errors match the text of a new incident, and count their uses."""

from typing import Any

import pytest

from incidents.models import Incident, Ticket
from problems.known_errors import matching
from problems.models import KnownError
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

KNOWN = {
    "pool": ("Connection pool runs empty after a release",
             "Checkout answers with errors. Customers cannot pay, the page says 502 after the card was entered."),
    "certificate": ("Certificate of the partner gateway expires",
                    "Partners say that their orders are refused, TLS handshake failure in the log."),
    "printer": ("Label printer loses its network address",
                "The warehouse cannot print labels after lunch, the printer shows offline."),
    "mail": ("Mail queue fills up on Mondays", "Newsletters and order confirmations arrive hours late."),
}  # fmt: skip


@pytest.fixture
def library() -> dict[str, Any]:
    return {name: make.KnownErrorFactory(title=title, symptoms=symptoms) for name, (title, symptoms) in KNOWN.items()}


def match_names(**arguments: Any) -> list[str]:
    named = {title: name for name, (title, _) in KNOWN.items()}
    return [named[known_error.title] for known_error in matching.find_matches(**arguments)]


class TestFind:
    @pytest.mark.parametrize(
        ("title", "text", "name"),
        [
            ("Checkout is down", "Customers cannot pay, they get a 502", "pool"),
            ("Customers can not pay by card", "", "pool"),
            ("TLS handshake failures", "orders of partners are refused", "certificate"),
            ("Warehouse printer offline", "no labels", "printer"),
            ("Order confirmation mails are late", "", "mail"),
            ("printing labels fails in the warehouse", "", "printer"),
        ],
    )
    def test_knows_the_trouble_in_other_words(self, library: dict[str, Any], title: str, text: str, name: str) -> None:
        assert match_names(title=title, text=text)[0] == name

    @pytest.mark.parametrize("title", ["Coffee machine leaks on floor 2", "VPN needs a new password", "x", "'--", ""])
    def test_stays_silent_about_another(self, library: dict[str, Any], title: str) -> None:
        assert match_names(title=title) == []

    def test_prefers_the_same_service(self, library: dict[str, Any]) -> None:
        service = library["mail"].problem.service
        twin = make.KnownErrorFactory(title="Mail queue fills up on Mondays", symptoms="Late newsletters.")

        best = matching.find_matches(title="Mail queue is full", service=service)

        assert best[0] == library["mail"]
        assert twin in best

    def test_leaves_out_what_is_retired_or_private(self, library: dict[str, Any]) -> None:
        KnownError.objects.filter(pk=library["printer"].pk).update(status="retired")
        Ticket.objects.filter(pk=library["mail"].problem_id).update(visibility="private", visibility_reason="HR")

        assert match_names(title="Warehouse printer offline") == []
        assert match_names(title="Mail queue fills up") == []
        assert match_names(title="Mail queue fills up", user=make.UserFactory()) == []

    def test_reads_what_the_customer_sees(self, library: dict[str, Any]) -> None:
        incident = make.IncidentFactory(title="Something is wrong", customer_impact="Cannot print labels, offline")

        assert [known_error.title for known_error in matching.find_matches_for(incident)][:1] == [KNOWN["printer"][0]]


class TestUse:
    def test_counts_once_an_incident_and_carries_the_workaround(self, library: dict[str, Any]) -> None:
        incident, known_error = make.IncidentFactory(), library["pool"]

        for _ in range(2):
            matching.use(known_error_id=known_error.pk, incident_id=incident.pk, actor=None, at=NOON)
        matching.use(known_error_id=known_error.pk, incident_id=make.IncidentFactory().pk, actor=None, at=NOON)

        known_error.refresh_from_db()
        assert (known_error.hits, known_error.last_hit_at) == (2, NOON)
        assert Incident.objects.get(pk=incident.pk).workaround == known_error.workaround
        assert incident.timeline.filter(text__startswith="Known error used").count() == 1
        assert incident.links_out.get().to_ticket_id == known_error.problem_id
