"""The template that is used until an administrator adds one."""

from postmortems.models import Template

NAME = "Standard"
_SECTIONS = (
    ("summary", True, "Summary", "Two or three sentences: what broke, who noticed it and how, what ended it."),
    ("lead_up", False, "Lead-up", "What happened before: releases, load, decisions, and why they made sense."),
    ("fault", False, "Fault", "What did not work as intended, and how did you notice?"),
    ("impact", True, "Impact", "Who could not do what, and for how long; support cases, money, SLAs missed."),
    ("detection", True, "Detection", "How did we notice? How could we notice it in half the time?"),
    ("response", False, "Response", "Who responded, what they saw, what they tried and what they expected from it."),
    ("recovery", False, "Recovery", "What brought the service back, and how did we know that it was back?"),
    ("timeline", True, "Timeline", "Facts in UTC, from before the incident forward, each with its evidence."),
    (
        "causes",
        True,
        "Contributing factors",
        "What came together? Ask how and what rather than why. A person's action is never the last"
        " cause: add what made it possible. Write roles, not names.",
    ),
    ("recurrence", False, "Recurrence", "Has it happened before? Was something in the backlog that prevents it?"),
    ("lessons", True, "Lessons", "What went well, what less well, and where were we lucky?"),
)


def default_template() -> Template:
    """The default template, which is always in use; the standard one is created if there is none."""
    template = Template.objects.filter(is_default=True).first()
    return template or Template.objects.get_or_create(name=NAME, defaults={"sections": default_sections()})[0]


def default_sections() -> list[dict[str, object]]:
    """The standard sections."""
    return [
        {"key": key, "title": title, "guidance": guidance, "is_required": is_required}
        for key, is_required, title, guidance in _SECTIONS
    ]
