"""Health checks: cheap SQL that should never find a row (paging rule 11)."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection

ENGINE_STALE = timedelta(seconds=30)


@dataclass(frozen=True)
class Finding:
    """A broken promise: a code for programs, a sentence for people, and the number of rows."""

    code: str
    text: str
    count: int

    def as_dict(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


# Each uses an index and counts at most 1,000 rows, so that the checks stay cheap during an outage.
_CHECKS = {
    "escalation_overdue": (
        "{n} escalations are past their next step by more than 10 seconds.",
        """SELECT 1 FROM oncall_escalation WHERE state <> 'ended' AND next_at < %(at)s - interval '10 seconds'""",
    ),
    "page_overdue": (
        "{n} pages were due more than 30 seconds ago and have not been sent.",
        """SELECT 1 FROM oncall_page WHERE state = 'pending' AND attempts = 0
           AND due_at < %(at)s - interval '30 seconds'""",
    ),
    "lease_expired": (
        "{n} pages lost their sender twice.",
        """SELECT 1 FROM oncall_page WHERE state = 'sending' AND attempts > 1
           AND lease_until < %(at)s - interval '5 seconds'""",
    ),
    "silent_escalation": (
        "{n} open escalations have nothing due and nobody has answered.",
        """SELECT 1 FROM oncall_escalation WHERE state = 'triggered' AND next_at IS NULL AND exhausted_at IS NULL""",
    ),
    "reminder_overdue": (
        "{n} task reminders were due more than 5 minutes ago and have not been sent.",
        """SELECT 1 FROM oncall_obligation WHERE next_reminder_at < %(at)s - interval '5 minutes'
           UNION ALL
           SELECT 1 FROM oncall_reminder WHERE state = 'pending' AND attempts = 0
           AND due_at < %(at)s - interval '5 minutes'""",
    ),
    "dead_letters": (
        "{n} pages could not be delivered in the last day.",
        """SELECT 1 FROM oncall_page WHERE state = 'dead' AND ended_at > %(at)s - interval '1 day'""",
    ),
}


def register_check(*, code: str, text: str, sql: str) -> None:
    """Add a check of an app above; `sql` selects the rows that must not exist, `{n}` in `text` is their number."""
    _CHECKS[code] = (text, sql)


def checks() -> dict[str, str]:
    """The text of every check, by its code."""
    return {code: text for code, (text, _) in _CHECKS.items()}


@dataclass(frozen=True)
class HealthResult:
    """The findings of all checks, and when a worker last swept for pages: None before the first sweep."""

    swept_at: datetime | None
    findings: list[Finding]


def check_health(*, at: datetime) -> HealthResult:
    """What is wrong at `at`, the database's clock: no findings when every promise holds.

    Every check runs in one statement, because the top bar of each page needs the answer.
    """
    checks = list(_CHECKS.items())
    counts = " UNION ALL ".join(
        f"SELECT {number} AS number, (SELECT count(*) FROM ({sql} LIMIT 1000) violations) AS n"  # noqa: S608 - ours
        for number, (_, (_, sql)) in enumerate(checks)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT number, n, (SELECT max(swept_at) FROM oncall_enginelane WHERE lane = 'pages')
                FROM ({counts}) counts ORDER BY number""",  # noqa: S608 - ours
            {"at": at},
        )
        rows = cursor.fetchall()
    findings = []
    for number, n, _ in rows:
        code, (text, _) = checks[number]
        if n:
            findings.append(Finding(code, text.format(n=n), n))
    swept_at = rows[0][2]
    return HealthResult(swept_at, [*findings, *_engine_findings(swept_at, at)])


def _engine_findings(swept_at: datetime | None, at: datetime) -> Iterator[Finding]:
    if swept_at is None:
        yield Finding("engine_stale", "No engine runs: start a Celery worker.", 1)
    elif swept_at < at - ENGINE_STALE:
        seconds = int((at - swept_at).total_seconds())
        yield Finding("engine_stale", f"The engine last swept {seconds} seconds ago.", 1)
