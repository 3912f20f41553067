"""Where somebody is chosen, woken, assigned or paid, it is a person: in each column, each form, filter and field."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, models, transaction
from django.test import RequestFactory
from django_filters.filterset import BaseFilterSet
from rest_framework import serializers

from oncall.models import PEOPLE, SERVICE_DOMAIN, SERVICE_SUFFIX, ServiceAccount, User
from tests import factories as make
from tests.architecture.sources import APPS, place, sources

pytestmark = pytest.mark.django_db
REFUSED = "cannot be the account of a program"
WHO_DID_IT = "a program may have done it; only people can undo or decide it by a rule of its subject"
DELIVERY = "its receiver is taken from columns that hold people, and a trigger must not stop a page"
OF_ANY_ACCOUNT = "a program has it, too"
ANYBODY = {
    "incidents.ActionItem.created_by": WHO_DID_IT,
    "incidents.CustomerUpdate.author": WHO_DID_IT,
    "incidents.ChecklistItem.created_by": WHO_DID_IT,
    "incidents.ChecklistItem.done_by": WHO_DID_IT,
    "incidents.MaintenanceUpdate.author": WHO_DID_IT,
    "incidents.PreventionWaiver.decided_by": WHO_DID_IT,
    "incidents.PreventionWaiver.requested_by": WHO_DID_IT,
    "incidents.PrivateReading.user": OF_ANY_ACCOUNT,
    "incidents.ScheduledMaintenance.created_by": WHO_DID_IT,
    "incidents.SlaImpact.created_by": WHO_DID_IT,
    "incidents.SlaTargetVersion.created_by": WHO_DID_IT,
    "incidents.SlaTargetVersion.withdrawn_by": WHO_DID_IT,
    "incidents.SlaCredit.decided_by": WHO_DID_IT,
    "incidents.SlaCredit.requested_by": WHO_DID_IT,
    "incidents.SlaWaiver.decided_by": WHO_DID_IT,
    "incidents.SlaWaiver.requested_by": WHO_DID_IT,
    "incidents.Ticket.opened_by": WHO_DID_IT,
    "incidents.TicketLink.created_by": WHO_DID_IT,
    "incidents.TimelineEntry.actor": WHO_DID_IT,
    "incidents.Watcher.added_by": WHO_DID_IT,
    "oncall.ApiToken.created_by": WHO_DID_IT,
    "oncall.ApiToken.revoked_by": WHO_DID_IT,
    "oncall.ApiToken.user": OF_ANY_ACCOUNT,
    "oncall.CalendarDate.created_by": WHO_DID_IT,
    "oncall.CalendarDate.withdrawn_by": WHO_DID_IT,
    "oncall.CalendarVersion.created_by": WHO_DID_IT,
    "oncall.CalendarVersion.withdrawn_by": WHO_DID_IT,
    "oncall.Deactivation.closed_by": WHO_DID_IT,
    "oncall.Deactivation.reopened_by": WHO_DID_IT,
    "oncall.Escalation.acknowledged_by": DELIVERY,
    "oncall.EscalationEntry.actor": WHO_DID_IT,
    "oncall.FeedEvent.user": "a copy from the rota",
    "oncall.IdempotentRequest.user": OF_ANY_ACCOUNT,
    "oncall.Notice.user": DELIVERY,
    "oncall.Obligation.ended_by": WHO_DID_IT,
    "oncall.Override.cancelled_by": WHO_DID_IT,
    "oncall.Override.created_by": WHO_DID_IT,
    "oncall.Page.user": DELIVERY,
    "oncall.Reminder.user": DELIVERY,
    "oncall.SavedView.owner": OF_ANY_ACCOUNT,
    "oncall.ScheduleVersion.created_by": WHO_DID_IT,
    "oncall.ScheduleVersion.withdrawn_by": WHO_DID_IT,
    "oncall.ServiceAccount.closed_by": WHO_DID_IT,
    "oncall.ServiceAccount.created_by": WHO_DID_IT,
    "oncall.ServiceAccount.user": "it is the program",
    "oncall.SwapRequest.decided_by": WHO_DID_IT,
    "postmortems.Postmortem.approved_by": WHO_DID_IT,
    "postmortems.PostmortemComment.author": WHO_DID_IT,
    "postmortems.PostmortemRevision.author": WHO_DID_IT,
    "problems.Factor.created_by": WHO_DID_IT,
    "problems.KnownErrorUse.used_by": WHO_DID_IT,
}
"""Every other column that names an account holds people alone; the reason why these do not."""
OF_OTHERS = {("account_emailaddress", "user_id"), ("mfa_authenticator", "user_id")}
"""Columns of libraries' tables that hold people alone."""


