"""The minimum cost of a durable intake: a bare Django view and three raw statements in one commit."""

import json
import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path

TABLES = """
    DROP TABLE IF EXISTS bench_alert, bench_event, bench_outbox;
    CREATE TABLE bench_alert (id bigserial PRIMARY KEY, dedup_key varchar(255) UNIQUE, title varchar(300),
        payload jsonb, count int, at timestamptz);
    CREATE TABLE bench_event (id bigserial PRIMARY KEY, alert_id bigint, payload jsonb, at timestamptz);
    CREATE INDEX ON bench_event (alert_id, at);
    CREATE TABLE bench_outbox (id bigserial PRIMARY KEY, alert_id bigint, due_at timestamptz);
    CREATE INDEX ON bench_outbox (due_at)"""


def accept(request: HttpRequest) -> JsonResponse:
    """Deduplicate, log the event, queue the work; commit; answer."""
    event = json.loads(request.read())
    text = json.dumps(event)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO bench_alert (dedup_key, title, payload, count, at) VALUES (%s, %s, %s, 1, now())
               ON CONFLICT (dedup_key) DO UPDATE SET count = bench_alert.count + 1, payload = excluded.payload
               RETURNING id""",
            [event["dedup_key"], event["payload"]["summary"], text],
        )
        (alert_id,) = cursor.fetchone()
        cursor.execute("INSERT INTO bench_event (alert_id, payload, at) VALUES (%s, %s, now())", [alert_id, text])
        cursor.execute("INSERT INTO bench_outbox (alert_id, due_at) VALUES (%s, now())", [alert_id])
    return JsonResponse({"status": "success", "dedup_key": event["dedup_key"]}, status=202)


urlpatterns = [path("v2/enqueue", accept)]


def application() -> WSGIHandler:
    """The baseline for gunicorn: the same database, and nothing else of the product."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup(set_prefix=False)
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    return WSGIHandler()
