"""Health checks: cheap SQL that should never find a row (paging rule 11)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg.pq import TransactionStatus

from config.base.data import encryption
from oncall.engine.check_catalog import CATALOG, Check, FindingKind

logger = logging.getLogger(__name__)

ENGINE_STALE = timedelta(seconds=30)
_NAMES = 3
_ALONE_SECONDS = 1
"""How long a check may take that is asked alone, because all together failed."""
_QUERY_CANCELED = "57014"
_SAVEPOINT = "health_checks"


@dataclass(frozen=True)
class Finding:
    """A broken promise: a code for programs, a sentence for people, and the number of rows.

    `ends` says what ends it; `owner` names the people whose work a notice is.
    """

    code: str
    text: str
    count: int
    kind: FindingKind = FindingKind.ALARM
    ends: str = ""
    owner: str = ""

    def as_dict(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)

    @property
    def is_alarm(self) -> bool:
        """Whether paging itself is in doubt."""
        return self.kind == FindingKind.ALARM

    @property
    def recipient(self) -> str:
        """Who is told of it, as a sentence."""
        if not self.is_alarm:
            return f"For {self.owner}."
        if settings.WATCHDOG_ALERT_URL or settings.WATCHDOG_ALERT_EMAIL:
            return "The watchdog tells the operators."
        return "The watchdog tells nobody: set WATCHDOG_ALERT_URL or WATCHDOG_ALERT_EMAIL."


_CHECKS: dict[str, Check] = {check.code: check for check in CATALOG}


def register_check(
    *,
    code: str,
    text: str,
    sql: str,
    kind: str = "alarm",
    ends: str = "",
    owner: str = "the administrators",
    has_concern: bool = False,
) -> None:
    """Add a check of an app above; `sql` selects the rows that must not exist.

    Its parameters are `%(at)s`, `%(unanswered_minutes)s`, `%(key_ids)s` (names of our encryption keys) and
    `%(current)s` (a LIKE pattern of what the first of them has encrypted); its first column is a row's name. `{n}` in
    `text` is the number of rows, `{names}` are the first names. `kind` is "alarm" if paging itself is in doubt, else
    "notice", which is the work of `owner`; `ends` is a sentence that says what ends it. `has_concern` leaves it out of
    the administration's first page, where a concern says the same. Raises KeyError for another placeholder.
    """
    text.format(n=0, names="")
    _CHECKS[code] = Check(code, text, sql, FindingKind(kind), ends, owner, has_concern)


def checks() -> dict[str, str]:
    """The text of every check, by its code."""
    return {code: check.text for code, check in _CHECKS.items()}


def has_concern(code: str) -> bool:
    """Whether a concern says the same as this check."""
    return code in _CHECKS and _CHECKS[code].has_concern


@dataclass(frozen=True)
class HealthResult:
    """The findings of all checks, alarms first, and when a worker last swept for pages: None before the first sweep.

    A check that could not be asked is a finding itself, so without findings every promise was asked and holds.
    """

    swept_at: datetime | None
    findings: list[Finding]

    @property
    def alarms(self) -> list[Finding]:
        """The findings that put paging itself in doubt."""
        return [finding for finding in self.findings if finding.is_alarm]

    @property
    def notices(self) -> list[Finding]:
        """The findings that are somebody's work."""
        return [finding for finding in self.findings if not finding.is_alarm]


def check_health(*, at: datetime) -> HealthResult:
    """What is wrong at `at`, the database's clock: no findings when every promise holds.

    Every check runs in one statement, because the top bar of each page needs the answer. If that fails, each is
    asked alone, so that a broken one hides no other. Raises OperationalError or InterfaceError if the
    database does not answer.
    """
    chosen = list(_CHECKS.values())
    try:
        swept_at, stale, findings = _ask(chosen, at)
    except DatabaseError as error:
        if _is_away(error):
            raise
        logger.warning("health.together", extra={"error": str(error)[:300]})
        swept_at, stale, findings = _ask_alone(chosen, at)
    findings = [*_engine_findings(swept_at, stale, at), *findings]
    return HealthResult(swept_at, sorted(findings, key=lambda finding: not finding.is_alarm))


