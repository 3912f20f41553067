"""The main job from end to end: from an alert to *resolved*, each step by the person who does it.

Everything is real: PostgreSQL, Redis, the web server, a Celery worker with its engine, a mail server and a phone
gateway outside the product, and browsers without JavaScript. The assertions are about what people read.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.faults.site import free_port, wait_for
from tests.journeys.stage import Person, Stage
from tests.plugins.prepared import company_site

pytestmark = pytest.mark.timeout(300, func_only=True)

TROUBLE = "Search refuses every second visitor"
AGAIN = "Search refuses many visitors again"
SUBSCRIBERS = 12
_ANSWERS = {
    "{audience}": "visitors",
    "{symptom}": "an error instead of results",
    "{unaffected}": "browsing by category",
    "{data_statement}": "nothing was lost.",
    "{postmortem_sentence}": "We will say here what we learned.",
}


@pytest.fixture
def stage(browser: Browser, tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        site, credentials = stack.enter_context(company_site())
        smtp = free_port()
        servers = site.program("fake-servers", "-m", "config.demo.fake_servers", f"--smtp-port={smtp}",
                             f"--phone-port={free_port()}", f"--folder={tmp_path}")  # fmt: skip
        stack.callback(site.kill, servers)
        site.overrides = {"STATIC_FROM_SOURCE": "1", "EMAIL_URL": f"smtp://127.0.0.1:{smtp}"}
        site.start_web()
        site.start_worker()
        stage = Stage(site, browser, tmp_path / "mail", credentials)
        yield stage
        for context in stage.contexts:
            context.close()


class TestFullCircle:
    def test_from_an_alert_to_resolved(self, stage: Stage) -> None:
        stage.before = stage.counted()
        steps: list[Callable[[Stage], None]] = [
            an_alert_opens_an_incident_and_the_person_on_call_answers,
            the_commander_updates_customers,
            the_service_is_restored_and_the_requester_reads_solved,
            customers_read_that_it_is_over,
            the_problem_is_made_in_one_action_and_its_cause_found,
            the_next_incident_shows_the_workaround,
            a_postmortem_is_written_reviewed_and_published,
            the_last_action_resolves_the_incident,
            the_reports_count_it,
        ]
        for step in steps:
            step(stage)


def an_alert_opens_an_incident_and_the_person_on_call_answers(stage: Stage) -> None:
    """S40: the link in the text is enough; nobody needs to sign in at night."""
    stage.alert(TROUBLE, "search-refuses")
    message = stage.text(TROUBLE)
    stage.responder = message["person"].split()[0].lower()
    phone = stage.anybody(viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.sees(message["url"], TROUBLE, "SEV2", "It rang for you. Nobody has answered.")
    phone.presses("Acknowledge")
    phone.reads("It is yours")

    (incident,) = stage.api("incidents/", search=TROUBLE)["results"]
    stage.incident = incident["reference"]
    stage.ask_colleague(stage.incident, "Petra Lang", "petra@demo.example")
    stage.person("carla").sees(f"/tickets/{stage.incident}/", "Acknowledged", "No update yet", "Opened by")


def the_commander_updates_customers(stage: Stage) -> None:
    """S11: a template, a preview, one mail each, and a public page with its own text."""
    carla = stage.person("carla")
    carla.follows("Tell customers…")
    carla.writes(name="Search fails for some", component_status="Partial outage", impact="Major",
                 template="Investigating")  # fmt: skip
    carla.presses("Fill in the template")
    carla.presses("Preview")
    carla.reads("Still to replace", "12 subscribers by e-mail")
    carla.replaces("body", _ANSWERS)
    carla.presses("Preview")
    carla.reads("On the page", "Not affected: browsing by category", "Subject: ")
    assert "Still to replace" not in carla.reads()
    carla.presses("Publish")
    carla.reads("Published. Subscribers get a mail.", "Next update is due")

    wait_for("each subscriber has one mail", lambda: len(stage.mails("an error instead of results")) >= SUBSCRIBERS,
             limit=40)  # fmt: skip
    assert len({str(mail["to"]) for mail in stage.mails("an error instead of results")}) == SUBSCRIBERS
    customer = stage.anybody()
    content = customer.sees("/status/", "Search fails for some", "Browsing and search", "The next update comes by",
                         "an error instead of results")  # fmt: skip
    assert TROUBLE not in content
    assert stage.incident not in content


def the_service_is_restored_and_the_requester_reads_solved(stage: Stage) -> None:
    """S31, S32: the customers' clock stops; the team's does not, and its page says what is open."""
    petra = stage.person("petra")
    petra.sees(f"/tickets/{stage.incident}/", "Acknowledged")
    responder = stage.person(stage.responder)
    responder.sees(f"/tickets/{stage.incident}/")
    responder.follows("Restore…")
    responder.writes(note="Pointed search at the replica's index.")
    responder.presses("Restore")
    responder.reads("Restored, prevention open", "resolves by itself when all of this is done",
                    "A problem, a priority action item, or the decision that no prevention is needed",
                    "Pointed search at the replica's index")  # fmt: skip

    stage.person("carla").sees(f"/tickets/{stage.incident}/", "The service is restored, but no update says so yet.")
    responder.sees("/incidents/restored/", stage.incident, TROUBLE)
    content = petra.sees(f"/tickets/{stage.incident}/", "Solved")
    assert "Restored" not in content.split("Conversation")[0].split("Facts")[0]
    counts = stage.counted()
    assert (counts["acknowledge"], counts["restore"]) == (
        stage.before["acknowledge"] + 1,
        stage.before["restore"] + 1,
    )
    assert counts["resolve"] == stage.before["resolve"]


def customers_read_that_it_is_over(stage: Stage) -> None:
    """S11: the same form ends it; all components work again at once."""
    carla = stage.person("carla")
    carla.sees(f"/tickets/{stage.incident}/update/", "Internal", "Restored")
    carla.writes(template="Resolved")
    carla.presses("Fill in the template")
    carla.replaces("body", _ANSWERS)
    carla.presses("Publish")
    carla.reads("Published. Subscribers get a mail.")

    wait_for("each subscriber has a second mail", lambda: len(stage.mails("nothing was lost")) >= SUBSCRIBERS,
             limit=40)  # fmt: skip
    stage.anybody().sees("/status/", "All systems work", "Search fails for some Resolved")


def the_problem_is_made_in_one_action_and_its_cause_found(stage: Stage) -> None:
    """S33: the incident's data is copied; factors with evidence; a known error with a workaround."""
    responder = stage.person(stage.responder)
    responder.sees(f"/tickets/{stage.incident}/")
    responder.presses("Open a problem")
    content = responder.reads("Opened. Service, impact and timeline are copied.", TROUBLE, "Search", stage.incident,
                           "Acknowledged by")  # fmt: skip
    reference = re.search(r"PRB-\d+", content)
    assert reference is not None
    stage.problem = reference[0]
    for step in ("Assess", "Analyze"):
        responder.follows(f"{step}…")
        responder.presses(step)

    responder.sees(f"/tickets/{stage.problem}/add-factor/")
    responder.writes(text="The nightly rebuild empties the index first.", evidence_url="https://graphs.example/index")
    responder.presses("Add a factor")
    responder.sees(f"/tickets/{stage.problem}/add-factor/")
    responder.writes(text="Nobody sees how long the rebuild takes.",
                     parent="The nightly rebuild empties the index first.")  # fmt: skip
    responder.presses("Add a factor")
    responder.reads("The nightly rebuild empties the index first.", "Nobody sees how long the rebuild takes.")

    responder.follows("Publish a known error…")
    responder.writes(symptoms="Search refuses visitors: an error instead of results.",
                     workaround="Point search at the replica's index.")  # fmt: skip
    responder.presses("Publish")
    responder.reads("Published. Responders of matching incidents see the workaround.", "Known error: ",
                    "used in 0 incidents")  # fmt: skip

    for title, days in (("Build the index beside the old one", 14), ("Show how long the rebuild takes", 7)):
        responder.sees(f"/tickets/{stage.problem}/action-items/new/")
        responder.writes(title=title, due_on=f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}", is_priority="on")
        responder.presses("Add an action item")
    responder.reads("Build the index beside the old one", "priority", "Show how long the rebuild takes")


