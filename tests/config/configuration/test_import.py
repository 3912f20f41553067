"""Configuration moves between systems as a file: all of it or nothing, and twice changes nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from config.base.data.roles import Role
from config.configuration import document
from config.configuration.document import Refused
from config.configuration.exporting import export_configuration
from config.configuration.importing import Outcome, OutOfDate, import_configuration
from config.configuration.kinds import KINDS
from incidents.models import Component, Integration, Service, Severity, SlaTarget
from oncall.models import CalendarVersion, EscalationPolicy, Team
from tests import factories as make

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def load(text: str, *, is_dry_run: bool = False, **options: Any) -> Outcome:
    options = {"actor": None, "reason": "From the test system"} | options
    return import_configuration(text, is_dry_run=is_dry_run, at=now(), **options)


@pytest.fixture
def member() -> Any:
    """A person who can be paged, with an account on both systems."""
    person = make.UserFactory(email="ana@example.com")
    make.ContactMethodFactory(user=person)
    return person


FILE = """\
version: 1
calendars:
  - name: Shops
    opening_hours:
      time_zone: Europe/Berlin
      windows:
        - {days: [0, 1, 2, 3, 4], start: "09:00", end: "18:00"}
      exceptions:
        - {date: "2030-12-24", name: Christmas Eve, windows: [{start: "09:00", end: "12:00"}]}
      holidays: Zurich holidays
  - name: Zurich holidays
    country: CH
    subdivision: ZH
teams:
  - slug: retail
    name: Retail
    escalation_policy: Retail
memberships:
  - team: retail
    user: ana@example.com
    role: manager
escalation_policies:
  - name: Retail
    team: retail
    steps:
      - targets:
          - user: ana@example.com
      - targets:
          - team: retail
        delay_minutes: 10
    fallback: [ana@example.com]
severities:
  - name: SEV1-R
    title: Shops cannot sell
    description: |
      More than one shop.
      No card, no cash.
    rank: 1
    below: null
  - name: SEV3-R
    title: One till
    description: One till of many.
    rank: 3
    below: SEV1-R
    pages: false
categories:
  - name: Payroll
    team: retail
    is_private: true
services:
  - slug: tills
    name: Tills
    team: retail
    depends_on: [cards]
  - slug: cards
    name: Cards
    team: retail
    escalation_policy: Retail
integrations:
  - name: Prometheus
    kind: alertmanager
    service: tills
    default_severity: SEV3-R
    severities: {critical: SEV1-R}
sla_targets:
  - name: Restore SEV1-R
    metric: restore
    goal_minutes: 60
    calendar: Shops
    conditions: {severity: [SEV1-R], service: [tills]}
message_templates:
  - title: First words
    phase: investigating
    body: '{symptom}'
postmortem_templates:
  - name: Retail
    sections:
      - {key: summary, title: Summary, is_required: true}
status_pages:
  - slug: shop
    name: Shop
    is_default: true
components:
  - page: shop
    name: Tills
    group: Shops
    service: tills
    position: 1
  - page: shop
    name: Shops
    position: 2
