"""The health checks of on-call: what must never be true, as SQL, and what ends it (paging rule 11).

Each uses an index and is cut at 1,000 rows, so that asking stays cheap during an outage. The first column is the
row's name for people: a reference, never a title, because findings leave the house.
"""

# ruff: noqa: S608 - all SQL is our own text
from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """What a finding means: `alarm` puts paging itself in doubt, `notice` is somebody's work."""

    ALARM = "alarm"
    NOTICE = "notice"


@dataclass(frozen=True)
class Check:
    """A question whose answer must be no rows.

    In `text` `{n}` is the number of rows, `{names}` the first of their names. `ends` is a sentence that says what
    ends the finding, `owner` the people whose work a notice is.
    """

    code: str
    text: str
    sql: str
    kind: FindingKind = FindingKind.ALARM
    ends: str = ""
    owner: str = "the administrators"
    has_concern: bool = False
    """Whether a concern of its app says the same on the administration's first page, with a button."""


_REFERENCE = "coalesce(substring(e.title from '^[A-Z]+-[0-9]+'), 'escalation ' || e.id)"
# An answer begins the waiting anew; the number of an escalation's entries is small, and their index is by escalation.
_LAST_ANSWER = """coalesce((SELECT max(entry.at) FROM oncall_escalationentry entry WHERE entry.escalation_id = e.id
    AND entry.event IN ('ack', 'unack', 'ack_timeout', 'snooze', 'snooze_over', 'escalate', 'decline')),
    e.triggered_at)"""
_UNANSWERED = f"""SELECT {_REFERENCE} FROM oncall_escalation e
    WHERE e.state = 'triggered' AND e.urgency = '{{urgency}}' {{more}}
    AND e.triggered_at < %(at)s - make_interval(mins => %(unanswered_minutes)s)
    AND {_LAST_ANSWER} < %(at)s - make_interval(mins => %(unanswered_minutes)s)"""
# The longest wait that a frozen policy allows. It must survive any JSON: what is no number counts as no wait.
_WAIT = """(SELECT make_interval(mins => greatest(max(
        CASE jsonb_typeof(minutes) WHEN 'number' THEN least((minutes #>> '{}')::numeric, 525600) END), 0)::int)
    FROM (
        SELECT jsonb_path_query(e.frozen_policy, 'lax $.ack_timeout_minutes', silent => true)
        WHERE e.state = 'acknowledged'
        UNION ALL
        SELECT jsonb_path_query(e.frozen_policy, 'lax $.steps[*].delay_minutes', silent => true)
        WHERE e.state = 'triggered'
        UNION ALL
        SELECT jsonb_path_query(e.frozen_policy, 'lax $.fallback_delay_minutes', silent => true)
        WHERE e.state = 'triggered') allowed(minutes))"""
# What is stored secret, and whose it is. A secret that is used again is encrypted; its second part names its key.
_SECRETS = """(SELECT 'webhook ' || id AS owner, stored FROM oncall_contactmethod,
                      LATERAL (VALUES (webhook_url), (secret)) AS both_columns(stored) WHERE kind = 'webhook'
               UNION ALL
               SELECT 'second factor of account ' || user_id, coalesce(data ->> 'secret', data ->> 'seed', '')
               FROM mfa_authenticator) AS secrets"""
# Pages of firings of the last ten minutes, and those that have failed and wait for another try.
_TRIED = """
    (SELECT id, channel, address, state, attempts, sent_at, accepted_at, last_error FROM oncall_page
     WHERE state = 'pending' AND attempts > 0 AND last_error <> '' LIMIT 1000)
    UNION
    (SELECT id, channel, address, state, attempts, sent_at, accepted_at, last_error FROM oncall_page
     WHERE state = 'sending' AND attempts > 1 AND last_error <> '' LIMIT 1000)
    UNION
    (SELECT page.id, channel, address, page.state, attempts, sent_at, accepted_at, last_error
     FROM (SELECT DISTINCT escalation_id FROM (
               SELECT escalation_id FROM oncall_escalationentry
               WHERE event = 'page' AND at > %(at)s - interval '10 minutes' ORDER BY at DESC LIMIT 300) newest) fired
     JOIN oncall_page page ON page.escalation_id = fired.escalation_id
     WHERE page.sent_at > %(at)s - interval '10 minutes' AND page.state <> 'cancelled' LIMIT 1000)"""