def the_next_incident_shows_the_workaround(stage: Stage) -> None:
    """S33: on the phone of the next person paged, and on the ticket; one press uses it."""
    stage.alert(AGAIN, "search-refuses-again")
    message = stage.text(AGAIN)
    phone = stage.anybody(viewport={"width": 390, "height": 844})
    phone.sees(message["url"], AGAIN, "Matching known errors", "Point search at the replica's index.")
    phone.presses("Acknowledge")

    (incident,) = stage.api("incidents/", search=AGAIN)["results"]
    assert incident["reference"] != stage.incident
    jonas = stage.person("jonas")
    jonas.sees(f"/tickets/{incident['reference']}/", "matching known error", TROUBLE)
    jonas.presses("Use this known error")
    jonas.reads("Linked. The workaround is on the incident.", "used in 1 incident", "used here", stage.problem)


def a_postmortem_is_written_reviewed_and_published(stage: Stage) -> None:
    """S12, S37: drafted automatically, approved by somebody who did not write it, published in its own words."""
    responder, carla, lena = stage.person(stage.responder), stage.person("carla"), stage.person("lena")
    responder.sees(f"/tickets/{stage.incident}/", "Postmortem drafted.", "owned by")
    responder.follows("Postmortem")
    responder.reads("Missing", "Service restored")
    stage.postmortem = re.sub(r"^https?://[^/]+", "", responder.page.url)
    key = stage.postmortem.rstrip("/").rpartition("/")[2]

    responder.presses("Submit for review")
    responder.reads("Write these sections first")
    words = {
        "summary": "Search refused every second visitor for some minutes.",
        "impact": "Visitors saw an error instead of results.",
        "detection": "An alert found it.",
        "causes": "The nightly rebuild empties the index before it fills it.",
        "lessons": "The replica's index was ready. That was lucky.",
    }
    for section, body in words.items():
        responder.sees(f"/postmortems/{key}/sections/{section}/")
        responder.writes(body=body)
        responder.presses("Save")
    responder.sees(f"/postmortems/{key}/public/", "Nothing is copied into it")
    responder.writes(text="The search index was being rebuilt while you looked. We now build it aside.")
    responder.presses("Save")
    responder.presses("Submit for review")
    responder.reads("Submitted for review. A person who did not write it approves it.")

    carla.sees(stage.postmortem)
    carla.follows("Approve…")
    carla.presses("Approve")
    carla.reads("These seats are still empty: Owner team", "Another team")
    _takes_a_seat(responder, stage, "Owner team", "The rebuild ran as it always had.")
    _takes_a_seat(carla, stage, "Another team", "We would have looked at the index first.")
    carla.sees(stage.postmortem)
    carla.follows("Approve…")
    carla.writes(text="Clear and fair.")
    carla.presses("Approve")
    carla.reads("Approved.", "Approved by", "Carla Ruiz")
    lena.sees(stage.postmortem)
    lena.follows("Publish…")
    lena.presses("Publish")
    lena.reads("Published on each status page that shows the incident.")
    customer = stage.anybody()
    customer.sees("/status/")
    customer.follows("Search fails for some")
    content = customer.reads("We now build it aside", "Postmortem")
    assert "nightly rebuild" not in content


