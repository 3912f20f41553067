"""The template that is there before an administrator keeps their own."""

from postmortems.models import Template

NAME = "Standard"
_SECTIONS = (
    ("summary", True, "Summary", "Two or three sentences: what broke, who noticed it how, what ended it."),
    ("lead_up", False, "Lead-up", "What came before: releases, load, decisions, and what made them sensible."),
    ("fault", False, "Fault", "What did not work as it was meant to, and how could you tell?"),
    ("impact", True, "Impact", "Who could not do what, for how long; cases raised, money, promises broken."),
    ("detection", True, "Detection", "What told us? How would we halve the time until it does?"),
    ("response", False, "Response", "Who came, what they saw, what they tried and what they expected of it."),
    ("recovery", False, "Recovery", "What brought the service back, and how did we know that it was back?"),
    ("timeline", True, "Timeline", "Facts in UTC, from before the incident forward, each with its evidence."),
    (
        "causes",
        True,
        "Contributing factors",
        "What had to come together? Ask how and what rather than why. An action of a person is never the last"
        " cause: add what allowed it. Write roles, not names.",
    ),
    ("recurrence", False, "Recurrence", "Has it happened before? Was something in the backlog that prevents it?"),
    ("lessons", True, "Lessons", "What went well, what less well, and where were we lucky?"),
)


def default_template() -> Template:
    """The default template; the standard one is made when there is none."""
    found = Template.objects.filter(is_default=True).first()
    return found or Template.objects.get_or_create(name=NAME, defaults={"sections": sections()})[0]


def sections() -> list[dict[str, object]]:
    """The standard sections."""
    return [
        {"key": key, "title": title, "guidance": guidance, "is_required": is_required}
        for key, is_required, title, guidance in _SECTIONS
    ]
