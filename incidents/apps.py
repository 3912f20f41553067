"""Django's entry to the app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Registers the app with the others when Django is ready."""

    name = "incidents"
    verbose_name = "Incidents"

    def ready(self) -> None:
        """Register tickets as subjects, obligations, sweeps and panels; connect the receivers."""
        from config.base.data import rights
        from config.base.web import concerns
        from incidents import panels, receivers, response, routing, sweeps  # noqa: F401 - importing receivers connects them
        from incidents import uses as record_uses
        from incidents.concerns import SOURCES
        from incidents.customers.obligations import UPDATE_KIND
        from incidents.desk import reversals
        from incidents.integrations import refused_senders
        from incidents.prevention.obligations import ACTION_KIND
        from incidents.rights import RIGHTS
        from incidents.services import coverage_checks, operators
        from incidents.services import subject as service
        from incidents.services.obligations import READINESS_KIND
        from incidents.sla import calendar_use
        from incidents.tickets import privacy, story
        from incidents.tickets import subject as ticket
        from oncall import engine, obligations, subjects
        from oncall.calendars import uses
        from oncall.engine import health_checks
        from oncall.escalation import last_resort
        from oncall.people import privileges

        rights.declare(RIGHTS)
        concerns.register(*SOURCES)
        record_uses.register()
        subjects.register(
            subjects.SubjectType(
                name=response.SUBJECT,
                lock=ticket.lock,
                visible_to=ticket.visible_to,
                message_fields=ticket.message_fields,
            )
        )
        subjects.register(
            subjects.SubjectType(
                name=service.SERVICE,
                lock=service.lock_service,
                visible_to=service.services_visible_to,
                message_fields=service.service_message_fields,
            )
        )
        for kind in (UPDATE_KIND, ACTION_KIND, READINESS_KIND):
            obligations.register(kind)
        health_checks.register_check(
            code="alert_unrouted",
            text="{n} alerts have waited more than 10 seconds to be routed, or cannot be routed: {names}.",
            sql="""SELECT 'alert ' || id FROM incidents_alert
                   WHERE route_at < %(at)s - interval '10 seconds'
                   OR (route_at IS NOT NULL AND route_attempts > 2)""",
            ends="It ends when they are routed: look at the reason on each alert.",
        )
        health_checks.register_check(
            code="integration_unreadable",
            kind="notice",
            text="{n} integrations have severities that cannot be read, so their alerts get other ones: {names}.",
            sql="SELECT name FROM incidents_integration WHERE jsonb_typeof(severities) <> 'object'",
            ends="It ends when the integration is saved again in the administration.",
        )
        uses.register(calendar_use.USE)
        coverage_checks.register()
        last_resort.register_operators(operators.user_ids)
        engine.register_sweep(
            lane="intake",
            name="route",
            run=routing.route_due,
            due="SELECT min(route_at) FROM incidents_alert WHERE route_at IS NOT NULL",
        )
        engine.register_sweep(
            lane="intake",
            name="restore",
            run=routing.restore_quiet,
            due="SELECT min(restore_due_at) FROM incidents_ticket WHERE restore_due_at IS NOT NULL",
        )
        health_checks.register_check(
            code="senders_refused",
            kind="notice",
            text="{n} integrations refused requests in the last day although the key was right: {names}.",
            sql=refused_senders.REFUSED_SQL,
            ends="It ends a day after the last refusal; the page of the integration says what was wrong with each.",
            owner="the team of the integration's service",
        )
        engine.register_sweep(lane="intake", name="refused", run=refused_senders.report_refused, every=10)
        privileges.register_private_records(of_account=privacy.account_sees_more, of_team=privacy.team_sees_more)
        for register in (sweeps.register, panels.register, story.register, reversals.register):
            register()
