"""Django's entry to the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from simple_history.signals import pre_create_historical_record


class OncallConfig(AppConfig):
    """Registers the app's parts with the others when Django is ready."""

    name = "oncall"
    verbose_name = "On-call"

    def ready(self) -> None:
        """Register the engine's sweeps, the default rules of a new site, and the panels."""
        from config.base.data import rights
        from config.base.web import concerns
        from oncall import calendars, obligations, subjects
        from oncall import uses as record_uses
        from oncall.access import renewals, tokens
        from oncall.concerns import SOURCES
        from oncall.cover import swaps
        from oncall.engine import pulse, register_sweep, signal_relay
        from oncall.messages import notices
        from oncall.obligations import kinds, reminders
        from oncall.panels import cover, my_work, saved_views
        from oncall.people import search
        from oncall.receivers import note_token, write_default_rules
        from oncall.rights import RIGHTS

        rights.declare(RIGHTS)
        concerns.register(*SOURCES)
        record_uses.register()
        search.register()
        subjects.register(
            subjects.SubjectType(
                name=renewals.SUBJECT,
                lock=renewals.lock_account,
                visible_to=renewals.accounts_visible_to,
                message_fields=renewals.account_message_fields,
            )
        )
        obligations.register(renewals.RENEWAL_KIND)
        register_sweep(
            lane="clocks",
            name="signals",
            run=signal_relay.relay_due,
            due="""SELECT least((SELECT min(relay_at) FROM oncall_page WHERE relay_at IS NOT NULL),
                                (SELECT min(relay_at) FROM oncall_escalationentry WHERE relay_at IS NOT NULL))""",
        )
        register_sweep(lane="clocks", name="pulse", run=pulse.forget_old, every=600)
        register_sweep(
            lane="clocks",
            name="swaps",
            run=swaps.expire_due,
            every=5,
            due="""SELECT min(starts_at) FROM oncall_swaprequest
                   WHERE status IN ('open', 'offered', 'awaiting_approval')""",
        )
        register_sweep(
            lane="clocks",
            name="notices",
            run=notices.requeue_stale,
            every=5,
            due="""SELECT interval '5 seconds'
                          + least((SELECT min(due_at) FROM oncall_notice WHERE state = 'pending'),
                                  (SELECT min(lease_until) FROM oncall_notice WHERE state = 'sending'))""",
        )
        register_sweep(lane="clocks", name="answers", run=tokens.forget_answers, every=600)
        sender = reminders.Sender()
        register_sweep(
            lane="clocks",
            name="remind",
            run=sender.sweep,
            every=1,
            due="""SELECT least(
                       (SELECT min(next_reminder_at) FROM oncall_obligation WHERE next_reminder_at IS NOT NULL),
                       (SELECT min(due_at) FROM oncall_reminder WHERE state = 'pending'),
                       (SELECT min(lease_until) FROM oncall_reminder WHERE state = 'sending'))""",
        )
        register_sweep(lane="clocks", name="reminded", run=sender.record_answers)
        register_sweep(lane="clocks", name="obligations", run=kinds.catch_up, every=60)
        # Apps above register their kinds in `ready()`, so all are registered before a migration runs.
        post_migrate.connect(write_default_rules, sender=self, dispatch_uid="oncall.standard_rules")
        pre_create_historical_record.connect(note_token, dispatch_uid="oncall.token_in_history")
        cover.register()
        my_work.register()
        saved_views.register()
        register_sweep(lane="clocks", name="calendars", run=calendars.top_up_due, every=3600)
