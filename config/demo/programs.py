"""The programs of the demo beside its servers, with their arguments and environments."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from config.demo.certificates import CERTIFICATE_FILE, KEY_FILE
from config.demo.options import ROOT, Options
from config.embedded.processes import Child


@dataclass(frozen=True)
class Ports:
    """Where the demo's fake servers listen."""

    smtp: int
    phone: int


def make_environment(
    options: Options, ports: Ports, servers: dict[str, str], *, secret_key: str, encryption_key: str
) -> dict[str, str]:
    """Return the environment of every program of the product."""
    return {
        **os.environ,
        **servers,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": secret_key,
        "ENCRYPTION_KEYS": encryption_key,
        "SITE_URL": options.site_url,
        "ALLOWED_HOSTS": options.allowed_hosts,
        "DEMO": "1",
        "DEMO_DIR": str(options.folder),
        "EMAIL_URL": f"smtp://127.0.0.1:{ports.smtp}",
        "PHONE_GATEWAY_URL": f"http://127.0.0.1:{ports.phone}/messages",
        "OUTGOING_ALLOW": "127.0.0.1/32",
        "OUTGOING_PORTS": f"80,443,{ports.phone},{options.port}",
    }


def make_fake_servers(options: Options, ports: Ports, environment: dict[str, str]) -> Child:
    """Describe the mail server and the phone gateway."""
    return _python(
        "fake-servers",
        ["-m", "config.demo.fake_servers", f"--smtp-port={ports.smtp}", f"--phone-port={ports.phone}"],
        options,
        environment,
    )


def make_web(options: Options, environment: dict[str, str]) -> Child:
    """Describe the web server."""
    host = f"[{options.bind}]" if ":" in options.bind else options.bind
    tls = options.folder / "tls"
    secured = [f"--certfile={tls / CERTIFICATE_FILE}", f"--keyfile={tls / KEY_FILE}"] if options.is_tls else []
    return _python(
        "web",
        ["-m", "gunicorn", "--config=python:config.demo.web", f"--bind={host}:{options.port}", *secured],
        options,
        environment,
    )


def make_worker(options: Options, environment: dict[str, str]) -> Child:
    """Describe the Celery worker, which carries the engine."""
    arguments = ["-m", "celery", "-A", "config", "worker", "--without-gossip", "--without-mingle", "-c", "2"]
    return _python(
        "worker",
        [*arguments, "-Q", "default,customers", "-I", "config.demo.worker", "--loglevel", "INFO"],
        options,
        environment,
    )


def make_watchdog(options: Options, environment: dict[str, str]) -> Child:
    """Describe the watchdog, which monitors the others from outside."""
    return _python("watchdog", [str(ROOT / "manage.py"), "watchdog"], options, environment)


def make_live_alerts(options: Options, environment: dict[str, str]) -> Child:
    """Describe the sender of live alerts."""
    return _python("alerts", ["-m", "config.demo.live_alerts", str(options.folder)], options, environment)


def _python(name: str, arguments: list[str], options: Options, environment: dict[str, str]) -> Child:
    return Child(
        name=name,
        command=[sys.executable, *arguments],
        log_file=options.folder / "logs" / f"{name}.log",
        environment=environment,
        folder=Path(ROOT),
    )