def columns() -> Iterator[tuple[str, str, str, Any]]:
    """(label, table, column, field) of each column of ours that names an account."""
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if model.__name__.startswith("Historical"):
                continue
            facts: Any = model._meta
            for field in facts.local_fields:
                if field.is_relation and field.related_model is User:
                    yield f"{model._meta.label}.{field.name}", model._meta.db_table, field.column, field
            for relation in facts.local_many_to_many:
                if relation.related_model is User and relation.remote_field.through._meta.auto_created:
                    table, column = relation.m2m_db_table(), relation.m2m_reverse_name()
                    yield f"{model._meta.label}.{relation.name}", table, column, relation


def people_only() -> set[tuple[str, str]]:
    return {(table, column) for label, table, column, _ in columns() if label not in ANYBODY} | OF_OTHERS


class TestColumns:
    def test_hold_people_alone_or_say_why_not(self) -> None:
        limited = {label for label, _, _, field in columns() if field.get_limit_choices_to() == PEOPLE}

        assert {label for label, *_ in columns()} - limited == set(ANYBODY)

    def test_are_held_by_the_database_for_every_write(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'people_only'")
            texts = [row[0] for row in cursor.fetchall()]

        definition = re.compile(r"BEFORE INSERT OR UPDATE OF (\w+) ON public\.(\w+) FOR EACH ROW")
        matches = [definition.search(text) for text in texts]
        assert {(match[2], match[1]) for match in matches if match} == people_only()
        assert len(texts) == len(people_only())

    @pytest.mark.parametrize("is_service", [True, False])
    def test_refuse_programs_whatever_else_stands_in_the_row(self, is_service: bool) -> None:
        user = make.ServiceAccountFactory().user if is_service else make.UserFactory()
        refused = set()

        for table, column in people_only():
            with transaction.atomic(), connection.cursor() as cursor:
                try:
                    with transaction.atomic():
                        cursor.execute(f"INSERT INTO {table} ({column}) VALUES (%s)", [user.pk])  # noqa: S608 - names of tables
                except IntegrityError as error:  # a person's row lacks other columns
                    refused |= {(table, column)} if REFUSED in str(error) else set()

        assert refused == (people_only() if is_service else set())


@contextmanager
def at_once() -> Iterator[None]:
    """Ask each constraint at its statement, not at the end of the transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield


class TestAccount:
    @pytest.mark.parametrize(
        "change",
        [
            {"is_staff": True},
            {"is_superuser": True},
            {"password": "argon2$a-real-one"},
            {"name": "deploy-bot"},
            {"email": "deploy-bot@example.com"},
            {"kind": "person"},
            {"kind": "robot"},
        ],
    )
    def test_of_a_program_stays_one_that_cannot_sign_in(self, change: dict[str, Any]) -> None:
        rows = User.objects.filter(pk=make.ServiceAccountFactory().user_id)

        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)

    def test_of_a_person_cannot_become_a_programs(self) -> None:
        person = make.UserFactory(name=f"x{SERVICE_SUFFIX}", email=f"x@{SERVICE_DOMAIN}", password="!")

        with pytest.raises(IntegrityError, match="stays that of"), transaction.atomic():
            User.objects.filter(pk=person.pk).update(kind="service")

    def test_of_a_program_belongs_to_a_team(self) -> None:
        account = make.ServiceAccountFactory()
        with pytest.raises(IntegrityError, match="no team owns"), at_once():
            ServiceAccount.objects.filter(pk=account.pk).delete()

        with pytest.raises(IntegrityError, match="no team owns"), at_once():
            make.UserFactory(kind="service", name=f"y{SERVICE_SUFFIX}", email=f"y@{SERVICE_DOMAIN}", password="!")

        with pytest.raises(IntegrityError, match="account of a person"), transaction.atomic():
            ServiceAccount.objects.create(user=make.UserFactory(), team=account.team, description="x")


def subclasses(base: Any) -> Iterator[Any]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)


def _is_ours(kind: type) -> bool:
    return kind.__module__.split(".")[0] in {"config", *APPS}


def _choosers() -> Iterator[tuple[str, Any]]:
    """(where, rows) of each declared field that offers rows to choose from."""
    for form in filter(_is_ours, subclasses(forms.BaseForm)):
        for name, field in getattr(form, "base_fields", {}).items():
            if getattr(field, "limit_choices_to", None) != PEOPLE:  # of a column, which holds people alone
                yield f"{form.__qualname__}.{name}", getattr(field, "queryset", None)
    for filterset in filter(_is_ours, subclasses(BaseFilterSet)):
        for name, chooser in filterset.base_filters.items():
            yield f"{filterset.__qualname__}.{name}", chooser.extra.get("queryset")
    for serializer in filter(_is_ours, subclasses(serializers.Serializer)):
        for name, declared in serializer._declared_fields.items():
            related = getattr(declared, "child_relation", declared)
            yield f"{serializer.__qualname__}.{name}", getattr(related, "queryset", None)


def _offers_programs(rows: models.QuerySet[Any]) -> bool:
    try:
        return '"oncall_user"."kind" = person' not in str(rows.query)
    except EmptyResultSet:
        return False


class TestChoosers:
    def test_of_forms_filters_and_serializers_offer_people_alone(self) -> None:
        choosers = [(where, rows) for where, rows in _choosers() if getattr(rows, "model", None) is User]
        assert len(choosers) > 15

        assert {where for where, rows in choosers if _offers_programs(rows.all())} == set()

    def test_of_the_administration_offer_people_alone(self) -> None:
        request = RequestFactory().get("/")
        request.user = User(is_active=True, is_superuser=True)
        choosers: list[tuple[str, Any]] = []
        for model, page in admin.site._registry.items():
            if model.__module__.split(".")[0] not in APPS:
                continue
            edited = [page.get_form(request, change=True)] if page.has_change_permission(request) else []
            edited += [
                inline.get_formset(request).form
                for inline in page.get_inline_instances(request)
                if inline.has_add_permission(request, None)
            ]
            choosers += [
                (f"{model.__name__}.{name}", field)
                for form in edited
                for name, field in form.base_fields.items()
                if getattr(getattr(field, "queryset", None), "model", None) is User
            ]
        assert len(choosers) > 5

        assert {where for where, field in choosers if field.get_limit_choices_to() != PEOPLE} == set()

    def test_of_the_faces_start_with_people(self) -> None:
        """Also those that are made when a form is drawn: a face reads other accounts only by their id."""
        bare = re.compile(r"User\.objects\b(?!\.people\(\)|\.none\(\))[^\n]*")
        by_id = ("User.objects.get(pk=self.person.pk)", "User.objects.filter(pk__in=chosen")
        faces = ("forms", "filters", "serializers", "tables", "views", "api", "admin", "panels")
        lines = {
            (place(path), line)
            for path in sources(*APPS)
            if set(faces) & {*place(path).split("/")} or place(path).split("/")[-1].split(".")[0] in faces
            for line in bare.findall(path.read_text())
            if not line.startswith(by_id)
        }

        assert lines == {
            ("oncall/api/people.py", "User.objects.prefetch_related("),  # its list is narrowed to people
            ("oncall/views/cover/overrides.py", 'User.objects.order_by("name", "pk"))'),  # of a row's own people
            ("oncall/api/cover.py", 'User.objects.order_by("name", "pk"))'),
        }