"""


@pytest.mark.usefixtures("member")
class TestImport:
    def test_creates_what_the_file_names_in_any_order_of_reference(self) -> None:
        outcome = load(FILE)

        assert str(Team.objects.get(slug="retail").escalation_policy) == "Retail"
        assert [step.delay_minutes for step in EscalationPolicy.objects.get().steps.order_by("position")] == [5, 10]
        assert Service.objects.get(slug="tills").depends_on.get().slug == "cards"
        assert str(Component.objects.get(name="Tills").group) == "Shops"
        severity = Severity.objects.get(name="SEV1-R")
        [version] = SlaTarget.objects.get().versions.all()
        assert version.conditions == {"severity": [severity.pk], "service": [Service.objects.get(slug="tills").pk]}
        [hours] = CalendarVersion.objects.filter(calendar=version.calendar)
        assert (hours.windows[0]["end"], str(hours.holidays)) == ("18:00", "Zurich holidays")
        assert len(outcome.changes) == 17
        assert all(change.is_new for change in outcome.changes)
        assert severity.history.get().history_change_reason == "From the test system"

    def test_twice_changes_nothing(self) -> None:
        load(FILE)
        rows = Severity.history.count() + Service.history.count() + Integration.history.count()

        again = load(FILE)

        assert (again.changes, again.unchanged) == ((), 17)
        assert Severity.history.count() + Service.history.count() + Integration.history.count() == rows

    def test_of_what_was_exported_changes_nothing_and_gives_the_same_bytes(self) -> None:
        load(FILE)
        text = export_configuration()

        outcome = load(text)

        assert "- days:" in text  # and not in the order of the database
        assert outcome.changes == ()
        assert export_configuration() == text

    def test_of_an_export_brings_back_what_is_gone_with_the_same_bytes(self) -> None:
        load(FILE)
        text = export_configuration()
        Component.objects.all().delete()
        Integration.objects.all().delete()
        Team.objects.update(escalation_policy=None)
        Service.objects.update(escalation_policy=None)
        EscalationPolicy.objects.all().delete()
        Service.objects.filter(slug="tills").update(name="Something else")
        assert export_configuration() != text

        load(text)

        assert export_configuration() == text

    def test_dry_says_what_would_change_and_saves_nothing(self) -> None:
        load(FILE)
        changed = FILE.replace("delay_minutes: 10", "delay_minutes: 7").replace("name: Cards", "name: Card payments")

        outcome = load(changed, is_dry_run=True)

        places = [
            (change.section, change.record, [field.name for field in change.fields]) for change in outcome.changes
        ]
        assert places == [("escalation_policies", "Retail", ["steps"]), ("services", "cards", ["name"])]
        assert outcome.changes[1].fields[0].old == "Cards"
        assert Service.objects.get(slug="cards").name == "Cards"
        assert load(changed).digest == outcome.digest

    def test_gives_a_calendar_other_hours_as_a_version(self) -> None:
        load(FILE)

        [change] = load(FILE.replace('end: "18:00"', 'end: "20:00"')).changes

        assert [field.name for field in change.fields] == ["opening_hours"]
        assert load(FILE.replace('end: "18:00"', 'end: "20:00"')).changes == ()

    def test_leaves_fields_that_the_file_does_not_have(self) -> None:
        load(FILE)
        Service.objects.filter(slug="cards").update(tier=1, description="Cards of all shops.")

        load("version: 1\nservices:\n  - {slug: cards, name: Card payments}\n")

        service = Service.objects.get(slug="cards")
        assert (service.name, service.tier, service.description) == ("Card payments", 1, "Cards of all shops.")

    def test_finds_a_renamed_record_by_its_external_id(self) -> None:
        load("version: 1\nteams:\n  - {slug: retail, name: Retail, external_id: tf-1}\n")

        load("version: 1\nteams:\n  - {slug: shops, name: Shops, external_id: tf-1}\n")

        assert Team.objects.get().slug == "shops"

    def test_changes_only_what_was_shown(self) -> None:
        dry = load(FILE, is_dry_run=True)
        make.TeamFactory(slug="retail", name="Retailers")

        with pytest.raises(OutOfDate) as refusal:
            load(FILE, expected=dry.digest)

        changed = [change for change in refusal.value.outcome.changes if not change.is_new]
        assert (changed[0].record, changed[0].fields[0].old) == ("retail", "Retailers")
        assert not Service.objects.exists()

    def test_lists_also_what_changes_beside_the_file(self) -> None:
        was = make.StatusPageFactory(is_default=True, slug="old")

        outcome = load("version: 1\nstatus_pages:\n  - {slug: new, name: New, is_default: true}\n")

        assert {(change.record, change.is_new) for change in outcome.changes} == {("old", False), ("new", True)}
        assert outcome.changes[0].fields or outcome.changes[1].fields
        was.refresh_from_db()
        assert not was.is_default

    def test_levels_of_severities_are_those_of_the_file(self) -> None:
        for rank, name in ((1, "A"), (1, "B"), (1, "C")):
            Severity.objects.create(
                rank=rank, name=name, title=name, description=name, position=ord(name), pages=False
            )
        text = "version: 1\nseverities:\n" + "".join(
            f"  - {{name: {name}, rank: {rank}, below: {below}}}\n"
            for name, rank, below in (("A", 2, "null"), ("B", 3, "A"), ("C", 4, "B"))
        )

        load(text)

        assert list(Severity.objects.order_by("position").values_list("name", "rank")) == [
            ("A", 2),
            ("B", 3),
            ("C", 4),
        ]
        assert load(text).changes == ()


def problems_of(text: str, **options: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Refused) as refusal:
        load(text, **options)
    return [(each.section, each.record, each.field) for each in refusal.value.problems]


@pytest.mark.usefixtures("member")
class TestRefusal:
    def test_names_every_unknown_person_at_once(self) -> None:
        text = FILE.replace("user: ana@example.com", "user: Ben@example.com").replace(
            "fallback: [ana@example.com]", "fallback: [cleo@example.com, ana@example.com]"
        )

        with pytest.raises(Refused, match=r"ben@example\.com, cleo@example\.com"):
            load(text)

        assert not Team.objects.exists()

    def test_names_section_record_and_field_and_saves_nothing(self) -> None:
        text = FILE.replace("team: retail\n    steps", "team: nobody\n    steps").replace("tier: 1", "tier: 9")

        assert ("escalation_policies", "Retail", "team") in problems_of(text)
        assert not Team.objects.exists()

    @pytest.mark.parametrize(
        ("row", "place"),
        [
            ("services:\n  - {slug: a, name: A, team: retail, depends_on: [a]}", ("services", "a", "depends_on")),
            ("services:\n  - {slug: a, name: A, team: 1}", ("services", "a", "team")),
            ("services:\n  - {slug: a, name: A, team: retail, color: red}", ("services", "a", "color")),
            ("services:\n  - {slug: a, name: A, team: retail, id: 7}", ("services", "a", "id")),
            (
                "services:\n  - {slug: a, name: A, team: retail, depends_on: [b]}\n"
                "  - {slug: b, name: B, team: retail, depends_on: [a]}",
                ("services", "b", "depends_on"),
            ),
            (
                "status_pages:\n  - {slug: p, name: P}\ncomponents:\n  - {page: p, name: C, group: C}",
                ("components", "p / C", "group"),
            ),
            (
                "sla_targets:\n  - {name: T, metric: restore, goal_minutes: 5, conditions: {severity: [SEV99]}}",
                ("sla_targets", "T", "conditions"),
            ),
            (
                "sla_targets:\n  - {name: T, metric: restore, goal_minutes: 5, calendar: X}",
                ("sla_targets", "T", "calendar"),
            ),
            (
                "calendars:\n  - {name: C, opening_hours: {time_zone: UTC, windows: [], holidays: X}}",
                ("calendars", "C", "opening_hours"),
            ),
            (
                "calendars:\n  - {name: C, opening_hours: {time_zone: UTC, windows: [], holidays: 7}}",
                ("calendars", "C", "opening_hours"),
            ),
            (
                "calendars:\n  - {name: C, opening_hours: {time_zone: Moon, windows: []}}",
                ("calendars", "C", "opening_hours"),
            ),
            ("teams:\n  - {slug: b, name: Retail}", ("teams", "b", "name")),
            ("teams:\n  - {slug: retail, name: R}\n  - {slug: retail, name: S}", ("teams", "retail", "")),
            ("teams:\n  - {name: R}", ("teams", "", "slug")),
            ("teams:\n  - {slug: [x], name: R}", ("teams", "['x']", "slug")),
            (
                "memberships:\n  - {team: retail, user: ana@example.com, fte: 0.5}",
                ("memberships", "retail / ana@example.com", "fte"),
            ),
            ("integrations:\n  - {name: I, key: abc}", ("integrations", "I", "key")),
        ],
    )
    def test_is_of_one_place(self, row: str, place: tuple[str, str, str]) -> None:
        make.TeamFactory(slug="retail", name="Retail")

        assert place in problems_of(f"version: 1\n{row}\n")
        assert not Service.objects.exists()

    def test_of_somebody_without_the_right_is_of_the_record(self) -> None:
        person = make.UserFactory(roles=[Role.PRACTICE])

        places = problems_of(FILE, actor=person)

        assert ("teams", "retail", "") in places
        assert not Team.objects.exists()


class TestExport:
    def test_holds_no_key_no_id_and_nothing_private(self) -> None:
        integration = make.IntegrationFactory()
        method = make.ContactMethodFactory()
        make.MembershipFactory(user=method.user, fte="0.55")

        text = export_configuration()

        assert integration.key_digest not in text
        assert method.address not in text
        assert "0.55" not in text
        assert " id:" not in text

    def test_leaves_out_what_is_not_in_use(self) -> None:
        make.TeamFactory(slug="gone", retired_at=now())

        assert "gone" not in export_configuration()

    def test_needs_as_many_queries_for_ten_records_as_for_one(self, django_assert_max_num_queries: Any) -> None:
        def add_row() -> None:
            person = make.UserFactory()
            make.policy([person, make.weekly_schedule(person)], make.TeamFactory(), fallback=[person])
            make.ServiceDependencyFactory()
            make.ComponentFactory(group=make.ComponentFactory(), service=make.ServiceFactory())
            make.SlaTargetVersionFactory()
            make.CalendarVersionFactory(holidays=make.CalendarFactory())
            make.MembershipFactory()
            make.IntegrationFactory()

        for _ in range(10):
            add_row()
        with django_assert_max_num_queries(35):
            export_configuration()

    def test_names_every_section(self) -> None:
        assert list(document.read(export_configuration(), sections=[kind.section for kind in KINDS])) == [
            kind.section for kind in KINDS
        ]
