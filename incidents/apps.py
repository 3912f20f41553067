"""Django's entry to the app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Wires the app into the others when Django is ready."""

    name = "incidents"
    verbose_name = "Incidents"

    def ready(self) -> None:
        """Make tickets known to the pager, and listen to its news."""
        from incidents import (  # noqa: F401 - importing receivers connects them
            deliveries,
            duties,
            maintenance,
            panels,
            prevention,
            readiness,
            receivers,
            response,
            routing,
            story,
            subject,
            summary,
            updates,
        )
        from oncall import engine, obligations, subjects, watchdog

        subjects.register(
            subjects.SubjectType(
                name=response.SUBJECT, lock=subject.lock, visible_to=subject.visible_to, facts=subject.facts
            )
        )
        subjects.register(
            subjects.SubjectType(
                name=subject.SERVICE,
                lock=subject.lock_service,
                visible_to=subject.services_visible_to,
                facts=subject.service_facts,
            )
        )
        for duty in duties.DUTIES:
            obligations.register(duty)
        watchdog.register_question(
            code="alert_unrouted",
            text="{n} alerts have waited more than 30 seconds to be routed, or cannot be routed.",
            sql="""SELECT 1 FROM incidents_alert
                   WHERE route_at < %(at)s - interval '30 seconds'
                   OR (route_at IS NOT NULL AND route_attempts >= 5)""",
        )
        engine.register_sweep(
            lane="intake",
            name="route",
            run=routing.route_due,
            due="SELECT min(route_at) FROM incidents_alert WHERE route_at IS NOT NULL",
        )
        engine.register_sweep(lane="clocks", name="customers", run=deliveries.chase, every=30.0)
        engine.register_sweep(lane="clocks", name="first-words", run=updates.owe_first, every=15)
        engine.register_sweep(lane="clocks", name="prevention", run=prevention.settle_due, every=30)
        engine.register_sweep(
            lane="clocks",
            name="maintenance",
            run=maintenance.turn_due,
            due="SELECT min(turn_at) FROM incidents_scheduledmaintenance WHERE turn_at IS NOT NULL",
        )
        engine.register_sweep(lane="clocks", name="numbers", run=summary.refresh, every=60)
        engine.register_sweep(lane="clocks", name="readiness", run=readiness.check_due, every=15)
        panels.register()
        story.register()
