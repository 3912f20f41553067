"""The demo's calendars: public holidays where its people work, and the company's own days."""

from datetime import date, datetime, timedelta

from config.base.data.clock import floor_minute
from config.base.data.models import Origin
from config.demo import master_data
from config.demo.company import Company
from oncall import feeds
from oncall.calendars import countries
from oncall.calendars.dates import write_dates
from oncall.calendars.top_up import last_year
from oncall.calendars.versions import add_version
from oncall.models import Calendar, Layer, LayerMember, Schedule, ScheduleVersion, User

_SUBDIVISIONS = {"DE": "BE", "GB": "ENG", "US": "", "IN": "KA", "AU": "NSW", "BR": "SP"}
_FOUNDING_DAY = (9, 18)
HOLIDAY_PRIORITY = 10


def write(company: Company) -> None:
    """A calendar for each country, filled before the first schedule, one of the company's own, and opening hours."""
    at = company.since - timedelta(days=3)
    last = last_year(company.at)
    years = range(at.year, last + 1)
    for zone, country in master_data.COUNTRIES.items():
        part = _SUBDIVISIONS[country]
        place = ", ".join(filter(None, (countries.names()[country], countries.subdivisions(country).get(part, part))))
        calendar = Calendar.objects.create(
            name=f"Public holidays in {place}", country=country, subdivision=part, filled_through=last
        )
        holidays = countries.public_holidays(country, part, years)
        write_dates(calendar=calendar, dates=holidays, at=at, actor=None, origin=Origin.DEMO)
        company.calendars[zone] = calendar
    own = Calendar.objects.create(name="Company days", description="Nobody works; people stay on call.")
    parties = {date(year, *_FOUNDING_DAY): "Founding day" for year in years}
    write_dates(calendar=own, dates=parties, at=at, actor=None, origin=Origin.DEMO)
    _write_hours(company, at)


def _write_hours(company: Company, at: datetime) -> None:
    """Two calendars with opening hours: an office in Berlin, and support in Kolkata with early and late shifts."""
    last = company.at.year
    weekdays = [0, 1, 2, 3, 4]
    add_version(
        calendar=Calendar.objects.create(name="Office hours Berlin", description="The office's hours."),
        time_zone=master_data.BERLIN,
        windows=[{"days": weekdays, "start": "09:00", "end": "17:00"}],
        exceptions=[
            {"date": f"{last}-12-24", "windows": [{"start": "09:00", "end": "12:00"}], "name": "Christmas Eve"},
            {"date": f"{last}-12-31", "windows": [], "name": "Closed"},
        ],
        holidays=company.calendars[master_data.BERLIN],
        effective_from=floor_minute(at),
        note="As in the contract",
        at=at,
        actor=None,
        origin=Origin.DEMO,
    )
    add_version(
        calendar=Calendar.objects.create(name="Support hours Kolkata", description="Support answers the phone."),
        time_zone=master_data.KOLKATA,
        windows=[
            {"days": weekdays, "start": "07:00", "end": "13:00"},
            {"days": weekdays, "start": "14:00", "end": "22:00"},
            {"days": [5], "start": "10:00", "end": "16:00"},
        ],
        exceptions=[],
        holidays=company.calendars[master_data.KOLKATA],
        effective_from=floor_minute(at),
        note="As in the contract",
        at=at,
        actor=None,
        origin=Origin.DEMO,
    )


def rotate_holidays(version: ScheduleVersion, people: list[User], calendar: Calendar) -> None:
    """Public holidays rotate daily among the same people, so that they do not always hit the same person."""
    layer = Layer.objects.create(
        version=version, name="Public holidays", priority=HOLIDAY_PRIORITY, anchor="2025-01-06T00:00", unit="day",
        slots=len(people), calendar=calendar, holiday_mode="only",
    )  # fmt: skip
    LayerMember.objects.bulk_create(
        LayerMember(layer=layer, slot=slot, user=person) for slot, person in enumerate(reversed(people))
    )


def write_feeds(company: Company) -> None:
    """Calendar feeds of two responders, and of every schedule."""
    feeds_data = company.outputs["ical"]
    for name in ("aylin", "sam"):
        feeds_data.append(_feed(company, company.person(name), None))
    for schedule in Schedule.objects.order_by("name"):
        feeds_data.append(_feed(company, company.person("lena"), schedule))


def _feed(company: Company, owner: User, schedule: Schedule | None) -> dict[str, object]:
    feed, key = feeds.create_feed(owner=owner, name="Demo", schedule=schedule, at=company.at)
    name = schedule.name if schedule else f"All shifts of {owner.name}"
    return {"kind": feed.kind, "name": name, "owner": owner.email, "url": f"/ical/{key}.ics"}
