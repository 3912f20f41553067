"""What the engine looks at by the clock, in the lane that no page waits for."""

from incidents.clocks import sweep
from incidents.customers import deliveries, maintenance, updates
from incidents.prevention.auto_resolve import resolve_due
from incidents.reports import summary
from incidents.services import readiness
from incidents.tickets import search_texts
from oncall import engine
from oncall.engine import health_checks


def register() -> None:
    """Add the sweeps of this app to the lane `clocks`, and the check that says when SLA clocks are late."""
    engine.register_sweep(lane="clocks", name="sla", run=sweep.sweep, due=sweep.DUE)
    health_checks.register_check(
        code="clocks_late",
        kind="notice",
        text="The SLA clocks of {n} tickets were not looked at for 5 minutes, so warnings are late: {names}.",
        sql=sweep.LATE,
        ends="It ends when the engine has caught up. Instants of breaches are right all the same.",
    )
    engine.register_sweep(lane="clocks", name="customers", run=deliveries.requeue_stale, every=30.0)
    engine.register_sweep(lane="clocks", name="first-updates", run=updates.sweep_first_updates, every=15)
    engine.register_sweep(lane="clocks", name="prevention", run=resolve_due, every=30)
    engine.register_sweep(
        lane="clocks",
        name="maintenance",
        run=maintenance.advance_due,
        due="SELECT min(turn_at) FROM incidents_scheduledmaintenance WHERE turn_at IS NOT NULL",
    )
    engine.register_sweep(lane="clocks", name="reports", run=summary.refresh, every=60)
    engine.register_sweep(lane="clocks", name="search", run=search_texts.merge, due=search_texts.DUE)
    engine.register_sweep(lane="clocks", name="readiness", run=readiness.check_due, every=15)
