"""What an operator sets outside the administration, and whether it is set: names and purposes, never values."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Setting:
    """An environment variable: what it is for, and whether it is set."""

    name: str
    purpose: str
    is_set: bool


def list_settings() -> list[Setting]:
    """The variables that a new installation needs, the most important first."""
    return [
        Setting("SITE_URL", "The portal's address, which stands in every message.", bool(settings.SITE_URL)),
        Setting(
            "EMAIL_URL",
            "Your mail server, as smtp://user:password@mail.example.com:587; EMAIL_FROM is the sender.",
            settings.EMAIL_IS_SET,
        ),
        Setting(
            "ENCRYPTION_KEYS",
            "32 or more random characters that encrypt stored secrets. Keep a copy outside the database.",
            bool(settings.ENCRYPTION_KEYS),
        ),
        Setting(
            "PHONE_GATEWAY_URL",
            "The gateway for text messages, calls and push messages; PHONE_GATEWAY_SECRET signs what is sent to it.",
            bool(settings.PHONE_GATEWAY_URL),
        ),
        Setting(
            "WATCHDOG_ALERT_EMAIL or WATCHDOG_ALERT_URL",
            "Whom the watchdog tells when pages are not sent in time.",
            bool(settings.WATCHDOG_ALERT_EMAIL or settings.WATCHDOG_ALERT_URL),
        ),
        Setting(
            "HEARTBEAT_URL",
            "A monitor outside this house: it tells you when the whole installation is gone.",
            bool(settings.HEARTBEAT_URL),
        ),
        Setting("METRICS_TOKEN", "Lets your monitoring read the figures.", bool(settings.METRICS_TOKEN)),
    ]
