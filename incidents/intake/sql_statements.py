"""The SQL of intake: each statement writes the events and brings the alerts up to date at once.

Raw SQL, because this is the busiest path and PostgreSQL decides its races: the partial unique index on
(integration, dedup key) allows one open alert. A statement takes its reports as one JSON document.
They are prepared (`config.base.data.prepared`): planning them costs as much as running them.
"""

from incidents.alerts.explanation import REPORTED_AGAIN

_REPORTED = """
    reported AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(reports)s::json) AS report(
            position int, dedup_key text, group_key text, title text, severity_word text, source text, link text,
            payload jsonb, started_at timestamptz, ended_at timestamptz, problem text))"""

HOLD_SECONDS = 30
"""A trigger whose end is stored waits this long for another end before it is routed (intake rule 11)."""

# A closed alert with a count of 0 was stored by its end alone: the first trigger with the same start is its
# beginning. It is locked before it is counted, so that of two such triggers only one is. An open alert that
# began later makes an ended trigger stale: the trouble is open already.
TRIGGER = f"""
    WITH {_REPORTED}, waiting AS MATERIALIZED (
        SELECT past.id, past.dedup_key FROM incidents_alert past JOIN reported USING (dedup_key)
        WHERE past.integration_id = %(integration_id)s AND past.status = 'closed' AND past.count = 0
          AND past.started_at = reported.started_at AND past.sender_closed_at IS NOT NULL
        ORDER BY past.dedup_key COLLATE "C", past.id FOR NO KEY UPDATE OF past
    ), begun AS (
        UPDATE incidents_alert past SET count = 1, last_event_at = greatest(past.last_event_at, %(at)s)
        FROM waiting WHERE past.id = waiting.id
        RETURNING past.id, past.dedup_key
    ), checked AS MATERIALIZED (
        SELECT reported.*, begun.id AS begun_id,
            begun.id IS NULL AND started_at IS NOT NULL AND EXISTS (
                SELECT FROM incidents_alert past
                WHERE past.integration_id = %(integration_id)s AND past.dedup_key = reported.dedup_key
                  AND past.status = 'closed' AND past.started_at = reported.started_at
                  AND past.sender_closed_at IS NOT NULL) AS is_ended,
            EXISTS (
                SELECT FROM incidents_alert later
                WHERE later.integration_id = %(integration_id)s AND later.dedup_key = reported.dedup_key
                  AND later.status <> 'closed' AND later.started_at > reported.started_at
                  AND later.started_at <> later.opened_at) AS is_older
        FROM reported
        LEFT JOIN (SELECT dedup_key, max(id) AS id FROM begun GROUP BY dedup_key) begun USING (dedup_key)
    ), stored AS (
        INSERT INTO incidents_alert AS alert (
            integration_id, dedup_key, group_key, status, title, severity_word, source, link, payload, count,
            started_at, opened_at, last_event_at, route_at, route_attempts, explanation)
        SELECT %(integration_id)s, dedup_key, group_key, 'open', title, severity_word, source, link, payload, 1,
            coalesce(started_at, %(at)s), %(at)s, %(at)s,
            least(%(at)s, now()) + CASE WHEN is_ended THEN interval '{HOLD_SECONDS} seconds' ELSE interval '0' END,
            0, CASE WHEN is_ended THEN '{REPORTED_AGAIN}' ELSE '' END
        FROM checked WHERE begun_id IS NULL AND NOT (is_ended AND is_older) ORDER BY position
        ON CONFLICT (integration_id, dedup_key) WHERE status <> 'closed' DO UPDATE SET
            count = alert.count + 1, title = excluded.title, source = excluded.source, link = excluded.link,
            payload = excluded.payload, severity_word = excluded.severity_word,
            last_event_at = greatest(alert.last_event_at, excluded.last_event_at),
            started_at = CASE WHEN excluded.started_at = excluded.opened_at THEN alert.started_at
                              WHEN alert.started_at = alert.opened_at THEN excluded.started_at
                              ELSE greatest(alert.started_at, excluded.started_at) END,
            route_at = CASE WHEN alert.severity_word <> excluded.severity_word
                            THEN coalesce(alert.route_at, least(%(at)s, now())) ELSE alert.route_at END
        RETURNING id, dedup_key, count, route_at
    ), logged AS (
        INSERT INTO incidents_event (
            integration_id, alert_id, received_at, action, dedup_key, outcome, payload, problem)
        SELECT %(integration_id)s, coalesce(stored.id, begun_id), %(at)s, 'trigger', dedup_key,
            CASE WHEN stored.id IS NULL THEN 'stale' WHEN stored.count = 1 THEN 'opened' ELSE 'repeated' END,
            payload,
            CASE WHEN is_ended AND stored.count = 1
                 THEN left(concat_ws(' ', '{REPORTED_AGAIN}', nullif(problem, '')), 500) ELSE problem END
        FROM checked LEFT JOIN stored USING (dedup_key) ORDER BY position
    )
    SELECT pg_notify('holdfast_intake', '') FROM stored WHERE route_at = least(%(at)s, now()) LIMIT 1"""  # noqa: S608 - only our own text

