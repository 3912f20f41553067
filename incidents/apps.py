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
            maintenance,
            panels,
            prevention,
            receivers,
            response,
            routing,
            story,
            subject,
            summary,
        )
        from oncall import engine, subjects, watchdog

        subjects.register(
            subjects.SubjectType(
                name=response.SUBJECT, lock=subject.lock, visible_to=subject.visible_to, facts=subject.facts
            )
        )
        watchdog.register_question(
            code="alert_unrouted",
            text="{n} alerts have waited more than 30 seconds to be routed, or cannot be routed.",
            sql="""SELECT 1 FROM incidents_alert
                   WHERE route_at < %(at)s - interval '30 seconds'
                   OR (route_at IS NOT NULL AND route_attempts >= 5)""",
        )
        engine.register_sweep(lane="intake", name="route", run=routing.route_due)
        engine.register_sweep(lane="clocks", name="customers", run=deliveries.chase, every=30.0)
        engine.register_sweep(lane="clocks", name="prevention", run=prevention.settle_due, every=30)
        engine.register_sweep(lane="clocks", name="maintenance", run=maintenance.turn_due)
        engine.register_sweep(lane="clocks", name="numbers", run=summary.refresh, every=60)
        panels.register()
        story.register()