def _takes_a_seat(person: Person, stage: Stage, seat: str, answer: str) -> None:
    """S29, S30: each perspective answers its own question."""
    person.sees(stage.postmortem)
    person.follows(f"Take the seat: {seat}")
    person.page.check("main [name=presence][value=attended]")
    person.writes(answer=answer)
    person.presses("Take the seat")
    person.reads("attended")


def the_last_action_resolves_the_incident(stage: Stage) -> None:
    """S31, S32: it resolves by itself when the last condition is met, and says which one that was."""
    responder, carla = stage.person(stage.responder), stage.person("carla")
    responder.sees(f"/tickets/{stage.problem}/")
    responder.presses("Complete", within="#actions li:has-text('Build the index beside')")
    responder.reads("Completed. Thank you.")
    for step in ("Start the fix", "Resolve"):
        responder.follows(f"{step}…")
        responder.presses(step)
    carla.sees(f"/tickets/{stage.incident}/", f"{stage.problem} is resolved", "Show how long the rebuild takes",
               "Restored, prevention open")  # fmt: skip

    responder.sees(f"/tickets/{stage.problem}/")
    responder.presses("Complete", within="#actions li:has-text('Show how long')")

    last = f"Resolved: The action item of {stage.problem} is done. Nothing else was open."
    content = carla.sees(f"/tickets/{stage.incident}/", last)
    assert "Restored, prevention open" not in content
    assert stage.incident not in carla.sees("/incidents/restored/")
    assert stage.api(f"incidents/{stage.incident}/")["status"] == "resolved"


def the_reports_count_it(stage: Stage) -> None:
    """S10: every figure links to its records, and the API counts the same."""
    counts = stage.counted()
    assert counts["resolve"] == stage.before["resolve"] + 1
    assert counts["acknowledge"] == stage.before["acknowledge"] + 2
    lena = stage.person("lena")
    lena.sees("/reports/?service=search&measure=resolve", "Time to restore", "Time to resolve", "median")
    lena.sees("/reports/records/?service=search&measure=resolve&outcome=counted", stage.incident)