_REFUSES_US = "last_error ~ '(401|403|407|No phone gateway)'"
_PROVIDERS_DOWN = f"""
    SELECT channel FROM (
        SELECT *, max(accepted_at) OVER (PARTITION BY channel) AS worked_at FROM ({_TRIED}) tried
    ) page
    WHERE (worked_at IS NULL OR (worked_at < %(at)s - interval '30 seconds' AND sent_at > worked_at))
    AND accepted_at IS NULL AND last_error <> '' AND (state <> 'failed' OR {_REFUSES_US})
    AND sent_at > %(at)s - interval '10 minutes'
    GROUP BY channel
    HAVING (sum(attempts) >= 3 OR bool_or({_REFUSES_US})) AND (channel <> 'webhook' OR count(DISTINCT address) > 1)"""

CATALOG = (
    Check(
        "escalation_overdue",
        "{n} escalations are past their next step by more than 10 seconds: {names}.",
        f"""SELECT {_REFERENCE} FROM oncall_escalation e
            WHERE e.state <> 'ended' AND e.next_at < %(at)s - interval '10 seconds'""",
        ends="It ends when an engine fires the step.",
    ),
    Check(
        "page_overdue",
        "{n} pages were due more than 30 seconds ago and have not been sent.",
        """SELECT 1 FROM oncall_page WHERE state = 'pending' AND attempts = 0
           AND due_at < %(at)s - interval '30 seconds'""",
        ends="It ends when they are sent, or the incident is answered.",
    ),
    Check(
        "lease_expired",
        "{n} pages lost their sender twice.",
        """SELECT 1 FROM oncall_page WHERE state = 'sending' AND attempts > 1
           AND lease_until < %(at)s - interval '5 seconds'""",
        ends="It ends when an engine records an answer for them.",
    ),
    Check(
        "silent_escalation",
        "{n} open escalations have nothing due and nobody has answered: {names}.",
        f"""SELECT {_REFERENCE} FROM oncall_escalation e
            WHERE e.state = 'triggered' AND e.next_at IS NULL AND e.exhausted_at IS NULL""",
        ends="It ends when somebody acknowledges or escalates.",
    ),
    Check(
        "next_step_too_far",
        "{n} escalations wait longer for their next step than their policies allow: {names}.",
        f"""SELECT {_REFERENCE} FROM (
                SELECT id, title, state, next_at, frozen_policy FROM oncall_escalation
                WHERE state <> 'ended' AND state <> 'snoozed' AND failures = 0
                AND next_at > %(at)s + interval '1 minute' ORDER BY next_at DESC LIMIT 1000) e
            WHERE e.next_at > %(at)s + interval '1 minute' + {_WAIT}
            AND (e.frozen_policy -> 'steps' = '[]' AND e.frozen_policy -> 'fallback' = '[]') IS NOT TRUE""",
        ends="It ends when somebody acknowledges or escalates, or the step comes due.",
    ),
    Check(
        "nobody_paged",
        "{n} escalations have paged nobody since they began: {names}.",
        f"""SELECT {_REFERENCE} FROM oncall_escalation e WHERE e.state = 'triggered' AND e.firing = 0
            AND e.triggered_at < %(at)s - interval '10 seconds'""",
        ends="It ends when a step reaches a person, or somebody acknowledges: call the team now.",
    ),
    Check(
        "unanswered",
        "{n} escalations have been without an answer for too long: {names}.",
        _UNANSWERED.format(urgency="high", more=""),
        ends="It ends when somebody acknowledges them, or they are restored.",
    ),
    Check(
        "low_urgency_exhausted",
        "{n} escalations of low urgency ran out of steps without an answer: {names}.",
        _UNANSWERED.format(urgency="low", more="AND e.exhausted_at IS NOT NULL"),
        kind=FindingKind.NOTICE,
        ends="It ends when somebody acknowledges them, or they are restored.",
        owner="the managers of their teams",
    ),
    Check(
        "providers_down",
        "Every page fails over {names}: no provider has accepted one since.",
        _PROVIDERS_DOWN,
        ends="It ends when a provider accepts a page, or ten minutes after the last failure.",
    ),
    Check(
        "escalation_failing",
        "{n} escalations could not be prepared, and a plain text went out instead: {names}.",
        f"""SELECT {_REFERENCE} FROM oncall_escalation e WHERE e.failures > 0 AND e.state <> 'ended'""",
        ends="It ends when its step can be prepared, or it ends; the escalation says what is wrong with it.",
    ),
    Check(
        "page_failing",
        "{n} pages could not be prepared and have not been sent: {names}.",
        f"""SELECT {_REFERENCE} FROM oncall_page page JOIN oncall_escalation e ON e.id = page.escalation_id
            WHERE page.failures > 0 AND page.created_at > %(at)s - interval '1 day'
            AND page.state IN ('pending', 'sending')""",
        ends="It ends when they are sent or cancelled.",
    ),
    Check(
        "message_failing",
        "{n} messages of the last day could not be prepared: {names}.",
        f"""SELECT {_REFERENCE} FROM oncall_page page JOIN oncall_escalation e ON e.id = page.escalation_id
            WHERE page.failures > 0 AND page.created_at > %(at)s - interval '1 day'
            AND page.state NOT IN ('pending', 'sending')
            UNION ALL
            SELECT 'notice ' || id FROM oncall_notice
            WHERE failures > 0 AND created_at > %(at)s - interval '1 day'
            UNION ALL
            SELECT 'task ' || obligation_id FROM oncall_reminder
            WHERE failures > 0 AND created_at > %(at)s - interval '1 day'""",
        kind=FindingKind.NOTICE,
        ends="It ends a day after the last one.",
    ),
    Check(
        "reminder_overdue",
        "{n} task reminders were due more than 5 minutes ago and have not been sent.",
        """SELECT 1 FROM oncall_obligation WHERE next_reminder_at < %(at)s - interval '5 minutes'
           UNION ALL
           SELECT 1 FROM oncall_reminder WHERE state = 'pending' AND attempts = 0
           AND due_at < %(at)s - interval '5 minutes'""",
        ends="It ends when they are sent.",
    ),
    Check(
        "secrets_unreadable",
        "{n} secrets cannot be read, because their encryption key is missing: {names}. Pages take other channels.",
        f"""SELECT owner FROM {_SECRETS} WHERE stored LIKE 'enc1:%%'
            AND split_part(stored, ':', 2) <> ALL(%(key_ids)s::text[])""",
        ends="It ends when ENCRYPTION_KEYS has their key again, or when they are entered again.",
    ),
    Check(
        "secrets_outdated",
        "{n} secrets are readable in the database, or encrypted with an old key: {names}.",
        f"""SELECT owner FROM {_SECRETS} WHERE stored <> '' AND stored NOT LIKE %(current)s
            AND (stored NOT LIKE 'enc1:%%' OR split_part(stored, ':', 2) = ANY(%(key_ids)s::text[]))
            UNION ALL
            SELECT 'webhook ' || id FROM oncall_contactmethod WHERE kind = 'webhook' AND webhook_url = ''""",
        kind=FindingKind.NOTICE,
        ends="It ends when the operators have run `manage.py rotate_secrets`.",
        owner="the operators",
    ),
    Check(
        "clock_off",
        "The clock of {names} is more than a minute off the database's.",
        """SELECT worker FROM oncall_enginelane WHERE stopped_at IS NULL
           AND swept_at > %(at)s - interval '30 seconds' AND abs(skew_seconds) > 60""",
        ends="It ends when the host's clock is right again: look at its time service.",
    ),
    Check(
        "fallback_closed",
        "{n} escalation policies have a fallback without an open account: {names}.",
        """SELECT policy.name FROM oncall_escalationpolicy policy WHERE NOT EXISTS (
               SELECT 1 FROM oncall_escalationpolicy_fallback fallback
               JOIN oncall_user person ON person.id = fallback.user_id AND person.is_active
               WHERE fallback.escalationpolicy_id = policy.id)""",
        kind=FindingKind.NOTICE,
        ends="It ends when the fallback names a person whose account is open.",
        owner="the managers of the policy's team",
    ),
    Check(
        "dead_letters",
        "{n} pages could not be delivered in the last day.",
        """SELECT 1 FROM oncall_page WHERE state = 'dead' AND ended_at > %(at)s - interval '1 day'""",
        kind=FindingKind.NOTICE,
        ends="It ends when they are sent again or discarded, or after a day.",
        owner="the operators, by an incident",
    ),
)