_Answer = tuple[datetime | None, list[str], list[Finding]]


def _ask(chosen: Sequence[Check], at: datetime) -> _Answer:
    """The newest sweep for pages, the lanes that have stopped, and the findings of these checks: one statement."""
    counts = " UNION ALL ".join(
        f"""SELECT {number} AS number, count(*) AS n, (array_agg(DISTINCT name::text))[1:{_NAMES}] AS names
            FROM ({check.sql} LIMIT 1000) violations(name)"""  # noqa: S608 - ours
        for number, check in enumerate(chosen)
    )
    lanes = """(SELECT max(swept_at) FROM oncall_enginelane WHERE lane = 'pages'),
               (SELECT array_agg(lane ORDER BY lane) FROM (
                    SELECT lane FROM oncall_enginelane GROUP BY lane
                    HAVING max(swept_at) < %(at)s - make_interval(secs => %(stale_seconds)s)) stopped)"""
    # The empty row keeps the statement whole without checks.
    statement = f"""SELECT number, n, names, {lanes} FROM (SELECT -1 AS number, 0 AS n, NULL::text[] AS names
                    {"UNION ALL" if chosen else ""} {counts}) counts ORDER BY number"""  # noqa: S608 - ours
    (_, _, _, swept_at, stale), *rows = _fetch(statement, _parameters(at))
    return swept_at, stale or [], [_finding(chosen[number], n, names) for number, n, names, *_ in rows if n]


def _fetch(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows; within a transaction a failed statement does not end it."""
    with connection.cursor() as cursor:
        if not connection.in_atomic_block:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())
        try:
            # One round trip: the savepoint's result, then the statement's.
            cursor.execute(f"SAVEPOINT {_SAVEPOINT}; {statement}", parameters)
        except DatabaseError:
            if connection.connection.info.transaction_status == TransactionStatus.INERROR:
                cursor.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
            raise
        cursor.nextset()
        return list(cursor.fetchall())


def _parameters(at: datetime) -> dict[str, object]:
    ids = encryption.key_ids()
    return {
        "at": at,
        "unanswered_minutes": settings.UNANSWERED_ALARM_MINUTES,
        "stale_seconds": ENGINE_STALE.total_seconds(),
        "key_ids": ids,
        "current": f"{encryption.MARK}{ids[0] if ids else '-'}:%",
    }


def _ask_alone(chosen: Sequence[Check], at: datetime) -> _Answer:
    findings: list[Finding] = []
    for check in chosen:
        try:
            # The limit ends with its transaction.
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{_ALONE_SECONDS}s"])
                findings += _ask([check], at)[2]
        except DatabaseError as error:
            if _is_away(error):
                raise
            logger.exception("health.check_failed", extra={"check": check.code})
            findings.append(_unasked(check, error))
    swept_at, stale, _ = _ask([], at)
    return swept_at, stale, findings


def _is_away(error: DatabaseError) -> bool:
    """Whether the database is away or overloaded, rather than one statement wrong or slow."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", None) != _QUERY_CANCELED


def _unasked(check: Check, error: DatabaseError) -> Finding:
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return Finding(
        "check_failed",
        f"The check {check.code} could not be asked: {reason}",
        1,
        ends="It ends when the check can read its rows again; the log has the whole error.",
    )


def _finding(check: Check, n: int, names: Sequence[str]) -> Finding:
    listed = ", ".join(names)
    if n > len(names):
        listed += " and others"
    return Finding(check.code, check.text.format(n=n, names=listed), n, check.kind, check.ends, check.owner)


def _engine_findings(swept_at: datetime | None, stale: Sequence[str], at: datetime) -> Iterator[Finding]:
    ends = "It ends when a Celery worker with the engine runs."
    if swept_at is None:
        yield Finding("engine_stale", "No engine runs: start a Celery worker.", 1, ends=ends)
    elif swept_at < at - ENGINE_STALE:
        seconds = int((at - swept_at).total_seconds())
        yield Finding("engine_stale", f"The engine last swept {seconds} seconds ago.", 1, ends=ends)
    elif stale:
        yield Finding("lane_stale", f"The engine has stopped sweeping for {', '.join(stale)}.", len(stale), ends=ends)