# A resolve that arrives before its trigger is stored as a closed alert with a count of 0, so that the trigger counts
# as stale; the resolve of an alert that a person has closed is noted on the alert, so that its trigger is held. The
# start of an alert is its sender's unless it equals the time of its receipt; only the sender's is compared.
RESOLVE = f"""
    WITH {_REPORTED}, stored AS (
        UPDATE incidents_alert alert SET
            status = 'closed', closed_at = coalesce(alert.closed_at, %(at)s), sender_closed_at = reported.ended_at,
            last_event_at = greatest(alert.last_event_at, %(at)s),
            route_at = CASE WHEN alert.status = 'closed' THEN alert.route_at ELSE least(%(at)s, now()) END
        FROM reported
        WHERE alert.integration_id = %(integration_id)s AND alert.dedup_key = reported.dedup_key
          AND (alert.status <> 'closed' AND (reported.ended_at IS NULL OR reported.ended_at >= alert.started_at
                                             OR alert.started_at = alert.opened_at
                                             OR alert.started_at = reported.started_at)
               OR alert.status = 'closed' AND alert.sender_closed_at IS NULL AND reported.ended_at IS NOT NULL
                  AND alert.started_at = reported.started_at)
        RETURNING alert.id, alert.dedup_key, alert.closed_at = %(at)s AS is_closed_now
    ), early AS (
        INSERT INTO incidents_alert (
            integration_id, dedup_key, group_key, status, title, severity_word, source, link, payload, count,
            started_at, sender_closed_at, opened_at, last_event_at, closed_at, route_attempts, explanation)
        SELECT %(integration_id)s, dedup_key, group_key, 'closed', title, severity_word, source, link, payload, 0,
            started_at, ended_at, %(at)s, %(at)s, %(at)s, 0,
            'Its end was reported before its beginning, so it opened nothing.'
        FROM reported
        WHERE started_at IS NOT NULL AND ended_at >= started_at AND NOT EXISTS (
            SELECT FROM incidents_alert existing
            WHERE existing.integration_id = %(integration_id)s AND existing.dedup_key = reported.dedup_key
              AND (existing.status <> 'closed' OR existing.started_at = reported.started_at))
        ORDER BY position
        RETURNING id, dedup_key, false AS is_closed_now
    ), matched AS (
        SELECT dedup_key, max(id) AS id, bool_or(is_closed_now) AS is_closed_now
        FROM (SELECT * FROM stored UNION ALL SELECT * FROM early) both_kinds GROUP BY dedup_key
    ), logged AS (
        INSERT INTO incidents_event (
            integration_id, alert_id, received_at, action, dedup_key, outcome, payload, problem)
        SELECT %(integration_id)s, matched.id, %(at)s, 'resolve', dedup_key,
            CASE WHEN matched.is_closed_now THEN 'closed' ELSE 'ignored' END, payload, problem
        FROM reported LEFT JOIN matched USING (dedup_key) ORDER BY position
    )
    SELECT pg_notify('holdfast_intake', '') FROM stored WHERE is_closed_now LIMIT 1"""  # noqa: S608 - only our own text

ACKNOWLEDGE = f"""
    WITH {_REPORTED}, stored AS (
        UPDATE incidents_alert alert SET
            status = 'acknowledged', last_event_at = greatest(alert.last_event_at, %(at)s),
            route_at = CASE WHEN alert.status = 'open' THEN coalesce(alert.route_at, least(%(at)s, now()))
                            ELSE alert.route_at END
        FROM reported
        WHERE alert.integration_id = %(integration_id)s AND alert.dedup_key = reported.dedup_key
          AND alert.status <> 'closed'
        RETURNING alert.id, alert.dedup_key
    ), logged AS (
        INSERT INTO incidents_event (
            integration_id, alert_id, received_at, action, dedup_key, outcome, payload, problem)
        SELECT %(integration_id)s, stored.id, %(at)s, 'acknowledge', dedup_key,
            CASE WHEN stored.id IS NULL THEN 'ignored' ELSE 'acknowledged' END, payload, problem
        FROM reported LEFT JOIN stored USING (dedup_key) ORDER BY position
    )
    SELECT pg_notify('holdfast_intake', '') FROM stored LIMIT 1"""  # noqa: S608 - only our own text

# Every transaction that changes several alerts locks them in the order of their keys, against deadlocks.
LOCK = """
    SELECT FROM incidents_alert
    WHERE integration_id = %(integration_id)s AND dedup_key = ANY(%(keys)s) AND status <> 'closed'
    ORDER BY dedup_key COLLATE "C" FOR NO KEY UPDATE"""
