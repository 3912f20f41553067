"""Every model has a page, an endpoint and an administration, or a reason why not."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from config.api import router
from config.base.web.views import ListPage
from tests.architecture.sources import APPS

SEARCH = "what the search reads of tickets; triggers and the engine write it, and nobody edits it"
UNDER = "shown and edited under its {}; it has no life of its own"
SUMMARY = "what the engine keeps behind the reports; their page shows it and nobody edits it"
QUEUE = "notes for the engine, gone within a second; a health check says when they are not"
WITHOUT_LIST = {
    "oncall.ApiToken": "listed on its owner's own page",
    "oncall.CalendarDate": UNDER.format("calendar"),
    "oncall.CalendarVersion": UNDER.format("calendar"),
    "oncall.ContactMethod": "listed on its owner's own page",
    "oncall.EngineLane": "rows of the engine page",
    "oncall.EngineSchema": "one row, read by the engine alone",
    "oncall.EscalationEntry": UNDER.format("escalation"),
    "oncall.FeedEvent": "what a feed told; inspected in the administration",
    "oncall.FeedToken": "listed on its owner's own page",
    "oncall.IdempotentRequest": "kept for a day for programs that send again; inspected in the administration",
    "oncall.EscalationPolicy": "configuration, kept in the administration; told in words on the team's page",
    "oncall.EscalationStep": UNDER.format("policy"),
    "oncall.EscalationTarget": UNDER.format("step"),
    "oncall.Deactivation": "shown in the administration, beside the account it closes",
    "oncall.Layer": UNDER.format("schedule version"),
    "oncall.LayerMember": UNDER.format("layer"),
    "oncall.Membership": UNDER.format("team"),
    "oncall.Notice": "each is read by its receiver; inspected in the administration",
    "oncall.OverridePerson": UNDER.format("override"),
    "oncall.SwapOffer": UNDER.format("swap"),
    "oncall.NotificationRule": "listed on its owner's own page",
    "oncall.ReliefRequest": "shown to its person, and to planners on the pages of team and load",
    "oncall.ScheduleVersion": UNDER.format("schedule"),
    "oncall.WakeTest": "private; taken and shown on its person's own page",
    "oncall.ObligationRule": "configuration, kept in the administration; told in words on each obligation's page",
    "oncall.Reminder": UNDER.format("obligation"),
    "oncall.RuleReminder": UNDER.format("rule"),
    "oncall.WorkInterval": "shown with its subject; its own list comes with pay",
    "incidents.CustomerUpdate": UNDER.format("public incident"),
    "incidents.MaintenanceUpdate": UNDER.format("maintenance"),
    "incidents.MessageTemplate": "configuration, kept in the administration; chosen where an update is written",
    "incidents.StatusPage": "configuration, kept in the administration; it is a page itself",
    "incidents.Event": UNDER.format("alert or integration"),
    "incidents.Incident": "the queue lists tickets, which it is",
    "incidents.ReportChange": SUMMARY,
    "incidents.ReportRun": SUMMARY,
    "incidents.ReportSegment": SUMMARY,
    "incidents.Spelling": SEARCH,
    "incidents.TicketText": SEARCH,
    "incidents.PreventionWaiver": "asked and decided on its ticket's page",
    "incidents.SlaBreach": UNDER.format("clock"),
    "incidents.SlaWarning": UNDER.format("clock"),
    "incidents.SlaStale": QUEUE,
    "incidents.Category": "configuration, kept in the administration; chosen in the forms of tickets",
    "incidents.PriorityRule": "a cell of the matrix, kept in the administration",
    "incidents.Response": UNDER.format("ticket"),
    "incidents.ServiceDependency": UNDER.format("service"),
    "incidents.ServiceOwnership": UNDER.format("service"),
    "incidents.SlaAction": UNDER.format("target"),
    "incidents.SlaImpact": "the progress of a preview in the administration",
    "incidents.SlaTarget": "configuration, kept in the administration; told in words there",
    "incidents.SlaTargetVersion": UNDER.format("target"),
    "incidents.TicketLink": "shown on the pages of both its tickets",
    "incidents.TimelineEntry": UNDER.format("ticket"),
    "incidents.ChecklistItem": UNDER.format("ticket"),
    "incidents.PrivateReading": UNDER.format("ticket"),
    "incidents.Watcher": UNDER.format("ticket"),
    "problems.Factor": "the tree on its problem's page",
    "problems.KnownErrorUse": UNDER.format("known error"),
    "problems.Problem": "the list of problems lists tickets, which they are",
    "postmortems.PostmortemComment": UNDER.format("postmortem"),
    "postmortems.PostmortemRevision": UNDER.format("postmortem"),
    "postmortems.PostmortemSection": UNDER.format("postmortem"),
    "postmortems.Review": UNDER.format("postmortem"),
    "postmortems.Seat": UNDER.format("postmortem"),
    "postmortems.Template": "configuration, kept in the administration",
}
WITHOUT_ENDPOINT = {
    "incidents.Incident": "/incidents/ serves it over the ticket it is, where locks and filters are",
    "oncall.ApiToken": "a token must not make or widen tokens",
    "oncall.ContactMethod": "private; proven in the portal",
    "oncall.EngineSchema": "one row, read by the engine alone",
    "oncall.EscalationEntry": "given with its escalation",
    "oncall.FeedEvent": "given in its feed",
    "oncall.FeedToken": "its address is a secret that is shown once, in the portal",
    "oncall.IdempotentRequest": "given as the answer to a repeat",
    "oncall.EscalationStep": UNDER.format("policy"),
    "oncall.EscalationTarget": UNDER.format("step"),
    "oncall.Deactivation": "accounts are closed and opened in the administration; `is_active` says which",
    "oncall.Layer": UNDER.format("schedule version"),
    "oncall.LayerMember": UNDER.format("layer"),
    "oncall.Notice": "private; each goes to its receiver",
    "oncall.OverridePerson": "given with its override",
    "oncall.SwapOffer": "given with its swap",
    "oncall.NotificationRule": "private; kept in the portal",
    "oncall.ObligationRule": "configuration, kept in the administration",
    "oncall.Reminder": "messages about an obligation; shown on its page",
    "oncall.ReliefRequest": "asked with one tap in the portal; others take the shift there",
    "oncall.WakeTest": "private; its person must look at what arrives",
    "oncall.RuleReminder": UNDER.format("rule"),
    "oncall.ServiceAccount": "a token must not make accounts that have tokens; /users/ gives its name",
    "incidents.ReportChange": SUMMARY,
    "incidents.ReportRun": SUMMARY,
    "incidents.ReportSegment": SUMMARY,
    "incidents.Spelling": SEARCH,
    "incidents.TicketText": SEARCH,
    "incidents.PriorityRule": "a cell of the matrix, kept in the administration",
    "incidents.Response": "given with its ticket",
    "incidents.ServiceDependency": "given with its service",
    "incidents.SlaAction": "configuration, kept in the administration",
    "incidents.SlaBreach": UNDER.format("clock"),
    "incidents.SlaWarning": UNDER.format("clock"),
    "incidents.SlaStale": QUEUE,
    "incidents.SlaImpact": "the progress of a preview in the administration",
    "incidents.SlaTargetVersion": "given with its target",
    "incidents.ServiceOwnership": UNDER.format("service"),
    "postmortems.PostmortemComment": "given with its postmortem",
    "postmortems.PostmortemRevision": "kept for whoever asks how a text came about; shown in the portal",
    "postmortems.PostmortemSection": "given with its postmortem",
    "postmortems.Review": "given with its postmortem",
    "postmortems.Seat": "given with its postmortem",
    "problems.KnownErrorUse": "counted in its known error's hits",
    "problems.Problem": "/problems/ serves it over the ticket it is, where locks and filters are",
}
WITHOUT_ADMIN: dict[str, str] = {
    "incidents.Spelling": SEARCH,
    "incidents.TicketText": SEARCH,
    "incidents.SlaStale": QUEUE,
    "incidents.ReportChange": SUMMARY,
    "incidents.ReportRun": SUMMARY,
    "incidents.ReportSegment": SUMMARY,
}


def own_models() -> list[type[models.Model]]:
    models_of_apps = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in models_of_apps if not model.__name__.startswith("Historical")]


def label(model: type[models.Model]) -> str:
    return model._meta.label


class TestModels:
    def test_have_a_page_in_the_administration(self) -> None:
        missing = {label(model) for model in own_models() if not admin.site.is_registered(model)}

        assert missing == set(WITHOUT_ADMIN)

    def test_have_an_endpoint_or_a_reason(self) -> None:
        querysets = [getattr(viewset, "queryset", None) for _, viewset, _ in router.registry]
        served = {queryset.model for queryset in querysets if queryset is not None}

        assert {label(model) for model in own_models() if model not in served} == set(WITHOUT_ENDPOINT)

    def test_have_a_list_page_or_a_reason(self) -> None:
        listed = {view.queryset.model if view.queryset is not None else view.model for view in list_pages()}

        assert {label(model) for model in own_models() if model not in listed} == set(WITHOUT_LIST)

    def test_say_what_a_row_is_and_how_it_is_called(self) -> None:
        for model in own_models():
            assert model.__doc__, model
            assert not model.__doc__.startswith(f"{model.__name__}("), model
            assert model.__str__ is not models.Model.__str__, model
            assert not model._meta.ordering, f"{model}: order where it is shown"


def list_pages() -> set[Any]:
    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield getattr(pattern.callback, "view_class", None)

    return {view for view in walk(get_resolver().url_patterns) if view is not None and issubclass(view, ListPage)}
