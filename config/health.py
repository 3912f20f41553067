"""Health checks for monitoring: is the process up, is it ready, and does the engine work in time."""

import json

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from config.base.data.clock import database_now
from oncall.engine import health_checks

_ready = {"migrated": False}


def alive(request: HttpRequest) -> HttpResponse:
    """`/healthz`: the process answers, no more."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """`/readyz`: the database can be reached and is migrated."""
    try:
        if not _ready["migrated"]:
            executor = MigrationExecutor(connection)
            _ready["migrated"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    if not _ready["migrated"]:
        return HttpResponse("not migrated\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def deep(request: HttpRequest) -> HttpResponse:
    """`/healthz/deep`: the findings of the health checks, 503 if one is an alarm.

    It needs `Authorization: Bearer` with METRICS_TOKEN.
    """
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not constant_time_compare(token, settings.METRICS_TOKEN):
        return JsonResponse(
            {"code": "not_authenticated", "message": "Send the metrics token.", "fields": {}}, status=401
        )
    try:
        result = health_checks.check_health(at=database_now())
    except (DatabaseError, InterfaceError):
        away = health_checks.Finding("database", "No database.", 1, ends="It ends when the database answers.")
        return JsonResponse({"ok": False, "findings": [away.as_dict()]}, status=503)
    body = {"ok": not result.alarms, "findings": [finding.as_dict() for finding in result.findings]}
    return HttpResponse(json.dumps(body), status=200 if body["ok"] else 503, content_type="application/json")
